"""Every kind of model, from its word in an experiment file to its out-of-fold probabilities."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, softmax
from sklearn.svm import SVC

from radiomics_hcc.errors import ConfigError, InputError
from radiomics_hcc.experiment.load import load_experiments
from radiomics_hcc.modelling.candidates import model_candidates
from radiomics_hcc.modelling.classifiers.elastic_net import ElasticNet
from radiomics_hcc.modelling.classifiers.k_nearest import NearestShares
from radiomics_hcc.modelling.classifiers.linear_svm import LinearSvm
from radiomics_hcc.modelling.classifiers.margin import MarginClassifier
from radiomics_hcc.modelling.classifiers.table import CLASSIFIERS
from radiomics_hcc.modelling.crossval import cross_validate
from radiomics_hcc.modelling.final import fit_final
from radiomics_hcc.modelling.model_file import load_model, save_model
from radiomics_hcc.modelling.pipeline import prepare
from radiomics_hcc.modelling.validation import Validation

WEIGHTABLE = sorted(kind for kind, step in CLASSIFIERS.items() if step.is_weightable)
QUICK = Validation(outer=2, repeats=1, inner=2, seed=5)


def quick(kind: str, **settings: str):
    """A step of a kind, a forest with few trees."""
    step = CLASSIFIERS[kind](**settings)
    return dataclasses.replace(step, trees=10) if kind == "random_forest" else step


@pytest.fixture
def study(make_table, make_target):
    """64 patients, six features and age; two or four ordered classes follow two of them."""

    def make(classes: int):
        generator = np.random.default_rng(12)
        values = {name: generator.normal(size=64) for name in "abcdef"}
        age = generator.normal(60.0, 8.0, size=64)
        score = 1.5 * values["b"] + (age - 60.0) / 8.0 + 0.7 * generator.normal(size=64)
        order = ("OR", "nonOR") if classes == 2 else ("CR", "PR", "SD", "PD")
        cuts = np.quantile(score, np.arange(1, classes) / classes)
        table = make_table(values)
        clinical = pd.DataFrame({"age": age}, index=table.data.index)
        words = [order[code] for code in np.digitize(score, cuts)]
        return table.with_clinical(clinical), make_target(words, order)

    return make


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("kind", sorted(CLASSIFIERS))
def test_nested_probabilities_know_more_than_the_prior(study, kind: str, classes: int) -> None:
    table, target = study(classes)
    run = cross_validate(
        model_candidates([quick(kind)], table), table, target=target, validation=QUICK
    )[0]
    frame = run.predictions.frame
    chance = frame[run.predictions.probability_columns].to_numpy()
    np.testing.assert_allclose(chance.sum(axis=1), 1.0)
    codes = frame["label"].map({name: code for code, name in enumerate(target.classes)})
    own = chance[np.arange(len(frame)), codes.to_numpy()]
    assert -np.log(own).mean() < np.log(classes)


@pytest.mark.parametrize("kind", WEIGHTABLE)
def test_weighted_and_calibrated_models_are_saved_and_the_same_seed_gives_the_same(
    study, kind: str
) -> None:
    table, target = study(2)
    candidate = model_candidates([quick(kind, class_weight="balanced")], table)[0]
    one, other = (fit_final(candidate, table, target=target, validation=QUICK) for _ in range(2))
    saved = save_model(one)
    loaded = load_model(saved.content, saved.sha256)
    rows = prepare(table.data, list(table.data.columns))
    expected = one.pipeline.predict_proba(rows)
    np.testing.assert_array_equal(other.pipeline.predict_proba(rows), expected)
    np.testing.assert_array_equal(loaded.pipeline.predict_proba(rows), expected)


@pytest.mark.parametrize("kind", WEIGHTABLE)
def test_balanced_reaches_the_model_and_asks_for_a_sigmoid(kind: str) -> None:
    step = CLASSIFIERS[kind](class_weight="balanced")
    assert step.calibrator == "sigmoid"
    assert step.search_space()[0].get_params()["class_weight"] == "balanced"
    assert CLASSIFIERS[kind]().search_space()[0].get_params()["class_weight"] is None


def test_a_calibration_that_is_named_stays() -> None:
    step = ElasticNet(class_weight="balanced", calibration="temperature")
    assert step.calibrator == "temperature"
    assert ElasticNet().calibrator == "none"


def test_nearest_neighbours_know_no_weights() -> None:
    with pytest.raises(InputError, match=r"k_nearest\.class_weight.*knows no weights"):
        CLASSIFIERS["k_nearest"](class_weight="balanced")


@pytest.mark.parametrize("kind", ["linear_svm", "rbf_svm"])
def test_scores_without_calibration_are_refused(kind: str) -> None:
    assert CLASSIFIERS[kind]().calibrator == "sigmoid"
    with pytest.raises(InputError, match=r"calibration.*no probabilities"):
        CLASSIFIERS[kind](calibration="none")


def test_every_unknown_word_is_told_at_once_with_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        ElasticNet(0, selection="mrnr", class_weight="balance", calibration="sigmoidal")
    told = [(problem.where, problem.remedy) for problem in caught.value.problems]
    assert told == [
        ("elastic_net.features", "use 1 or more"),
        ("elastic_net.selection", "did you mean 'mrmr'?"),
        ("elastic_net.class_weight", "did you mean 'balanced'?"),
        ("elastic_net.calibration", "did you mean 'sigmoid'?"),
    ]


EXPERIMENT = """\
schema_version: 1
name: words
question: Which words does a model take?
intent: pretreatment_prediction
seed: 1
features: {table: features.csv}
target: {measurements: measurements.csv}
models:
  - {kind: elastic_net, features: 8, selection: mrmr, class_weight: balanced}
  - {kind: linear_svm, calibration: temperature}
  - MODEL
