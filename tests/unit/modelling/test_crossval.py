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
from radiomics_hcc.modelling.classifiers.no_information import NoInformation
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.classifiers.random_forest import RandomForest
from radiomics_hcc.modelling.crossval import cross_validate
from radiomics_hcc.modelling.harmonise import Harmonise
from radiomics_hcc.modelling.outer_fold import LabelledRows
from radiomics_hcc.modelling.preparation import Preparation
from radiomics_hcc.modelling.selection import UnivariateSelection
from radiomics_hcc.modelling.selection.reliability import ReliabilityRule
from radiomics_hcc.modelling.validation import Validation

SHORT = Validation(outer=3, repeats=1, inner=2, seed=1)
TWICE = Validation(outer=3, repeats=2, inner=3, seed=1)
ORDINAL = (OrdinalLogistic(),)
STEPS = (OrdinalLogistic(), RandomForest(trees=10))


def run(table, target, *, steps=ORDINAL, validation=SHORT, **more):
    candidates = model_candidates(steps, table)
    return cross_validate(candidates, table, target=target, validation=validation, **more)


def auc(predictions) -> float:
    """AUC of the best class over the repeat-averaged predictions."""
    column = predictions.probability_columns[0]
    mean = predictions.frame.groupby("patient_id").agg(label=("label", "first"), p=(column, "mean"))
    return float(roc_auc_score(mean["label"] == predictions.classes[0], mean["p"]))


def test_every_patient_is_predicted_once_per_repeat_with_probabilities(signal) -> None:
    for result in run(*signal, steps=STEPS, validation=TWICE):
        frame = result.predictions.frame
        assert list(frame.columns[:4]) == ["patient_id", "repeat", "fold", "label"]
        assert frame.groupby("patient_id").size().eq(TWICE.repeats).all()
        assert not frame.duplicated(["patient_id", "repeat"]).any()
        total = frame[result.predictions.probability_columns].sum(axis=1)
        np.testing.assert_allclose(total, 1.0)


def test_worker_processes_change_nothing(signal) -> None:
    alone, together = run(*signal, steps=STEPS), run(*signal, steps=STEPS, jobs=2)
    for one, other in zip(alone, together, strict=True):
        for name in ("selected", "parameters", "scores", "coefficients", "column_counts"):
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
    candidates = [
        *model_candidates([OrdinalLogistic()], table),
        *baseline_candidates(table, ORDINAL[0]),
    ]
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
    assert auc(run(leaked, target, validation=TWICE)[0].predictions) > 0.75


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


def test_no_information_knows_the_shares_of_patients_not_of_their_rows(
    make_table, make_target
) -> None:
    # 12 of 24 patients respond, and each of these has three lesions.
    names = pd.Index([f"P{n:02d}" for n in range(24)], name="patient_id")
    words = ["R", "N"] * 12
    index = names.repeat([3, 1] * 12)
    table = make_table({"a": np.arange(48.0)}, index)
    result = run(table, make_target(words, ("R", "N"), names), steps=(NoInformation(),))[0]
    np.testing.assert_allclose(result.predictions.frame["p_R"], 0.5)


def test_a_class_too_small_for_the_folds_is_refused_with_counts(make_table, make_target) -> None:
    table = make_table({"a": np.arange(20.0)})
    target = make_target(["R"] * 18 + ["N"] * 2, ("R", "N"))
    with pytest.raises(InputError, match=r"class N: has 2 patients for 3 folds.*R 18"):
        run(table, target)


def test_a_class_too_small_for_the_inner_folds_is_refused(make_table, make_target) -> None:
    table = make_table({"a": np.arange(20.0)})
    target = make_target(["R"] * 17 + ["N"] * 3, ("R", "N"))
    with pytest.raises(InputError, match="inner folds"):
        run(table, target, validation=TWICE)


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
    none = (NoInformation(),)
    run(*signal, steps=none, validation=TWICE, progress=lambda *counts: told.append(counts))
    assert told == [(number, 6) for number in range(1, 7)]


