"""Waterfall, spider and swimmer plot, and the tables that they are drawn from."""

import sys
from datetime import date

import matplotlib
import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.domain.response import (
    ImmuneResponse,
    MarkerResponse,
    ResponseClass,
    TreatmentResponseCategory,
    UnorderedResponse,
)
from radiomics_hcc.report.figures import limits_of, spider, swimmer, waterfall
from radiomics_hcc.report.figures.canvas import NO_DEVICE
from radiomics_hcc.report.figures.follow_up import day_of, follow_up
from radiomics_hcc.report.figures.gallery import figures, response_limits
from radiomics_hcc.report.figures.response_marks import MARKS, fill_of, in_order, mark_of
from radiomics_hcc.report.figures.spider import paths
from radiomics_hcc.report.figures.swimmer import bars
from radiomics_hcc.report.figures.treatments import treatment_times
from radiomics_hcc.report.figures.undrawn import naming, panels, without_a_sum, without_follow_up
from radiomics_hcc.report.figures.waterfall import best_changes
from radiomics_hcc.response.criteria import criteria

DRAWINGS = (waterfall, spider, swimmer)
ENUMERATIONS = (
    ResponseClass,
    UnorderedResponse,
    ImmuneResponse,
    MarkerResponse,
    TreatmentResponseCategory,
)


def response(*rows, **columns):
    names = ["patient_id", "reader", "assessment", "baseline_sum", "current_sum", "response"]
    return pd.DataFrame(rows, columns=names).assign(**columns)


def best_table(*rows):
    return pd.DataFrame(rows, columns=["patient_id", "reader", "best_response"])


def random_courses(patients, visits):
    generator = np.random.default_rng(patients)
    rows = [
        (f"P{patient:03d}", "", 40 * (visit + 1), 50.0, 50 * factor, word)
        for patient in range(patients)
        for visit, (factor, word) in enumerate(
            zip(
                generator.choice([0.0, 0.4, 0.9, 4.0], visits),
                generator.choice(["CR", "PR", "SD", "PD", "NE"], visits),
                strict=True,
            )
        )
    ]
    return response(*rows, baseline=0, new_lesion=False)


def luminance(colour):
    return np.dot(matplotlib.colors.to_rgb(colour), [0.2126, 0.7152, 0.0722])


class TestWords:
    def test_every_response_word_has_a_mark_of_its_own_kind(self):
        words = {str(word) for kind in ENUMERATIONS for word in kind}
        assert words <= set(MARKS)

    def test_classes_are_told_apart_in_grey(self):
        plain = {fill_of(word) for word in ("CR", "PR", "SD")}
        grey = sorted(luminance(fill.colour) for fill in plain)
        assert np.diff(grey).min() > 0.15
        assert fill_of("PD").hatch

    def test_symbols_of_one_criterion_differ(self):
        for words in (
            ("CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD"),
            ("iCR", "iPR", "iSD", "iUPD", "iCPD", "NE", "NON-iCR/NON-iUPD"),
            ("nonviable", "nonprogressing", "equivocal", "viable", "nonevaluable"),
            ("responder", "non-responder", "NE"),
        ):
            assert len({mark_of(word).symbol for word in words}) == len(words)
            assert len({mark_of(word).fill for word in words}) == len(words)

    def test_unconfirmed_progression_is_not_drawn_as_confirmed(self):
        assert fill_of("iCPD") == fill_of("PD") != fill_of("iUPD")

    def test_an_unknown_word_is_drawn_like_not_evaluable(self):
        assert mark_of("??") == mark_of("NE")

    def test_words_stand_in_the_order_of_response_unknown_ones_last(self):
        assert in_order(["??", "NE", "PD", "CR", "PD"]) == ["CR", "PD", "NE", "??"]


class TestLimits:
    @pytest.mark.parametrize(
        ("criterion", "lines"),
        [
            ("mrecist", [-30, 20]),
            ("who", [-50, 25]),
            ("vrecist", [-65, 73]),
            ("choi", [-10, 10]),
            ("afp", [-20]),
            ("lirads_tr", []),
            ("a_package_of_my_own", []),
        ],
    )
    def test_each_criterion_has_its_own_lines(self, criterion, lines):
        assert limits_of(criterion).lines == lines

    @pytest.mark.parametrize("kind", sorted(criteria()))
    def test_lines_are_those_of_the_criterions_own_parameters(self, kind):
        assert limits_of(kind, criteria()[kind]().to_config()) == limits_of(kind)

    def test_parameters_move_the_lines(self):
        assert limits_of("qeasl", {"partial_decrease_percent": 50}).lines == [-50, 73]
        assert limits_of("choi", {"size_increase_percent": 20}).lines == [-10, 20]

    def test_lines_change_the_figure(self):
        frame = random_courses(4, 2)
        for draw in (waterfall, spider):
            assert draw(frame, limits=limits_of("who")) != draw(frame)

    def test_a_run_has_the_lines_of_its_criterion(self):
        def record(config):
            return RunRecord("id", "n", "q?", "i", RunStatus.STARTED, "now", config=config)

        assert response_limits(record({"target": {"criterion": "who"}})) == limits_of("who")
        moved = {"criterion": "who", "parameters": {"partial_decrease_percent": 40}}
        assert response_limits(record({"target": moved})).lines == [-40, 25]
        assert response_limits(record({})) == limits_of("mrecist")


