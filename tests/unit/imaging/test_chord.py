"""Diameters of shapes whose answer is known, to within a pixel."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from radiomics_hcc.domain.volume import Geometry, Mask
from radiomics_hcc.errors import InputError
from radiomics_hcc.features.diameters import largest_diameters
from radiomics_hcc.imaging.chord import AxialDiameter, longest_diameter, longest_viable_chord

FINE = (2.5, 0.75, 0.75)
SPACINGS = (FINE, (1.0, 0.6, 0.9), (5.0, 1.0, 1.0), (5.0, 0.9, 0.6))
Rule = Callable[[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]], object]


def mask_of(
    inside: Rule, spacing_mm: tuple[float, float, float], reach_mm: tuple[float, float, float]
) -> Mask:
    """A mask by a rule on places (z, y, x) in mm around the middle, with a border outside."""
    size = tuple(
        2 * math.ceil(reach / step) + 5 for reach, step in zip(reach_mm, spacing_mm, strict=True)
    )
    geometry = Geometry(size, spacing_mm)  # type: ignore[arg-type]  # three numbers
    z, y, x = (
        (np.arange(count) - count // 2 + 0.2) * step
        for count, step in zip(size, spacing_mm, strict=True)
    )
    found = np.broadcast_to(inside(z[:, None, None], y[:, None], x), size)
    return Mask(found.astype(np.bool_), geometry)


def flat(inside: Callable[..., object], spacing_mm: tuple[float, float, float], reach: float):
    """One slice, by a rule on (y, x)."""
    return mask_of(
        lambda z, y, x: (np.abs(z) < 0.3 * spacing_mm[0]) & inside(y, x),
        spacing_mm,
        (spacing_mm[0], reach, reach),
    )


def annulus(outer: float, inner: float, spacing_mm: tuple[float, float, float] = FINE) -> Mask:
    return flat(
        lambda y, x: (y * y + x * x <= outer**2) & (y * y + x * x > inner**2), spacing_mm, outer
    )


def pixels(rows: list[str], spacing_mm: tuple[float, float, float] = (5.0, 1.0, 1.0)) -> Mask:
    """A slice drawn with '#'."""
    array = np.array([[[letter == "#" for letter in row] for row in rows]])
    return Mask(array, Geometry(array.shape, spacing_mm))


def chord(mask: Mask, **settings: float) -> AxialDiameter:
    found = longest_viable_chord(mask, **settings)
    assert found is not None
    return found


def diameter(mask: Mask) -> AxialDiameter:
    found = longest_diameter(mask)
    assert found is not None
    return found


def pixel_mm(mask: Mask) -> float:
    return max(mask.geometry.spacing_mm[1:])


@pytest.mark.parametrize("spacing_mm", SPACINGS)
@pytest.mark.parametrize(("outer", "inner", "expected"), [(30, 18, 48.0), (25, 20, 30.0)])
def test_ring_is_as_long_as_its_tangent_chord(outer, inner, expected, spacing_mm):
    ring = annulus(outer, inner, spacing_mm)
    assert chord(ring).length_mm == pytest.approx(expected, abs=pixel_mm(ring))


@pytest.mark.parametrize("spacing_mm", SPACINGS)
def test_whole_ring_is_as_wide_as_its_outline(spacing_mm):
    ring = annulus(30, 18, spacing_mm)
    found = diameter(ring)
    assert found.length_mm == pytest.approx(60.0, abs=pixel_mm(ring))
    assert found.perpendicular_mm == pytest.approx(60.0, abs=pixel_mm(ring))


def test_product_of_a_ring_shrinks_as_its_area_does():
    ring, disc = chord(annulus(30, 18)), chord(annulus(30, 0))
    products = [found.length_mm * found.perpendicular_mm for found in (ring, disc)]
    assert products[0] / products[1] == pytest.approx(1 - 18**2 / 30**2, abs=0.03)


@pytest.mark.parametrize("spacing_mm", [(1.0, 0.75, 0.75), (2.5, 0.6, 0.9)])
def test_hollow_ball_is_as_long_as_the_chord_beside_its_core(spacing_mm):
    def shell(z, y, x):
        radius = np.sqrt(z * z + y * y + x * x)
        return (radius <= 20) & (radius > 12)

    ball = mask_of(shell, spacing_mm, (20.0, 20.0, 20.0))
    slices_past_the_core = 2 * math.sqrt(20**2 - 12**2)  # the same in every slice that meets it
    assert chord(ball).length_mm == pytest.approx(slices_past_the_core, abs=pixel_mm(ball))
    assert diameter(ball).length_mm == pytest.approx(40.0, abs=pixel_mm(ball))


@pytest.mark.parametrize("spacing_mm", SPACINGS)
def test_half_disc_is_a_diameter_long_and_a_radius_across(spacing_mm):
    half = flat(lambda y, x: (y * y + x * x <= 30**2) & (y > 0), spacing_mm, 30.0)
    for found in (chord(half), diameter(half)):
        assert found.length_mm == pytest.approx(60.0, abs=pixel_mm(half))
        assert found.perpendicular_mm == pytest.approx(30.0, abs=pixel_mm(half))


def test_c_shape_is_measured_along_an_arm_but_whole_across_its_bay():
    def shape(y, x):
        frame = (np.abs(y) <= 20) & (np.abs(x) <= 20)
        return frame & ~((np.abs(y) <= 14) & (x > -14))

    letter = flat(shape, FINE, 20.0)
    back = math.hypot(6.0, 40.0)  # from corner to corner of a straight arm
    assert chord(letter, gap_tolerance_mm=0.0).length_mm == pytest.approx(back, abs=0.75)
    assert diameter(letter).length_mm == pytest.approx(
        math.hypot(40, 40), abs=1.0
    )  # corners are cut


def test_thick_septum_parts_a_disc_into_two_islands():
    parted = flat(lambda y, x: (y * y + x * x <= 30**2) & (np.abs(x) > 3), FINE, 30.0)
    segment = 2 * math.sqrt(30**2 - 3**2)  # chord along the septum
    assert chord(parted).length_mm == pytest.approx(segment, abs=0.75)
    direction = np.subtract(*chord(parted).ends_yx_mm)
    assert abs(direction[0]) > 50.0  # along it, not across


def test_gap_is_passed_over_up_to_the_tolerance():
    slit = pixels(["#########.#########"] * 9 + ["........###........"])
    assert chord(slit, gap_tolerance_mm=0.9).length_mm < 15.0  # within one half
    assert along_a_row(slit, 1.01) == pytest.approx(19.0)
    bridged = pixels(["#########.#########", "###################"])
    assert along_a_row(bridged, 0.0) == pytest.approx(19.0)  # on the bridge


def along_a_row(mask: Mask, tolerance_mm: float) -> float:
    """How far the longest line reaches along x."""
    first, second = chord(mask, gap_tolerance_mm=tolerance_mm).ends_yx_mm
    return abs(first[1] - second[1])


def test_septum_without_a_bridge_is_never_passed_over():
    two = pixels(["######.######"] * 3)
    assert chord(two, gap_tolerance_mm=10.0).length_mm < 7.0
    assert diameter(two).length_mm < 7.0


def test_islands_do_not_add_up():
    islands = flat(
        lambda y, x: ((x + 15) ** 2 + y * y <= 8**2) | ((x - 15) ** 2 + y * y <= 5**2), FINE, 25.0
    )
    assert chord(islands).length_mm == pytest.approx(16.0, abs=0.75)


def test_upright_cylinder_measures_its_axial_diameter_not_its_length():
    upright = mask_of(
        lambda z, y, x: (np.abs(z) < 50) & (y * y + x * x <= 10**2), FINE, (50.0, 10.0, 10.0)
    )
    assert chord(upright).length_mm == pytest.approx(20.0, abs=0.75)
    assert diameter(upright).length_mm == pytest.approx(20.0, abs=0.75)


def test_largest_slice_is_named():
    cone = mask_of(
        lambda z, y, x: y * y + x * x <= (0.5 * (z + 20)).clip(0) ** 2, FINE, (20.0, 22.0, 22.0)
    )
    last = int(np.flatnonzero(cone.array.any(axis=(1, 2)))[-1])
    assert diameter(cone).slice_index == chord(cone).slice_index == last


def test_one_voxel_is_as_long_as_its_longer_side():
    one = pixels(["...", ".#.", "..."], (5.0, 0.6, 0.9))
    for found in (chord(one), diameter(one)):
        assert (found.length_mm, found.perpendicular_mm) == pytest.approx((0.9, 0.6), abs=1e-3)
        assert found.ends_yx_mm == pytest.approx(np.array([[0.6, 0.45], [0.6, 1.35]]))


def test_row_of_pixels_is_as_long_as_all_of_them_and_one_wide():
    row = pixels(["#######"], (5.0, 0.5, 0.75))
    assert (chord(row).length_mm, chord(row).perpendicular_mm) == pytest.approx(
        (5.25, 0.5), abs=1e-3
    )


def test_diagonal_neighbours_hang_together():
    stairs = Mask(np.eye(6, dtype=np.bool_)[None], Geometry((1, 6, 6), (5.0, 1.0, 1.0)))
    found = chord(stairs, gap_tolerance_mm=0.0).length_mm
    assert found == pytest.approx(6 * math.sqrt(2), abs=1.0)


def test_nothing_has_no_diameter():
    nothing = pixels(["...", "..."])
    assert longest_diameter(nothing) is None
    assert longest_viable_chord(nothing) is None


def test_mask_may_fill_the_image_to_its_edges():
    full = pixels(["####", "####", "####"])
    assert diameter(full).length_mm == pytest.approx(math.hypot(3, 4), abs=1.0)


@pytest.mark.parametrize("tolerance_mm", [-1.0, float("nan")])
def test_senseless_tolerance_is_refused(tolerance_mm):
    with pytest.raises(InputError, match="gap tolerance"):
        longest_viable_chord(pixels(["#"]), gap_tolerance_mm=tolerance_mm)


def test_ends_lie_on_the_edge_of_the_lesion_as_far_apart_as_the_diameter():
    disc = annulus(20, 0)
    found = diameter(disc)
    for ends, length in (
        (found.ends_yx_mm, found.length_mm),
        (found.perpendicular_ends_yx_mm, found.perpendicular_mm),
    ):
        assert math.dist(*ends) == pytest.approx(length)
        middle = (np.array(disc.array.shape[1:]) // 2 - 0.2 / 0.75 * np.array([0.75, 0.75])) * 0.75
        radii = [math.dist(end, middle) for end in ends]
        assert radii == pytest.approx([20.0, 20.0], abs=1.0)


def test_perpendicular_is_at_right_angles():
    ellipse = flat(lambda y, x: (y + x) ** 2 / 20**2 + (y - x) ** 2 / 9**2 <= 2, FINE, 25.0)
    found = chord(ellipse)
    along, across = (
        np.subtract(*ends) for ends in (found.ends_yx_mm, found.perpendicular_ends_yx_mm)
    )
    cosine = along @ across / np.linalg.norm(along) / np.linalg.norm(across)
    assert abs(cosine) <= math.sin(math.radians(3.01))
    assert (found.length_mm, found.perpendicular_mm) == pytest.approx((40.0, 18.0), abs=1.0)


def test_whole_diameter_is_that_of_the_mesh_in_its_slice():
    rng = np.random.default_rng(3)
    noise = rng.standard_normal((3, 24, 30)).cumsum(axis=1).cumsum(axis=2)
    _, rows, columns = np.indices(noise.shape)
    lesion = (noise > np.quantile(noise, 0.4)) | (np.hypot(rows - 12, columns - 15) < 8)
    lesion[0], lesion[2] = np.triu(lesion[0]), lesion[2] & (columns[2] < 9)
    for spacing_mm in SPACINGS:
        for part in np.eye(3, dtype=np.bool_):
            one = np.pad(_largest_part(lesion & part[:, None, None]), 1)
            expected = largest_diameters(one, spacing_mm).slice_mm
            assert diameter(Mask(one, Geometry(one.shape, spacing_mm))).length_mm == pytest.approx(
                expected
            )


def _largest_part(region):
    labels, count = ndimage.label(region, np.ones((3, 3, 3)))
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    return labels == sizes.argmax()
