"""What the report says of how far the numbers can be trusted."""

import base64
import re
from dataclasses import replace
from html import unescape
from unittest.mock import patch

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.report.figures.gallery import DRAWINGS, SOURCES
from radiomics_hcc.report.html import render, sections
from radiomics_hcc.report.sections.features import features
from radiomics_hcc.report.sections.source import Source
from radiomics_hcc.report.sections.verdict import verdict


def undrawn(record):
    """Empty figure files, so that a test of words need not wait for the drawing."""
    drawn = {name: SOURCES.get(name, name) in record.tables for name in DRAWINGS}
    return {f"{name}.svg": b"<svg/>" for name, is_there in drawn.items() if is_there}


def rendered(run):
    with patch("radiomics_hcc.report.page.figures", undrawn):
        return render(run)


def parts(run):
    with patch("radiomics_hcc.report.page.figures", undrawn):
        return sections(run)


def shown(run, identity):
    """A section of the page as text, without the markup."""
    page = rendered(run)
    start = page.index(f'<h2 id="{identity}">')
    end = page.find("<h2 ", start + 4)
    text = re.sub(r"<[^>]+>", " ", page[start:end])
    return re.sub(r"\s+", " ", unescape(text).replace("\u00a0", " "))


def without(run, *names):
    return replace(run, tables={key: run.tables[key] for key in run.tables if key not in names})


def test_a_run_of_before_these_tables_has_no_holes(run):
    old = without(run, *trust_names(run))
    told = [section.identity for section in parts(old)]
    assert not {"subgroups", "elsewhere", "readers", "instability", "errors"} & set(told)
    assert "usefulness" in told  # the groups of patients were always there
    left_out = parts(old)[-1].blocks[0].sentences
    assert "Errors: Patients by their error" in left_out
    assert not [line for line in left_out if line.startswith(("Subgroups", "Testing elsewhere"))]


def trust_names(run):
    names = list(run.tables)
    return names[names.index("out_of_fold") :]


def test_the_light_is_told_in_words_with_the_number_of_findings(run):
    found = verdict(run)
    assert found.light == "Amber: read the warnings first (2 warnings)"
    severe = replace(run, findings=(*run.findings, Finding("HCC007", "serious", "No.")))
    assert verdict(severe).light.startswith("Red: ")
    assert verdict(severe).light.endswith("(1 serious, 2 warnings)")


def test_only_the_first_sentence_of_the_verdict_is_large(run):
    summary = {**run.summary, "verdict": "It reaches AUC 0.70 (p = 1.00). Not more. Really."}
    found = verdict(replace(run, summary=summary))
    assert found.sentence == "It reaches AUC 0.70 (p = 1.00)."
    assert found.more == "Not more. Really."


def test_findings_are_grouped_and_what_is_in_order_is_folded(run):
    blocks = next(each for each in parts(run) if each.identity == "findings").blocks
    kinds = [block.kind for block in blocks]
    assert kinds == ["paragraph", "heading", "findings", "fold", "heading", "findings"]
    before, passed, after = blocks[2], blocks[3], blocks[5]
    assert [row[0] for row in before.findings] == ["HCC004", "HCC011"]
    assert [row[0] for row in passed.blocks[0].findings] == ["HCC001"]
    assert [row[0] for row in after.findings] == ["HCC007"]


def test_the_threshold_of_sensitivity_is_said(run):
    text = shown(run, "performance")
    assert "chose by Youden's index: a probability of OR of 0.52 on average" in text
    assert "(0.44 to 0.60 over 15 folds)" in text


def test_comparisons_of_the_headline_model_are_in_sight_and_all_are_folded(run):
    more = run.tables["comparisons"].iloc[:1].assign(model="random_forest", p_corrected_t_holm=0.2)
    table = pd.concat([run.tables["comparisons"], more], ignore_index=True)
    run = replace(run, tables={**run.tables, "comparisons": table})
    section = next(each for each in parts(run) if each.identity == "performance")
    tables = [each for each in section.blocks if each.kind == "table" and "Paired" in each.caption]
    assert [row[0] for row in tables[0].rows] == [
        "Elastic net − Size only",
        "Elastic net − Clinical only",
        "Elastic net − No information",
    ]
    assert "Comparisons of all models in every metric (4 rows)" in shown(run, "performance")
    assert "Random forest − Size only" in shown(run, "performance")


