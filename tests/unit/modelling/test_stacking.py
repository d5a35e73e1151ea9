from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from radiomics_hcc.domain.patient_table import Column
from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.calibrators import CalibratedClassifier, SigmoidCalibrator
from radiomics_hcc.modelling.classifiers.block_stacking import BlockStacking
from radiomics_hcc.modelling.classifiers.stacking import Stacking
from radiomics_hcc.modelling.pipeline import build_pipeline, prepare, selected_features

RADIOMIC = [f"pre.f{number}" for number in range(12)]
CLINICAL = ["age", "sex"]
ORIGINS = {
    **{name: Column(name, "radiomic", "pre", name[4:]) for name in RADIOMIC},
    **{name: Column(name, "clinical", "", name) for name in CLINICAL},
}


def study(
    rows: int = 90, *, radiomic: float = 1.0, clinical: float = 1.0, lesions: int = 1, seed: int = 4
) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows of patients and codes of two classes; each block adds its strength to the score."""
    generator = np.random.default_rng(seed)
    values = pd.DataFrame(generator.normal(size=(rows, 12)), columns=RADIOMIC)
    values["age"] = generator.normal(60.0, 8.0, size=rows)
    values["sex"] = generator.choice(["f", "m"], size=rows)
    score = radiomic * values["pre.f3"] + clinical * (values["age"] - 60.0) / 8.0
    codes = (generator.random(rows) < expit(score)).astype(int)
    values.index = pd.Index([f"P{number:05d}" for number in range(rows)], name="patient_id")
    repeated = values.loc[np.repeat(values.index, lesions)]
    repeated[RADIOMIC] += 0.01 * generator.normal(size=repeated[RADIOMIC].shape)
    return prepare(repeated, list(repeated.columns)), np.repeat(codes, lesions)


def pipeline_of(rows: pd.DataFrame, step: Stacking | None = None):
    return build_pipeline(step or Stacking(), rows, origins=ORIGINS)[0]


@pytest.fixture(scope="module")
def fitted():
    """Rows, codes, and the default pipeline fitted on them; not to be changed."""
    rows, codes = study()
    return rows, codes, pipeline_of(rows).fit(rows, codes)


def test_the_pool_weighs_a_block_by_what_it_knows() -> None:
    rows, codes = study(400, radiomic=1.5, clinical=0.0)
    radiomic, clinical = pipeline_of(rows).fit(rows, codes)[-1].weights_
    assert radiomic > 0.6
    assert clinical < 0.5 * radiomic


def test_both_blocks_together_know_more_than_one() -> None:
    rows, codes = study(400)
    model = pipeline_of(rows).fit(rows, codes)[-1]
    new, truth = study(2_000, seed=5)
    blocks = [new[model.radiomic], new[model.clinical]]
    single = [part.predict_proba(block) for part, block in zip(model.models_, blocks, strict=True)]
    losses = [
        -np.log(chance[np.arange(len(truth)), truth]).mean()
        for chance in (model.predict_proba(new), *single)
    ]
    assert losses[0] < min(losses[1:]) - 0.02


def test_two_classes_are_logistic_regression_on_two_log_odds(fitted) -> None:
    rows, _, pipeline = fitted
    model = pipeline[-1]
    blocks = [rows[model.radiomic], rows[model.clinical]]
    odds = [
        logit(part.predict_proba(block)[:, 1])
        for part, block in zip(model.models_, blocks, strict=True)
    ]
    score = model.weights_ @ odds + model.shifts_[1]
    np.testing.assert_allclose(model.predict_proba(rows)[:, 1], expit(score), atol=1e-6)


def test_four_ordered_classes_are_stacked() -> None:
    rows, _ = study(120)
    score = rows["pre.f3"] + (rows["age"] - 60.0) / 8.0
    codes = np.digitize(score, [-1.5, 0.0, 1.0])
    model = pipeline_of(rows).fit(rows, codes)
    chance = model.predict_proba(rows)
    assert chance.shape == (120, 4)
    np.testing.assert_allclose(chance.sum(axis=1), 1.0)
    assert np.mean(chance.argmax(axis=1) == codes) > 0.7


def test_noise_that_lesions_share_gets_no_weight_because_patients_are_left_out_whole() -> None:
    rows, codes = study(40, radiomic=0.0, clinical=1.5, lesions=3)
    by_patient = pipeline_of(rows).fit(rows, codes)[-1].weights_[0]
    alone = rows.set_axis(pd.RangeIndex(len(rows)), axis=0)
    by_row = pipeline_of(alone).fit(alone, codes)[-1].weights_[0]
    assert by_row > by_patient + 0.3


def test_the_order_of_the_columns_and_others_beside_them_do_not_matter(fitted) -> None:
    rows, _, model = fitted
    mixed = rows[rows.columns[::-1]].assign(other=1.0)
    np.testing.assert_array_equal(model.predict_proba(mixed), model.predict_proba(rows))


def test_the_same_seed_gives_the_same_model() -> None:
    rows, codes = study()
    model = pipeline_of(rows, Stacking(selection="stability"))
    model[-1].set_params(random_state=3)
    one, other = clone(model).fit(rows, codes), clone(model).fit(rows, codes)
    np.testing.assert_array_equal(one.predict_proba(rows), other.predict_proba(rows))


def test_features_of_both_blocks_are_told_also_after_calibration() -> None:
    rows, codes = study()
    model = pipeline_of(rows, Stacking(features=2)).fit(rows, codes)
    told = selected_features(model)
    assert len(told) == 4
    assert {"age", "sex_f"} <= set(told)
    calibrator = SigmoidCalibrator().fit(model.predict_proba(rows), codes)
    calibrated = Pipeline([("model", CalibratedClassifier(model[-1], calibrator))])
    assert selected_features(calibrated) == told


@pytest.mark.parametrize(("kept", "missing"), [(RADIOMIC, "clinical"), (CLINICAL, "radiomic")])
def test_an_empty_block_is_refused(kept: list[str], missing: str) -> None:
    rows, codes = study()
    with pytest.raises(InputError, match=f"there is no {missing} column"):
        pipeline_of(rows[kept]).fit(rows[kept], codes)


def test_a_missing_column_is_named(fitted) -> None:
    rows, _, model = fitted
    with pytest.raises(InputError, match=r"pre\.f4.*is missing"):
        model.predict_proba(rows.drop(columns="pre.f4"))


def test_an_array_has_no_blocks() -> None:
    with pytest.raises(TypeError, match="DataFrame"):
        BlockStacking().fit(np.eye(4), [0, 1, 0, 1])
