"""Lesion shapes against analytic answers, and the truth against what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from radiomics_hcc.datasets.synthetic import SyntheticSettings
from radiomics_hcc.datasets.synthetic.lesion_shape import LesionShape
from radiomics_hcc.datasets.synthetic.lesion_state import Pattern, state_of
from radiomics_hcc.datasets.synthetic.lesions import Lesion
from radiomics_hcc.datasets.synthetic.plan import PatientPlan, Streams
from radiomics_hcc.datasets.synthetic.render import Painter, Scene

FLAT = (0.0,) * 6
BALL = LesionShape((1.0, 1.0, 1.0), 0.0, FLAT)


def painted(number: int, timepoint: str) -> tuple[PatientPlan, Scene]:
    streams = Streams.of(7, number)
    plan = PatientPlan.draw(streams, "PR", 1.0)
    geometry = SyntheticSettings().geometry
    painter = Painter(geometry, plan.physique, plan.attenuation_hu)
    items = plan.course.items(is_first=timepoint == "pre")
    return plan, painter.paint(items, plan.before_look, streams.pre)


def axial_diameter_mm(region: np.ndarray, spacing_mm: tuple[float, float, float]) -> float:
    """Longest distance between pixel centres of one slice, plus one pixel."""
    _, row_mm, column_mm = spacing_mm
    longest = 0.0
    for plane in region[region.any(axis=(1, 2))]:
        points = np.argwhere(plane) * (row_mm, column_mm)
        longest = max(longest, pdist(points).max(initial=0.0) + column_mm)
    return longest


def test_ball_has_its_diameter_and_volume() -> None:
    assert BALL.longest == pytest.approx(2, rel=1e-3)
    assert BALL.perpendicular == pytest.approx(2, rel=1e-3)
    assert BALL.volume == pytest.approx(4 * np.pi / 3, rel=1e-4)
    assert BALL.reach == pytest.approx(1, rel=1e-6)


def test_ellipsoid_has_its_axes_and_volume() -> None:
    shape = LesionShape((0.9, 0.7, 1.0), 0.6, FLAT)
    assert shape.longest == pytest.approx(2.0, rel=5e-3)
    assert shape.perpendicular == pytest.approx(1.4, rel=2e-2)
    assert shape.volume == pytest.approx(4 * np.pi / 3 * 0.63, rel=1e-4)


@pytest.mark.parametrize(("core", "expected"), [(0.6, 1.6), (0.8, 1.2), (0.28, 1.92)])
def test_longest_chord_around_a_core_is_that_of_the_annulus(core: float, expected: float) -> None:
    assert BALL.longest_around_core(core) == pytest.approx(expected, rel=0.03)


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 2**31), fraction=st.floats(0.4, 0.95))
def test_core_for_a_fraction_leaves_that_fraction(seed: int, fraction: float) -> None:
    shape = LesionShape.draw(np.random.default_rng(seed))
    left = shape.longest_around_core(shape.core_for(fraction)) / shape.longest
    assert fraction - 0.06 < left <= fraction


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 2**31), scale=st.floats(0.3, 3))
def test_sizes_scale_with_the_diameter(seed: int, scale: float) -> None:
    shape = LesionShape.draw(np.random.default_rng(seed))
    lesion = Lesion("L1", (0.0, 0.0, 0.0), 20.0, shape)
    small = state_of(lesion, Pattern.FULL, 20.0)
    large = state_of(lesion, Pattern.FULL, 20.0 * scale)
    assert large.viable_mm == pytest.approx(20.0 * scale)
    assert large.perpendicular_mm == pytest.approx(small.perpendicular_mm * scale)
    assert large.volume_ml == pytest.approx(small.volume_ml * scale**3)


def test_viable_nodule_is_a_scaled_copy() -> None:
    state = state_of(Lesion("L1", (0.0, 0.0, 0.0), 30.0, BALL), Pattern.NODULE, 30.0, 0.5)
    assert state.viable_mm == pytest.approx(15.0)
    assert state.viable_volume_ml == pytest.approx(state.volume_ml / 8)


@pytest.mark.parametrize("number", [0, 5])
@pytest.mark.parametrize("timepoint", ["pre", "post"])
def test_truth_agrees_with_the_label_map(number: int, timepoint: str) -> None:
    plan, scene = painted(number, timepoint)
    spacing = SyntheticSettings().spacing_mm
    for label, (_, state) in enumerate(plan.course.items(is_first=timepoint == "pre"), start=1):
        if state.pattern is Pattern.ABSENT:
            continue
        region = scene.lesions == label
        volume = region.sum() * np.prod(spacing) / 1000
        assert volume == pytest.approx(state.volume_ml, rel=0.1)
        assert axial_diameter_mm(region, spacing) == pytest.approx(state.whole_mm, abs=2.5)
        alive = (region & scene.viable).sum() * np.prod(spacing) / 1000
        assert alive == pytest.approx(state.viable_volume_ml, rel=0.12, abs=0.15)
        if state.pattern in (Pattern.NODULE, Pattern.FULL) and state.core == 0:
            measured = axial_diameter_mm(region & scene.viable, spacing)
            assert measured == pytest.approx(state.viable_mm, abs=2.5)


@pytest.mark.parametrize("number", range(6))
def test_lesions_lie_apart_and_within_the_whole_liver(number: int) -> None:
    plan, scene = painted(number, "pre")
    assert (scene.organs[scene.lesions > 0] == 1).all()
    lesions = plan.course.lesions
    for index, one in enumerate(lesions):
        for other in lesions[:index]:
            apart = np.linalg.norm(np.subtract(one.centre_mm, other.centre_mm))
            assert apart > one.reach_mm + other.reach_mm


@pytest.mark.parametrize("number", range(6))
def test_lesions_are_measurable_targets(number: int) -> None:
    plan, _ = painted(number, "pre")
    assert 1 <= len(plan.course.lesions) <= 3
    assert all(state.viable_mm >= 10 for state in plan.course.before)
    sizes = [state.whole_mm for state in plan.course.before]
    assert sizes == sorted(sizes, reverse=True)
