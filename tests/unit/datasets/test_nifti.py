from __future__ import annotations

import gzip
import pickle
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from radiomics_hcc.datasets import nifti
from radiomics_hcc.datasets.nifti import (
    FileReader,
    LabelMap,
    read_geometry,
    read_labels,
    read_mask,
    read_volume,
    write_labels,
    write_volume,
)
from radiomics_hcc.domain.volume import Geometry, Volume
from radiomics_hcc.errors import InputError

GRID = Geometry(size=(2, 3, 4), spacing_mm=(5.0, 0.75, 0.7), origin_mm=(-120.5, -80.0, 1000.25))
FORMATS = ("nii.gz", "nii", "nrrd", "mha")


def volume(value: float = 1.0, dtype: str = "int16") -> Volume:
    return Volume((np.arange(24).reshape(2, 3, 4) * value).astype(dtype), GRID)


def save_with_itk(array: np.ndarray, path: Path, *, vector: bool = False) -> Path:
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(array, isVector=vector), str(path))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_volume(path)
    message = str(caught.value)
    assert str(path) in message
    return message


def patch_header(path: Path, offset: int, layout: str, *values: float) -> Path:
    content = bytearray(path.read_bytes())
    struct.pack_into(layout, content, offset, *values)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("suffix", FORMATS)
def test_axes_are_z_y_x_and_origin_is_x_y_z_as_itk_sees_them(tmp_path, suffix):
    path = tmp_path / f"ct.{suffix}"
    write_volume(volume(), path)
    image = SimpleITK.ReadImage(str(path))
    assert image.GetSize() == (4, 3, 2)
    assert image.GetSpacing() == pytest.approx((0.7, 0.75, 5.0))
    assert image.GetOrigin() == pytest.approx((-120.5, -80.0, 1000.25))
    assert image[3, 1, 0] == volume().array[0, 1, 3]


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_written_is_read_again(tmp_path, suffix):
    path = tmp_path / f"ct.{suffix}"
    write_volume(volume(), path)
    again = read_volume(path)
    np.testing.assert_array_equal(again.array, volume().array)
    assert again.array.dtype == np.int16
    assert GRID.differences(again.geometry) == []
    assert GRID.differences(read_geometry(path)) == []


@pytest.mark.parametrize("suffix", FORMATS)
def test_equal_volumes_give_equal_bytes(tmp_path, suffix):
    first, second = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    write_volume(volume(), first)
    write_volume(volume(), second)
    assert first.read_bytes() == second.read_bytes()


def test_writing_makes_the_folder_and_leaves_nothing_else(tmp_path):
    write_volume(volume(), tmp_path / "new" / "deep" / "ct.nii.gz")
    assert [path.name for path in (tmp_path / "new" / "deep").iterdir()] == ["ct.nii.gz"]


def test_paths_with_spaces_and_umlauts_work(tmp_path):
    path = tmp_path / "Bäder und Größen" / "Übersicht ct.nii.gz"
    write_volume(volume(), path)
    np.testing.assert_array_equal(read_volume(path).array, volume().array)


@pytest.mark.parametrize("asked", ["ct.nii", "ct.nii.gz"])
def test_the_asked_file_is_read_when_nii_and_nii_gz_lie_side_by_side(tmp_path, asked):
    other = Volume(np.full((5, 5, 5), 9, np.uint8), Geometry((5, 5, 5), (1.0, 1.0, 1.0)))
    for name in ("ct.nii", "ct.nii.gz"):
        write_volume(volume() if name == asked else other, tmp_path / name)
    np.testing.assert_array_equal(read_volume(tmp_path / asked).array, volume().array)
    assert GRID.differences(read_geometry(tmp_path / asked)) == []


@pytest.mark.parametrize(("there", "asked"), [("ct.nii", "ct.nii.gz"), ("ct.nii.gz", "ct.nii")])
def test_missing_file_is_refused_though_its_twin_is_there(tmp_path, there, asked):
    write_volume(volume(), tmp_path / there)
    assert "no such file" in refusal(tmp_path / asked)


def test_scale_and_intercept_of_the_header_are_applied(tmp_path):
    path = tmp_path / "ct.nii"
    write_volume(volume(), path)
    patch_header(path, 112, "<ff", 2.0, -1024.0)
    ours = read_volume(path).array
    np.testing.assert_array_equal(ours, volume().array * 2.0 - 1024.0)
    np.testing.assert_array_equal(ours, SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path)))


def test_slope_of_zero_means_no_rescaling(tmp_path):
    path = tmp_path / "ct.nii"
    write_volume(volume(), path)
    patch_header(path, 112, "<ff", 0.0, -1024.0)
    np.testing.assert_array_equal(read_volume(path).array, volume().array)


