"""Local binary patterns in space of simple images."""

from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.imaging.filters.lbp_3d import icosphere, lbp_3d

SIZE = (5, 6, 7)
INNER = (slice(1, 4), slice(2, 4), slice(2, 5))


def patterns(array: np.ndarray, inside: np.ndarray, **settings: object) -> dict[str, np.ndarray]:
    image = Volume(array, Geometry(SIZE, (1.0, 1.0, 1.0)))
    found = lbp_3d(image, Mask(inside, image.geometry), INNER, settings)
    return {response.name: response.array for response in found}


@pytest.mark.parametrize(("subdivisions", "vertices"), [(0, 12), (1, 42), (2, 162)])
def test_icosphere(subdivisions: int, vertices: int):
    sphere = icosphere(subdivisions, 1.7)
    assert sphere.shape == (vertices, 3)
    np.testing.assert_allclose(np.linalg.norm(sphere, axis=1), 1.7, rtol=1e-12)
    np.testing.assert_allclose(sphere.sum(axis=0), 0, atol=1e-12)


def test_constant_image_has_full_patterns_and_no_kurtosis():
    found = patterns(np.full(SIZE, 50, np.int16), np.ones(SIZE, bool))
    assert list(found) == ["lbp-3D-m1", "lbp-3D-m2", "lbp-3D-k"]
    # c_00 = 42 Y_00 with Y_00^2 = 1 / (4 pi), at 42 vertices
    np.testing.assert_allclose(found["lbp-3D-m1"], 42**1.5 / (4 * np.pi), rtol=1e-12)
    assert np.isnan(found["lbp-3D-k"]).all()


def test_peak_has_an_empty_pattern():
    array = np.zeros(SIZE, np.int16)
    array[2, 3, 3] = 100
    inside = array > 0
    found = patterns(array, inside)
    assert found["lbp-3D-m1"][1, 1, 1] == 0
    assert found["lbp-3D-m2"][1, 1, 1] == 0


def test_voxels_outside_the_mask_are_zero():
    inside = np.zeros(SIZE, bool)
    inside[2, 3, 3] = True
    array = np.random.default_rng(1).normal(size=SIZE)
    array[2, 3, 3] = 0.0
    found = patterns(array, inside)
    for band in found.values():
        assert not band[~inside[INNER]].any()
    assert found["lbp-3D-m1"][1, 1, 1] > 0


def test_first_subdivision_has_a_vertex_on_each_axis():
    for axis in np.eye(3):
        assert np.any(np.all(icosphere(1, 1.0) == axis, axis=1))
