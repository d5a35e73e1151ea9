import runpy
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.report.figures.compare_curves import (
    CALIBRATION,
    DECISION,
    ROC,
    are_told_apart,
    compare_curves,
    curve_points,
    strategies,
)
from radiomics_hcc.report.figures.compare_marks import COLOURS, MOST_OVERLAID, marks_of
from radiomics_hcc.report.figures.compare_metrics import axis_span, compare_metrics, metric_names
from radiomics_hcc.report.figures.compare_paired import compare_paired, is_shown
from radiomics_hcc.report.figures.compare_patients import called_wrong, compare_patients, disputed
from radiomics_hcc.report.figures.compare_ranks import compare_ranks, rank_words

compared = runpy.run_path(str(Path(__file__).with_name("comparison_fixture.py")))["compared"]
LEAST_CONTRAST = 3.0  # WCAG 2.2, 1.4.11: graphics on their background


def size(svg):
    root = ElementTree.fromstring(svg)
    return tuple(float(root.get(side).removesuffix("pt")) / 72 for side in ("width", "height"))


def drawn_with(svg, colour):
    return svg.decode().count(f"stroke: {colour}")


def luminance(colour):
    shares = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


@pytest.fixture(scope="module")
def three():
    return compared(3)


def draw_all(comparison):
    marks = marks_of(comparison.labels)
    in_auc = comparison.paired[comparison.paired["metric"] == "auc"]
    ranked = comparison.ranks[comparison.ranks["metric"] == "auc"]
    return [
        compare_metrics(comparison.metrics, marks),
        compare_paired(in_auc, marks),
        compare_ranks(ranked, marks),
        compare_curves(comparison.roc, marks, ROC),
        compare_curves(comparison.calibration, marks, CALIBRATION),
        compare_curves(comparison.decision, marks, DECISION),
        compare_patients(disputed(comparison.disagreement), marks),
    ]


def test_figures_are_drawings_and_the_same_twice():
    first, again = (draw_all(compared(2)) for _ in range(2))
    assert first == again
    assert all(size(svg)[0] <= 8.25 for svg in first)


def test_letters_go_on_after_z():
    letters = [mark.letter for mark in marks_of([str(number) for number in range(54)]).values()]
    assert letters[:3] + letters[25:28] + letters[51:] == [
        *("A", "B", "C"),
        *("Z", "AA", "AB"),
        *("AZ", "BA", "BB"),
    ]


def test_long_labels_keep_their_letter_and_their_end():
    mark = marks_of(["a very long label that says 2026-11-20"])[
        "a very long label that says 2026-11-20"
    ]
    assert len(mark.short(18)) == 18
    assert mark.short(18).startswith("A: ")
    assert mark.short(18).endswith("-20")


def test_colours_stand_out_from_white_and_marks_differ_in_more_than_colour():
    assert all(1.05 / (luminance(colour) + 0.05) >= LEAST_CONTRAST for colour in COLOURS)
    marks = list(marks_of([str(number) for number in range(MOST_OVERLAID)]).values())
    assert len({mark.style for mark in marks}) == len({mark.shape for mark in marks}) == len(marks)
    assert len({mark.letter for mark in marks}) == len(marks)


def test_models_share_a_drawing_only_where_no_two_look_alike():
    marks = list(marks_of([str(number) for number in range(7)]).values())
    assert are_told_apart(marks[:6])
    assert are_told_apart(marks[1:])
    assert not are_told_apart([marks[0], marks[6]])


def test_seven_curves_get_a_panel_each():
    six, seven = compared(6), compared(7)
    one = compare_curves(six.roc, marks_of(six.labels), ROC)
    panels = compare_curves(seven.roc, marks_of(seven.labels), ROC)
    assert one.count(b'id="axes_') == 1
    assert panels.count(b'id="axes_') == 8


def test_bands_are_drawn_only_where_they_do_not_hide_each_other():
    two, three = compared(2), compared(3)
    with_bands, without = (
        compare_curves(each.roc, marks_of(each.labels), ROC) for each in (two, three)
    )
    assert with_bands.count(b"FillBetweenPolyCollection") == 2
    assert without.count(b"FillBetweenPolyCollection") == 0


