from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from radiomics_hcc.domain.volume import Geometry, Mask
from radiomics_hcc.imaging.lesion_matching import (
    LesionLink,
    LinkOutcome,
    MatchRule,
    match_lesions,
)
from radiomics_hcc.imaging.placed_lesion import PlacedLesion, View
from radiomics_hcc.imaging.rigid import RigidTransform

GRID = Geometry((50, 60, 70), (2.0, 1.5, 1.5), (10.0, -20.0, 5.0))
OBLIQUE = Geometry(
    (60, 60, 60),
    (2.0, 1.5, 1.5),
    (40.0, -60.0, 5.0),
    (0.8, -0.6, 0.0, 0.6, 0.8, 0.0, 0.0, 0.0, 1.0),
)


def ball(name: str, centre: tuple[float, float, float], radius_mm: float, grid=GRID, move=None):
    """Ball about an index-space place in mm (z, y, x)."""
    axes = [
        np.arange(n) * step - at
        for n, step, at in zip(grid.size, grid.spacing_mm, centre, strict=True)
    ]
    z, y, x = np.meshgrid(*axes, indexing="ij")
    inside = z**2 + y**2 + x**2 <= radius_mm**2
    assert inside.any()
    return PlacedLesion(name, Mask(inside, grid), move or RigidTransform())


def union(name: str, *parts: PlacedLesion) -> PlacedLesion:
    array = np.logical_or.reduce([part.mask.array for part in parts])
    return PlacedLesion(name, Mask(array, parts[0].mask.geometry))


def told(links: tuple[LesionLink, ...]) -> set[tuple[str, str, str]]:
    return {(str(link.outcome), link.before, link.after) for link in links}


def link_of(links: tuple[LesionLink, ...], before: str, after: str) -> LesionLink:
    return next(link for link in links if (link.before, link.after) == (before, after))


def test_lesion_that_stays_is_matched_with_its_evidence():
    a = ball("A", (50, 45, 50), 12)
    (link,) = match_lesions([a], [ball("a", (50, 45, 50), 12)])
    assert (link.outcome, link.overlap, link.distance_mm) == (LinkOutcome.MATCHED, 1.0, 0.0)
    assert link.share_before == link.share_after == 1.0
    assert link.volume_before_ml == pytest.approx(4 / 3 * np.pi * 1.2**3, rel=0.03)
    assert link.doubts == ()


def test_overlap_of_concentric_balls_is_the_analytic_dice():
    (link,) = match_lesions([ball("A", (50, 45, 50), 20)], [ball("a", (50, 45, 50), 10)])
    assert link.overlap == pytest.approx(2 / (1 + 8), rel=0.03)
    assert link.share_after == 1.0
    assert link.share_before == pytest.approx(1 / 8, rel=0.05)


def test_shifted_grown_and_shrunk_lesions_are_matched():
    before = [ball("A", (30, 30, 30), 8), ball("B", (30, 60, 70), 10), ball("C", (70, 45, 50), 14)]
    after = [ball("a", (34, 33, 30), 8), ball("b", (30, 60, 70), 16), ball("c", (72, 46, 52), 4)]
    links = match_lesions(before, after)
    assert told(links) == {("matched", "A", "a"), ("matched", "B", "b"), ("matched", "C", "c")}
    assert all(link.doubts == () for link in links)


def test_far_lesions_are_vanished_and_new():
    links = match_lesions([ball("A", (20, 20, 20), 8)], [ball("a", (80, 70, 85), 8)])
    assert told(links) == {("vanished", "A", ""), ("new", "", "a")}
    assert all(link.doubts == () for link in links)


def test_vanished_and_new_lesions_near_each_other_are_doubtful():
    links = match_lesions([ball("A", (50, 45, 40), 5)], [ball("a", (50, 45, 62), 5)])
    assert told(links) == {("vanished", "A", ""), ("new", "", "a")}
    assert [link.doubts for link in links] == [
        ("a, 22 mm away, may be the same",),
        ("A, 22 mm away, may be the same",),
    ]


def test_lesion_that_lies_partly_in_another_ones_match_is_doubtful():
    before = [ball("A", (50, 45, 38), 12), ball("B", (50, 45, 60), 10)]
    after = [ball("a", (50, 45, 38), 20)]
    links = match_lesions(before, after)
    assert told(links) == {("matched", "A", "a"), ("vanished", "B", "")}
    (doubt,) = link_of(links, "B", "").doubts
    assert doubt.endswith("% of it lies in a: may be part of it")
    (_, new) = match_lesions(after, before)
    assert (new.outcome, len(new.doubts)) == (LinkOutcome.NEW, 1)
    assert "lies in a: may be part of it" in new.doubts[0]


def test_near_lesion_without_overlap_is_matched_in_doubt():
    (link,) = match_lesions([ball("A", (50, 45, 40), 4)], [ball("a", (50, 45, 50), 4)])
    assert link.outcome is LinkOutcome.MATCHED
    assert link.overlap == 0
    assert link.doubts == ("no overlap, 10 mm apart",)


def test_distance_limit_is_a_parameter():
    pair = [ball("A", (50, 45, 40), 4)], [ball("a", (50, 45, 50), 4)]
    links = match_lesions(*pair, rule=MatchRule(largest_distance_mm=5.0))
    assert told(links) == {("vanished", "A", ""), ("new", "", "a")}


