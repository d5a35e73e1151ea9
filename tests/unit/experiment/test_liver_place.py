import numpy as np
import pytest

from radiomics_hcc.domain.volume import Geometry, Mask
from radiomics_hcc.experiment.liver_place import LiverPlace

GRID = Geometry((20, 40, 60), (5.0, 2.0, 1.0))


def box(geometry, *sides):
    array = np.zeros(geometry.size, dtype=bool)
    array[tuple(slice(first, last + 1) for first, last in sides)] = True
    return Mask(array, geometry)


LIVER = box(GRID, (4, 14), (10, 30), (0, 40))
LESION = box(GRID, (9, 9), (15, 25), (8, 12))


def test_place_is_the_share_of_the_livers_box_and_the_radius_is_in_mm():
    place = LiverPlace.of(LESION, LIVER)
    assert place.share == pytest.approx((0.5, 0.5, 0.25))
    assert place.radius_mm == pytest.approx(10)  # 10 steps of 2 mm along y


def test_the_same_image_gives_the_same_voxel():
    assert LiverPlace.of(LESION, LIVER).voxel(GRID, LIVER) == (9, 20, 10)


def test_a_shifted_liver_takes_the_place_along():
    moved = box(GRID, (6, 16), (14, 34), (10, 50))
    assert LiverPlace.of(LESION, LIVER).voxel(GRID, moved) == (11, 24, 20)


@pytest.mark.parametrize("liver", [None, Mask(np.zeros(GRID.size, dtype=bool), GRID)])
def test_without_a_liver_the_share_of_the_image_is_taken(liver):
    place = LiverPlace.of(LESION, liver)
    finer = Geometry((39, 79, 119), (2.5, 1.0, 0.5))
    assert place.voxel(finer, liver) == (18, 40, 20)


def test_a_lesion_outside_of_the_liver_stays_inside_of_the_image():
    outside = box(GRID, (19, 19), (38, 38), (58, 58))
    small = Geometry((5, 8, 12), (5.0, 2.0, 1.0))
    assert LiverPlace.of(outside, LIVER).voxel(small, None) == (4, 7, 11)


def test_an_array_that_runs_the_other_way_has_the_place_mirrored():
    against = (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0)
    turned = Geometry(GRID.size, GRID.spacing_mm, direction=against)
    liver = Mask(LIVER.array[:, ::-1, ::-1], turned)
    assert LiverPlace.of(LESION, LIVER).voxel(turned, liver) == (9, 39 - 20, 59 - 10)