def test_curves_are_found_by_their_long_names_and_empty_rows_left_out():
    table = pd.DataFrame(
        {"label": "a", "false_positive_rate": [0.0, 1.0, np.nan], "sensitivity": [0.0, 1.0, 0.5]}
    )
    points = curve_points(table, ROC)
    assert points[["fpr", "tpr"]].to_numpy().tolist() == [[0, 0], [1, 1]]


def test_acting_on_all_is_one_line_for_each_share_of_positive_patients():
    threshold = np.array([0.2, 0.4, 0.6])
    lines = []
    for label, share in (("a", 0.5), ("b", 0.5), ("c", 0.25)):
        benefit = share - (1 - share) * threshold / (1 - threshold)
        lines.append(pd.DataFrame({"label": label, "threshold": threshold, "treat_all": benefit}))
    found = strategies(pd.concat(lines))
    assert [sorted(set(rows["label"])) for rows in found] == [["c"], ["a", "b"]]


def test_difference_needs_both_the_corrected_p_and_the_interval():
    row = pd.Series({"low": 0.01, "high": 0.2, "p_holm": 0.04})
    assert is_shown(row)
    assert is_shown(row.replace(0.04, np.nan))
    assert not is_shown(row.replace(0.04, 0.05))
    assert not is_shown(row.replace(0.01, -0.01))


def test_metrics_of_discrimination_come_first_and_four_are_drawn():
    names = ["log_loss", "calibration_slope", "brier", "mcc", "auc", "balanced_accuracy"]
    assert metric_names(pd.DataFrame({"metric": names})) == [
        "auc",
        "balanced_accuracy",
        "brier",
        "calibration_slope",
    ]
    assert metric_names(pd.DataFrame({"metric": ["own_metric"]})) == ["own_metric"]


def test_one_endless_interval_does_not_squeeze_the_others():
    scores = pd.DataFrame(
        {"estimate": [1.0, 0.8, 0.0], "low": [0.5, 0.4, -12.0], "high": [1.5, 1.2, 12.0]}
    )
    start, end = axis_span(scores, 1.0)
    assert start == pytest.approx(-1.0 - 0.05 * 2.5)
    assert end == pytest.approx(1.5 + 0.05 * 2.5)
    assert axis_span(scores.head(2), 1.0) == pytest.approx((0.4 - 0.055, 1.5 + 0.055))
    assert axis_span(scores.assign(estimate=np.nan), np.nan) == pytest.approx((-0.05, 1.05))


def test_model_without_a_score_keeps_its_row(three):
    marks = marks_of(three.labels)
    gone = three.metrics[three.metrics["label"] != "pre"]
    whole, without = (compare_metrics(each, marks) for each in (three.metrics, gone))
    assert size(whole)[1] == size(without)[1]
    assert drawn_with(without, COLOURS[0]) == 0 < drawn_with(whole, COLOURS[0])


def test_patients_are_ordered_by_spread_and_agreement_is_left_out():
    table = pd.DataFrame({"patient_id": ["a", "b", "c", "d"], "spread": [0.1, np.nan, 0.3, 0.0]})
    assert disputed(table)["patient_id"].tolist() == ["c", "a"]


def test_patients_whom_a_run_has_not_are_drawn_without_it():
    two = compared(2)
    marks = marks_of(two.labels)
    row = disputed(two.disagreement).head(1)
    gone = row.assign(**{"p: pre": np.nan, "called: pre": None})
    assert drawn_with(compare_patients(gone, marks), COLOURS[0]) < drawn_with(
        compare_patients(row, marks), COLOURS[0]
    )


def test_wrong_calls_are_counted_over_the_models_that_called():
    patient = pd.Series(
        {"truth": "OR", "called: a": "OR", "called: b": "nonOR", "called: c": np.nan}
    )
    assert called_wrong(patient) == "1 of 2"
    assert called_wrong(patient.replace({"OR": "OR / nonOR"})) == "–"


def test_rank_of_tied_models_is_their_mean():
    assert rank_words(pd.Series({"rank": 1.5, "low": 1.0, "high": 2.0})) == "1.5 (1 to 2)"
