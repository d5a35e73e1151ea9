"""Tracked runs read again."""

from __future__ import annotations

import pandas as pd
import pytest

import radiomics_hcc as rh
from radiomics_hcc.errors import InputError


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
