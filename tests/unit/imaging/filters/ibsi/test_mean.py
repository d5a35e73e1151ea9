"""Mean filter."""

from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.imaging.filters.ibsi import Mean

CUBIC_MM = (1.0, 1.0, 1.0)


def test_impulse_spreads_over_the_support() -> None:
    image = np.zeros((5, 5, 5))
    image[2, 2, 2] = 27.0
    response = Mean(3, "zero")(image, CUBIC_MM)
    np.testing.assert_allclose(response[1:4, 1:4, 1:4], 1.0)
    assert response.sum() == pytest.approx(27.0)


def test_by_slice_leaves_the_other_slices_alone() -> None:
    image = np.zeros((3, 5, 5))
    image[1, 2, 2] = 9.0
    response = Mean(3, "zero", by_slice=True)(image, CUBIC_MM)
    np.testing.assert_allclose(response[1, 1:4, 1:4], 1.0)
    assert not response[[0, 2]].any()


def test_one_voxel_and_a_constant_region_keep_their_value() -> None:
    for shape in ((1, 1, 1), (4, 3, 2)):
        np.testing.assert_allclose(Mean(5)(np.full(shape, 7.0), CUBIC_MM), 7.0)


@pytest.mark.parametrize("support", [0, 4, -3])
def test_support_without_a_middle_is_refused(support: int) -> None:
    with pytest.raises(ValueError, match="odd"):
        Mean(support)
