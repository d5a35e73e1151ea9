import numpy as np
import pytest

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import ExtractionError, InputError
from radiomics_hcc.imaging.perturb.chain import Chain
from radiomics_hcc.imaging.perturb.movement import Movement
from radiomics_hcc.imaging.perturb.noise import NoiseAddition, noise_level
from radiomics_hcc.imaging.perturb.scene import Scene, scene_around
from radiomics_hcc.imaging.perturb.supervoxels import (
    ContourRandomisation,
    chosen_supervoxels,
    overlaps,
    smoothed,
    supervoxels,
)
from radiomics_hcc.imaging.perturb.volume_change import VolumeChange
from radiomics_hcc.imaging.places import centroid_mm
from radiomics_hcc.imaging.region import bounding_box

ISOTROPIC = (1.0, 1.0, 1.0)
THICK = (2.5, 0.8, 0.8)


def ball(radius_mm: float, spacing_mm=ISOTROPIC, side_mm: float = 40.0) -> Mask:
    z, y, x = (np.arange(0, side_mm, step) - side_mm / 2 for step in spacing_mm)
    inside = z[:, None, None] ** 2 + y[:, None] ** 2 + x**2 <= radius_mm**2
    origin = (-31.5, 12.0, 100.0)
    return Mask(inside, Geometry(inside.shape, spacing_mm, origin))


def scene_of(mask: Mask, noise: float = 0.0, contrast: float = 60.0, kind=np.int16) -> Scene:
    random = np.random.default_rng(1)
    array = random.normal(0, noise, mask.array.shape) + 100.0 + contrast * mask.array
    stored = np.rint(array) if np.issubdtype(kind, np.integer) else array
    return Scene(Volume(stored.astype(kind), mask.geometry), mask)


