"""Shapley values: an optional extra."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.final import FinalModel
from radiomics_hcc.modelling.shap_values import shap_values

CARD = {"classes": ["OR", "nonOR"], "model": "logistic"}


@pytest.fixture(params=[3, 12], ids=["exact", "permutations"])
def rows(request):
    values = np.random.default_rng(0).normal(size=(60, request.param))
    names = [f"P{number}" for number in range(60)]
    return pd.DataFrame(values, index=names, columns=[f"c{i}" for i in range(request.param)])


def logistic(rows: pd.DataFrame) -> FinalModel:
    noise = np.random.default_rng(1).logistic(size=len(rows))
    pipeline = Pipeline([("scaling", StandardScaler()), ("model", LogisticRegression())])
    pipeline.set_output(transform="pandas").fit(rows, (2.0 * rows["c0"] + noise < 0).astype(int))
    return FinalModel(pipeline, CARD)


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning", "ignore::DeprecationWarning")
def test_values_add_up_to_the_prediction_and_the_signal_leads(rows) -> None:
    pytest.importorskip("shap", reason='pip install "radiomics-hcc[shap]"', exc_type=ImportError)
    model = logistic(rows)
    table = shap_values(model, rows.iloc[:8], rows)
    wide = table.groupby(["patient_id", "class"], sort=False).agg({"shap": "sum", "base": "first"})
    predicted = model.pipeline.predict_proba(rows.iloc[:8])
    total = wide.sum(axis=1).unstack()[["OR", "nonOR"]]
    np.testing.assert_allclose(total, predicted, atol=1e-8)
    base = model.pipeline.predict_proba(rows).mean(axis=0)
    assert wide["base"].unstack().iloc[0].tolist() == pytest.approx(base.tolist())
    assert table["shap"].abs().groupby(table["feature"]).mean().idxmax() == "c0"


def test_missing_library_is_told_with_the_command(rows, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "shap", None)
    with pytest.raises(InputError, match=r'pip install "radiomics-hcc\[shap\]"'):
        shap_values(logistic(rows), rows, rows)


def test_model_without_scaled_columns_is_refused(rows, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "shap", sys.modules["pandas"])  # any module will do
    bare = Pipeline([("model", LogisticRegression())]).fit(rows, np.arange(60) % 2)
    with pytest.raises(InputError, match="scaled columns"):
        shap_values(FinalModel(bare, CARD), rows, rows)
