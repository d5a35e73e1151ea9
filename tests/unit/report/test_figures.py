import subprocess
import sys

import matplotlib
import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.report.figures import confusion, figures, forest, roc, selected
from radiomics_hcc.report.figures.forest import discrimination
from radiomics_hcc.report.figures.gallery import (
    baseline_models,
    configured_models,
    confusion_matrix,
)
from radiomics_hcc.report.figures.selection import most_selected

NAMES = {
    "cohort_flow",
    "waterfall",
    "spider",
    "swimmer",
    "forest",
    "roc",
    "calibration",
    "confusion",
    "selected",
}


@pytest.fixture(scope="module")
def files(run):
    return figures(run)


def test_a_complete_run_has_every_figure_as_svg(files):
    assert set(files) == {f"{name}.svg" for name in NAMES}
    assert all(b"<svg" in content for content in files.values())


def test_same_tables_give_the_same_bytes(run, files):
    assert figures(run) == files


def test_figures_carry_no_date_and_no_version(files):
    for content in files.values():
        assert b"<metadata" not in content


def test_figures_do_not_depend_on_the_readers_own_settings(run):
    curves = run.tables["roc"].head(51)
    before = roc(curves)
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        assert roc(curves) == before
        assert matplotlib.rcParams["font.size"] == 30


def test_drawing_never_loads_pyplot():
    code = (
        "import sys, pandas as pd\n"
        "from radiomics_hcc.report.figures import confusion\n"
        "confusion(pd.DataFrame([[1.0]], index=['CR'], columns=['CR']))\n"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_run_without_tables_has_no_figures():
    assert figures(RunRecord("id", "n", "q?", "early_response", RunStatus.FAILED, "now")) == {}


def test_names_with_dollar_signs_are_drawn_as_they_are():
    rows = [("$\\frac{1$", "auc", 0.6, 0.5, 0.7)]
    frame = pd.DataFrame(rows, columns=["model", "metric", "estimate", "low", "high"])
    assert b"<svg" in forest(frame)


def test_roc_takes_the_rates_by_their_long_names(run):
    curves = run.tables["roc"].head(51)
    long_names = {"fpr": "false_positive_rate", "tpr": "sensitivity"}
    assert roc(curves.rename(columns=long_names)) == roc(curves)


def test_forest_shows_the_auc_and_falls_back_to_the_ordinal_c_index():
    metrics = pd.DataFrame({"metric": ["brier", "ordinal_c_index", "auc"], "model": "m"})
    assert list(discrimination(metrics)["metric"]) == ["auc"]
    assert list(discrimination(metrics.iloc[:2])["metric"]) == ["ordinal_c_index"]
    assert discrimination(metrics.iloc[:1]).empty


def test_forest_draws_an_estimate_without_interval():
    frame = pd.DataFrame(
        [("m", "auc", 0.6, np.nan, np.nan)], columns=["model", "metric", "estimate", "low", "high"]
    )
    assert b"<svg" in forest(frame)


def test_models_that_nobody_configured_are_baselines(run):
    expected = ["size_only", "clinical_only", "no_information", "label_permuted"]
    assert baseline_models(run) == expected


def test_a_kind_that_is_configured_twice_is_numbered():
    config = {"models": [{"kind": "elastic_net"}, {"kind": "elastic_net", "c": 1}]}
    record = RunRecord("id", "n", "q?", "i", RunStatus.STARTED, "now", config=config)
    assert configured_models(record) == {"elastic_net", "elastic_net_2"}


def test_confusion_matrix_follows_the_order_of_the_classes():
    table = pd.DataFrame(
        [("PD", "CR", 1.0), ("CR", "CR", 4.0), ("PR", "PD", 2.0)],
        columns=["true", "predicted", "patients"],
    )
    record = RunRecord(
        "id", "n", "q?", "i", RunStatus.COMPLETED, "now",
        summary={"classes": ["CR", "PR", "SD", "PD"]}, tables={"confusion": table},
    )  # fmt: skip
    matrix = confusion_matrix(record)
    assert list(matrix.index) == list(matrix.columns) == ["CR", "PR", "SD", "PD"]
    assert matrix.loc["PD", "CR"] == 1
    assert matrix.loc["SD"].sum() == 0
    assert b"<svg" in confusion(matrix)


def test_selected_features_are_those_of_the_headline_model():
    frame = pd.DataFrame(
        [("a", "x", 0.9), ("b", "z", 0.2), ("b", "y", 0.7)],
        columns=["model", "feature", "frequency"],
    )
    assert list(most_selected(frame, "b")["feature"]) == ["y", "z"]
    assert list(most_selected(frame, "unknown")["feature"]) == ["x"]
    assert b"<svg" in selected(frame, "b")
