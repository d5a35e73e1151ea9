"""IBSI's interpolation: analytic answers, then the published values of the CT phantom."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.imaging.intensity import ibsi_intensity_region
from radiomics_hcc.imaging.interpolate import Interpolation, centred_grid
from radiomics_hcc.imaging.itk import to_mask, to_volume
from radiomics_hcc.imaging.region import bounding_box

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "ibsi"
PHANTOM = DATA / "ibsi_1_ct_radiomics_phantom" / "nifti"
TABLES = DATA / "mirp_ibsi_1_reference_values"


def test_grids_share_their_centre() -> None:
    old = Geometry((4, 4, 4), (3.0, 3.0, 3.0), (0.0, 0.0, 0.0))
    new = centred_grid(old, (2.0, 2.0, 2.0))
    assert new.size == (6, 6, 6)
    assert new.origin_mm == pytest.approx((-0.5, -0.5, -0.5))


def test_grid_turns_with_the_image() -> None:
    quarter_turn = (0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    old = Geometry((1, 4, 8), (3.0, 3.0, 3.0), (10.0, 20.0, 30.0), quarter_turn)
    new = centred_grid(old, (None, 3.0, 2.0))
    assert new.origin_mm == pytest.approx((10.0, 19.5, 30.0))


def test_spacing_that_fits_gives_no_voxel_too_many() -> None:
    old = Geometry((3, 10, 10), (0.1, 0.1, 0.1))
    assert centred_grid(old, (0.3, 0.1, 0.05)).size == (1, 10, 20)


def test_linear_interpolation_of_a_ramp() -> None:
    grid = Geometry((1, 1, 4), (1.0, 1.0, 2.0))
    ramp = Volume(np.array([[[0.0, 10.0, 20.0, 30.0]]]), grid)
    inside = Mask(np.array([[[False, True, True, False]]]), grid)
    values, region = Interpolation((None, None, 1.0), is_rounded=False)(ramp, inside)
    np.testing.assert_allclose(
        values.array.ravel(), [0, 2.5, 7.5, 12.5, 17.5, 22.5, 27.5, 30], atol=1e-12
    )
    assert region.array.ravel().tolist() == [False] * 2 + [True] * 4 + [False] * 2


def test_half_a_voxel_belongs_to_the_region() -> None:
    grid = Geometry((1, 1, 4), (1.0, 1.0, 1.0))
    inside = Mask(np.array([[[False, True, True, False]]]), grid)
    values = Volume(np.zeros((1, 1, 4)), grid)
    _, region = Interpolation((None, None, 4 / 3))(values, inside)
    assert region.array.ravel().tolist() == [False, True, False]
    _, region = Interpolation((None, None, 0.8))(values, inside)
    assert region.array.ravel().tolist() == [False, True, True, True, False]
    odd = Mask(np.array([[[False, True, True]]]), Geometry((1, 1, 3), (1.0, 1.0, 1.0)))
    _, region = Interpolation((None, None, 0.5))(Volume(np.zeros((1, 1, 3)), odd.geometry), odd)
    assert region.array.ravel().tolist() == [False, False, True, True, True, True]


def test_intensities_are_rounded() -> None:
    grid = Geometry((1, 1, 2), (1.0, 1.0, 1.0))
    image, mask = Volume(np.array([[[0.0, 1.0]]]), grid), Mask(np.ones((1, 1, 2), bool), grid)
    values, _ = Interpolation((None, None, 0.4))(image, mask)
    assert values.array.ravel().tolist() == [0, 0, 0, 1, 1]


def test_axes_without_a_spacing_stay_as_they_are() -> None:
    random = np.random.default_rng(0)
    grid = Geometry((5, 6, 7), (3.0, 1.0, 1.0))
    image = Volume(random.normal(size=grid.size), grid)
    mask = Mask(np.ones(grid.size, dtype=bool), grid)
    for method in ("linear", "cubic"):
        values, region = Interpolation((None, None, None), method, is_rounded=False)(image, mask)
        np.testing.assert_array_equal(values.array, image.array)
        assert region.array.all()
        assert values.geometry == grid


def test_cubic_spline_passes_through_the_voxels() -> None:
    random = np.random.default_rng(0)
    grid = Geometry((5, 7, 9), (1.0, 1.0, 1.0))
    image = Volume(random.normal(size=grid.size), grid)
    mask = Mask(np.ones(grid.size, dtype=bool), grid)
    third = Interpolation((1 / 3, 1 / 3, 1 / 3), "cubic", is_rounded=False)
    np.testing.assert_allclose(third(image, mask)[0].array[1::3, 1::3, 1::3], image.array)


@pytest.mark.parametrize("method", ["linear", "cubic"])
def test_part_around_the_region_is_that_of_the_whole(method: str) -> None:
    random = np.random.default_rng(0)
    grid = Geometry((60, 100, 110), (3.0, 0.7, 0.7), (5.0, 6.0, 7.0))
    image = Volume(random.normal(0, 100, grid.size), grid)
    inside = np.zeros(grid.size, dtype=bool)
    inside[25:32, 50:60, 44:58] = True
    mask = Mask(inside, grid)
    whole, region = Interpolation((2.0, 2.0, 2.0), method, is_rounded=False)(image, mask)
    part, same = Interpolation((2.0, 2.0, 2.0), method, is_rounded=False, margin=2)(image, mask)
    box = bounding_box(region.array)
    shift = np.subtract(part.geometry.origin_mm, whole.geometry.origin_mm)[::-1] / 2.0
    corner = np.rint(shift).astype(int)
    np.testing.assert_allclose(shift, corner, atol=1e-9)
    here = tuple(slice(c, c + n) for c, n in zip(corner, part.array.shape, strict=True))
    np.testing.assert_allclose(part.array, whole.array[here], rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(same.array, region.array[here])
    assert same.array.sum() == region.array.sum()
    assert all(c <= side.start - 2 for c, side in zip(corner, box, strict=True))


def test_image_and_mask_of_different_size_are_refused() -> None:
    image = Volume(np.zeros((2, 2, 2)), Geometry((2, 2, 2), (1.0, 1.0, 1.0)))
    mask = Mask(np.ones((2, 2, 3), bool), Geometry((2, 2, 3), (1.0, 1.0, 1.0)))
    with pytest.raises(ValueError, match="voxels"):
        Interpolation((1.0, 1.0, 1.0))(image, mask)


CONFIGURATIONS = {
    "b": (Interpolation((None, 2.0, 2.0)), {"lower": -500, "upper": 400}),
    "c": (Interpolation((2.0, 2.0, 2.0)), {"lower": -1000, "upper": 400}),
    "d": (Interpolation((2.0, 2.0, 2.0)), {"outlier_deviations": 3.0}),
    "e": (
        Interpolation((2.0, 2.0, 2.0), "cubic"),
        {"lower": -1000, "upper": 400, "outlier_deviations": 3.0},
    ),
}


@pytest.mark.skipif(not PHANTOM.exists(), reason="the IBSI phantom is not on this machine")
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_ct_phantom_has_the_published_diagnostics(name: str) -> None:
    interpolation, resegmentation = CONFIGURATIONS[name]
    image = to_volume(SimpleITK.ReadImage(str(PHANTOM / "image" / "phantom.nii.gz")))
    mask = to_mask(SimpleITK.ReadImage(str(PHANTOM / "mask" / "mask.nii.gz")))
    values, region = interpolation(image, mask)
    kept = np.zeros_like(region.array)
    kept[region.array] = ibsi_intensity_region(values.array[region.array], **resegmentation)
    found = diagnostics(values, region.array, kept)
    published = read_table(TABLES / f"ibsi_1_chest_config_{name}.csv")
    assert len(published) == 37
    for tag, (reference, tolerance) in published.items():
        in_digits = 0.5 if abs(reference) >= 100 else 0.05  # published to three digits
        assert found[tag] == pytest.approx(reference, abs=tolerance + in_digits), tag


def read_table(path: Path) -> dict[str, tuple[float, float]]:
    with path.open() as file:
        rows = [row for row in csv.reader(file, delimiter=";") if row[0] != "reference value"]
    endings = ("interp_img", "interp_roi", "reseg_roi")
    return {
        tag: (float(value), float(tolerance or 0))
        for value, tolerance, tag in rows
        if tag.endswith(endings)
    }


def diagnostics(
    image: Volume, region: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], kept: np.ndarray
) -> dict[str, float]:
    """IBSI's diagnostic features of an interpolated image, its region and its intensity mask."""
    found = dict(_intensities("{}_int_interp_img", image.array))
    for state, intensity_mask in (("interp", region), ("reseg", kept)):
        found |= _intensities(f"int_mask_{{}}_int_{state}_roi", image.array[intensity_mask])
        for kind, inside in (("int", intensity_mask), ("morph", region)):
            box = bounding_box(inside)
            found[f"{kind}_mask_vox_count_{state}_roi"] = float(inside.sum())
            for axis, letter in enumerate("zyx"):
                found[f"{kind}_mask_dim_{letter}_{state}_roi"] = inside.shape[axis]
                length = box[axis].stop - box[axis].start
                found[f"{kind}_mask_bb_dim_{letter}_{state}_roi"] = length
    for axis, letter in enumerate("zyx"):
        found[f"img_dim_{letter}_interp_img"] = image.array.shape[axis]
        found[f"vox_dim_{letter}_interp_img"] = image.geometry.spacing_mm[axis]
    return found


def _intensities(tag: str, values: np.ndarray) -> dict[str, float]:
    measures = {"mean": values.mean(), "min": values.min(), "max": values.max()}
    return {tag.format(name): float(value) for name, value in measures.items()}
