"""What holds for decisions, net benefit, boundaries and instability, whatever the predictions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.evaluation.boundaries import boundaries
from radiomics_hcc.evaluation.instability import instability
from radiomics_hcc.evaluation.metrics import score_repeats
from radiomics_hcc.evaluation.net_benefit import net_benefit_difference
from radiomics_hcc.evaluation.outcomes import read_outcomes

FOUR = ("CR", "PR", "SD", "PD")
DECIDED = ("sensitivity", "specificity", "ppv", "npv", "balanced_accuracy", "mcc")
PATIENTS, REPEATS = 16, 2


@st.composite
def predictions(draw: st.DrawFn, model: str = "net") -> Predictions:
    """Two repeats of 16 patients in two classes, with ties, and a threshold per fold."""
    cells = st.integers(1, 19)
    size = PATIENTS * REPEATS
    chance = np.array(draw(st.lists(cells, min_size=size, max_size=size))) / 20
    cut = np.array(draw(st.lists(cells, min_size=4, max_size=4))) / 20
    place, repeat = np.tile(np.arange(PATIENTS), REPEATS), np.repeat(np.arange(REPEATS), PATIENTS)
    frame = pd.DataFrame(
        {
            "patient_id": [f"p{number:02d}" for number in place],
            "repeat": repeat,
            "fold": place // 8,
            "label": np.where(place % 2 == 0, "OR", "nonOR"),
            "p_OR": chance,
            "p_nonOR": 1 - chance,
            "threshold": cut[2 * repeat + place // 8],
        }
    )
    return Predictions(model, ("OR", "nonOR"), frame)


def scores(each: Predictions, metric: str) -> np.ndarray:
    return score_repeats(read_outcomes(each), metric)[0]


@given(each=predictions())
@settings(deadline=None, max_examples=10)
def test_stretching_probabilities_and_thresholds_together_changes_no_decision(each):
    frame = each.frame
    stretched = frame.assign(p_OR=frame["p_OR"] ** 3, threshold=frame["threshold"] ** 3)
    stretched["p_nonOR"] = 1 - stretched["p_OR"]
    before, after = (read_outcomes(replace(each, frame=held)) for held in (frame, stretched))
    for metric in DECIDED:
        np.testing.assert_allclose(score_repeats(before, metric), score_repeats(after, metric))


@given(each=predictions())
@settings(deadline=None, max_examples=15)
def test_net_benefit_is_at_most_the_share_of_positives(each):
    assert (scores(each, "net_benefit") <= 0.5 + 1e-12).all()


@given(each=predictions(), share=st.sampled_from([0.1, 0.35, 0.6]))
@settings(deadline=None, max_examples=15)
def test_lower_threshold_never_lowers_the_sensitivity(each, share):
    lower = replace(each, frame=each.frame.assign(threshold=each.frame["threshold"] * share))
    assert (scores(lower, "sensitivity") >= scores(each, "sensitivity")).all()
    assert (scores(lower, "specificity") <= scores(each, "specificity")).all()


@given(first=predictions(), second=predictions("forest"))
@settings(deadline=None, max_examples=10)
def test_difference_of_net_benefit_changes_its_sign_with_the_sides(first, second):
    there = net_benefit_difference(first, second, resamples=20)
    back = net_benefit_difference(second, first, resamples=20)
    np.testing.assert_allclose(there["difference"], -back["difference"], atol=1e-12)
    np.testing.assert_allclose(there["low"], -back["high"], atol=1e-12)


@given(each=predictions(), seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=10)
def test_order_of_the_rows_does_not_matter(each, seed):
    shuffled = replace(each, frame=each.frame.sample(frac=1.0, random_state=seed))
    pd.testing.assert_frame_equal(instability(each), instability(shuffled))


@given(seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=10)
def test_reversing_the_order_of_the_classes_keeps_every_boundary(seed):
    generator = np.random.default_rng(seed)
    chance = generator.dirichlet(np.ones(4), size=24)
    frame = pd.DataFrame(chance, columns=[f"p_{name}" for name in FOUR])
    frame = frame.assign(
        patient_id=[f"p{place:02d}" for place in range(24)], repeat=0, fold=0, label=FOUR * 6
    )
    forward = boundaries(Predictions("net", FOUR, frame), metrics=["auc"], resamples=2)
    backward = boundaries(Predictions("net", FOUR[::-1], frame), metrics=["auc"], resamples=2)
    assert forward["estimate"].tolist() == pytest.approx(backward["estimate"].tolist()[::-1])
