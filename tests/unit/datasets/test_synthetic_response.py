"""True response, planted signal and readers of the synthetic cohort."""

from __future__ import annotations

from collections import Counter
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, stats

from radiomics_hcc.datasets.synthetic import SyntheticSettings
from radiomics_hcc.datasets.synthetic.course import Course, target_response
from radiomics_hcc.datasets.synthetic.plan import PatientPlan, Streams
from radiomics_hcc.datasets.synthetic.readers import READERS, measurement_rows
from radiomics_hcc.datasets.synthetic.render import Painter
from radiomics_hcc.datasets.synthetic.scanner import SCANNERS, Scanner, slice_weights
from radiomics_hcc.datasets.synthetic.treatment import intended_response

SMALL = SyntheticSettings.small().geometry
READ_PATIENTS = 90


def classify(baseline: Fraction, current: Fraction, *, others_alive: bool, new: bool) -> str:
    """mRECIST at the first follow-up, written from the definition."""
    if new:
        return "PD"
    if current == 0:
        return "PR" if others_alive else "CR"
    change = (current - baseline) / baseline
    if change >= Fraction(20, 100):
        return "PD"
    return "PR" if change <= Fraction(-30, 100) else "SD"


def true_class(course: Course) -> str:
    def total(states: tuple) -> Fraction:
        return sum((Fraction(round(state.viable_mm * 10), 10) for state in states[:2]), Fraction(0))

    return classify(
        total(course.before),
        total(course.after),
        others_alive=any(state.viable_mm > 0 for state in course.after[2:]),
        new=course.new is not None and course.new_is_typical,
    )


@pytest.fixture(scope="module")
def plans() -> list[PatientPlan]:
    return [
        PatientPlan.draw(Streams.of(7, number), intended_response(7, number), 1.0)
        for number in range(READ_PATIENTS)
    ]


@pytest.fixture(scope="module")
def readings(plans: list[PatientPlan]) -> pd.DataFrame:
    rows = []
    for number, plan in enumerate(plans):
        hu = (90.0,) * 4
        read = measurement_rows(Streams.of(7, number).readers, plan.course, plan.visits, (hu, hu))
        rows += [{"patient_id": number, **row} for row in read]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("baseline", "current", "expected"),
    [
        (14.0, 9.8, "PR"),
        (14.0, 9.9, "SD"),
        (27.0, 32.4, "PD"),
        (27.0, 32.3, "SD"),
        (40.0, 0.0, "CR"),
        (40.0, 0.1, "PR"),
    ],
)
def test_boundaries_of_the_true_response_are_exact(
    baseline: float, current: float, expected: str
) -> None:
    assert target_response(baseline, current) == expected


@settings(deadline=None)
@given(baseline=st.integers(100, 3000), current=st.integers(0, 6000))
def test_target_response_follows_the_definition(baseline: int, current: int) -> None:
    expected = classify(
        Fraction(baseline, 10), Fraction(current, 10), others_alive=False, new=False
    )
    assert target_response(baseline / 10, current / 10) == expected


def test_true_response_is_the_intended_one_and_follows_the_definition(
    plans: list[PatientPlan],
) -> None:
    for plan in plans:
        assert plan.course.response == plan.course.intended == true_class(plan.course)


@pytest.mark.parametrize("seed", [1, 7, 20261120])
def test_small_cohort_has_every_common_class_in_published_shares(seed: int) -> None:
    shares = Counter(intended_response(seed, number) for number in range(24))
    assert shares["CR"] in (4, 5, 6, 7)
    assert shares["PR"] in (9, 10, 11, 12)
    assert shares["SD"] in (6, 7, 8)
    assert shares["PD"] in (0, 1, 2)


def test_change_within_classes_is_as_published(plans: list[PatientPlan]) -> None:
    change: dict[str, list[float]] = {}
    for plan in plans:
        course = plan.course
        ratio = course.current_sum_mm / course.baseline_sum_mm - 1
        change.setdefault(course.response, []).append(ratio)
    assert np.median(change["PR"]) == pytest.approx(-0.50, abs=0.08)
    assert np.median(change["SD"]) == pytest.approx(-0.10, abs=0.06)
    baseline = [plan.course.baseline_sum_mm for plan in plans]
    assert 50 < np.mean(baseline) < 80
    assert stats.skew(baseline) > 0.3


def test_without_signal_nothing_before_treatment_knows_the_class() -> None:
    for number in range(3):
        images = [first_image(number, intended, 0.0) for intended in ("CR", "PR", "SD", "PD")]
        assert all(np.array_equal(images[0], other) for other in images[1:])


def test_with_signal_the_images_before_treatment_differ_between_classes() -> None:
    responder, other = (first_image(0, intended, 1.0) for intended in ("CR", "SD"))
    assert not np.array_equal(responder, other)


def test_planted_texture_tells_response_and_size_hardly() -> None:
    intended = [intended_response(7, number) for number in range(40)]
    features = [texture_and_size(number, name) for number, name in enumerate(intended)]
    is_responder = np.array([name in ("CR", "PR") for name in intended])
    texture, size = np.transpose(features)
    assert 0.75 < separation(texture, is_responder) < 0.99
    assert separation(size, is_responder) < separation(texture, is_responder) - 0.1


def first_image(number: int, intended: str, signal: float) -> np.ndarray:
    return arterial(number, intended, signal)[0]


