"""Tracked runs read again and laid beside each other."""

from __future__ import annotations

import pandas as pd
import pytest

import radiomics_hcc as rh
from radiomics_hcc.errors import InputError, TrackingError


def test_run_is_read_again_by_its_experiment(study) -> None:
    record = study.run()
    again = rh.load_run("small", "runs")
    assert again.run_id == record.run_id
    pd.testing.assert_frame_equal(again.tables["metrics"], record.tables["metrics"])


def test_newest_completed_run_stands_for_its_experiment(study) -> None:
    study.run()
    newest = study.run("seed=4")
    with pytest.raises(InputError):
        study.run("features.timepoints=[never]")
    assert rh.load_run("small", "runs").run_id == newest.run_id


def test_comparison_has_a_row_per_completed_run(study) -> None:
    first, second = study.run(), study.run("seed=4")
    with pytest.raises(InputError):
        study.run("features.timepoints=[never]")
    table = rh.compare("small", "runs")
    assert table["run_id"].tolist() == [second.run_id, first.run_id]
    assert (table["model"] == "ordinal_logistic").all()
    assert (table["patients"] == 24).all()
    assert table["data_sha256"].nunique() == 1
    assert table["config_sha256"].nunique() == 2
    metrics = first.tables["metrics"].set_index(["model", "metric"])
    told = table.set_index("run_id").loc[first.run_id]
    assert told["auc"] == metrics.loc[("ordinal_logistic", "auc"), "estimate"]
    assert told["auc_low"] <= told["auc"] <= told["auc_high"]


def test_experiment_without_a_completed_run_is_told(study) -> None:
    with pytest.raises(InputError):
        study.run("features.timepoints=[never]")
    with pytest.raises(TrackingError, match="no completed run"):
        rh.compare("small", "runs")
