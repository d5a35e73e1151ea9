"""Local binary patterns in the plane of simple images."""

from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.imaging.filters.lbp_2d import lbp_2d
from radiomics_hcc.imaging.filters.response import Response

CENTRE = (slice(0, 1), slice(1, 2), slice(1, 2))


def response(plane: list[list[float]], dtype: type = np.float64, **settings: object) -> Response:
    array = np.array([plane], dtype)
    image = Volume(array, Geometry(array.shape, (1.0, 1.0, 1.0)))
    mask = Mask(np.ones(array.shape, bool), image.geometry)
    (found,) = lbp_2d(image, mask, CENTRE, settings)
    return found


def code(plane: list[list[float]], **settings: object) -> float:
    return float(response(plane, **settings).array[0, 0, 0])


PEAK = [[0, 0, 0], [0, 9, 0], [0, 0, 0]]
FLAT = [[4, 4, 4], [4, 4, 4], [4, 4, 4]]
BRIGHT_RIGHT = [[0, 0, 0], [0, 5, 9], [0, 0, 0]]
BRIGHT_ABOVE = [[0, 9, 0], [0, 5, 0], [0, 0, 0]]


def test_ring_darker_than_the_voxel_is_zero():
    assert code(PEAK) == 0


def test_ring_as_bright_as_the_voxel_counts_every_sample():
    assert code(FLAT, lbp2DSamples=4) == 4


def test_ring_with_many_changes_has_the_code_of_the_rest():
    assert code([[0, 9, 0], [9, 5, 9], [0, 9, 0]], lbp2DSamples=8) == 9


def test_default_code_starts_at_the_right_and_turns_upwards():
    assert code(BRIGHT_RIGHT, lbp2DMethod="default", lbp2DSamples=4) == 1
    assert code(BRIGHT_ABOVE, lbp2DMethod="default", lbp2DSamples=4) == 2


def test_ror_does_not_change_with_rotation():
    assert code(BRIGHT_ABOVE, lbp2DMethod="ror", lbp2DSamples=4) == 1


def test_var_is_the_variance_of_the_ring():
    assert code(BRIGHT_ABOVE, lbp2DMethod="var", lbp2DSamples=4) == pytest.approx(3 * 81 / 16)
    assert np.isnan(code(FLAT, lbp2DMethod="var", lbp2DSamples=4))


def test_number_type_of_the_image_is_kept():
    assert response(PEAK, np.int16).array.dtype == np.int16


def test_planes_in_an_extraction_in_3d_leave_a_note():
    assert len(response(PEAK).notes) == 1
    assert response(PEAK, force2D=True).notes == ()


@pytest.mark.parametrize(
    "settings", [{"lbp2DMethod": "nearest"}, {"lbp2DMethod": "ror", "lbp2DSamples": 32}]
)
def test_impossible_settings_are_refused(settings: dict[str, object]):
    with pytest.raises(ExtractionError, match="lbp2D"):
        response(PEAK, **settings)
