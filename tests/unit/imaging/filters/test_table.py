"""Every filter keeps the contract of the table."""

from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.features.names import IMAGE_TYPES
from radiomics_hcc.imaging.filters.table import FILTERS

SIZE = (8, 9, 10)
BOX = (slice(2, 5), slice(0, 4), slice(5, 10))


def test_every_image_type_has_its_filter():
    assert tuple(FILTERS) == IMAGE_TYPES


@pytest.mark.parametrize("image_type", IMAGE_TYPES)
def test_responses_have_the_box_and_leave_the_image_alone(image_type: str):
    array = np.random.default_rng(2).integers(-100, 200, SIZE).astype(np.int16)
    image = Volume(array.copy(), Geometry(SIZE, (1.0, 1.0, 1.0)))
    mask = Mask(np.ones(SIZE, bool), image.geometry)
    found = list(FILTERS[image_type](image, mask, BOX, {"sigma": [1.0]}))
    assert found
    for response in found:
        assert response.array.shape == (3, 4, 5)
        assert response.array.flags.c_contiguous
    assert np.array_equal(image.array, array)


@pytest.mark.parametrize("image_type", ["LBP2D", "LBP3D"])
def test_setting_that_is_no_number_is_refused(image_type: str):
    image = Volume(np.zeros(SIZE), Geometry(SIZE, (1.0, 1.0, 1.0)))
    mask = Mask(np.ones(SIZE, bool), image.geometry)
    settings = {"lbp2DRadius": "wide", "lbp3DIcosphereRadius": True}
    with pytest.raises(TypeError, match="must be a number"):
        list(FILTERS[image_type](image, mask, BOX, settings))