def chance(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def dice(first: Mask, second: Mask) -> float:
    both = np.logical_and(first.array, second.array).sum()
    return float(2 * both / (first.array.sum() + second.array.sum()))


# Volume


@pytest.mark.parametrize("spacing_mm", [ISOTROPIC, THICK])
@pytest.mark.parametrize("fraction", [-0.5, -0.15, -0.01, 0.0, 0.02, 0.15, 1.0])
def test_a_contour_changes_by_its_volume_fraction(fraction, spacing_mm):
    lesion = ball(12, spacing_mm)
    changed = VolumeChange(fraction)(scene_of(lesion), chance()).mask
    voxels = int(lesion.array.sum())
    assert int(changed.array.sum()) == round(voxels * (1 + fraction))
    outer, inner = (changed, lesion) if fraction >= 0 else (lesion, changed)
    assert not (inner.array & ~outer.array).any()


@pytest.mark.parametrize("fraction", [-0.3, 0.3])
def test_a_ball_that_grows_or_shrinks_stays_a_ball(fraction):
    lesion = ball(12)
    expected = ball(12 * float(np.cbrt(1 + fraction)))
    assert dice(VolumeChange(fraction)(scene_of(lesion), chance()).mask, expected) > 0.985


def test_growth_goes_on_where_the_image_ends():
    lesion = ball(12)
    half = Mask(lesion.array[20:], Geometry((20, 40, 40), ISOTROPIC))
    changed = VolumeChange(0.5)(scene_of(half), chance()).mask
    assert int(changed.array.sum()) == round(1.5 * int(half.array.sum()))


def test_growth_beyond_the_whole_image_is_told():
    with pytest.raises(ExtractionError, match="no room"):
        VolumeChange(2.0)(
            scene_of(Mask(np.ones((3, 3, 3), bool), Geometry((3, 3, 3), ISOTROPIC))), chance()
        )


def test_a_region_that_vanishes_is_told():
    with pytest.raises(ExtractionError, match="volume: nothing of the region is left"):
        VolumeChange(-0.99)(scene_of(ball(1.0)), chance())


# Movement


def test_without_movement_the_grid_and_every_voxel_stay():
    scene = scene_of(ball(9, THICK), noise=10)
    moved = Movement(margin=1)(scene, chance())
    first = np.rint(
        (np.array(moved.mask.geometry.origin_mm) - scene.mask.geometry.origin_mm)
        / moved.mask.geometry.spacing_mm[::-1]
    ).astype(int)[::-1]
    part = tuple(slice(a, a + n) for a, n in zip(first, moved.mask.array.shape, strict=True))
    np.testing.assert_array_equal(moved.image.array, scene.image.array[part])
    np.testing.assert_array_equal(moved.mask.array, scene.mask.array[part])


def test_whole_voxels_are_a_mere_shift_of_the_grid():
    scene = scene_of(ball(9), noise=10)
    still, moved = Movement()(scene, chance()), Movement(shift_voxels=(1, -2, 3))(scene, chance())
    np.testing.assert_array_equal(moved.image.array, still.image.array)
    np.testing.assert_array_equal(moved.mask.array, still.mask.array)


def test_a_quarter_turn_turns_the_slices():
    array = np.zeros((20, 30, 30), dtype=bool)
    array[8:11, 12:17, 10:21] = True  # its centre is a voxel
    scene = scene_of(Mask(array, Geometry(array.shape, ISOTROPIC)), noise=10, kind=np.float64)
    still = Movement()(scene, chance())
    turned = Movement(angles_deg=(90, 0, 0))(scene, chance())
    boxes = [bounding_box(each.mask.array) for each in (still, turned)]
    for name in ("mask", "image"):
        straight = getattr(still, name).array[boxes[0]]
        back = np.rot90(getattr(turned, name).array[boxes[1]], k=-1, axes=(1, 2))
        np.testing.assert_allclose(back, straight, atol=1e-6)


@pytest.mark.parametrize("angles_deg", [(13, 0, 0), (0, 5, -5), (10, 3, 2)])
@pytest.mark.parametrize("spacing_mm", [ISOTROPIC, THICK])
def test_a_moved_lesion_keeps_its_place_in_the_patient_and_its_size(angles_deg, spacing_mm):
    lesion = ball(12, spacing_mm)
    movement = Movement(angles_deg=angles_deg, shift_voxels=(0.4, -0.3, 0.2))
    moved = movement(scene_of(lesion), chance()).mask
    assert moved.volume_ml == pytest.approx(lesion.volume_ml, rel=0.02)
    moved_mm = centroid_mm(moved) - centroid_mm(lesion)
    assert np.linalg.norm(moved_mm) < max(spacing_mm) / 2  # voxels in or out as a whole
    inside = np.argwhere(moved.array)
    assert inside.min() >= 5  # the margin
    assert (np.array(moved.array.shape) - 1 - inside.max(axis=0) >= 5).all()


def test_a_moved_image_shows_the_same_tissue():
    lesion = ball(12)
    moved = Movement((13, 4, -4), (0.4, -0.3, 0.2), margin=2)(scene_of(lesion), chance())
    values = moved.image.array[moved.mask.array].astype(float)
    assert values.mean() == pytest.approx(160, abs=4)  # half of the rim is liver
    deep = VolumeChange(-0.5)(moved, chance()).mask.array
    assert np.abs(moved.image.array[deep].astype(float) - 160).max() <= 2


def test_the_grid_of_the_features_is_sampled_at_once():
    moved = Movement(spacing_mm=(1, 1, 0))(scene_of(ball(12, THICK)), chance()).mask
    assert moved.geometry.spacing_mm == (1, 1, 0.8)
    assert moved.volume_ml == pytest.approx(ball(12, THICK).volume_ml, rel=0.03)


# Noise


@pytest.mark.parametrize("level", [0.0, 5.0, 20.0])
def test_white_noise_is_estimated_whatever_the_tissue(level):
    flat = scene_of(ball(12), noise=level, contrast=0, kind=np.float32).image
    edges = scene_of(ball(12), noise=level, contrast=80, kind=np.float32).image
    for image in (flat, edges):
        assert noise_level(image) == pytest.approx(level, rel=0.1, abs=0.1)


def test_added_noise_is_as_strong_as_that_of_the_image():
    scene = scene_of(ball(12), noise=15)
    noisy = NoiseAddition(2.0)(scene, chance()).image
    difference = noisy.array.astype(float) - scene.image.array
    assert noisy.array.dtype == np.int16
    assert difference.mean() == pytest.approx(0, abs=0.5)
    assert difference.std() == pytest.approx(30, rel=0.05)


def test_noise_of_a_given_level_needs_no_estimate_and_stays_in_range():
    scene = scene_of(ball(12), kind=np.uint8)
    noisy = NoiseAddition(level=60.0)(scene, chance()).image.array
    assert noisy.dtype == np.uint8
    assert (noisy == 255).any()  # 160 and more: clipped, not begun again at 0
    assert NoiseAddition(0.0)(scene, chance()).image.array.tolist() == scene.image.array.tolist()


# Supervoxels


def test_overlap_is_the_part_of_each_supervoxel_in_the_lesion():
    labels = np.array([[[1, 1, 1, 1, 2, 2, 3, 0]]])
    inside = np.array([[[1, 0, 0, 0, 1, 1, 0, 1]]], dtype=bool)
    assert overlaps(labels, inside).tolist() == [0, 0.25, 1, 0]


def test_which_supervoxels_are_in_by_rule_and_which_by_lot():
    overlap = np.array([0, 0.95, 0.9, 0.6, 0.2, 0.19, 0.0])
    drawn = np.array([chosen_supervoxels(overlap, chance(seed)) for seed in range(2000)])
    share = drawn.mean(axis=0)
    assert share[[0, 5, 6]].tolist() == [0, 0, 0]
    assert share[[1, 2]].tolist() == [1, 1]
    assert share[[3, 4]] == pytest.approx([0.6, 0.2], abs=0.04)


def test_the_largest_overlap_is_always_in():
    overlap = np.array([0, 0.1, 0.15, 0.0])
    assert chosen_supervoxels(overlap, chance()).tolist() == [False, False, True, False]


def test_supervoxels_follow_an_edge_and_cover_the_lesion():
    scene = scene_of(ball(10), noise=5)
    labels = supervoxels(scene.image, scene.mask, 200.0)
    assert (labels[scene.mask.array] > 0).all()
    part = overlaps(labels, scene.mask.array)
    mixed = (part > 0.1) & (part < 0.9)
    assert np.isin(labels, np.flatnonzero(mixed)).sum() < 0.3 * scene.mask.array.sum()


def test_a_sharp_edge_is_hardly_moved_and_none_at_all_a_lot():
    sharp = scene_of(ball(10), noise=5, contrast=60)
    blurred = scene_of(ball(10), noise=5, contrast=0)
    step = ContourRandomisation()
    agreement = [dice(scene.mask, step(scene, chance(2)).mask) for scene in (sharp, blurred)]
    assert agreement[0] > 0.95 > agreement[1] > 0.7


def test_the_new_contour_is_the_same_for_the_same_chance_only():
    scene = scene_of(ball(10), noise=5, contrast=0)
    step = ContourRandomisation()
    first, again, other = (step(scene, chance(seed)).mask for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.array, again.array)
    assert (first.array != other.array).any()


def test_known_supervoxels_are_used_again():
    scene = ContourRandomisation().prepared(scene_of(ball(10), noise=5))
    assert ContourRandomisation()(scene, chance()).supervoxels is scene.supervoxels


@pytest.mark.parametrize("radius_mm", [1.0, 2.0])
def test_a_lesion_of_a_few_voxels_gets_a_contour(radius_mm):
    scene = scene_of(ball(radius_mm), noise=5)
    assert not ContourRandomisation()(scene, chance()).mask.is_empty


def test_smoothing_keeps_the_volume_and_closes_gaps():
    region = ball(10)
    holed = region.array.copy()
    holed[20, 20, 20] = False
    found = smoothed(holed, ISOTROPIC, 1.5)
    assert found.sum() == holed.sum()
    assert found[20, 20, 20]


# Chains and scenes


def test_a_chain_does_one_step_after_the_other():
    scene = scene_of(ball(10), noise=5)
    steps = VolumeChange(0.1), NoiseAddition(), Movement((10, 0, 0))
    expected, generator = scene, chance(4)
    for step in steps:
        expected = step(expected, generator)
    found = Chain(steps)(scene, chance(4))
    np.testing.assert_array_equal(found.image.array, expected.image.array)
    np.testing.assert_array_equal(found.mask.array, expected.mask.array)
    assert Chain()(scene, chance()) is scene


def test_the_scene_given_stays_as_it_is():
    scene = scene_of(ball(10), noise=5)
    image, mask = scene.image.array.copy(), scene.mask.array.copy()
    Chain((ContourRandomisation(), VolumeChange(0.1), NoiseAddition(), Movement((10, 0, 0))))(
        scene, chance()
    )
    np.testing.assert_array_equal(scene.image.array, image)
    np.testing.assert_array_equal(scene.mask.array, mask)


def test_a_scene_is_cut_around_the_lesion_and_keeps_its_place():
    lesion = ball(5, THICK)
    scene = scene_around(scene_of(lesion).image, lesion, 4.0)
    assert scene.mask.array.sum() == lesion.array.sum()
    assert scene.mask.array.shape < lesion.array.shape
    np.testing.assert_allclose(centroid_mm(scene.mask), centroid_mm(lesion))


def test_an_empty_lesion_is_told():
    lesion = ball(5)
    empty = Mask(np.zeros_like(lesion.array), lesion.geometry)
    with pytest.raises(ExtractionError, match="empty"):
        scene_around(scene_of(lesion).image, empty, 4.0)
    with pytest.raises(ExtractionError, match="nothing of the region is left"):
        Movement()(scene_of(empty), chance())


@pytest.mark.parametrize(
    "make",
    [
        lambda: VolumeChange(-1.0),
        lambda: VolumeChange(float("nan")),
        lambda: NoiseAddition(-1.0),
        lambda: NoiseAddition(level=-2.0),
        lambda: Movement(angles_deg=(float("inf"), 0, 0)),
        lambda: Movement(spacing_mm=(-1, 1, 1)),
        lambda: Movement(margin=0),
        lambda: ContourRandomisation(0.0),
        lambda: Scene(scene_of(ball(5)).image, ball(5, THICK)),
    ],
)
def test_settings_without_meaning_are_refused(make):
    with pytest.raises(InputError):
        make()
