from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.domain.volume import Geometry, Mask
from radiomics_hcc.features import shape_2d
from radiomics_hcc.features.names import FEATURES

NAMES = FEATURES["shape2D"]


def measure(pixels: np.ndarray, slice_axis: int = 0) -> dict[str, float]:
    """Features of pixels (row, column) of 2 mm x 3 mm in one slice across an axis."""
    array = np.expand_dims(np.asarray(pixels, dtype=bool), slice_axis)
    spacing_mm = np.insert([2.0, 3.0], slice_axis, 9.0).tolist()
    return shape_2d.measure(
        Mask(array, Geometry(array.shape, tuple(spacing_mm))), slice_axis, NAMES
    )


def test_one_pixel_is_a_rhombus() -> None:
    found = measure(np.ones((1, 1)))
    assert found["MeshSurface"] == pytest.approx(3.0)
    assert found["PixelSurface"] == pytest.approx(6.0)
    assert found["Perimeter"] == pytest.approx(4 * np.hypot(1, 1.5))
    assert found["MaximumDiameter"] == pytest.approx(3.0)
    assert (found["MajorAxisLength"], found["MinorAxisLength"]) == (0.0, 0.0)
    assert np.isnan(found["Elongation"])


@pytest.mark.parametrize(("rows", "columns"), [(1, 4), (3, 2), (5, 5)])
def test_a_rectangle_has_bevelled_corners(rows: int, columns: int) -> None:
    found = measure(np.ones((rows, columns)))
    sides = 2 * (rows - 1) * 2.0 + 2 * (columns - 1) * 3.0
    assert found["Perimeter"] == pytest.approx(sides + 4 * np.hypot(1, 1.5))
    assert found["MeshSurface"] == pytest.approx(6.0 * rows * columns - 4 * 6.0 / 8)
    assert found["PixelSurface"] == pytest.approx(6.0 * rows * columns)


def test_pixels_that_touch_at_a_corner_stay_apart() -> None:
    found = measure(np.eye(2))
    assert found["MeshSurface"] == pytest.approx(2 * 3.0)
    assert found["Perimeter"] == pytest.approx(8 * np.hypot(1, 1.5))


def test_a_disc_is_nearly_round() -> None:
    places = (np.indices((41, 61)) - np.array([20, 30])[:, None, None]) * [[[2]], [[3]]]
    found = measure(np.sum(places**2, axis=0) <= 30**2)
    assert found["MeshSurface"] == pytest.approx(np.pi * 30**2, rel=0.02)
    assert found["MajorAxisLength"] == pytest.approx(60, rel=0.02)
    assert 0.9 < found["Sphericity"] < 1
    assert found["SphericalDisproportion"] == pytest.approx(1 / found["Sphericity"])


def test_a_line_has_no_width() -> None:
    found = measure(np.ones((1, 6)))
    assert (found["MinorAxisLength"], found["Elongation"]) == (0.0, 0.0)


@pytest.mark.parametrize("slice_axis", [1, 2])
def test_the_slice_may_lie_across_any_axis(slice_axis: int) -> None:
    pixels = np.random.default_rng(3).random((6, 7)) < 0.6
    assert measure(pixels, slice_axis) == pytest.approx(measure(pixels))


def test_several_slices_are_refused() -> None:
    mask = Mask(np.ones((2, 3, 3), dtype=bool), Geometry((2, 3, 3), (1.0, 1.0, 1.0)))
    with pytest.raises(ValueError, match="2 slices"):
        shape_2d.measure(mask, 0, NAMES)