@pytest.mark.parametrize(("name", "value"), [("outer", 1), ("repeats", 0), ("inner", 1)])
def test_folds_that_cannot_be_are_refused(name: str, value: int) -> None:
    with pytest.raises(InputError, match=f"validation.{name}"):
        replace(SHORT, **{name: value})


def test_every_patient_has_the_threshold_of_its_training_fold(signal) -> None:
    result = run(*signal)[0]
    frame = result.predictions.frame
    by_fold = frame.groupby(["repeat", "fold"])["threshold"].agg(["nunique", "first"])
    assert by_fold["nunique"].eq(1).all()
    scores = result.scores.set_index(["repeat", "fold"])["threshold"]
    pd.testing.assert_series_equal(by_fold["first"], scores, check_names=False)
    assert scores.between(0, 1).all()


def test_half_is_a_half_everywhere(signal) -> None:
    result = run(*signal, validation=replace(SHORT, threshold="half"))[0]
    assert result.predictions.frame["threshold"].eq(0.5).all()


def test_classes_without_a_positive_one_have_no_threshold(make_table, make_target) -> None:
    table = make_table({"a": np.random.default_rng(0).normal(size=30)})
    target = make_target(["low", "middle", "high"] * 10, ("low", "middle", "high"))
    frame = run(table, target, validation=SHORT)[0].predictions.frame
    assert frame["threshold"].isna().all()


def test_parameters_are_told_with_the_ends_of_their_grid(signal) -> None:
    told = run(*signal)[0].parameters
    assert set(told["parameter"]) == {"penalty"}
    grid = OrdinalLogistic().search_space()[1]["penalty"]
    assert told["lowest"].eq(min(grid)).all()
    assert told["highest"].eq(max(grid)).all()
    assert told["value"].isin(grid).all()


def test_slopes_of_ordered_classes_point_to_the_worst_one(signal) -> None:
    slopes = run(*signal)[0].coefficients
    b = slopes[slopes["feature"] == "pre.b"]
    assert list(slopes["class"].unique()) == ["SD"]
    assert len(b) == SHORT.outer * SHORT.repeats
    assert (b["value"] > 0).all()  # a larger b makes the later classes more probable


def test_slopes_of_a_multinomial_model_have_a_row_per_class(signal) -> None:
    slopes = run(*signal, steps=[ElasticNet()], validation=SHORT)[0]
    b = slopes.coefficients.query("feature == 'pre.b'")
    means = b.groupby("class")["value"].mean()
    assert list(b["class"].unique()) == ["CR", "PR", "SD"]
    assert means["CR"] < 0 < means["SD"]


def test_a_forest_has_no_slopes(signal) -> None:
    forest = RandomForest(trees=5)
    found = run(*signal, steps=[forest], validation=SHORT)[0].coefficients
    assert found.empty
    assert list(found.columns) == ["model", "repeat", "fold", "feature", "class", "value"]


@pytest.fixture
def control(make_table, make_target):
    """80 patients whose class is one of the columns, and a negative control on the same."""
    generator = np.random.default_rng(2)
    values = {name: generator.normal(size=80) for name in "abcd"}
    target = make_target(list(np.where(values["a"] > 0, "R", "N")), ("R", "N"))
    table = make_table(values)
    model = model_candidates(ORDINAL, table)[0]
    return table, target, [model, replace(model, name="control", is_negative_control=True)]


def test_a_negative_control_finds_nothing_where_the_model_finds_everything(control) -> None:
    table, target, candidates = control
    model, negative = cross_validate(candidates, table, target=target, validation=SHORT)
    assert auc(model.predictions) > 0.95
    assert 0.25 < auc(negative.predictions) < 0.75


def test_a_negative_control_is_judged_on_the_true_labels(control) -> None:
    table, target, candidates = control
    frame = cross_validate(candidates, table, target=target, validation=SHORT)[1].predictions.frame
    assert frame["label"].eq(frame["patient_id"].map(target.labels)).all()