class TestFollowUp:
    def test_time_counts_from_the_baseline_in_days(self):
        frame = response(
            ("A", "", "2020-03-01", 10.0, 8.0, "SD"), ("B", "", 70, 10.0, 8.0, "SD")
        ).assign(baseline=["2020-01-01", 14])
        found = follow_up(frame)
        assert list(found.table["time"]) == [60, 56]
        assert found.time_label == "Days from the baseline"

    def test_long_courses_are_told_in_weeks(self):
        found = follow_up(response(("A", "", 210, 10.0, 8.0, "SD"), baseline=0))
        assert (found.unit, list(found.table["time"])) == ("weeks", [30])

    def test_without_a_baseline_visits_are_counted(self):
        found = follow_up(response(("A", "", 90, 10.0, 8.0, "SD"), ("A", "", 30, 10.0, 9.0, "SD")))
        assert list(found.table["time"]) == [1, 2]
        assert list(found.table["change_percent"]) == pytest.approx([-10, -20])
        assert "baseline" in found.time_label

    def test_change_is_taken_from_the_table_where_it_stands_there(self):
        frame = response(("A", "", 30, 10.0, 8.0, "SD"), change_from_baseline_percent=-21.0)
        assert list(follow_up(frame).table["change_percent"]) == [-21.0]

    def test_dates_may_be_words_dates_or_time_stamps(self):
        days = {day_of(d) for d in ("2020-01-02", date(2020, 1, 2), pd.Timestamp(2020, 1, 2))}
        assert len(days) == 1
        assert day_of("-3") == day_of(-3) == -3

    def test_what_is_no_date_is_refused(self):
        with pytest.raises(ValueError, match="yesterday"):
            day_of("yesterday")


class TestWaterfall:
    def test_the_smallest_sum_of_each_patient_counts(self):
        frame = response(
            ("A", "1", 30, 100.0, 60.0, "PR"),
            ("A", "1", 60, 100.0, 90.0, "PD"),
            ("B", "1", 30, 50.0, 60.0, "PD"),
        )
        best = best_changes(frame)
        assert list(best["patient_id"]) == ["B", "A"]
        assert list(best["change_percent"]) == pytest.approx([20, -40])
        assert list(best["response"]) == ["PD", "PR"]

    def test_best_overall_responses_replace_those_of_the_assessment(self):
        frame = response(("A", "1", 30, 100.0, 60.0, "PR"), ("B", "1", 30, 50.0, 60.0, "PD"))
        best = best_table(("A", "1", "SD"), ("C", "1", "NE"))
        assert list(best_changes(frame, best)["response"]) == ["NE", "SD"]

    def test_each_reader_has_one_bar_per_patient_whatever_the_index_of_the_table(self):
        one = response(("A", "1", 30, 100.0, 60.0, "PR"), ("B", "1", 30, 50.0, 60.0, "PD"))
        both = pd.concat([one, one.assign(reader="2", current_sum=[80.0, 10.0])])
        best = best_changes(both)
        assert list(best["reader"]) == ["1", "1", "2", "2"]
        assert list(best["change_percent"]) == pytest.approx([20, -40, -20, -80])

    def test_patients_without_a_sum_or_a_baseline_have_no_bar(self):
        frame = response(("A", "1", 30, np.nan, 60.0, "NE"), ("B", "1", 30, 0.0, 5.0, "PD"))
        assert best_changes(frame).empty
        assert b"<svg" in waterfall(frame)