def arterial(number: int, intended: str, signal: float) -> tuple[np.ndarray, np.ndarray]:
    """Arterial image before treatment on the small grid, and the region of the largest lesion."""
    streams = Streams.of(7, number)
    plan = PatientPlan.draw(streams, intended, signal)
    painter = Painter(SMALL, plan.physique, plan.attenuation_hu)
    scene = painter.paint(plan.course.items(is_first=True), plan.before_look, streams.pre)
    image = plan.scanner.acquire(scene.images_hu["arterial"], SMALL, streams.pre)
    return image, scene.lesions == 1


def texture_and_size(number: int, intended: str) -> tuple[float, float]:
    image, lesion = arterial(number, intended, 1.0)
    inner = ndimage.binary_erosion(lesion)
    values = image[inner if inner.sum() > 20 else lesion]
    return float(values.std()), float(lesion.sum())


def separation(values: np.ndarray, is_responder: np.ndarray) -> float:
    """Chance that a responder has the smaller value: the AUC."""
    statistic = stats.mannwhitneyu(values[~is_responder], values[is_responder]).statistic
    return float(statistic / (is_responder.sum() * (~is_responder).sum()))


def test_readers_differ_by_the_published_variation(
    plans: list[PatientPlan], readings: pd.DataFrame
) -> None:
    targets = readings[readings.role == "target"]
    sums = targets.groupby(["patient_id", "reader", "assessment"]).viable_mm.sum().reset_index()
    sums["follow_up"] = sums.assessment != sums.groupby("patient_id").assessment.transform("min")
    spread = sums.groupby(["follow_up", "patient_id"]).viable_mm.agg(["std", "mean", "min"])
    spread = spread[spread["min"] > 0]
    variation = (spread["std"] / spread["mean"]).pow(2).groupby("follow_up").mean().pow(0.5)
    assert variation[False] == pytest.approx(0.14, abs=0.03)
    assert variation[True] == pytest.approx(0.26, abs=0.06)


def test_about_half_of_the_patients_have_discordant_readers(
    plans: list[PatientPlan], readings: pd.DataFrame
) -> None:
    discordant = 0
    for number, plan in enumerate(plans):
        rows = readings[readings.patient_id == number]
        classes = {read_class(rows[rows.reader == name], plan.visits.before) for name in READERS}
        discordant += len(classes) > 1
    assert 0.40 < discordant / len(plans) < 0.68


def read_class(rows: pd.DataFrame, first: date) -> str:
    def total(part: pd.DataFrame) -> Fraction:
        sizes = part.viable_mm.fillna(0)
        return sum((Fraction(round(size * 10), 10) for size in sizes), Fraction(0))

    targets = rows[rows.role == "target"]
    is_first = targets.assessment == first.isoformat()
    later = rows[rows.assessment != first.isoformat()]
    return classify(
        total(targets[is_first]),
        total(targets[~is_first]),
        others_alive=bool(((later.role == "non_target") & (later.status == "present")).any()),
        new=bool((later.finding == "typical").any()),
    )


def test_measured_rows_are_consistent(readings: pd.DataFrame) -> None:
    measured = readings[(readings.role == "target") & (readings.status == "measured")]
    assert (measured.viable_mm <= measured.longest_mm).all()
    assert (measured.perpendicular_mm <= measured.longest_mm).all()
    assert (measured.viable_perpendicular_mm <= measured.viable_mm).all()
    assert (measured.viable_volume_ml <= measured.volume_ml).all()
    counts = readings[readings.role == "target"].groupby(["patient_id", "reader", "assessment"])
    assert counts.lesion_id.nunique().max() == 2


def test_absent_rows_carry_no_size_and_only_follow_the_baseline(readings: pd.DataFrame) -> None:
    absent = readings[readings.status == "absent"]
    first = readings.groupby("patient_id").assessment.min()
    assert len(absent) > 0
    assert absent[["longest_mm", "viable_mm", "mean_hu"]].isna().all(axis=None)
    assert (absent.assessment > absent.patient_id.map(first)).all()


def test_new_rows_are_there_for_every_reader_and_never_at_baseline(
    plans: list[PatientPlan], readings: pd.DataFrame
) -> None:
    new = readings[readings.role == "new"]
    first = readings.groupby("patient_id").assessment.min()
    assert (new.assessment > new.patient_id.map(first)).all()
    assert set(new.finding) == {"typical", "atypical"}
    expected = {number for number, plan in enumerate(plans) if plan.course.new is not None}
    assert set(new.patient_id) == expected
    assert (new.groupby("patient_id").reader.nunique() == len(READERS)).all()
    assert (new[new.finding == "typical"].longest_mm >= 10).all()


@pytest.mark.parametrize("scanner", SCANNERS, ids=lambda scanner: scanner.site)
def test_noise_has_the_scanner_s_strength_and_offset(scanner: Scanner) -> None:
    flat = np.full(SMALL.size, 50.0, dtype=np.float32)
    image = scanner.acquire(flat, SMALL, np.random.default_rng(0))
    assert image.std() == pytest.approx(scanner.noise_hu, rel=0.02)
    assert image.mean() == pytest.approx(50 + scanner.offset_hu, abs=0.3)


def test_slices_thinner_than_the_step_are_not_averaged() -> None:
    assert slice_weights(3.0, 3.0).tolist() == [1.0]
    assert slice_weights(2.0, 3.0).tolist() == [1.0]


@pytest.mark.parametrize(("slice_mm", "step_mm"), [(5.0, 3.0), (5.0, 1.0), (10.0, 2.5)])
def test_slice_weights_are_symmetric_and_sum_to_one(slice_mm: float, step_mm: float) -> None:
    weights = slice_weights(slice_mm, step_mm)
    assert weights.sum() == pytest.approx(1)
    np.testing.assert_allclose(weights, weights[::-1])
