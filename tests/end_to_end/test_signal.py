"""What the models find is what was planted: nothing where nothing was, texture where it was."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from radiomics_hcc.datasets.synthetic import SyntheticSettings, synthesise_cohort
from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.experiment.demo import DEMO_PATIENTS, written_config
from radiomics_hcc.experiment.run import run

pytestmark = pytest.mark.slow

SEED = 7
SETTINGS = ("validation.repeats=10", "execution.jobs=2", "execution.report=null")


def run_with_signal(folder: Path, signal: float) -> RunRecord:
    """Make a cohort of the demo's size, and run the demo's experiment on it."""
    synthesise_cohort(folder / "cohort", SyntheticSettings(DEMO_PATIENTS, SEED, signal), jobs=2)
    kept = [f"execution.cache={folder / 'cache'}", f"execution.tracker={folder / 'runs'}"]
    return run(written_config(folder), [*SETTINGS, *kept])


def aucs(record: RunRecord) -> pd.DataFrame:
    metrics = record.tables["metrics"]
    return metrics[metrics["metric"] == "auc"].set_index("model")[["estimate", "low", "high"]]


@pytest.fixture(scope="module")
def without_signal(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run_with_signal(tmp_path_factory.mktemp("no_signal"), 0.0)


@pytest.fixture(scope="module")
def with_signal(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run_with_signal(tmp_path_factory.mktemp("signal"), 1.0)


def test_without_signal_every_interval_holds_chance(without_signal: RunRecord) -> None:
    table = aucs(without_signal)
    models = table.loc[["elastic_net", "ordinal_logistic", "random_forest"]]
    assert ((models["low"] <= 0.5) & (models["high"] >= 0.5)).all(), table.to_string()


def test_without_signal_no_baseline_finds_one(without_signal: RunRecord) -> None:
    table = aucs(without_signal)
    assert (table["low"] <= 0.5).all(), table.to_string()


def test_with_the_signal_the_elastic_net_beats_size_alone(with_signal: RunRecord) -> None:
    table = with_signal.tables["comparisons"].set_index(["model", "reference", "metric"])
    row = table.loc[("elastic_net", "size_only", "auc")]
    assert row["low"] > 0.0, aucs(with_signal).to_string()
    assert row["p_holm"] < 0.05
    assert "is better than size alone" in str(with_signal.summary["verdict"])
