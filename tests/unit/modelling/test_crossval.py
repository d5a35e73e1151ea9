from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.baselines import baseline_candidates
from radiomics_hcc.modelling.candidates import model_candidates
from radiomics_hcc.modelling.classifiers.elastic_net import ElasticNet
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.classifiers.random_forest import RandomForest
from radiomics_hcc.modelling.crossval import cross_validate
from radiomics_hcc.modelling.selection import UnivariateSelection
from radiomics_hcc.modelling.validation import Validation

SHORT = Validation(outer=3, repeats=2, inner=3, seed=1)
ORDINAL = (OrdinalLogistic(),)
STEPS = (ElasticNet(), OrdinalLogistic(), RandomForest(trees=10))


def run(table, target, *, steps=ORDINAL, validation=SHORT, **more):
    candidates = model_candidates(steps, table)
    return cross_validate(candidates, table, target=target, validation=validation, **more)


def auc(predictions) -> float:
    """AUC of the best class over the repeat-averaged predictions."""
    column = predictions.probability_columns[0]
    mean = predictions.frame.groupby("patient_id").agg(label=("label", "first"), p=(column, "mean"))
    return float(roc_auc_score(mean["label"] == predictions.classes[0], mean["p"]))


def test_every_patient_is_predicted_once_per_repeat_with_probabilities(signal) -> None:
    for result in run(*signal, steps=STEPS):
        frame = result.predictions.frame
        assert list(frame.columns[:4]) == ["patient_id", "repeat", "fold", "label"]
        assert frame.groupby("patient_id").size().eq(SHORT.repeats).all()
        assert not frame.duplicated(["patient_id", "repeat"]).any()
        total = frame[result.predictions.probability_columns].sum(axis=1)
        np.testing.assert_allclose(total, 1.0)


def test_worker_processes_change_nothing(signal) -> None:
    alone, together = run(*signal, steps=STEPS), run(*signal, steps=STEPS, jobs=2)
    for one, other in zip(alone, together, strict=True):
        for name in ("selected", "parameters", "scores"):
            pd.testing.assert_frame_equal(
                getattr(one, name), getattr(other, name), check_exact=True
            )
        pd.testing.assert_frame_equal(
            one.predictions.frame, other.predictions.frame, check_exact=True
        )


def test_the_order_of_rows_changes_nothing(signal) -> None:
    table, target = signal
    shuffled = replace(table, data=table.data.sample(frac=1.0, random_state=0))
    one, other = run(table, target)[0], run(shuffled, target)[0]
    pd.testing.assert_frame_equal(one.predictions.frame, other.predictions.frame, check_exact=True)


def test_another_seed_deals_other_folds(signal) -> None:
    one, other = run(*signal)[0], run(*signal, validation=replace(SHORT, seed=2))[0]
    assert not one.predictions.frame["fold"].equals(other.predictions.frame["fold"])


def test_all_candidates_are_tested_in_the_same_folds(signal) -> None:
    table, target = signal
    candidates = [*model_candidates([OrdinalLogistic()], table), *baseline_candidates(table)]
    runs = cross_validate(candidates, table, target=target, validation=SHORT)
    folds = [result.predictions.frame[["patient_id", "repeat", "fold"]] for result in runs]
    for other in folds[1:]:
        pd.testing.assert_frame_equal(folds[0], other)


def test_a_strong_signal_is_found_and_named(signal) -> None:
    result = run(*signal)[0]
    assert auc(result.predictions) > 0.7
    folds = result.selected[result.selected["feature"] == "pre.b"]
    assert len(folds) == SHORT.outer * SHORT.repeats


@pytest.fixture
def noise(make_table, make_target):
    """80 patients, 300 columns that know nothing."""
    generator = np.random.default_rng(8)
    table = make_table({f"f{n}": generator.normal(size=80) for n in range(300)})
    words = list(generator.permutation(np.repeat(["R", "N"], 40)))
    return table, make_target(words, ("R", "N"))


def test_selecting_among_many_noise_columns_finds_nothing(noise) -> None:
    assert 0.3 < auc(run(*noise)[0].predictions) < 0.7


def test_selecting_before_the_folds_would_have_found_something(noise) -> None:
    table, target = noise
    chosen = UnivariateSelection().fit(table.data, target.codes()).kept_
    leaked = replace(table, data=table.data.loc[:, chosen])
    assert auc(run(leaked, target)[0].predictions) > 0.75


def test_rows_of_a_patient_are_averaged_and_stay_on_one_side(make_table, make_target) -> None:
    # Two rows per patient share a private number: a split through patients would reveal labels.
    generator = np.random.default_rng(3)
    names = pd.Index([f"P{n:02d}" for n in range(40)], name="patient_id")
    private = generator.normal(size=(40, 8))
    rows = {f"f{n}": np.repeat(private[:, n], 2) for n in range(8)}
    table = make_table(rows, names.repeat(2))
    words = list(generator.permutation(np.repeat(["R", "N"], 20)))
    result = run(table, make_target(words, ("R", "N"), names), steps=[RandomForest(trees=30)])[0]
    assert len(result.predictions.frame) == 40 * SHORT.repeats
    assert auc(result.predictions) < 0.75


def test_a_class_too_small_for_the_folds_is_refused_with_counts(make_table, make_target) -> None:
    table = make_table({"a": np.arange(20.0)})
    target = make_target(["R"] * 18 + ["N"] * 2, ("R", "N"))
    with pytest.raises(InputError, match=r"class N: has 2 patients for 3 folds.*R 18"):
        run(table, target)


def test_a_class_too_small_for_the_inner_folds_is_refused(make_table, make_target) -> None:
    table = make_table({"a": np.arange(20.0)})
    target = make_target(["R"] * 17 + ["N"] * 3, ("R", "N"))
    with pytest.raises(InputError, match="inner folds"):
        run(table, target)


def test_patients_on_one_side_only_are_all_named(make_table, make_target) -> None:
    table = make_table({"a": np.arange(20.0)})
    target = make_target(["R", "N"] * 11, ("R", "N"))
    with pytest.raises(InputError, match=r"P020.*\n.*P021"):
        run(table, target)


def test_infinite_values_are_refused_by_column(make_table, make_target) -> None:
    table = make_table({"a": np.r_[np.inf, np.arange(19.0)]})
    with pytest.raises(InputError, match=r"'pre.a'.*infinite"):
        run(table, make_target(["R", "N"] * 10, ("R", "N")))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_model_whose_columns_are_all_constant_is_named(make_table, make_target, jobs) -> None:
    table = make_table({"a": np.ones(20)})
    with pytest.raises(InputError, match=r"'ordinal_logistic'.*constant.*leave it out"):
        run(table, make_target(["R", "N"] * 10, ("R", "N")), jobs=jobs)


def test_progress_is_told_after_every_fold(signal) -> None:
    told = []
    run(*signal, progress=lambda done, total: told.append((done, total)))
    assert told == [(number, 6) for number in range(1, 7)]


@pytest.mark.parametrize(("name", "value"), [("outer", 1), ("repeats", 0), ("inner", 1)])
def test_folds_that_cannot_be_are_refused(name: str, value: int) -> None:
    with pytest.raises(InputError, match=f"validation.{name}"):
        replace(SHORT, **{name: value})
