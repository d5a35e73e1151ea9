from __future__ import annotations

import numpy as np
import pytest
import SimpleITK

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.imaging.itk import to_itk, to_mask, to_volume
from radiomics_hcc.imaging.places import (
    centroid_mm,
    indices_at,
    is_inside,
    positions_mm,
    voxel_positions_mm,
)
from radiomics_hcc.imaging.register import (
    normalised_mutual_information,
    register_phases,
    register_rigidly,
)
from radiomics_hcc.imaging.rigid import (
    IDENTITY,
    RigidTransform,
    from_itk,
    grid_of,
    itk_transform,
    resample_mask,
    resample_volume,
)

GRID = Geometry((34, 56, 64), (5.0, 3.2, 3.5), (-112.0, -90.0, -82.0))
THIN = Geometry((50, 72, 80), (3.5, 2.7, 2.9), (-110.0, -98.0, -84.0))
MOVES = [
    RigidTransform((0.0, 0.0, 0.0), (12.0, -8.0, 9.0)),
    RigidTransform((0.08, -0.05, 0.1), (-6.0, 10.0, -12.0)),
    RigidTransform((-0.1, 0.04, -0.15), (25.0, 15.0, 20.0)),
]


def scene(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A liver with vessels beside a spine and in fat, at patient positions: HU and liver."""
    x, y, z = np.moveaxis(points, -1, 0)
    liver = (x / 70) ** 2 + (y / 55) ** 2 + (z / 50) ** 2 + 0.25 * np.sin(x / 25 + y / 30) < 1
    hu = np.full(x.shape, -100.0)
    hu[(x - 60) ** 2 + (y - 60) ** 2 < 20**2] = 200
    hu[liver] = 100
    for shift, tilt, radius in ((-30, 0.4, 7), (5, -0.3, 6), (30, 0.1, 5)):
        hu[liver & ((x - shift - tilt * z) ** 2 + (y - tilt * z) ** 2 < radius**2)] = 170
    return hu, liver


def scan(grid: Geometry, move: RigidTransform = IDENTITY, *, seed: int = 0, noise_hu: float = 15.0):
    """The scene after a movement, with noise."""
    indices = np.stack(np.meshgrid(*map(np.arange, grid.size), indexing="ij"), axis=-1)
    places = move.to_fixed(positions_mm(grid, indices.reshape(-1, 3)))
    hu, liver = scene(places)
    noisy = hu + np.random.default_rng(seed).normal(0, noise_hu, hu.shape)
    array = noisy.reshape(grid.size).astype(np.float32)
    return Volume(array, grid), Mask(liver.reshape(grid.size), grid)


def worst_error_mm(found: RigidTransform, true: RigidTransform, region: Mask) -> float:
    points = voxel_positions_mm(region)
    return float(np.linalg.norm(found.to_moving(points) - true.to_moving(points), axis=1).max())


@pytest.mark.parametrize("move", MOVES[1:])
def test_known_movement_is_found_within_a_millimetre_and_a_degree(move):
    fixed, liver = scan(GRID)
    moving, moved_liver = scan(THIN, move, seed=1)
    found = register_rigidly(fixed, moving, fixed_region=liver, moving_region=moved_liver)
    assert worst_error_mm(found.transform, move, liver) < 1.0
    assert found.transform.rotation_deg == pytest.approx(move.rotation_deg, abs=1.0)
    assert found.similarity_after > found.similarity_before
    assert found.overlap > 0.97
    assert found.flags == ()


def test_without_a_liver_the_whole_images_are_registered_and_that_is_said():
    fixed, liver = scan(GRID)
    moving, _ = scan(GRID, MOVES[1], seed=1)
    found = register_rigidly(fixed, moving)
    assert worst_error_mm(found.transform, MOVES[1], liver) < 1.0
    assert found.flags == ("no_liver_mask",)
    assert found.overlap is None


def test_same_seed_gives_the_same_numbers_and_no_input_is_changed():
    fixed, liver = scan(GRID)
    moving, moved = scan(THIN, MOVES[0], seed=1)
    before = [one.array.copy() for one in (fixed, liver, moving, moved)]
    first, again = (
        register_rigidly(fixed, moving, fixed_region=liver, moving_region=moved, seed=4)
        for _ in range(2)
    )
    assert first == again
    assert worst_error_mm(first.transform, MOVES[0], liver) < 1.0
    for one, array in zip((fixed, liver, moving, moved), before, strict=True):
        np.testing.assert_array_equal(one.array, array)


def test_images_of_different_things_are_poorly_registered():
    fixed, liver = scan(GRID)
    noise = Volume(np.random.default_rng(3).normal(0, 50, GRID.size).astype(np.float32), GRID)
    slab = np.zeros(GRID.size, dtype=bool)
    slab[:, 2:10, 2:90] = True
    found = register_rigidly(fixed, noise, fixed_region=liver, moving_region=Mask(slab, GRID))
    assert found.is_poor


def test_phases_that_lie_alike_stay_where_they_are():
    arterial, liver = scan(GRID)
    unenhanced, _ = scan(GRID, seed=1)
    halved = Volume(unenhanced.array * 0.5, GRID)
    found = register_phases(arterial, halved, liver)
    assert found.transform.is_identity or found.transform.shift_mm < 0.3
    assert found.flags == ()


def test_breathing_between_phases_is_found():
    move = RigidTransform((0.0, 0.02, 0.0), (1.0, 2.0, 11.0))
    arterial, liver = scan(GRID)
    unenhanced, _ = scan(GRID, move, seed=1)
    found = register_phases(arterial, unenhanced, liver)
    assert worst_error_mm(found.transform, move, liver) < 1.0
    assert found.flags == ()


def test_movement_larger_than_breathing_is_refused():
    arterial, liver = scan(GRID)
    far = RigidTransform(translation_mm=(0.0, 38.0, 0.0))
    unenhanced, _ = scan(GRID, far, seed=1)
    found = register_phases(arterial, unenhanced, liver)
    assert found.transform.is_identity
    assert found.is_poor


def test_phase_without_anything_in_common_is_poor_only_on_another_grid():
    arterial, liver = scan(GRID)
    empty = {grid: Volume(np.zeros(grid.size, np.float32), grid) for grid in (GRID, THIN)}
    assert register_phases(arterial, empty[GRID], liver).flags == ()
    assert register_phases(arterial, empty[THIN], liver).flags == ("poor_registration",)


@pytest.mark.parametrize("move", MOVES)
def test_transform_moves_points_as_itk_does_and_back(move):
    move = RigidTransform(move.angles_rad, move.translation_mm, (5.0, -3.0, 12.0))
    points = np.random.default_rng(0).uniform(-80, 80, (20, 3))
    itk = itk_transform(move)
    expected = [itk.TransformPoint(point.tolist()) for point in points]
    np.testing.assert_allclose(move.to_moving(points), expected, atol=1e-9)
    np.testing.assert_allclose(move.to_fixed(move.to_moving(points)), points, atol=1e-9)
    assert from_itk(itk) == move


def test_rotation_and_shift_of_a_transform():
    quarter = RigidTransform((0.0, 0.0, np.pi / 2), (3.0, 4.0, 0.0), (9.0, 9.0, 9.0))
    assert quarter.rotation_deg == pytest.approx(90)
    assert quarter.shift_mm == 5
    assert not quarter.is_identity
    assert IDENTITY.is_identity


def test_resampling_brings_the_moving_scan_onto_the_fixed_grid():
    fixed, liver = scan(GRID, noise_hu=0.0)
    moving, moved = scan(THIN, MOVES[1], noise_hu=0.0)
    back = resample_volume(moving, GRID, MOVES[1], outside=-100.0)
    inner = SimpleITK.BinaryErode(to_itk(liver), [3, 3, 2])
    inside = to_mask(inner).array
    assert back.geometry == GRID
    assert np.abs(back.array[inside] - fixed.array[inside]).mean() < 4
    overlap = np.logical_and(resample_mask(moved, GRID, MOVES[1]).array, liver.array).sum()
    assert 2 * overlap / (2 * liver.array.sum()) > 0.97


def test_resampling_without_movement_changes_nothing():
    volume, liver = scan(GRID)
    np.testing.assert_allclose(resample_volume(volume, GRID, outside=0.0).array, volume.array)
    np.testing.assert_array_equal(resample_mask(liver, GRID).array, liver.array)


def test_mutual_information_of_equal_unrelated_and_constant_images():
    generator = np.random.default_rng(0)
    first, second = generator.normal(size=(2, 200_000))
    assert normalised_mutual_information(first, first) == pytest.approx(2.0)
    assert normalised_mutual_information(first, second) == pytest.approx(1.0, abs=0.01)
    assert normalised_mutual_information(first, np.zeros_like(first)) == pytest.approx(1.0)
    assert normalised_mutual_information(np.zeros(5), np.zeros(5)) == 1.0


def test_positions_agree_with_itk_on_an_oblique_grid():
    grid = Geometry(
        (7, 8, 9), (3.0, 2.0, 1.5), (4.0, -5.0, 6.0), (0.8, -0.6, 0, 0.6, 0.8, 0, 0, 0, 1)
    )
    image = grid_of(grid)
    indices = np.array([[0, 0, 0], [3, 5, 2], [6, 7, 8]])
    expected = [image.TransformIndexToPhysicalPoint(index[::-1].tolist()) for index in indices]
    np.testing.assert_allclose(positions_mm(grid, indices), expected)
    np.testing.assert_array_equal(indices_at(grid, positions_mm(grid, indices)), indices)
    assert to_volume(image).geometry == grid


def test_centroid_and_inside_of_a_region():
    array = np.zeros((5, 5, 5), dtype=bool)
    array[1:4, 2, 3] = True
    mask = Mask(array, Geometry((5, 5, 5), (2.0, 1.0, 1.0)))
    np.testing.assert_allclose(centroid_mm(mask), [3, 2, 4])
    asked = np.array([[3.2, 2.4, 4.9], [3.0, 2.0, 9.9], [-3.0, 2.0, 4.0]])
    assert is_inside(mask, asked).tolist() == [True, False, False]
    assert np.isnan(centroid_mm(Mask(np.zeros_like(array), mask.geometry))).all()
