"""Columns that each stage of a fold's pipeline leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.patient_table import CONTEXT_PREFIX
from radiomics_hcc.modelling.candidates import model_candidates
from radiomics_hcc.modelling.classifiers.no_information import NoInformation
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.classifiers.random_forest import RandomForest
from radiomics_hcc.modelling.column_counts import column_counts
from radiomics_hcc.modelling.crossval import cross_validate
from radiomics_hcc.modelling.pipeline import build_pipeline
from radiomics_hcc.modelling.validation import Validation

PATIENTS = 40


@pytest.fixture
def rows() -> pd.DataFrame:
    """Ten columns: seven of numbers (one mostly empty, one constant, one repeated), a word."""
    generator = np.random.default_rng(3)
    values = {name: generator.normal(size=PATIENTS) for name in "abcd"}
    values["repeated"] = 2.0 * values["a"] + 1.0
    values["constant"] = np.full(PATIENTS, 3.0)
    values["empty"] = np.where(np.arange(PATIENTS) < 35, np.nan, 1.0)
    values["gaps"] = np.where(np.arange(PATIENTS) % 8 == 0, np.nan, generator.normal(size=PATIENTS))
    index = pd.Index([f"P{number:02d}" for number in range(PATIENTS)], name="patient_id")
    words = np.array(["m", "f"], dtype=object)[np.arange(PATIENTS) % 2]
    return pd.DataFrame(values, index=index).assign(sex=words)


def counted(step, rows: pd.DataFrame) -> dict[str, int]:
    pipeline, grid = build_pipeline(step, rows)
    pipeline[-1].set_params(**{name: values[0] for name, values in grid.items()})
    codes = np.random.default_rng(4).integers(0, 2, len(rows))
    fitted = pipeline.fit(rows, codes)
    return {row["step"]: row["columns"] for row in column_counts(fitted, list(rows.columns))}


def test_each_loss_is_counted_where_it_happens(rows) -> None:
    assert counted(OrdinalLogistic(features=3), rows) == {
        "given": 9,
        "missing_rate": 8,  # without `empty`
        "columns": 10,  # with the mark of `gaps`, and two columns for `sex`
        "near_constant": 9,  # without `constant`
        "pruning": 7,  # without `repeated` and one of the two columns of `sex`
        "selection": 3,
        "used": 3,
    }


def test_model_without_a_selection_uses_what_pruning_leaves(rows) -> None:
    counts = counted(OrdinalLogistic(features=3, selection="none"), rows)
    assert "selection" not in counts
    assert counts["used"] == counts["pruning"] == 7


def test_context_is_no_column_to_learn_from(rows) -> None:
    pipeline, _ = build_pipeline(NoInformation(), rows)
    names = [*rows.columns, f"{CONTEXT_PREFIX}site"]
    fitted = pipeline.fit(rows, np.arange(PATIENTS) % 2)
    assert column_counts(fitted, names) == [
        {"step": "given", "columns": 9},
        {"step": "used", "columns": 0},
    ]


def test_every_fold_of_every_model_is_counted(signal) -> None:
    table, target = signal
    candidates = model_candidates((OrdinalLogistic(features=2), RandomForest(trees=5)), table)
    short = Validation(outer=3, repeats=1, inner=2, seed=1)
    for run in cross_validate(candidates, table, target=target, validation=short):
        used = run.column_counts.query("step == 'used'").set_index(["repeat", "fold"])["columns"]
        assert len(used) == 3
        chosen = run.selected.groupby(["repeat", "fold"]).size()
        pd.testing.assert_series_equal(used, chosen, check_names=False, check_dtype=False)
