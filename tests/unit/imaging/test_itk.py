"""Arrays keep their values and their place on the way to SimpleITK and back."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.imaging.itk import (
    geometry_of,
    index_of_point,
    one_thread,
    places_on,
    point_of_index,
    to_itk,
    to_mask,
    to_volume,
)

COSINE, SINE = np.cos(0.3), np.sin(0.3)
TURNED = (COSINE, -SINE, 0.0, SINE, COSINE, 0.0, 0.0, 0.0, 1.0)
GRID = Geometry((2, 3, 4), (5.0, 0.8, 0.7), (-100.5, 20.25, 7.0), TURNED)


@pytest.mark.parametrize("kind", [np.int16, np.uint8, np.float32, np.float64])
def test_image_keeps_values_number_type_and_grid(kind: type) -> None:
    array = np.arange(24).reshape(2, 3, 4).astype(kind)
    back = to_volume(to_itk(Volume(array, GRID, "SUV")), "SUV")
    assert back.array.dtype == array.dtype
    np.testing.assert_array_equal(back.array, array)
    assert back.geometry == GRID
    assert back.unit == "SUV"


def test_mask_comes_back_as_it_was() -> None:
    inside = np.zeros((2, 3, 4), dtype=bool)
    inside[1, 2, 1:3] = True
    image = to_itk(Mask(inside, GRID))
    assert image.GetPixelID() == SimpleITK.sitkUInt8
    np.testing.assert_array_equal(to_mask(image).array, inside)
    assert geometry_of(image) == GRID


def test_part_of_an_array_is_copied_as_seen() -> None:
    array = np.arange(24, dtype=np.int16).reshape(2, 3, 4)[:, ::2, 1:]
    grid = Geometry((2, 2, 3), (1.0, 1.0, 1.0))
    np.testing.assert_array_equal(to_volume(to_itk(Volume(array, grid))).array, array)


def test_point_and_index_undo_each_other() -> None:
    point = point_of_index(GRID, (1.5, 0.25, 0.75))
    np.testing.assert_allclose(index_of_point(GRID, point.tolist()), (1.5, 0.25, 0.75), atol=1e-12)


def test_place_of_a_voxel_is_that_of_itk_to_the_last_bit() -> None:
    target = Geometry((30, 30, 30), (1.0, 1.1, 0.9), (-90.3, 11.7, 5.1), TURNED)
    indices = np.random.default_rng(0).integers(0, 30, (200, 3))
    read, written = to_itk(_blank(GRID)), to_itk(_blank(target))
    expected = [
        read.TransformPhysicalPointToContinuousIndex(
            written.TransformIndexToPhysicalPoint(index.tolist())
        )
        for index in indices
    ]
    np.testing.assert_array_equal(places_on(GRID, target, indices), expected)


def test_threads_and_tolerances_are_put_back() -> None:
    process = SimpleITK.ProcessObject
    before = process.GetGlobalDefaultNumberOfThreads()
    with one_thread():
        assert process.GetGlobalDefaultNumberOfThreads() == 1
    assert process.GetGlobalDefaultNumberOfThreads() == before


def _blank(grid: Geometry) -> Volume:
    return Volume(np.zeros(grid.size, dtype=np.uint8), grid)
