from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.modelling.candidates import model_candidates
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.harmonise import Harmonise
from radiomics_hcc.modelling.permutation import PermutationTest, permutation_test, permute_labels
from radiomics_hcc.modelling.preparation import Preparation
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


def test_worker_processes_change_nothing_and_progress_counts_permutations(
    make_table, make_target
) -> None:
    generator = np.random.default_rng(4)
    table = make_table({name: generator.normal(size=30) for name in "ab"})
    target = make_target(["R", "N"] * 15, ("R", "N"))
    told: list[tuple[int, int]] = []

    def tested(jobs: int) -> PermutationTest:
        return permutation_test(
            model_candidates([OrdinalLogistic()], table)[0],
            table,
            target=target,
            validation=Validation(outer=2, repeats=3, inner=2, permutations=3),
            score=score,
            jobs=jobs,
            progress=lambda done, total: told.append((done, total)),
        )

    alone, together = tested(1), tested(2)
    assert alone.observed == together.observed
    np.testing.assert_array_equal(alone.permuted, together.permuted)
    assert told == [(1, 3), (2, 3), (3, 3)] * 2


def test_harmonisation_is_fitted_anew_for_every_permutation(make_table, make_target) -> None:
    generator = np.random.default_rng(4)
    site = np.array(["A", "B"] * 20)
    values = generator.normal(size=40)
    table = make_table({"original_glcm_F0": values + 5.0 * (site == "B")})
    context = pd.DataFrame({"site": site}, index=table.data.index)
    target = make_target(list(np.where(values > 0, "R", "N")), ("R", "N"))
    harmonised = Preparation(harmonise=Harmonise("site", smallest_batch=3))
    found = [
        permutation_test(
            model_candidates([OrdinalLogistic()], table)[0],
            table.with_context(context),
            target=target,
            validation=Validation(outer=2, repeats=1, inner=2, permutations=4),
            score=score,
            preparation=preparation,
        )
        for preparation in (Preparation(), harmonised)
    ]
    assert found[1].observed > found[0].observed
    assert found[1].p_value == pytest.approx(1 / 5)


@pytest.mark.parametrize(
    ("observed", "permuted"), [(np.nan, [0.5, 0.6]), (0.7, [0.5, np.nan])], ids=["real", "permuted"]
)
def test_undefined_score_gives_no_p_value(observed: float, permuted: list[float]) -> None:
    assert np.isnan(PermutationTest("model", observed, np.array(permuted)).p_value)
