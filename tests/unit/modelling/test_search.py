from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV

from radiomics_hcc.modelling.classifiers.elastic_net import ElasticNet
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.pipeline import build_pipeline
from radiomics_hcc.modelling.search import mean_log_loss, search, set_seed
from radiomics_hcc.modelling.splits import inner_pairs


@pytest.mark.parametrize("step", [ElasticNet(features=3), OrdinalLogistic(features=3)])
def test_it_chooses_what_grid_search_chooses(step) -> None:
    generator = np.random.default_rng(1)
    names = pd.Index([f"P{n}" for n in range(60)], name="patient_id")
    rows = pd.DataFrame(generator.normal(size=(60, 6)), index=names, columns=list("abcdef"))
    codes = np.digitize(rows["a"] + generator.normal(size=60), [-0.5, 0.5])
    pairs = inner_pairs(names, pd.Series(codes, index=names), splits=4, seed=3)
    pipeline, grid = build_pipeline(step, rows)
    seeded = set_seed(pipeline, 9)
    ours = search(seeded, grid, rows=rows, codes=codes, pairs=pairs)
    by_stage = {f"model__{name}": values for name, values in grid.items()}
    theirs = GridSearchCV(seeded, by_stage, scoring="neg_log_loss", cv=pairs).fit(rows, codes)
    assert {f"model__{k}": v for k, v in ours.parameters.items()} == theirs.best_params_
    assert ours.inner_log_loss == pytest.approx(-theirs.best_score_)
    np.testing.assert_array_equal(ours.pipeline.predict_proba(rows), theirs.predict_proba(rows))


def test_log_loss_is_that_of_scikit_learn() -> None:
    probability = np.array([[0.2, 0.8], [1.0, 0.0], [1.0, 0.0]])
    codes = np.array([1, 0, 1])
    assert mean_log_loss(probability, codes) == pytest.approx(log_loss(codes, probability))
