"""Conformal prediction sets: scores by hand, limits, coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.conformal import Conformal, PredictionSets, calibrate, set_scores

ORDERED = ("CR", "PR", "SD", "PD")


def out_of_fold(probabilities, labels, *, classes=ORDERED, repeats: int = 1) -> pd.DataFrame:
    """One row per patient and repeat."""
    frame = pd.DataFrame(probabilities, columns=[f"p_{name}" for name in classes])
    frame.insert(0, "label", [classes[code] for code in labels])
    frame.insert(0, "patient_id", [f"P{number:04d}" for number in range(len(frame))])
    return pd.concat([frame] * repeats, ignore_index=True)


def drawn(generator, patients: int, classes: int):
    """Probabilities, and classes drawn from them: the model is right about itself."""
    probabilities = generator.dirichlet(np.ones(classes), size=patients)
    codes = (generator.random((patients, 1)) > probabilities.cumsum(axis=1)).sum(axis=1)
    return probabilities, codes


def test_scores_by_hand() -> None:
    # PR enters first (0.5 / 2), then SD (0.5 + 0.3 / 2), CR (0.8 + 0.15 / 2), PD (0.95 + 0.025).
    scores = set_scores(np.array([[0.15, 0.5, 0.3, 0.05]]))
    np.testing.assert_allclose(scores, [[0.875, 0.25, 0.65, 0.975]])


def test_of_two_equal_neighbours_the_better_enters_first() -> None:
    scores = set_scores(np.array([[0.25, 0.5, 0.25]]))
    np.testing.assert_allclose(scores, [[0.625, 0.25, 0.875]])


def test_two_classes_by_hand() -> None:
    np.testing.assert_allclose(set_scores(np.array([[0.3, 0.7]])), [[0.85, 0.35]])


def test_limit_is_the_score_at_rank_ceil_of_n_plus_one() -> None:
    # Nine patients at level 0.8: rank ceil(10 * 0.8) = 8.
    shares = np.linspace(0.55, 0.95, 9)
    found = calibrate(
        out_of_fold(np.stack([shares, 1 - shares], axis=1), [0] * 8 + [1], classes=("OR", "nonOR")),
        ("OR", "nonOR"),
        Conformal(0.8),
    )
    scores = sorted([*(shares[:8] / 2), (1 + shares[8]) / 2])
    np.testing.assert_allclose(found.limits, [scores[7]] * 2)


def test_repeats_do_not_make_patients() -> None:
    probabilities, codes = drawn(np.random.default_rng(1), 30, 4)
    once = calibrate(out_of_fold(probabilities, codes), ORDERED, Conformal())
    thrice = calibrate(out_of_fold(probabilities, codes, repeats=3), ORDERED, Conformal())
    np.testing.assert_array_equal(once.limits, thrice.limits)
    assert once.patients == thrice.patients


def test_too_few_patients_leave_nothing_out_and_say_so() -> None:
    probabilities, codes = drawn(np.random.default_rng(2), 8, 4)
    found = calibrate(out_of_fold(probabilities, codes), ORDERED, Conformal(0.9))
    assert found.words(probabilities) == ["CR or PR or SD or PD"] * 8
    assert "too few patients to leave out CR, PR, SD, PD" in found.sentences()[-1]


def test_small_class_alone_is_never_left_out_by_class() -> None:
    probabilities, _ = drawn(np.random.default_rng(3), 60, 4)
    found = calibrate(
        out_of_fold(probabilities, [0] * 5 + [1] * 55), ORDERED, Conformal(0.9, by_class=True)
    )
    assert np.isinf(found.limits[[0, 2, 3]]).all()
    assert np.isfinite(found.limits[1])


@pytest.mark.parametrize("by_class", [False, True])
@pytest.mark.parametrize("classes", [2, 4])
def test_sets_hold_the_class_as_often_as_they_say(classes: int, by_class: bool) -> None:
    generator = np.random.default_rng(4)
    names, held = ORDERED[:classes], []
    for _ in range(60):
        probabilities, codes = drawn(generator, 100, classes)
        sets = calibrate(
            out_of_fold(probabilities, codes, classes=names), names, Conformal(0.8, by_class)
        )
        new, truth = drawn(generator, 500, classes)
        inside = sets.members(new)[np.arange(500), truth]
        groups = [truth == code for code in range(classes)] if by_class else [truth >= 0]
        held.append([inside[group].mean() for group in groups])
    # A limit from m patients scatters by 0.4 / sqrt(m), and 60 studies are averaged.
    found = np.mean(held, axis=0)
    assert (found > 0.785).all()
    assert (found < (0.87 if by_class else 0.83)).all()


@settings(max_examples=40, deadline=None)
@given(
    values=arrays(np.float64, (6, 4), elements=st.floats(0.01, 1.0)),
    limits=arrays(np.float64, 4, elements=st.floats(0.0, 1.2)),
)
def test_sets_are_contiguous_and_hold_the_most_probable_class(values, limits) -> None:
    probabilities = values / values.sum(axis=1, keepdims=True)
    members = PredictionSets(Conformal(), ORDERED, limits, {}).members(probabilities)
    assert members[np.arange(6), probabilities.argmax(axis=1)].all()
    edges = np.abs(np.diff(np.pad(members.astype(int), ((0, 0), (1, 1))), axis=1)).sum(axis=1)
    assert (edges == 2).all()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_higher_level_gives_larger_sets(seed: int) -> None:
    probabilities, codes = drawn(np.random.default_rng(seed), 40, 4)
    frame = out_of_fold(probabilities, codes)
    low, high = (calibrate(frame, ORDERED, Conformal(level)) for level in (0.7, 0.9))
    assert (low.members(probabilities) <= high.members(probabilities)).all()


def test_everything_wrong_is_told_at_once() -> None:
    frame = out_of_fold(np.full((2, 4), 0.25), [0, 1]).assign(label=["CR", "NE"])
    with pytest.raises(InputError, match="'NE'"):
        calibrate(frame, ORDERED, Conformal())
    with pytest.raises(InputError) as caught:
        calibrate(frame.drop(columns=["label", "p_PD"]), ORDERED, Conformal())
    assert [problem.where for problem in caught.value.problems] == ["column label", "column p_PD"]
    with pytest.raises(InputError, match="empty cells"):
        calibrate(frame.assign(label="CR", p_SD=np.nan), ORDERED, Conformal())


@pytest.mark.parametrize("level", [0.3, 1.0])
def test_level_that_is_no_level_is_refused(level: float) -> None:
    with pytest.raises(InputError, match="use a share such as"):
        Conformal(level)