def test_one_lesion_before_and_two_in_its_place_after_is_split():
    whole = ball("A", (50, 45, 50), 20)
    parts = [ball("a", (50, 45, 40), 8), ball("b", (50, 45, 62), 6)]
    links = match_lesions([whole], parts)
    assert told(links) == {("split", "A", "a"), ("split", "A", "b")}
    assert all(link.doubts == () for link in links)


def test_equal_halves_of_a_split_lesion_are_no_rivals():
    whole = ball("A", (50, 45, 50), 20)
    halves = [ball("a", (50, 45, 40), 8), ball("b", (50, 45, 60), 8)]
    assert all(link.doubts == () for link in match_lesions([whole], halves))


def test_two_lesions_before_and_one_over_both_after_is_merged():
    parts = [ball("A", (50, 45, 38), 10), ball("B", (50, 45, 58), 8)]
    links = match_lesions(
        parts, [union("a", ball("", (50, 45, 38), 12), ball("", (50, 45, 58), 10))]
    )
    assert told(links) == {("merged", "A", "a"), ("merged", "B", "a")}


def test_touching_lesions_stay_apart():
    before = [ball("A", (50, 45, 40), 10), ball("B", (50, 45, 60), 10)]
    after = [ball("a", (50, 45, 39), 9), ball("b", (50, 45, 61), 9)]
    assert told(match_lesions(before, after)) == {("matched", "A", "a"), ("matched", "B", "b")}


def test_vanished_lesion_does_not_take_a_fragment_of_its_neighbour():
    before = [ball("A", (50, 45, 45), 15), ball("B", (50, 45, 68), 5)]
    after = [ball("a", (50, 45, 37), 6), ball("b", (50, 45, 54), 5)]
    links = match_lesions(before, after)
    assert told(links) == {("split", "A", "a"), ("split", "A", "b"), ("vanished", "B", "")}


def test_rival_that_fits_as_well_makes_a_match_doubtful():
    before = [ball("A", (50, 45, 44), 8), ball("B", (50, 45, 56), 8)]
    links = match_lesions(before, [ball("a", (50, 45, 50), 8)])
    matched = next(link for link in links if link.outcome is LinkOutcome.MATCHED)
    rival = ({"A", "B"} - {matched.before}).pop()
    assert matched.doubts == (f"{rival} fits nearly as well",)


@pytest.mark.parametrize("seed", range(6))
def test_order_of_lesions_changes_nothing(seed):
    generator = random.Random(seed)
    before = [ball(f"A{k}", (20 + 12 * k, 20 + 9 * k, 80 - 10 * k), 5 + k % 3) for k in range(6)]
    after = [ball(f"a{k}", (22 + 12 * k, 19 + 9 * k, 81 - 10 * k), 5 + k % 2) for k in range(1, 6)]
    expected = match_lesions(before, after)
    assert told(expected) == {("vanished", "A0", "")} | {
        ("matched", f"A{k}", f"a{k}") for k in range(1, 6)
    }
    shuffled = match_lesions(
        generator.sample(before, len(before)), generator.sample(after, len(after))
    )
    assert shuffled == expected


def test_known_movement_and_another_grid_are_undone():
    move = RigidTransform((0.05, -0.1, 0.2), (15.0, -12.0, 8.0), (60.0, 30.0, 50.0))
    fixed = ball("A", (50, 45, 50), 10)
    middle = move.to_moving(fixed.centroid_mm[None])[0]
    direction = np.reshape(OBLIQUE.direction, (3, 3))
    index_mm = (direction.T @ (middle - OBLIQUE.origin_mm))[::-1]
    moved = ball("a", tuple(index_mm), 10, OBLIQUE, move)
    (link,) = match_lesions([fixed], [moved])
    assert link.overlap > 0.93
    assert link.distance_mm < 0.5


def test_lesion_whose_place_was_not_imaged_has_not_vanished():
    half = Geometry((25, 60, 70), GRID.spacing_mm, GRID.origin_mm)
    lesion = ball("A", (80, 45, 50), 8)
    (link,) = match_lesions([lesion], [], views=(View(GRID), View(half)))
    assert link.outcome is LinkOutcome.NOT_IMAGED
    (link,) = match_lesions([], [lesion], views=(View(half), View(GRID)))
    assert (link.outcome, link.doubts) == (LinkOutcome.NEW, ("its place was not imaged before",))


def test_general_doubts_stand_on_every_link():
    links = match_lesions(
        [ball("A", (20, 20, 20), 8)], [ball("a", (80, 70, 85), 8)], doubts=["poor_registration"]
    )
    assert {link.doubts for link in links} == {("poor_registration",)}


@pytest.mark.parametrize(("count_before", "count_after"), [(0, 0), (2, 0), (0, 2)])
def test_scans_without_lesions_have_only_lost_and_new_ones(count_before, count_after):
    makers = [ball(str(k), (30 + 40 * k, 45, 50), 6) for k in range(2)]
    links = match_lesions(makers[:count_before], makers[:count_after])
    outcomes = [str(link.outcome) for link in links]
    assert outcomes == ["vanished"] * count_before + ["new"] * count_after


def test_every_lesion_is_linked_exactly_once_or_belongs_to_a_group():
    places = list(itertools.product((25, 60), (30, 60), (30, 70)))
    before = [ball(f"A{k}", place, 9) for k, place in enumerate(places[:6])]
    after = [ball(f"a{k}", place, 7) for k, place in enumerate(places[2:])]
    links = match_lesions(before, after)
    assert sorted(link.before for link in links if link.before) == [f"A{k}" for k in range(6)]
    assert sorted(link.after for link in links if link.after) == [f"a{k}" for k in range(6)]