def test_remarks_on_metrics_name_their_metrics_once(run):
    remark = "patient bootstrap; at the threshold chosen in training"
    metrics = run.tables["metrics"]
    calls = metrics["metric"].isin(["mcc", "balanced_accuracy"])
    method = metrics["method"].where(~calls, remark)
    run = replace(run, tables={**run.tables, "metrics": metrics.assign(method=method)})
    told = "At the threshold chosen in training: Balanced accuracy, Matthews' correlation."
    assert shown(run, "performance").count(told) == 1


def test_the_worst_patients_stand_with_what_was_known_of_them(run):
    section = next(each for each in parts(run) if each.identity == "errors")
    table = section.blocks[1]
    assert len(table.rows) == 10
    assert table.rows[0][0] == "HCC_001"
    assert table.rows[0][-1] == "age 67; afp 1432"
    assert "near the threshold" not in table.rows[0]
    assert "near the threshold" in shown(run, "errors")  # folded: all patients


def test_slices_of_the_worst_patients_stand_with_their_errors(run):
    png = base64.b64decode(b"iVBORw0KGgo=")
    names = ["montage_HCC_001_L1.png", "montage_HCC_020_L1.png", "montage_HCC_0010_L1.png"]
    run = replace(run, figures=dict.fromkeys(names, png))
    assert "Slices HCC_001_L1" in shown(run, "errors")
    assert "Slices HCC_020_L1" in shown(run, "cohort")  # not among the ten worst
    assert "Slices HCC_0010_L1" in shown(run, "cohort")  # another patient
    page = rendered(run)
    assert all(page.count(f"Slices {name}") == 1 for name in ("HCC_001_L1", "HCC_020_L1"))


def test_subgroups_are_called_exploratory_and_keep_levels_without_a_score(run):
    text = shown(run, "subgroups")
    assert "Exploratory." in text
    assert "fewer than 10 patients of a class: not estimated" in text


def test_instability_is_put_into_a_sentence(run):
    text = shown(run, "instability")
    assert "Over 3 repeats a patient's prediction lies on average 0.05" in text
    assert "19 of 84 patients are called otherwise in at least one repeat." in text
    assert "one repeat: no spread" in text


def test_what_the_model_uses_says_stability_groups_and_reliability(run):
    text = shown(run, "uses")
    assert "Stability of the selection (Nogueira): 0.45 (0.27 to 0.63), intermediate" in text
    assert "What is in the 1 groups of several columns" not in text
    assert "What is in the group of several columns" in text
    assert "pre__volume_ml, pre__surface_mm2" in text
    assert "1 of 3 radiomic columns are kept by their reliability" in text
    assert "1: reliability below 0.75" in text


def test_a_model_without_coefficients_and_importance_leaves_no_hole(run):
    text = shown(without(run, "coefficients", "importance", "importance_groups"), "uses")
    assert "not recorded" not in text
    assert "Coefficients" not in text


def test_tests_elsewhere_say_who_was_not_tested_and_why(run):
    text = shown(run, "elsewhere")
    assert "Leave one out, site: who was tested, and who was not and why" in text
    assert "nobody of class nonOR: discrimination within the group is not known" in text
    assert "Second clinic" in text
    assert "t, p (Holm)" not in text  # no fold test across groups
    assert "external patients either" in shown(run, "limits")
    assert "External testing on patients" in shown(without(run, "external_metrics"), "limits")


def test_readers_stand_beside_how_well_they_agree(run):
    text = shown(run, "readers")
    assert "Elastic net and Reader 1" in text
    assert "Difference of the means" in text
    assert "Readers (mean) Quadratic-weighted kappa 0.80 (0.66 to 0.92) –" in text


def test_features_say_how_many_columns_each_step_leaves(run):
    blocks = features(Source(run, {})).blocks
    table = next(b for b in blocks if b.kind == "table" and b.caption.startswith("Columns left"))
    assert table.columns == ("Step", "Median", "Fewest", "Most")
    assert table.rows[0] == ("given to the model", "107", "105", "108")
    assert table.rows[-1] == ("used by the model", "6", "4", "7")