@pytest.mark.parametrize("suffix", FORMATS)
def test_nan_and_infinity_are_kept(tmp_path, suffix):
    array = volume(dtype="float32").array.copy()
    array[1, 2, 3], array[0, 0, 1] = np.nan, -np.inf
    write_volume(Volume(array, GRID), tmp_path / f"ct.{suffix}")
    np.testing.assert_array_equal(read_volume(tmp_path / f"ct.{suffix}").array, array)


@pytest.mark.parametrize("dtype", ["u1", "i1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"])
def test_nifti_voxels_of_every_number_type_are_those_of_itk(tmp_path, dtype):
    path = tmp_path / "ct.nii.gz"
    write_volume(volume(dtype=dtype), path)
    ours = read_volume(path).array
    theirs = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))
    np.testing.assert_array_equal(ours, theirs)
    assert ours.dtype == theirs.dtype


def test_big_endian_nifti_is_read(tmp_path):
    path = tmp_path / "ct.nii"
    write_volume(volume(), path)
    content = path.read_bytes()
    swapped = bytearray(content)
    layout = [("i4", 0, 1), ("i2", 40, 8), ("i2", 68, 4), ("f4", 76, 11), ("f4", 124, 4)]
    for kind, offset, count in [*layout, ("i2", 252, 2), ("f4", 256, 18), ("i2", 352, 24)]:
        values = np.frombuffer(content, "<" + kind, count, offset)
        swapped[offset : offset + values.nbytes] = values.astype(">" + kind).tobytes()
    path.write_bytes(swapped)
    np.testing.assert_array_equal(read_volume(path).array, volume().array)
    assert GRID.differences(read_geometry(path)) == []


def test_half_precision_is_written_as_single(tmp_path):
    write_volume(volume(dtype="float16"), tmp_path / "ct.mha")
    assert read_volume(tmp_path / "ct.mha").array.dtype == np.float32


def test_fourth_axis_of_length_one_is_dropped(tmp_path):
    path = save_with_itk(volume().array[np.newaxis], tmp_path / "ct.nrrd")
    np.testing.assert_array_equal(read_volume(path).array, volume().array)


@pytest.mark.parametrize("suffix", FORMATS)
def test_series_of_volumes_in_one_file_is_refused(tmp_path, suffix):
    path = save_with_itk(np.zeros((2, 3, 4, 5), np.float32), tmp_path / f"ct.{suffix}")
    assert "4-D (5 x 4 x 3 x 2 voxels along x, y, ...); save one 3-D image" in refusal(path)


def test_flat_image_is_refused(tmp_path):
    path = save_with_itk(np.zeros((3, 4), np.float32), tmp_path / "ct.nii.gz")
    assert "2-D" in refusal(path)


@pytest.mark.parametrize("suffix", FORMATS)
def test_colour_image_is_refused(tmp_path, suffix):
    path = tmp_path / f"ct.{suffix}"
    save_with_itk(np.zeros((3, 4, 5, 3), np.uint8), path, vector=True)
    assert "every voxel has 3 values (RGB, vector or complex)" in refusal(path)


@pytest.mark.parametrize("suffix", FORMATS)
def test_file_that_is_no_image_is_refused_in_one_line(tmp_path, suffix):
    path = tmp_path / f"ct.{suffix}"
    path.write_bytes(b"no image at all")
    message = refusal(path)
    assert "not readable as the image that its name promises" in message
    assert "\n" not in message


def test_unknown_format_names_the_readable_ones(tmp_path):
    path = tmp_path / "ct.png"
    path.write_bytes(b"x")
    assert "readable: .nii.gz, .nii, .nrrd, .nhdr, .mha, .mhd" in refusal(path)


@pytest.mark.parametrize("name", ["series", "mask.dcm"])
def test_dicom_asks_for_conversion(tmp_path, name):
    path = tmp_path / name
    if path.suffix:
        path.write_bytes(b"x")
    else:
        path.mkdir()
    assert "not read by this version; convert it to NIfTI, NRRD or MHA first" in refusal(path)


def test_truncated_nii_is_refused_where_itk_fills_with_zeros(tmp_path):
    path = tmp_path / "ct.nii"
    write_volume(volume(), path)
    path.write_bytes(path.read_bytes()[:-8])
    assert SimpleITK.ReadImage(str(path)).GetSize() == (4, 3, 2)
    assert "cut short: 392 bytes where 400 are due" in refusal(path)


