from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.modelling.candidates import model_candidates
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.final import FinalModel, fit_final
from radiomics_hcc.modelling.harmonise import Harmonise
from radiomics_hcc.modelling.model_file import load_model, save_model
from radiomics_hcc.modelling.preparation import Preparation
from radiomics_hcc.modelling.validation import Validation

SHORT = Validation(outer=2, repeats=1, inner=2, seed=1, threshold="sensitivity_90")
HARMONISED = Preparation(harmonise=Harmonise("site", unseen="pooled", smallest_batch=5))


@pytest.fixture
def study(make_table, make_target):
    """40 patients of two sites, two classes."""
    generator = np.random.default_rng(4)
    site = np.array(["B", "A"] * 20)
    values = generator.normal(size=40)
    table = make_table({"original_glcm_F0": values + 5.0 * (site == "B")})
    context = pd.DataFrame({"site": site}, index=table.data.index)
    words = list(np.where(values > 0, "R", "N"))
    return table.with_context(context), make_target(words, ("R", "N"))


def final(study, step=None, preparation=HARMONISED) -> FinalModel:
    table, target = study
    candidate = model_candidates([step or OrdinalLogistic()], table)[0]
    return fit_final(candidate, table, target=target, validation=SHORT, preparation=preparation)


def test_the_card_tells_threshold_and_calibration(study) -> None:
    card = final(study, OrdinalLogistic(class_weight="balanced")).card
    assert card["threshold_rule"] == "sensitivity_90"
    assert card["calibration"] == "sigmoid"
    assert 0 < card["threshold"] < 1


def test_the_card_tells_how_features_are_harmonised(study) -> None:
    assert final(study).card["harmonisation"] == {
        "batch": "site",
        "covariates": [],
        "unseen": "pooled",
        "batches": ["A", "B"],
    }
    assert final(study, preparation=Preparation()).card["harmonisation"] is None


def test_classes_without_a_positive_one_have_no_threshold(make_table, make_target) -> None:
    table = make_table({"a": np.random.default_rng(0).normal(size=30)})
    target = make_target(["low", "middle", "high"] * 10, ("low", "middle", "high"))
    assert final((table, target), preparation=Preparation()).card["threshold"] is None


def test_the_threshold_calls_most_responders(study) -> None:
    table, target = study
    model = final(study)
    rows = table.data.assign(**{"context.site": table.context["site"]})
    chance = model.pipeline.predict_proba(rows)[:, 0]
    called = chance >= model.card["threshold"]
    is_positive = (target.labels == "R").to_numpy()
    assert called[is_positive].mean() >= 0.85


def test_a_harmonised_and_calibrated_model_survives_its_file(study) -> None:
    table, _ = study
    model = final(study, OrdinalLogistic(calibration="temperature"))
    saved = save_model(model)
    loaded = load_model(saved.content, saved.sha256)
    rows = table.data.assign(**{"context.site": table.context["site"]})
    np.testing.assert_array_equal(
        loaded.pipeline.predict_proba(rows), model.pipeline.predict_proba(rows)
    )
    assert loaded.card["threshold"] == model.card["threshold"]
