from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_val_predict

from radiomics_hcc.modelling.calibrators import SigmoidCalibrator
from radiomics_hcc.modelling.classifiers.elastic_net import ElasticNet
from radiomics_hcc.modelling.classifiers.no_information import NoInformation
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.classifiers.random_forest import RandomForest
from radiomics_hcc.modelling.pipeline import build_pipeline, selected_features
from radiomics_hcc.modelling.search import Training, mean_log_loss, search, set_seed
from radiomics_hcc.modelling.shared_stages import StageMemory
from radiomics_hcc.modelling.splits import inner_pairs

LINEAR = [ElasticNet(features=3), OrdinalLogistic(features=3)]


def training(classes: int = 3, lesions: int = 1) -> Training:
    """60 patients; the class follows the first of six columns."""
    generator = np.random.default_rng(1)
    names = pd.Index([f"P{n:02d}" for n in range(60)], name="patient_id")
    values = generator.normal(size=(60, 6))
    cuts = np.linspace(-0.5, 0.5, classes - 1) if classes > 2 else [0.0]
    codes = np.digitize(values[:, 0] + generator.normal(size=60), cuts)
    rows = pd.DataFrame(values, index=names, columns=list("abcdef"))
    pairs = inner_pairs(names.repeat(lesions), pd.Series(codes, index=names), splits=3, seed=3)
    return Training(rows.loc[names.repeat(lesions)], codes.repeat(lesions), pairs)


@pytest.mark.parametrize("step", LINEAR)
def test_it_chooses_what_grid_search_chooses(step) -> None:
    given = training()
    pipeline, grid = build_pipeline(step, given.rows)
    seeded = set_seed(pipeline, 9)
    ours = search(seeded, grid, given)
    by_stage = {f"model__{name}": values for name, values in grid.items()}
    theirs = GridSearchCV(seeded, by_stage, scoring="neg_log_loss", cv=given.pairs)
    theirs.fit(given.rows, given.codes)
    assert {f"model__{k}": v for k, v in ours.parameters.items()} == theirs.best_params_
    assert ours.inner_log_loss == pytest.approx(-theirs.best_score_)
    np.testing.assert_array_equal(
        ours.pipeline.predict_proba(given.rows), theirs.predict_proba(given.rows)
    )


@pytest.mark.parametrize("step", [*LINEAR, RandomForest(trees=10), NoInformation()])
def test_inner_probabilities_are_those_of_models_that_did_not_see_the_row(step) -> None:
    given = training(classes=2)
    pipeline, grid = build_pipeline(step, given.rows)
    ours = search(set_seed(pipeline, 9), grid, given)
    chosen = set_seed(pipeline, 9)
    chosen[-1].set_params(**ours.parameters)
    theirs = cross_val_predict(
        chosen, given.rows, given.codes, cv=given.pairs, method="predict_proba"
    )
    np.testing.assert_allclose(ours.inner_probabilities, theirs, rtol=1e-7, atol=1e-9)
    assert ours.inner_probabilities.index.equals(given.rows.index)
    np.testing.assert_allclose(ours.train_probabilities, ours.pipeline.predict_proba(given.rows))


def test_a_calibrator_learns_from_the_inner_predictions_of_the_chosen_point() -> None:
    given = training(classes=2)
    pipeline, _ = build_pipeline(RandomForest(trees=10), given.rows)
    seeded = set_seed(pipeline, 9)
    plain = search(seeded, {"min_samples_leaf": [5]}, given)
    calibrated = search(seeded, {"min_samples_leaf": [5]}, given, calibrator=SigmoidCalibrator())
    expected = SigmoidCalibrator().fit(plain.inner_probabilities, given.codes)
    for name, raw in (
        ("inner_probabilities", plain.inner_probabilities),
        ("train_probabilities", plain.train_probabilities),
    ):
        found = np.asarray(getattr(calibrated, name))
        np.testing.assert_allclose(found, expected.transform(raw), rtol=1e-9)
    np.testing.assert_allclose(
        calibrated.pipeline.predict_proba(given.rows), calibrated.train_probabilities
    )
    assert selected_features(calibrated.pipeline) == selected_features(plain.pipeline)