def test_labels_of_a_control_are_dealt_among_the_training_patients(signal) -> None:
    _, target = signal
    data = LabelledRows(pd.DataFrame(index=target.labels.index), target.labels, target.classes)
    train = target.labels.index[:40]
    dealt = data.with_dealt_labels(train.repeat(2), 3).labels
    assert sorted(dealt[train]) == sorted(target.labels[train])
    assert not dealt[train].equals(target.labels[train])
    pd.testing.assert_series_equal(dealt[40:], target.labels[40:])
    assert data.labels.equals(target.labels)


def test_other_candidates_change_nothing(control) -> None:
    table, target, candidates = control
    together = cross_validate(candidates, table, target=target, validation=SHORT)
    for each, run_together in zip(candidates, together, strict=True):
        alone = cross_validate([each], table, target=target, validation=SHORT)[0]
        pd.testing.assert_frame_equal(
            alone.predictions.frame, run_together.predictions.frame, check_exact=True
        )


@pytest.fixture
def sites(make_table, make_target):
    """60 patients of two sites; site B adds 5 to the texture that the label follows."""
    generator = np.random.default_rng(6)
    texture = {f"original_glcm_F{n}": generator.normal(size=60) for n in range(4)}
    words = list(np.where(texture["original_glcm_F0"] > 0, "R", "N"))
    site = np.array(["A", "B"] * 30)
    moved = texture | {"original_glcm_F0": texture["original_glcm_F0"] + 5.0 * (site == "B")}
    table = make_table({**moved, "original_shape_MeshVolume": np.exp(generator.normal(size=60))})
    context = pd.DataFrame({"site": site}, index=table.data.index)
    return table.with_context(context), make_target(words, ("R", "N"))


def test_harmonised_features_find_what_the_sites_hid(sites) -> None:
    preparation = Preparation(harmonise=Harmonise("site", smallest_batch=5))
    raw, harmonised = (
        run(*sites, preparation=each, validation=SHORT)[0] for each in (Preparation(), preparation)
    )
    assert auc(harmonised.predictions) > auc(raw.predictions) + 0.1
    assert not harmonised.selected["feature"].str.contains("site").any()


def test_an_order_of_rows_changes_nothing_with_harmonisation(sites) -> None:
    table, target = sites
    preparation = Preparation(harmonise=Harmonise("site", smallest_batch=5))
    shuffled = replace(table, data=table.data.sample(frac=1.0, random_state=0))
    one, other = (
        run(each, target, preparation=preparation, validation=SHORT)[0]
        for each in (table, shuffled)
    )
    pd.testing.assert_frame_equal(one.predictions.frame, other.predictions.frame, check_exact=True)


def test_a_batch_that_is_too_small_in_an_inner_fold_is_refused_before_any_fit(sites) -> None:
    preparation = Preparation(harmonise=Harmonise("site", smallest_batch=19))
    with pytest.raises(InputError, match="smallest_batch"):
        run(*sites, preparation=preparation)


def test_a_missing_column_of_the_context_is_named(sites) -> None:
    preparation = Preparation(harmonise=Harmonise("sites"))
    with pytest.raises(InputError, match=r"'sites'.*did you mean 'site'"):
        run(*sites, preparation=preparation)


def test_unreliable_features_never_reach_a_model(sites) -> None:
    table, target = sites
    known = dict.fromkeys(table.names("radiomic"), 0.9) | {"pre.original_glcm_F0": 0.2}
    preparation = Preparation(reliability=ReliabilityRule(tuple(known.items())))
    selected = run(table, target, preparation=preparation, validation=SHORT)[0].selected["feature"]
    assert "pre.original_glcm_F0" not in set(selected)
    assert "pre.original_glcm_F1" in set(selected)


def test_reliability_does_not_weaken_the_baseline_of_size(sites) -> None:
    table, target = sites
    preparation = Preparation(reliability=ReliabilityRule((("pre.original_glcm_F1", 0.9),)))
    candidates = [*model_candidates(ORDINAL, table), *baseline_candidates(table, ORDINAL[0])]
    runs = cross_validate(
        candidates, table, target=target, validation=SHORT, preparation=preparation
    )
    selected = {each.candidate.name: set(each.selected["feature"]) for each in runs}
    assert selected["size_only"] == {"pre.original_shape_MeshVolume"}
    assert selected["ordinal_logistic"] == {"pre.original_glcm_F1"}
