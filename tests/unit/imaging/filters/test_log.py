"""The recursive Laplacian of Gaussian against what it must answer by definition."""

from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.imaging.filters.log import laplacian_of_gaussian, reasons_skipped, recursion
from radiomics_hcc.imaging.filters.response import Response
from radiomics_hcc.imaging.region import Box

SPACING_MM = (2.0, 1.0, 0.5)


def responses(array: np.ndarray, box: Box, sigmas_mm: list[float]) -> list[Response]:
    image = Volume(array, Geometry(array.shape, SPACING_MM))
    mask = Mask(np.ones(array.shape, bool), image.geometry)
    return list(laplacian_of_gaussian(image, mask, box, {"sigma": sigmas_mm}))


def test_constant_image_has_no_response():
    box = (slice(2, 8), slice(0, 9), slice(3, 12))
    (response,) = responses(np.full((10, 12, 14), 100, np.int16), box, [1.5])
    np.testing.assert_allclose(response.array, 0, atol=1e-4)


def test_parabola_gives_its_second_derivative_times_sigma_squared():
    places_mm = (np.arange(120) - 60) * SPACING_MM[2]
    array = np.broadcast_to(places_mm**2, (10, 10, 120)).copy()
    (response,) = responses(array, (slice(4, 6), slice(4, 6), slice(58, 63)), [1.5])
    np.testing.assert_allclose(response.array, 2 * 1.5**2, rtol=1e-4)


def test_bright_voxel_gives_a_symmetric_trough():
    array = np.zeros((31, 31, 31), np.int16)
    array[15, 15, 15] = 1000
    (response,) = responses(array, (slice(0, 31),) * 3, [2.0])
    found = response.array
    assert found[15, 15, 15] == found.min() < 0
    np.testing.assert_allclose(found, found[::-1, ::-1, ::-1], atol=1e-4)


@pytest.mark.parametrize("sigma_mm", [0.7, 2.0, 5.0])
def test_recursion_of_a_constant(sigma_mm: float):
    for second_derivative, answer in ((False, 1.0), (True, 0.0)):
        weights = recursion(sigma_mm, 0.9, second_derivative=second_derivative)
        total = weights.forward.sum() + weights.backward.sum()
        assert total / (1 + weights.feedback.sum()) == pytest.approx(answer, abs=1e-9)


def test_names_carry_sigma_as_written():
    box = (slice(0, 2),) * 3
    found = responses(np.zeros((9, 9, 19)), box, [2, 1.5])
    assert [response.name for response in found] == ["log-sigma-2-mm-3D", "log-sigma-1-5-mm-3D"]


def test_sigma_that_does_not_fit_is_skipped_with_a_reason():
    geometry = Geometry((5, 20, 40), SPACING_MM)
    reasons = reasons_skipped(geometry, {"sigma": [1.0, 8.0, 8.5, 0.0]})
    assert set(reasons) == {8.5, 0.0}
    assert "8.5 mm" in reasons[8.5]
    flat = reasons_skipped(Geometry((3, 20, 40), SPACING_MM), {"sigma": [1.0]})
    assert "4 voxels" in flat[1.0]


def test_sigma_that_is_no_list_is_refused():
    with pytest.raises(TypeError, match="list of numbers"):
        reasons_skipped(Geometry((5, 5, 5), SPACING_MM), {"sigma": 1.0})
