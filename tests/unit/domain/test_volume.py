from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.domain.volume import Geometry, Mask, Volume

GRID = Geometry((4, 5, 6), (3.0, 1.5, 1.5), (10.0, 20.0, 30.0))


def test_equal_grids_differ_in_nothing() -> None:
    assert GRID.differences(Geometry((4, 5, 6), (3.0, 1.5, 1.5), (10.0, 20.0, 30.0))) == []


def test_differences_name_every_part_and_by_how_much() -> None:
    turned = (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    other = Geometry((4, 5, 7), (3.0, 1.5, 1.25), (10.0, 22.5, 30.0), turned)
    size, spacing, origin, direction = GRID.differences(other)
    assert "(4, 5, 6) against (4, 5, 7)" in size
    assert "by 0.25 mm" in spacing
    assert "by 2.5 mm" in origin
    assert "by 2" in direction


def test_rounding_of_a_file_header_is_no_difference() -> None:
    assert GRID.differences(Geometry((4, 5, 6), (3.0, 1.50001, 1.5), (10.0, 20.0005, 30.0))) == []


def test_volume_of_a_mask_is_its_voxels_in_millilitres() -> None:
    inside = np.zeros(GRID.size, dtype=bool)
    inside[1:3, 1:3, 1:3] = True
    assert Mask(inside, GRID).volume_ml == pytest.approx(8 * 6.75 / 1000)
    assert Mask(np.zeros(GRID.size, dtype=bool), GRID).is_empty


def test_an_array_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(6, 5, 4\)"):
        Volume(np.zeros((6, 5, 4), dtype=np.int16), GRID)
