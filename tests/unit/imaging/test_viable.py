"""Viable tissue of lesions in a noisy phantom of the liver, whose truth is known."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import InputError
from radiomics_hcc.imaging.parenchyma import reference_parenchyma
from radiomics_hcc.imaging.viable import ViableRule, liver_enhancement, viable_tissue
from radiomics_hcc.imaging.viable_sizes import measure_viability, viable_lines
from radiomics_hcc.imaging.widths import grown

GRID = Geometry((24, 96, 96), (2.5, 0.75, 0.75))
LIVER, VIABLE, NECROSIS, LIPIODOL, ISODENSE = range(5)
UNENHANCED_HU = np.array([60.0, 48.0, 28.0, 257.0, 48.0])
ARTERIAL_HU = np.array([75.0, 106.0, 33.0, 257.0, 66.0])
NOISE_HU = 15.0
PIXEL_MM = 0.75


@dataclass(frozen=True, eq=False)
class Phantom:
    """A lesion in a liver that fills the image."""

    arterial: Volume
    unenhanced: Volume
    tumour: Mask
    parenchyma: Mask
    viable_ml: float


def radius_mm() -> np.ndarray:
    """Distance of every voxel from the middle of the lesion, mm."""
    middle = np.array([29.0, 36.2, 35.9])
    places = np.moveaxis(np.indices(GRID.size), 0, -1) * np.array(GRID.spacing_mm)
    return np.linalg.norm(places - middle, axis=-1)


def across_mm() -> np.ndarray:
    """Distance along x from the middle of the lesion, mm."""
    return np.broadcast_to(np.arange(96) * PIXEL_MM - 35.9, GRID.size)


def phantom(tissue: np.ndarray, tumour: np.ndarray, noise_hu: float = NOISE_HU) -> Phantom:
    """Both phases of a map of tissues, with independent noise."""
    rng = np.random.default_rng(11)
    phases = [
        Volume(np.rint(hu[tissue] + rng.normal(0, noise_hu, GRID.size)).astype(np.int16), GRID)
        for hu in (ARTERIAL_HU, UNENHANCED_HU)
    ]
    lesion = Mask(tumour, GRID)
    liver = Mask(np.ones(GRID.size, dtype=np.bool_), GRID)
    viable = Mask(tissue == VIABLE, GRID)
    return Phantom(*phases, lesion, reference_parenchyma(liver, [lesion]), viable.volume_ml)


def ball(inside: int, core: int | None = None, noise_hu: float = NOISE_HU) -> Phantom:
    """A ball of 20 mm radius, with a core of 12 mm."""
    radius = radius_mm()
    tissue = np.where(radius <= 20, inside, LIVER)
    if core is not None:
        tissue = np.where(radius <= 12, core, tissue)
    return phantom(tissue, radius <= 20, noise_hu)


def measured(found: Phantom, *, subtract: bool = True, **rule):
    unenhanced = found.unenhanced if subtract else None
    return measure_viability(
        found.arterial,
        found.tumour,
        found.parenchyma,
        unenhanced=unenhanced,
        rule=ViableRule(**rule),
    )


@pytest.fixture(scope="module")
def hollow() -> Phantom:
    return ball(VIABLE, NECROSIS)


@pytest.mark.parametrize("subtract", [True, False])
def test_viable_diameter_passes_beside_the_necrotic_core(hollow, subtract):
    found = measured(hollow, subtract=subtract)
    assert found.viable.viable_mm == pytest.approx(32.0, abs=2 * PIXEL_MM)
    assert found.whole.longest_mm == pytest.approx(40.0, abs=PIXEL_MM)
    assert ("no_subtraction" in found.flags) is not subtract


@pytest.mark.parametrize("subtract", [True, False])
def test_viable_volume_and_necrotic_fraction_are_near_the_truth(hollow, subtract):
    found = measured(hollow, subtract=subtract)
    assert found.viable.viable_volume_ml == pytest.approx(hollow.viable_ml, rel=0.1)
    assert found.necrotic_fraction == pytest.approx((12 / 20) ** 3, abs=0.08)
    assert found.whole.volume_ml == pytest.approx(4 / 3 * math.pi * 8.0, rel=0.02)


def test_wholly_viable_lesion_measures_its_whole_diameter_in_spite_of_noise():
    found = measured(ball(VIABLE))
    assert found.viable.viable_mm == pytest.approx(found.whole.longest_mm, abs=PIXEL_MM)
    assert found.necrotic_fraction < 0.02


@pytest.mark.parametrize("noise_hu", [0.0, 15.0, 25.0])
@pytest.mark.parametrize("subtract", [True, False])
def test_necrotic_lesion_measures_0_mm_whatever_the_noise(noise_hu, subtract):
    found = measured(ball(NECROSIS, noise_hu=noise_hu), subtract=subtract)
    assert found.viable.viable_mm == found.viable.viable_volume_ml == 0.0
    assert found.necrotic_fraction == 1.0
    assert found.viable_lines == ()
    assert "hypovascular" not in found.flags


@pytest.mark.parametrize("subtract", [True, False])
def test_lipiodol_is_not_viable_and_more_than_half_of_it_is_flagged(subtract):
    found = measured(ball(LIPIODOL), subtract=subtract)
    assert found.lipiodol_fraction == pytest.approx(1.0, abs=0.001)
    assert found.viable.viable_mm == 0.0
    assert "lipiodol" in found.flags


def test_lipiodol_in_the_core_leaves_the_rest_viable():
    found = measured(ball(VIABLE, LIPIODOL))
    assert found.lipiodol_fraction == pytest.approx((12 / 20) ** 3, abs=0.02)
    assert "lipiodol" not in found.flags
    beside = [2 * math.sqrt(20**2 - edge**2) for edge in (12 + 1.5, 12)]  # with its seam, without
    assert beside[0] - PIXEL_MM <= found.viable.viable_mm <= beside[1] + PIXEL_MM
    seam = grown(found.tissue.lipiodol.array, GRID.spacing_mm, 1.5)
    assert not (found.tissue.viable.array & seam).any()


def test_tumour_no_brighter_than_the_liver_is_missed_but_flagged():
    found = measured(ball(ISODENSE))
    assert found.necrotic_fraction > 0.9
    assert "hypovascular" in found.flags


def test_threshold_is_that_of_the_liver_but_never_below_the_least_enhancement(hollow):
    by_liver = measured(hollow).tissue
    assert by_liver.parenchyma_mean_hu == pytest.approx(15.0, abs=0.5)
    expected = by_liver.parenchyma_mean_hu + 2 * by_liver.parenchyma_sd_hu
    assert by_liver.threshold_hu == pytest.approx(expected)
    assert measured(hollow, minimum_enhancement_hu=40.0).tissue.threshold_hu == 40.0
    assert measured(hollow, subtract=False, necrosis_hu=99.0).tissue.threshold_hu == 99.0


def test_limits_in_hu_do_not_judge_other_images(hollow):
    as_mr = [
        Volume(image.array * 10.0, GRID, unit="") for image in (hollow.arterial, hollow.unenhanced)
    ]
    found = measure_viability(*as_mr[:1], hollow.tumour, hollow.parenchyma, unenhanced=as_mr[1])
    ct = measured(hollow, minimum_enhancement_hu=0.0)
    np.testing.assert_array_equal(found.tissue.viable.array, ct.tissue.viable.array)
    assert found.lipiodol_fraction == 0.0


def test_expected_thin_rim_is_left_out_only_where_asked():
    rim = cylinder(20.0, 18.2)
    kept, dropped = measured(rim), measured(rim, thin_rim_mm=3.0)
    assert kept.viable.viable_volume_ml > 0.5 * rim.viable_ml
    assert dropped.viable.viable_volume_ml < 0.15 * rim.viable_ml  # where noise made it thick


def test_thick_rim_stays_where_thin_ones_are_left_out():
    rim = cylinder(20.0, 12.0)
    kept, still = measured(rim), measured(rim, thin_rim_mm=3.0)
    assert still.viable.viable_mm == pytest.approx(kept.viable.viable_mm, abs=PIXEL_MM)


def cylinder(outer_mm: float, inner_mm: float) -> Phantom:
    """An upright cylinder that is necrotic but for its rim."""
    _, rows, columns = np.indices(GRID.size) * PIXEL_MM
    radius = np.hypot(rows - 36.2, columns - 35.9)
    tissue = np.select([radius <= inner_mm, radius <= outer_mm], [NECROSIS, VIABLE], LIVER)
    return phantom(tissue, radius <= outer_mm)


def two_nodules() -> Phantom:
    """Nodules of 6 and 4 mm radius in a necrotic lesion."""
    radius, across = radius_mm(), across_mm()
    off_axis = np.sqrt(np.maximum(radius**2 - across**2, 0))
    tissue = np.where(radius <= 20, NECROSIS, LIVER)
    tissue[np.hypot(off_axis, across - 9) <= 6] = VIABLE
    tissue[np.hypot(off_axis, across + 9) <= 4] = VIABLE
    return phantom(tissue, radius <= 20)


def test_largest_fragment_is_measured_and_their_sum_where_asked():
    nodules = two_nodules()
    largest, added = measured(nodules), measured(nodules, fragments="sum")
    assert largest.viable.viable_mm == pytest.approx(12.0, abs=1.5 * PIXEL_MM)
    assert added.viable.viable_mm == pytest.approx(20.0, abs=3 * PIXEL_MM)
    assert [len(found.viable_lines) for found in (largest, added)] == [1, 2]


def test_product_of_added_fragments_is_the_sum_of_their_products():
    added = measured(two_nodules(), fragments="sum")
    products = [line.length_mm * line.perpendicular_mm for line in added.viable_lines]
    sizes = added.viable
    assert sizes.viable_mm * sizes.viable_perpendicular_mm == pytest.approx(sum(products))


def test_empty_mask_measures_0_and_is_said(hollow):
    nothing = Mask(np.zeros(GRID.size, dtype=np.bool_), GRID)
    found = measured(replace(hollow, tumour=nothing))
    assert (found.whole.longest_mm, found.viable.viable_mm) == (0.0, 0.0)
    assert found.flags == ("empty_mask",)
    assert math.isnan(found.necrotic_fraction)
    assert set(found.variants) == {"k_minus", "k_plus", "mask_minus", "mask_plus"}


def test_one_voxel_is_measured_without_an_error(hollow):
    one = np.zeros(GRID.size, dtype=np.bool_)
    one[12, 48, 40] = True
    found = measured(replace(hollow, tumour=Mask(one, GRID)))
    assert found.whole.longest_mm == pytest.approx(PIXEL_MM)
    assert found.viable.viable_mm == 0.0  # a speck
    assert found.variants["mask_minus"]["longest_mm"] == 0.0


def test_moved_mask_changes_the_whole_diameter_by_two_pixels(hollow):
    found = measured(hollow)
    wide, narrow = (found.variants[name]["longest_mm"] for name in ("mask_plus", "mask_minus"))
    assert wide - found.whole.longest_mm == pytest.approx(2 * PIXEL_MM, abs=PIXEL_MM)
    assert found.whole.longest_mm - narrow == pytest.approx(2 * PIXEL_MM, abs=PIXEL_MM)
    assert set(found.variants["mask_plus"]) == {
        "longest_mm",
        "perpendicular_mm",
        "volume_ml",
        "viable_mm",
        "viable_perpendicular_mm",
        "viable_volume_ml",
    }


def test_variants_of_k_are_the_measurement_with_another_k(hollow):
    found = measured(hollow)
    for name, k in (("k_minus", 1.5), ("k_plus", 2.5)):
        again = measured(hollow, k=k).viable
        assert found.variants[name] == {
            "viable_mm": again.viable_mm,
            "viable_perpendicular_mm": again.viable_perpendicular_mm,
            "viable_volume_ml": again.viable_volume_ml,
        }
    assert found.viable_k1_mm == measured(hollow, k=1.0).viable.viable_mm
    assert found.viable_k3_mm == measured(hollow, k=3.0).viable.viable_mm


@settings(max_examples=8, deadline=None, derandomize=True)
@given(st.lists(st.floats(0, 8), min_size=2, max_size=2))
def test_larger_k_never_enlarges_the_viable_part(several):
    found = two_nodules()
    level = liver_enhancement(found.arterial, found.parenchyma)
    low, high = (
        viable_tissue(found.arterial, found.tumour, level, rule=ViableRule(k=k)).viable.array
        for k in sorted(several)
    )
    assert not (high & ~low).any()


def test_lines_lie_where_the_lesion_lies_in_the_whole_image(hollow):
    found = measured(hollow)
    assert found.longest_line is not None
    for line, region in (
        (found.longest_line, hollow.tumour),
        (found.viable_lines[0], found.tissue.viable),
    ):
        middle = np.mean(line.ends_yx_mm, axis=0) / PIXEL_MM
        y, x = np.rint(middle).astype(int)
        near = region.array[line.slice_index, y - 2 : y + 3, x - 2 : x + 3]
        assert near.any()
    alone = viable_lines(found.tissue.viable)[0]
    assert found.viable_lines[0].slice_index == alone.slice_index
    assert np.allclose(found.viable_lines[0].ends_yx_mm, alone.ends_yx_mm)


def test_lesion_at_the_border_of_the_image_is_measured():
    radius = np.roll(radius_mm(), (-11, -40, -40), axis=(0, 1, 2))
    tumour = (radius <= 20) & (np.indices(GRID.size).sum(axis=0) < 90)
    found = measured(phantom(np.where(tumour, VIABLE, LIVER), tumour))
    assert found.viable.viable_mm == pytest.approx(found.whole.longest_mm, abs=2 * PIXEL_MM)


def test_level_of_the_liver_may_be_found_once_for_all_lesions(hollow):
    level = liver_enhancement(hollow.arterial, hollow.parenchyma, unenhanced=hollow.unenhanced)
    once = measure_viability(hollow.arterial, hollow.tumour, level, unenhanced=hollow.unenhanced)
    assert once.viable == measured(hollow).viable


def test_other_grids_are_refused_with_the_difference(hollow):
    other = Geometry(GRID.size, (2.5, 0.75, 0.8))
    with pytest.raises(InputError, match="spacing"):
        viable_tissue(hollow.arterial, Mask(hollow.tumour.array, other), hollow.parenchyma)
    shifted = Volume(hollow.unenhanced.array, other)
    with pytest.raises(InputError, match="different grids"):
        measure_viability(hollow.arterial, hollow.tumour, hollow.parenchyma, unenhanced=shifted)


def test_rule_lists_all_that_is_wrong_with_it():
    with pytest.raises(InputError) as caught:
        ViableRule(k=-1.0, opening_mm=float("nan"), fragments="mean")  # type: ignore[arg-type]
    assert [problem.where for problem in caught.value.problems] == ["k", "opening_mm", "fragments"]