class TestSpider:
    def test_a_line_begins_at_the_baseline_and_marks_its_nadir_once(self):
        frame = response(
            ("A", "", 30, 100.0, 60.0, "PR"),
            ("A", "", 60, 100.0, 60.0, "PR"),
            ("A", "", 90, 100.0, 80.0, "PD"),
            baseline=0,
        )
        line = paths(follow_up(frame).table)
        assert list(line["time"]) == [0, 30, 60, 90]
        assert list(line["change_percent"]) == pytest.approx([0, -40, -40, -20])
        assert list(line["is_nadir"]) == [False, True, False, False]

    def test_a_growing_patient_has_the_nadir_at_baseline(self):
        line = paths(follow_up(response(("A", "", 30, 10.0, 12.0, "PD"), baseline=0)).table)
        assert list(line["is_nadir"]) == [True, False]

    def test_a_visit_without_a_sum_keeps_the_last_height_and_is_told_unknown(self):
        frame = response(
            ("A", "", 30, 100.0, 60.0, "PR"), ("A", "", 60, 100.0, np.nan, "PD"), baseline=0
        )
        line = paths(follow_up(frame).table)
        assert list(line["change_percent"]) == pytest.approx([0, -40, -40])
        assert list(line["is_known"]) == [True, True, False]

    def test_a_patient_without_any_sum_has_no_line_and_is_named(self):
        courses = follow_up(response(("A", "", 30, 10.0, np.nan, "NE"))).table
        assert paths(courses).empty
        assert without_a_sum(courses) == [("A", "NE")]


class TestSwimmer:
    def test_longest_course_comes_first_and_progression_ends_it(self):
        frame = response(
            ("A", "", 30, 10.0, 9.0, "SD"),
            ("A", "", 60, 10.0, 20.0, "PD"),
            ("B", "", 90, 10.0, 9.0, "iUPD"),
            ("C", "", 20, 10.0, np.nan, "NE"),
            baseline=0,
        )
        found = bars(follow_up(frame).table, best_table(("A", "", "SD")))
        assert list(found["patient_id"]) == ["B", "A", "C"]
        assert list(found["end"]) == [90, 60, 20]
        assert list(found["is_ongoing"]) == [True, False, False]
        assert list(found["best_response"]) == ["", "SD", ""]

    def test_the_best_responses_decide_who_progressed(self):
        frame = response(("A", "", 30, 10.0, 20.0, "PD"), ("B", "", 30, 10.0, 9.0, "SD"))
        best = best_table(("A", "", "SD"), ("B", "", "PD")).assign(progressed=[False, True])
        assert list(bars(follow_up(frame).table, best)["is_ongoing"]) == [True, False]

    @pytest.mark.parametrize("word", ["NE", "responder", "nonviable"])
    def test_a_word_that_knows_no_progression_has_no_arrow(self, word):
        frame = response(("A", "", 30, 10.0, 9.0, word))
        assert list(bars(follow_up(frame).table)["is_ongoing"]) == [False]

    def test_the_chosen_reader_is_drawn_and_an_unknown_one_refused(self):
        one = response(("A", "R1", 30, 10.0, 9.0, "SD"), baseline=0)
        both = pd.concat([one, one.assign(reader="R2", response="PD")])
        assert swimmer(both) == swimmer(both, reader="R1") != swimmer(both, reader="R2")
        with pytest.raises(ValueError, match="no reader 'R3'; the table has R1, R2"):
            swimmer(both, reader="R3")

    def test_treatments_count_from_the_patients_own_baseline(self):
        frame = response(("A", "", "2020-03-01", 10.0, 9.0, "SD"), baseline="2020-01-01")
        given = pd.DataFrame(
            [("A", "cTACE", "2020-01-15"), ("A", "cTACE", None), ("Z", "TARE", "2020-01-02")],
            columns=["patient_id", "treatment", "treatment_date"],
        )
        found = treatment_times(given, frame, "days")
        assert list(found["patient_id"]) == ["A", "A"]
        assert found["time"].tolist() == pytest.approx([14, np.nan], nan_ok=True)
        assert treatment_times(given, frame, "weeks")["time"].iloc[0] == 2
        assert treatment_times(given, frame.assign(baseline=0), "days")["time"].isna().all()
        assert swimmer(frame, treatments=given) != swimmer(frame)


class TestNobodyIsLeftOutSilently:
    def test_patients_with_a_best_response_alone_are_named(self):
        courses = follow_up(response(("A", "", 30, 10.0, 9.0, "SD"))).table
        best = best_table(("A", "", "SD"), ("B", "", "NE"), ("C", "other", "NE"))
        assert without_follow_up(courses, "", best, None) == [("B", "")]

    def test_a_row_without_an_assessment_is_a_patient_without_follow_up(self):
        frame = response(("A", "", 30, 10.0, 9.0, "SD"), ("B", "", None, None, None, None))
        courses = follow_up(frame).table
        assert list(courses["patient_id"]) == ["A"]
        assert without_follow_up(courses, "", frame) == [("B", "")]

    def test_many_are_counted_after_the_first(self):
        told = naming("Without a sum", [(f"P{n:02d}", "NE") for n in range(30)])
        assert told.startswith("Without a sum: P00\N{NO-BREAK SPACE}(NE), ")
        assert told.endswith("and 18 more")
        assert max(len(line) for line in told.splitlines()) <= 96

    def test_a_reader_without_sums_has_no_panel_and_is_named(self):
        one = response(("A", "R1", 30, 10.0, 10.0, "SD"))
        both = pd.concat([one, one.assign(reader="majority", current_sum=np.nan)])
        readers, told = panels(follow_up(both).table)
        assert readers == ["R1"]
        assert "majority" in told
        assert panels(follow_up(both[both["reader"] == "majority"]).table) == (["majority"], "")

    def test_nobody_missing_says_nothing(self):
        assert naming("Without a sum", []) == ""