"""


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("{kind: rbf_svm, calibration: sigmoide}", "did you mean 'sigmoid'"),
        ("{kind: rbf_svm, calibration: none}", "no probabilities"),
        ("{kind: k_nearest, class_weight: balanced}", "knows no weights"),
        ("{kind: stacking, selection: stabilty}", "did you mean 'stability'"),
        ("{kind: stacking, selection: 3}", "unknown '3'"),
        ("{kind: gradient_boostin}", "did you mean 'gradient_boosting'"),
    ],
)
def test_a_wrong_word_is_told_with_its_line(tmp_path, model: str, words: str) -> None:
    path = tmp_path / "experiment.yaml"
    path.write_text(EXPERIMENT.replace("MODEL", model))
    with pytest.raises(ConfigError) as caught:
        load_experiments(path)
    (problem,) = caught.value.problems
    assert problem.where.endswith("experiment.yaml:11:6")
    assert words in f"{problem.what} {problem.remedy}"


def test_right_words_are_read_from_a_file(tmp_path) -> None:
    path = tmp_path / "experiment.yaml"
    path.write_text(EXPERIMENT.replace("MODEL", "{kind: stacking, features: 4}"))
    models = load_experiments(path)[0].config.models
    assert CLASSIFIERS["linear_svm"].from_config(models[1]) == LinearSvm(calibration="temperature")


@pytest.fixture
def blobs():
    generator = np.random.default_rng(6)
    codes = np.arange(90) % 3
    return generator.normal(size=(90, 4)) + np.eye(4)[codes] * 2.0, codes


def test_margin_of_two_classes_is_that_of_scikit_learn(blobs) -> None:
    values, codes = blobs
    ours = MarginClassifier(C=0.3).fit(values, codes == 2)
    theirs = SVC(C=0.3, kernel="linear").fit(values, codes == 2)
    np.testing.assert_allclose(
        ours.predict_proba(values)[:, 1], expit(theirs.decision_function(values))
    )
    np.testing.assert_array_equal(ours.coef_, theirs.coef_)
    np.testing.assert_array_equal(ours.predict(values), theirs.predict(values))


def test_margins_of_three_classes_are_one_against_the_rest(blobs) -> None:
    values, codes = blobs
    ours = MarginClassifier(kernel="rbf", gamma=0.1).fit(values, codes)
    alone = [SVC(gamma=0.1).fit(values, codes == code).decision_function(values) for code in (0, 2)]
    found = ours.decision_function(values)
    np.testing.assert_allclose(found[:, [0, 2]], np.column_stack(alone))
    np.testing.assert_allclose(ours.predict_proba(values), softmax(found, axis=1))


def test_only_a_linear_margin_has_slopes(blobs) -> None:
    values, codes = blobs
    assert MarginClassifier().fit(values, codes).coef_.shape == (3, 4)
    assert not hasattr(MarginClassifier(kernel="rbf").fit(values, codes), "coef_")


def test_shares_of_neighbours_follow_laplace() -> None:
    values, codes = np.array([[0.0], [0.1], [0.2], [9.0]]), [0, 0, 1, 1]
    chance = NearestShares(neighbours=3).fit(values, codes).predict_proba([[0.0]])
    np.testing.assert_allclose(chance, [[3 / 5, 2 / 5]])


def test_all_rows_are_neighbours_where_there_are_fewer() -> None:
    model = NearestShares(neighbours=25).fit(np.eye(4), [0, 1, 1, 1])
    np.testing.assert_allclose(model.predict_proba(np.zeros((1, 4))), [[2 / 6, 4 / 6]])