def test_truncated_nii_gz_is_refused_where_itk_fills_with_zeros(tmp_path):
    path = tmp_path / "ct.nii.gz"
    noise = np.random.default_rng(0).integers(-1000, 1000, (40, 40, 40)).astype(np.int16)
    write_volume(Volume(noise, Geometry((40, 40, 40), (1.0, 1.0, 1.0))), path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert SimpleITK.ReadImage(str(path)).GetSize() == (40, 40, 40)
    assert "the file is damaged" in refusal(path)


def test_flipped_byte_in_nii_gz_is_refused_where_itk_reads_other_voxels(tmp_path):
    path = tmp_path / "ct.nii.gz"
    noise = np.random.default_rng(0).integers(-1000, 1000, (100, 100, 100)).astype(np.int16)
    write_volume(Volume(noise, Geometry((100, 100, 100), (1.0, 1.0, 1.0))), path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    assert "the file is damaged" in refusal(path)


def test_plain_content_under_a_compressed_name_is_read(tmp_path):
    path = tmp_path / "ct.nii.gz"
    write_volume(volume(), tmp_path / "plain.nii")
    shutil.copyfile(tmp_path / "plain.nii", path)
    np.testing.assert_array_equal(read_volume(path).array, volume().array)


def test_gzip_in_several_members_is_read(tmp_path):
    write_volume(volume(), tmp_path / "plain.nii")
    content = (tmp_path / "plain.nii").read_bytes()
    path = tmp_path / "ct.nii.gz"
    path.write_bytes(gzip.compress(content[:370]) + gzip.compress(content[370:]))
    np.testing.assert_array_equal(read_volume(path).array, volume().array)


def test_oblique_axes_are_refused_in_nifti_and_nrrd_alike(tmp_path, capfd):
    nifti = tmp_path / "ct.nii"
    write_volume(volume(), nifti)
    patch_header(nifti, 252, "<hh", 0, 1)
    patch_header(nifti, 284, "<f", 0.3)
    image = SimpleITK.GetImageFromArray(volume().array)
    image.SetDirection((1, 0.05, 0, 0, 1, 0, 0, 0, 1))
    SimpleITK.WriteImage(image, str(tmp_path / "ct.nrrd"))
    capfd.readouterr()
    for path in (nifti, tmp_path / "ct.nrrd"):
        assert "axes of the grid are not perpendicular" in refusal(path)
    assert capfd.readouterr().err == ""


def test_oblique_axes_are_not_written(tmp_path):
    tilted = Geometry(GRID.size, GRID.spacing_mm, direction=(1, 0.05, 0, 0, 1, 0, 0, 0, 1))
    with pytest.raises(InputError, match="not perpendicular"):
        write_volume(Volume(volume().array, tilted), tmp_path / "ct.nii.gz")


def test_warnings_of_itk_stay_off_the_terminal_and_are_switched_on_again(tmp_path, capfd):
    path = tmp_path / "ct.nii"
    write_volume(volume(), path)
    patch_header(path, 252, "<hh", 0, 1)
    patch_header(path, 280, "<f", -1.2)
    SimpleITK.ReadImage(str(path))
    assert "unexpected scales in sform" in capfd.readouterr().err
    read_volume(path)
    assert capfd.readouterr().err == ""
    SimpleITK.ReadImage(str(path))
    assert "unexpected scales in sform" in capfd.readouterr().err


def test_unknown_suffix_is_not_written(tmp_path):
    with pytest.raises(InputError, match=r"writable: \.nii\.gz, \.nii, \.nrrd, \.mha"):
        write_volume(volume(), tmp_path / "ct.img")
    assert list(tmp_path.iterdir()) == []


def test_folder_that_is_a_file_is_an_input_error(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="the file cannot be used"):
        write_volume(volume(), tmp_path / "file" / "ct.nii.gz")


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64", "float32", "float64"])
@pytest.mark.parametrize("suffix", FORMATS)
def test_label_map_of_any_number_type_gives_whole_numbers(tmp_path, dtype, suffix):
    labels = np.zeros((2, 3, 4), dtype)
    labels[0, 1, 2], labels[1, 2, 3] = 2, 7
    write_volume(Volume(labels, GRID), tmp_path / f"mask.{suffix}")
    label_map = read_labels(tmp_path / f"mask.{suffix}")
    assert label_map.labels == (2, 7)
    assert np.issubdtype(label_map.array.dtype, np.integer)
    np.testing.assert_array_equal(label_map.array, labels)


@pytest.mark.parametrize("value", [0.37, np.nan, np.inf])
def test_label_map_with_a_value_between_labels_is_refused(tmp_path, value):
    labels = np.ones((2, 3, 4), np.float32)
    labels[1, 1, 1] = value
    write_volume(Volume(labels, GRID), tmp_path / "mask.nii.gz")
    with pytest.raises(InputError, match=f"no whole numbers, such as {value:.6g}.*nearest-neigh"):
        read_labels(tmp_path / "mask.nii.gz")


def test_mask_is_the_voxels_of_one_label(tmp_path):
    labels = np.zeros((2, 3, 4), np.uint8)
    labels[0, 1, 1:3], labels[1] = 2, 3
    write_labels(labels, GRID, tmp_path / "mask.nii.gz")
    mask = FileReader().read_mask(tmp_path / "mask.nii.gz", 2)
    assert mask.array.dtype == np.bool_
    assert np.argwhere(mask.array).tolist() == [[0, 1, 1], [0, 1, 2]]
    assert GRID.differences(mask.geometry) == []


def test_wrong_label_names_the_labels_that_are_in_the_file(tmp_path):
    write_labels(np.full((2, 3, 4), 4), GRID, tmp_path / "mask.nrrd")
    with pytest.raises(InputError, match="no voxel has label 1; labels in this file: 4"):
        read_mask(tmp_path / "mask.nrrd", 1)


def test_empty_label_map_is_refused(tmp_path):
    write_labels(np.zeros((2, 3, 4), bool), GRID, tmp_path / "mask.nrrd")
    with pytest.raises(InputError, match="the label map is empty"):
        read_mask(tmp_path / "mask.nrrd", 1)


def test_name_in_place_of_a_label_is_refused(tmp_path):
    write_labels(np.ones((2, 3, 4), bool), GRID, tmp_path / "mask.nrrd")
    with pytest.raises(InputError, match="label 'Mass' is a name"):
        read_mask(tmp_path / "mask.nrrd", "Mass")


def test_labels_are_not_written_from_floating_point(tmp_path):
    with pytest.raises(ValueError, match="integers or booleans, not float64"):
        write_labels(np.ones((2, 3, 4)), GRID, tmp_path / "mask.nrrd")


def test_reader_puts_its_unit_on_every_volume(tmp_path):
    write_volume(volume(), tmp_path / "mr.nii.gz")
    assert FileReader().read_volume(tmp_path / "mr.nii.gz").unit == "HU"
    assert FileReader(unit="").read_volume(tmp_path / "mr.nii.gz").unit == ""


def test_label_map_is_read_once_for_all_its_lesions(tmp_path, monkeypatch):
    path = tmp_path / "labels.nii.gz"
    array = np.zeros((4, 5, 6), dtype=np.int16)
    array[1, 1, 1], array[2, 2, 2] = 1, 2
    write_labels(array, Geometry(array.shape, (1.0, 1.0, 1.0)), path)
    read = []
    original = nifti.read_labels
    monkeypatch.setattr(nifti, "read_labels", lambda name: read.append(name) or original(name))
    reader = FileReader()
    assert [int(reader.read_mask(path, label).array.sum()) for label in (1, 2, 1)] == [1, 1, 1]
    assert len(read) == 1


def test_changed_label_map_is_read_anew_and_none_travels_to_another_process(tmp_path):
    path = tmp_path / "labels.nii.gz"
    array = np.zeros((4, 5, 6), dtype=np.int16)
    array[1, 1, 1] = 1
    grid = Geometry(array.shape, (1.0, 1.0, 1.0))
    write_labels(array, grid, path)
    reader = FileReader()
    assert reader.read_mask(path, 1).array.sum() == 1
    assert len(pickle.dumps(reader)) < 1000
    array[2] = 1
    write_labels(array, grid, path)
    assert reader.read_mask(path, 1).array.sum() == 31


def test_label_map_cut_to_its_slices_gives_the_same_masks():
    array = np.zeros((6, 4, 5), dtype=np.uint8)
    array[2, 1, 1], array[4, 3, 2] = 1, 2
    whole = LabelMap(array, Geometry(array.shape, (1.0, 1.0, 1.0)))
    cut = whole.cut()
    assert cut.array.shape == (3, 4, 5)
    assert cut.labels == whole.labels
    for label in (1, 2, 3):
        assert np.array_equal(cut.mask(label).array, whole.mask(label).array)
    assert np.array_equal(cut.cut().mask(2).array, whole.mask(2).array)


def test_empty_label_map_can_be_cut():
    array = np.zeros((3, 4, 5), dtype=np.uint8)
    cut = LabelMap(array, Geometry(array.shape, (1.0, 1.0, 1.0))).cut()
    assert cut.labels == ()
    assert cut.mask(1).is_empty