class TestReadersBesideEachOther:
    CALM = (("A", "R1", 30, 50.0, 40.0, "SD"), ("B", "R1", 90, 50.0, 20.0, "PR"))
    WILD = (("A", "R2", 30, 50.0, 95.0, "PD"), ("B", "R2", 60, 50.0, 20.0, "PR"))

    @pytest.fixture(autouse=True)
    def figures_instead_of_bytes(self, monkeypatch):
        for draw in (waterfall, spider):
            monkeypatch.setattr(sys.modules[draw.__module__], "svg_bytes", lambda figure: figure)

    @pytest.mark.parametrize("draw", [waterfall, spider])
    def test_all_panels_have_the_same_heights(self, draw):
        figure = draw(response(*self.CALM, *self.WILD, baseline=0, new_lesion=False))
        calm, wild = (axes.get_ylim() for axes in figure.axes)
        assert calm == wild
        assert wild[1] > 90

    def test_all_courses_have_the_same_time(self):
        figure = spider(response(*self.CALM, *self.WILD, baseline=0, new_lesion=False))
        assert figure.axes[0].get_xlim() == figure.axes[1].get_xlim()

    @pytest.mark.parametrize(("last", "is_named"), [(60.0, True), (5.0, False)])
    def test_the_legend_names_a_nadir_where_one_was_left_again(self, last, is_named):
        rows = (("A", "", 30, 50.0, 10.0, "PR"), ("A", "", 60, 50.0, last, "SD"))
        figure = spider(response(*rows, baseline=0, new_lesion=False))
        named = [text.get_text() for text in figure.legends[0].get_texts()]
        assert ("nadir" in named) is is_named


class TestEveryFigure:
    @pytest.mark.parametrize("draw", DRAWINGS)
    @pytest.mark.parametrize(("patients", "visits"), [(1, 1), (50, 3), (90, 2)])
    def test_few_and_many_patients_are_drawn_the_same_way_twice(self, draw, patients, visits):
        frame = random_courses(patients, visits)
        assert draw(frame).startswith(b"<?xml")
        assert draw(frame) == draw(frame.sample(frac=1, random_state=1))

    @pytest.mark.parametrize("draw", DRAWINGS)
    def test_a_table_without_any_sum_or_any_row_is_drawn(self, draw):
        nothing = response(("A", None, 30, np.nan, np.nan, "NE"), ("B", None, 30, 0.0, 3.0, "??"))
        assert b"<svg" in draw(nothing)
        assert b"<svg" in draw(nothing.iloc[:0])

    @pytest.mark.parametrize("draw", DRAWINGS)
    def test_words_of_every_criterion_are_drawn(self, draw):
        rows = [
            (f"P{place}", "", 30, 10.0, 8.0, str(word))
            for place, word in enumerate(word for kind in ENUMERATIONS for word in kind)
        ]
        assert b"<svg" in draw(response(*rows))

    @pytest.mark.parametrize("draw", DRAWINGS)
    def test_a_csv_read_back_draws_the_same(self, draw, tmp_path):
        frame = random_courses(3, 2)
        frame.to_csv(tmp_path / "response.csv", index=False)
        assert draw(pd.read_csv(tmp_path / "response.csv")) == draw(frame)

    def test_figures_of_results_say_what_they_are_not(self, monkeypatch):
        said = []
        monkeypatch.setattr(
            "matplotlib.figure.Figure.text",
            lambda _figure, _x, _y, text, **_style: said.append(text),
        )
        for draw in DRAWINGS:
            draw(random_courses(2, 1))
        assert said == [NO_DEVICE] * 3

    def test_a_run_with_a_response_table_has_all_three(self):
        record = RunRecord(
            "id", "n", "q?", "i", RunStatus.COMPLETED, "now",
            tables={"response": random_courses(3, 2)},
        )  # fmt: skip
        assert set(figures(record)) == {"waterfall.svg", "spider.svg", "swimmer.svg"}
