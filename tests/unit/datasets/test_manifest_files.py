"""What `load_cohort` finds when it opens the files that a table names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from radiomics_hcc.datasets import file_checks
from radiomics_hcc.datasets.manifest import check_cohort, load_cohort
from radiomics_hcc.datasets.nifti import read_geometry, write_labels, write_volume
from radiomics_hcc.domain.volume import Geometry, Volume

HEADER = "patient_id,timepoint,image,mask,label,region,status"
REAL_CASE = Path(__file__).parents[4] / "shared" / "data" / "ircadb01_case17"


def mask_on(path: Path, geometry: Geometry) -> None:
    write_labels(np.ones(geometry.size, np.uint8), geometry, path)


@pytest.fixture
def refused(folder, table_of, problems_of):
    """Problems of rows that begin with the patient P1 and the time point."""

    def problems(*rows, check="voxels"):
        return problems_of(table_of(folder, *rows, header=HEADER), check=check)

    return problems


@pytest.fixture
def float_image(folder):
    """Write an image of ones with some voxels that are not finite."""

    def write(*voxels: tuple[int, int, int], value: float = np.nan) -> None:
        grid = read_geometry(folder / "pre.nii.gz")
        array = np.ones(grid.size, np.float32)
        for voxel in voxels:
            array[voxel] = value
        write_volume(Volume(array, grid), folder / "float.nii.gz")

    return write


@pytest.mark.parametrize("check", ["headers", "voxels"])
def test_missing_file_is_told_once_with_the_rows_that_need_it(refused, folder, check):
    rows = ("P1,pre,no.nii.gz,pre_mask.nii.gz,2,lesion,", "P1,pre,no.nii.gz,gone.nrrd,1,liver,")
    assert refused(*rows, check=check) == [
        f"cohort.csv:2: image {folder}/no.nii.gz: no such file (and 1 more row); correct the path "
        "or restore the file",
        f"cohort.csv:3: mask {folder}/gone.nrrd: no such file; correct the path or restore the "
        "file",
    ]


def test_tables_alone_need_no_file(folder, table_of):
    path = table_of(folder, "P1,pre,no.nii.gz,gone.nrrd,2,,", header=HEADER)
    assert len(load_cohort(path, check="tables")) == 1


@pytest.mark.parametrize("name", ["series", "mask.dcm"])
def test_dicom_asks_for_conversion(refused, folder, name):
    (folder / "series").mkdir()
    (folder / "mask.dcm").write_bytes(b"x")
    (problem,) = refused(f"P1,pre,pre.nii.gz,{name},Mass,,", check="headers")
    assert problem.startswith(f"cohort.csv:2: mask {folder}/{name}: ")
    assert problem.endswith("not read by this version; convert it to NIfTI, NRRD or MHA first")


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (
            {"size": (10, 20, 19)},
            "size (z, y, x) (10, 20, 20) against (10, 20, 19)",
        ),
        (
            {"spacing_mm": (5.0, 0.8, 0.9)},
            "spacing (5, 0.8, 0.8) against (5, 0.8, 0.9) (by 0.1 mm)",
        ),
        (
            {"origin_mm": (-8.0, -8.0, 97.5)},
            "origin (-8, -8, 100) against (-8, -8, 97.5) (by 2.5 mm)",
        ),
        (
            {"direction": (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, -1.0)},
            "direction (1, 0, 0, 0, 1, 0, 0, 0, 1) against (1, 0, 0, 0, 1, 0, 0, 0, -1) (by 2)",
        ),
    ],
)
@pytest.mark.parametrize("check", ["headers", "voxels"])
def test_mask_on_another_grid_says_what_differs_and_by_how_much(
    refused, folder, change, difference, check
):
    mask_on(folder / "other.nrrd", replace(read_geometry(folder / "pre.nii.gz"), **change))
    rows = ("P1,pre,pre.nii.gz,other.nrrd,1,lesion,", "P1,pre,pre.nii.gz,other.nrrd,1,liver,")
    assert refused(*rows, check=check) == [
        "cohort.csv:2: image pre.nii.gz and mask other.nrrd lie on different grids: "
        f"{difference}; resample the mask onto the image with nearest-neighbour interpolation"
    ]


def test_grid_of_the_mask_of_an_absent_lesion_counts_too(refused, folder):
    grid = replace(read_geometry(folder / "pre.nii.gz"), origin_mm=(0.0, 0.0, 0.0))
    mask_on(folder / "other.nrrd", grid)
    (problem,) = refused("P1,post,post.nii.gz,other.nrrd,1,,absent", check="headers")
    assert "lie on different grids" in problem


def test_wrong_label_names_the_labels_that_are_there(refused):
    assert refused("P1,pre,pre.nii.gz,pre_mask.nii.gz,7,,") == [
        "cohort.csv:2: mask pre_mask.nii.gz: no voxel has label 7; labels in this file: 1, 2, 3"
    ]


def test_headers_do_not_show_a_wrong_label(folder, table_of):
    path = table_of(folder, "P1,pre,pre.nii.gz,pre_mask.nii.gz,7,,", header=HEADER)
    assert len(load_cohort(path, check="headers")) == 1


def test_empty_mask(refused, folder, write_pair):
    write_pair(folder, "empty", labels=())
    assert refused("P1,pre,empty.nii.gz,empty_mask.nii.gz,1,,") == [
        "cohort.csv:2: mask empty_mask.nii.gz: the label map is empty: no voxel is labelled; draw "
        "the region or drop the row"
    ]


def test_vanished_lesion_may_name_the_map_that_it_is_missing_from(folder, table_of):
    path = table_of(folder, "P1,post,post.nii.gz,post_mask.nii.gz,3,,absent", header=HEADER)
    assert load_cohort(path).cases[0].is_absent


def test_label_map_that_was_interpolated(refused, folder):
    grid = read_geometry(folder / "pre.nii.gz")
    array = np.full(grid.size, 0.5, np.float32)
    write_volume(Volume(array, grid), folder / "smooth.nrrd")
    (problem,) = refused("P1,pre,pre.nii.gz,smooth.nrrd,1,,")
    assert "values that are no whole numbers, such as 0.5" in problem


def test_damaged_mask_is_found_by_voxels(refused, folder):
    path = folder / "pre_mask.nii.gz"
    path.write_bytes(path.read_bytes()[:-20])
    (problem,) = refused("P1,pre,pre.nii.gz,pre_mask.nii.gz,1,,")
    assert "the file is damaged" in problem


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_voxel_that_is_not_finite_inside_the_region(refused, float_image, value):
    float_image((3, 5, 7), (3, 5, 8), value=value)
    (problem,) = refused("P1,pre,float.nii.gz,pre_mask.nii.gz,1,,")
    assert problem == (
        "cohort.csv:2: image float.nii.gz: 2 voxels in or near the region are NaN or infinite; "
        "repair or re-export it"
    )


@pytest.mark.parametrize(("row", "is_near"), [(11, True), (12, False)])
def test_nan_counts_up_to_five_voxels_from_the_region(
    folder, table_of, float_image, row, is_near, problems_of
):
    float_image((3, row, 7))  # label 1 fills rows 3 to 6
    path = table_of(folder, "P1,pre,float.nii.gz,pre_mask.nii.gz,1,,", header=HEADER)
    if is_near:
        assert len(problems_of(path)) == 1
    else:
        assert len(load_cohort(path)) == 1


def test_every_file_is_read_once(cohort_csv, monkeypatch):
    read = []
    for name in ("read_header", "read_labels", "read_volume"):
        original = getattr(file_checks, name)
        monkeypatch.setattr(
            file_checks,
            name,
            lambda path, name=name, original=original: (
                read.append((name, path.name)) or original(path)
            ),
        )
    load_cohort(cohort_csv)
    assert sorted(read) == [
        ("read_header", "post.nii.gz"),
        ("read_header", "post_mask.nii.gz"),
        ("read_header", "pre.nii.gz"),
        ("read_header", "pre_mask.nii.gz"),
        ("read_labels", "post_mask.nii.gz"),
        ("read_labels", "pre_mask.nii.gz"),
    ]


def test_problems_of_tables_headers_and_voxels_come_together(refused, folder):
    mask_on(folder / "other.nrrd", Geometry((2, 2, 2), (1.0, 1.0, 1.0)))
    problems = refused(
        "P1,pre,pre.nii.gz,pre_mask.nii.gz,9,,",
        "P2,pre,pre.nii.gz,other.nrrd,1,,",
        "P3,pre,gone.nii.gz,pre_mask.nii.gz,1,,",
        "P4,pre,pre.nii.gz,pre_mask.nii.gz,1,,maybe",
    )
    assert [problem.split(":")[1] for problem in problems] == ["2", "3", "4", "5"]


def test_levels_of_a_loaded_cohort_can_be_checked_later(folder, table_of):
    path = table_of(folder, "P1,pre,pre.nii.gz,pre_mask.nii.gz,7,,", header=HEADER)
    cohort = load_cohort(path, check="tables")
    assert check_cohort(cohort, "headers") == []
    assert [problem.where for problem in check_cohort(cohort, "voxels")] == ["cohort.csv:2"]


@pytest.mark.skipif(not REAL_CASE.is_dir(), reason="shared/data/ircadb01_case17 is not here")
def test_two_tumours_of_a_real_ct_have_their_published_volumes(tmp_path, table_of):
    (tmp_path / "ct").symlink_to(REAL_CASE)
    labels = "ct/labels_1liver_2tum1_3tum2_4pv_5venous.nii.gz"
    rows = [f"case17,pre,portal,{n},ct/ct.nii.gz,{labels},{n}" for n in (2, 3)]
    header = "patient_id,timepoint,phase,lesion_id,image,mask,label"
    cohort = load_cohort(table_of(tmp_path, *rows, header=header))
    volumes_ml = [case.read_mask().volume_ml for case in cohort.cases]
    assert volumes_ml == pytest.approx([85.6, 78.6], abs=0.1)
    assert cohort.cases[0].read_image().array.min() >= -1024
