from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.modelling.candidates import model_candidates
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.permutation import PermutationTest, permutation_test, permute_labels
from radiomics_hcc.modelling.validation import Validation


def score(predictions) -> float:
    """Mean log probability of the true class."""
    frame = predictions.frame
    own = [row[f"p_{row['label']}"] for _, row in frame.iterrows()]
    return float(np.log(own).mean())


def test_p_value_counts_the_real_labels_among_the_permuted() -> None:
    permuted = np.array([0.1, 0.5, 0.7, 0.9])
    assert PermutationTest("m", 0.7, permuted).p_value == pytest.approx(3 / 5)
    assert PermutationTest("m", 1.0, permuted).p_value == pytest.approx(1 / 5)


def test_permuted_labels_are_the_same_labels_on_the_same_patients(signal) -> None:
    _, target = signal
    permuted = permute_labels(target, 7, 0)
    assert permuted.labels.index.equals(target.labels.index)
    assert sorted(permuted.labels) == sorted(target.labels)
    assert not permuted.labels.equals(target.labels)


def test_permutations_differ_and_repeat_with_the_seed(signal) -> None:
    _, target = signal
    first, second = permute_labels(target, 7, 0), permute_labels(target, 7, 1)
    assert not first.labels.equals(second.labels)
    pd.testing.assert_series_equal(permute_labels(target, 7, 0).labels, first.labels)


def test_a_real_signal_beats_every_permutation(make_table, make_target) -> None:
    generator = np.random.default_rng(0)
    values = {name: generator.normal(size=40) for name in "abc"}
    target = make_target(list(np.where(values["a"] > 0, "R", "N")), ("R", "N"))
    table = make_table(values)
    found = permutation_test(
        model_candidates([OrdinalLogistic()], table)[0],
        table,
        target=target,
        validation=Validation(outer=2, repeats=5, inner=2, permutations=9),
        score=score,
    )
    assert found.p_value == pytest.approx(1 / 10)
    assert len(found.permuted) == 9
