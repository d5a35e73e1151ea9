import subprocess
import sys
from dataclasses import replace

import matplotlib
import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.report.figures import (
    calibration,
    calibration_tables,
    confusion,
    figures,
    forest,
    instability,
    roc,
    selected,
)
from radiomics_hcc.report.figures.elsewhere import drawn_elsewhere
from radiomics_hcc.report.figures.explanations import group_name, most_needed, most_used
from radiomics_hcc.report.figures.forest import discrimination
from radiomics_hcc.report.figures.gallery import (
    baseline_models,
    calibration_of,
    configured_models,
    confusion_matrix,
    reference_model,
)
from radiomics_hcc.report.figures.interval_rows import ForestAxis, IntervalRow, interval_rows
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
    "decision_curve",
    "net_benefit_difference",
    "instability",
    "subgroups",
    "coefficients",
    "importance",
    "elsewhere",
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


def test_calibration_joins_groups_smooth_curve_and_predictions(run):
    tables = calibration_of(run)
    assert tables.boundaries == ["OR | nonOR"]
    assert set(tables.data()["part"]) == {"group of patients", "smooth curve"}
    assert len(tables.chances) == 84
    each = run.tables["out_of_fold"].groupby("patient_id")["p_OR"].mean()
    assert np.allclose(tables.chances["chance"], each)
    assert tables.chances["is_better"].sum() == 41


def test_of_three_classes_each_boundary_has_a_panel_and_the_groups_their_own():
    classes = ["CR", "PR", "SD"]
    smooth = pd.DataFrame({"predicted": [0.2, 0.8], "observed": 0.5, "low": 0.4, "high": 0.6})
    names = ("CR | PR+SD", "CR+PR | SD")
    curves = [smooth.assign(model="m", boundary=name, note="") for name in names]
    chance = {"p_CR": [0.2, 0.5], "p_PR": [0.3, 0.3], "p_SD": [0.5, 0.2]}
    who = {"model": "m", "patient_id": ["a", "b"], "label": ["SD", "PR"]}
    groups = pd.DataFrame({"model": "m", "predicted": [0.5], "observed": 0.5, "low": 0.3})
    tables = {
        "calibration_smooth": pd.concat(curves),
        "out_of_fold": pd.DataFrame({**who, **chance}),
        "calibration": groups.assign(high=0.7, patients=2),
    }
    found = calibration_tables(tables, "m", classes)
    assert found.boundaries == list(names)
    assert found.chances["chance"].tolist() == pytest.approx([0.2, 0.5, 0.5, 0.8])
    assert found.chances["is_better"].tolist() == [False, False, False, True]
    assert [found.has_groups(name) for name in names] == [False, True]
    assert b"<svg" in calibration(found)


def test_a_boundary_without_a_curve_is_drawn_with_its_reason():
    empty = {"model": "m", "boundary": "a | b", "predicted": np.nan, "observed": np.nan}
    curve = pd.DataFrame([{**empty, "low": np.nan, "high": np.nan, "note": "one side"}])
    found = calibration_tables({"calibration_smooth": curve}, "m", ["a", "b"])
    assert b"<svg" in calibration(found)


def test_importance_names_a_group_by_its_size(run):
    groups = run.tables["importance_groups"]
    first = run.tables["importance"]["group"][0]
    assert group_name(first, groups).endswith(" + 2")
    assert group_name(groups["group"][1], groups) == groups["group"][1]
    assert group_name("x", None) == "x"


def test_importance_is_drawn_from_the_most_needed_down():
    rows = [("m", "auc", "a", 0.1), ("m", "auc", "b", 0.3), ("m", "brier", "c", 0.9)]
    table = pd.DataFrame(rows, columns=["model", "metric", "group", "drop"])
    assert most_needed(table)["group"].tolist() == ["b", "a"]


def test_coefficients_are_those_of_the_headline_model():
    table = pd.DataFrame({"model": ["a", "b"], "feature": ["x", "y"]})
    assert most_used(table, "b")["feature"].tolist() == ["y"]
    assert most_used(table, "forest")["feature"].tolist() == ["x"]


def test_elsewhere_draws_the_headline_model_and_its_reference(run):
    found = drawn_elsewhere(run.tables["external_metrics"], "elastic_net", "size_only")
    assert set(found["model"]) == {"elastic_net", "size_only"}
    assert set(found["metric"]) == {"auc"}


def test_the_reference_is_the_one_of_the_net_benefit(run):
    assert reference_model(run) == "size_only"
    table = run.tables["net_benefit_difference"].assign(reference="clinical_only")
    other = replace(run, tables={**run.tables, "net_benefit_difference": table})
    assert reference_model(other) == "clinical_only"


def test_a_single_repeat_has_an_instability_plot_without_ranges(run):
    table = run.tables["instability"].assign(low=np.nan, high=np.nan, sd=np.nan)
    assert b"<svg" in instability(table)


def test_rows_with_neither_estimate_nor_interval_are_drawn():
    rows = [IntervalRow("all", is_heading=True), IntervalRow("few", note="too few", count="3")]
    assert b"<svg" in interval_rows(rows, ForestAxis("AUC", 0.5, "patients"))