def test_with_a_calibrator_the_grid_is_judged_by_calibrated_probabilities() -> None:
    given = training(classes=2)
    pipeline, _ = build_pipeline(ElasticNet(features=3), given.rows)
    grid = {"C": [0.01, 1.0], "l1_ratio": [0.0, 1.0]}
    seeded = set_seed(pipeline, 9)
    found = search(seeded, grid, given, calibrator=SigmoidCalibrator())
    alone = [
        search(
            seeded,
            {"C": [c], "l1_ratio": [ratio]},
            given,
            calibrator=SigmoidCalibrator(),
        ).inner_log_loss
        for c in grid["C"]
        for ratio in grid["l1_ratio"]
    ]
    assert found.inner_log_loss == pytest.approx(min(alone))


def test_every_patient_weighs_the_same_in_the_calibrator() -> None:
    once, thrice = training(classes=2), training(classes=2, lesions=3)
    assert thrice.patient_weights.sum() == pytest.approx(60)
    pipeline, _ = build_pipeline(NoInformation(), once.rows)
    fits = [search(pipeline, {}, each, calibrator=SigmoidCalibrator()) for each in (once, thrice)]
    shifts = [fit.pipeline[-1].calibrator.shifts_ for fit in fits]
    np.testing.assert_allclose(*shifts, atol=1e-6)


@pytest.mark.parametrize("selection", ["none", "univariate", "mrmr", "stability"])
def test_remembered_stages_change_nothing_but_the_time(selection: str) -> None:
    given = training(classes=2)
    memory = StageMemory()
    for step in (
        RandomForest(features=2, selection=selection, trees=5),
        OrdinalLogistic(features=2, selection=selection),
        OrdinalLogistic(features=3, selection=selection),
    ):
        pipeline, whole = build_pipeline(step, given.rows)
        grid = {name: values[:1] for name, values in whole.items()}
        seeded = set_seed(pipeline, 4)
        alone, shared = search(seeded, grid, given), search(seeded, grid, given, memory=memory)
        np.testing.assert_array_equal(alone.inner_probabilities, shared.inner_probabilities)
        np.testing.assert_array_equal(alone.train_probabilities, shared.train_probabilities)


def test_stages_that_saw_other_labels_are_not_taken_for_the_same() -> None:
    given = training(classes=2)
    pipeline, grid = build_pipeline(OrdinalLogistic(features=1), given.rows)
    other = Training(given.rows, (given.rows["f"] > 0).astype(np.int64).to_numpy(), given.pairs)
    memory = StageMemory()
    first = search(pipeline, grid, given, memory=memory)
    second = search(pipeline, grid, other, memory=memory)
    assert selected_features(first.pipeline) == ["a"]
    assert selected_features(second.pipeline) == ["f"]


def test_a_search_leaves_its_pipeline_unfitted() -> None:
    given = training(classes=2)
    pipeline, grid = build_pipeline(OrdinalLogistic(), given.rows)
    before = repr(clone(pipeline))
    search(pipeline, grid, given)
    assert repr(pipeline) == before
    assert not hasattr(pipeline.named_steps["scaling"], "mean_")


def test_every_random_stage_gets_the_seed() -> None:
    given = training(classes=2)
    pipeline, _ = build_pipeline(RandomForest(selection="stability"), given.rows)
    seeded = set_seed(pipeline, 77).get_params()
    random = {name for name in seeded if name.endswith("random_state")}
    assert random == {"selection__random_state", "model__random_state"}
    assert all(seeded[name] == 77 for name in random)


def test_log_loss_is_that_of_scikit_learn() -> None:
    probability = np.array([[0.2, 0.8], [1.0, 0.0], [1.0, 0.0]])
    codes = np.array([1, 0, 1])
    assert mean_log_loss(probability, codes) == pytest.approx(log_loss(codes, probability))
