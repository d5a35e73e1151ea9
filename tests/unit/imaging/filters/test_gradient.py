"""The gradient magnitude of simple images."""

from __future__ import annotations

import numpy as np

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.imaging.filters.gradient import gradient
from radiomics_hcc.imaging.region import Box

SIZE, SPACING_MM = (6, 7, 8), (2.0, 0.5, 1.0)
INNER: Box = (slice(1, 5), slice(1, 6), slice(2, 7))


def magnitude(array: np.ndarray, box: Box, **settings: object) -> np.ndarray:
    image = Volume(array, Geometry(SIZE, SPACING_MM))
    (response,) = gradient(image, Mask(np.ones(SIZE, bool), image.geometry), box, settings)
    assert response.name == "gradient"
    return response.array


def test_constant_image_has_none():
    assert not magnitude(np.full(SIZE, 7, np.int16), INNER).any()


def test_ramp_gives_its_slope_per_mm_or_per_voxel():
    z, y, _ = np.indices(SIZE)
    ramp = (6 * z + 2 * y).astype(np.int16)
    assert np.all(magnitude(ramp, INNER) == 5)  # 3 per mm along z, 4 per mm along y
    per_voxel = magnitude(ramp, INNER, gradientUseSpacing=False)
    np.testing.assert_allclose(per_voxel, np.sqrt(40), rtol=1e-7)


def test_border_of_the_image_counts_its_own_voxel_as_neighbour():
    ramp = np.broadcast_to(np.arange(8.0), SIZE).copy()
    corner = magnitude(ramp, (slice(0, 2), slice(0, 2), slice(0, 2)))
    assert corner[0, 0].tolist() == [0.5, 1.0]
