import base64
import io
import re
import runpy
from dataclasses import fields, replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.errors import InputError
from radiomics_hcc.report.blocks import Download, Fold, Picture, Table
from radiomics_hcc.report.compare_page import (
    comparison_sections,
    material_of,
    render_comparison,
    write_comparison,
)
from radiomics_hcc.report.comparing.comparable import comparable
from radiomics_hcc.report.comparing.curves import curves
from radiomics_hcc.report.comparing.differences import differences
from radiomics_hcc.report.comparing.paired import paired
from radiomics_hcc.report.comparing.patients import patients
from radiomics_hcc.report.comparing.runs import runs, when
from radiomics_hcc.report.comparing.scores import metrics, ranks
from radiomics_hcc.report.comparing.verdict import compared_verdict

made = runpy.run_path(str(Path(__file__).with_name("comparison_fixture.py")))["compared"]
compared = cache(made)
HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
VOID = {"meta", "link", "img", "br"}
ORDER = [
    "findings",
    "runs",
    "differences",
    "comparable",
    "metrics",
    "paired",
    "ranks",
    "curves",
    "patients",
]


class Page(HTMLParser):
    """Elements of a page with their attributes, and whether every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.open = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, *tags):
        return [attributes for tag, attributes in self.elements if tag in tags]


def part(build, comparison):
    """One part alone, as the others need not be drawn for it."""
    return build(material_of(comparison))


def tables_in(blocks):
    for block in blocks:
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Fold):
            yield from tables_in(block.blocks)


def sentences(found):
    return " ".join(getattr(block, "text", "") for block in found.blocks)


def pictures(found):
    return [block for block in found.blocks if isinstance(block, Picture)]


def verdict_of(comparison):
    return compared_verdict(material_of(comparison))


@pytest.fixture(scope="module")
def three():
    return compared(3)


@pytest.fixture(scope="module")
def twelve():
    return comparison_sections(compared(12))


@pytest.fixture(scope="module")
def text(three):
    return render_comparison(three)


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_page_is_whole_and_needs_no_network_and_no_script(page, text):
    assert page.open == []
    assert not page.all("script", "iframe", "object")
    assert all(found["src"].startswith("data:image/") for found in page.all("img"))
    assert all(found["href"].startswith(("#", "data:")) for found in page.all("a", "link"))
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style


def test_links_within_the_page_have_one_target_each(page):
    targets = [found["id"] for _, found in page.elements if "id" in found]
    inner = {found["href"][1:] for found in page.all("a") if found["href"].startswith("#")}
    assert len(targets) == len(set(targets))
    assert inner <= set(targets)


def test_pictures_have_words_tables_captions_and_headings_no_gap(page):
    assert len(page.all("img")) == 7
    assert all(len(found["alt"]) > 20 for found in page.all("img"))
    assert len(page.all("caption")) == len(page.all("table")) > 15
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_sections_stand_in_reading_order_whatever_is_compared(three):
    for comparison in (three, compared(1)):
        assert [each.identity for each in comparison_sections(comparison)] == ORDER


def test_verdict_and_the_word_on_medical_devices_come_first(three, text):
    body = text.index("<body>")
    order = [three.title, "In AUC 1 of the 3 pairs", "not a medical device", 'id="findings"']
    places = [text.index(part, body) for part in order]
    assert places == sorted(places)


def test_verdict_names_the_better_model_and_its_holm_corrected_p(three):
    told = verdict_of(three)
    assert told.sentence.startswith(
        "In AUC 1 of the 3 pairs of models differs after Holm's correction: A: pre is better than "
        "C: tace-ct: random_forest"
    )
    assert told.sentence.endswith(
        "by 0.040 (0.020 to 0.060), p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.02."
    )
    assert "no proof that the models are equal" in told.more
    assert told.colour == "red"


def test_lower_brier_score_is_told_as_better():
    whole = compared(3)
    brier = {
        name: getattr(whole, name)[getattr(whole, name)["metric"] == "brier"]
        for name in ("metrics", "paired", "ranks")
    }
    told = verdict_of(replace(whole, **brier))
    assert "A: pre is better than C: " in told.sentence
    assert "by 0.040 (0.020 to 0.060)" in told.sentence


def test_a_difference_that_is_not_significant_is_not_shown():
    told = verdict_of(compared(2, found=False))
    assert told.sentence == "In AUC the two models are not shown to differ after Holm's correction."
    assert told.colour == "grey"


def test_models_on_other_patients_are_not_compared():
    comparison = compared(2, strangers=(1,))
    told = verdict_of(comparison)
    assert told.sentence.startswith("These 2 models may not be compared with each other")
    assert "no paired difference" in sentences(part(paired, comparison))
    assert "no two models of one kind may be compared" in sentences(part(ranks, comparison))
    assert "they are no rivals" in sentences(part(curves, comparison))


def test_pairs_that_could_not_be_compared_are_counted():
    told = verdict_of(compared(6, strangers=(2,)))
    assert told.more.startswith("5 pairs were not compared: ")
    assert "of the 10 pairs" in told.sentence


def test_one_model_has_nothing_to_be_compared_with():
    comparison = compared(1)
    assert verdict_of(comparison).sentence.startswith("There is one model only")
    for build in (differences, comparable, paired, patients):
        assert "There is one model only" in sentences(part(build, comparison))


def test_pair_of_baselines_that_nobody_asked_for_is_not_called_incomparable():
    whole = compared(3)
    is_asked = (whole.paired["left"] != "delta") | (whole.paired["right"] == "pre")
    comparison = replace(whole, paired=whole.paired[is_asked])
    table = next(tables_in(part(comparable, comparison).blocks))
    assert [row[-1].replace("\N{NO-BREAK SPACE}", " ") for row in table.rows] == [
        "△ care",
        "✓ yes",
        "– not asked",
    ]
    assert "not compared" not in verdict_of(comparison).more


def test_few_models_have_a_column_each_and_many_a_row_for_each_value():
    few = next(tables_in(part(differences, compared(4)).blocks))
    many = next(tables_in(part(differences, compared(12)).blocks))
    assert len(few.columns) == 5
    assert many.columns == ("What", "Value", "Models")
    assert many.rows[0] == ("features.timepoints", "[pre]", "A, C, E, G, I, K")


def test_question_that_all_models_ask_is_told_once():
    whole = compared(3)
    one = part(runs, whole)
    asked = whole.runs.assign(question=["Why?", "Why?", "When?"])
    several = part(runs, replace(whole, runs=asked))
    assert "All ask: Do features before treatment" in sentences(one)
    assert "Question" not in next(tables_in(one.blocks)).columns
    assert [row[-1] for row in next(tables_in(several.blocks)).rows] == ["Why?", "Why?", "When?"]


def test_every_pair_of_many_models_stands_once_in_the_matrix():
    table = next(tables_in(part(comparable, compared(12)).blocks))
    cells = [cell for row in table.rows for cell in row[1:] if cell]
    assert len(cells) == 12 * 11 / 2
    assert sum("care" in cell for cell in cells) == 11


def test_of_too_many_pairs_those_of_the_best_model_are_drawn():
    found = part(paired, compared(12))
    drawn = next(block for block in found.blocks if isinstance(block, Picture))
    assert len(drawn.data.rows) == 11
    assert "A: pre and each other model" in drawn.caption
    assert "Every paired difference (132 rows)" in [
        table.caption for table in tables_in(found.blocks)
    ]


def test_ranks_of_groups_that_do_not_compare_are_drawn_apart():
    comparison = compared(6, strangers=(0, 1))
    identities = [picture.identity for picture in pictures(part(ranks, comparison))]
    assert identities == ["compare-ranks", "compare-ranks_2"]
    lonely = part(ranks, compared(6, strangers=(2,)))
    assert "no model of their kind compares with them: C: tace-ct" in sentences(lonely)


def test_the_highest_of_models_that_may_not_all_be_compared_is_no_winner():
    def detail(comparison):
        (found,) = (fact for fact in verdict_of(comparison).facts if "Highest" in fact.label)
        return found.detail

    assert "too hopeful" in detail(compared(6))
    assert "no winner" in detail(compared(6, strangers=(2,)))


def test_scores_of_other_classes_are_not_on_one_scale(three):
    assert "not on one scale" not in sentences(part(metrics, three))
    frame = three.comparable
    others = replace(three, comparable=frame.assign(same=frame["aspect"] != "classes"))
    assert "not on one scale" in sentences(part(metrics, others))


def test_a_part_of_many_differences_is_folded(three):
    labels = dict.fromkeys(three.labels, "x")
    rows = pd.DataFrame([{"part": "data", "key": f"image {n}", **labels} for n in range(30)])
    found = part(differences, replace(three, differences=rows))
    assert [block.summary for block in found.blocks if isinstance(block, Fold)] == [
        "Data: what is not the same everywhere (30 rows)"
    ]
    assert not any(isinstance(block, Table) for block in found.blocks)


def test_a_long_reason_of_a_run_that_is_left_out_is_cut_but_whole_in_its_file(three):
    row = {"run_id": "r", "name": "n", "status": "failed", "reason": "why " * 200}
    found = part(runs, replace(three, left_out=pd.DataFrame([row])))
    (table,) = (each for each in tables_in(found.blocks) if "left out" in each.caption)
    assert len(table.rows[0][-1]) < 210
    (file,) = (block for block in found.blocks if isinstance(block, Download))
    assert row["reason"] in base64.b64decode(file.uri.split(",")[1]).decode()


def test_each_boundary_of_ordered_classes_has_its_calibration():
    found = part(curves, compared(4, classes=("CR", "PR", "PD")))
    assert [picture.identity for picture in pictures(found)] == [
        "compare-roc",
        "compare-calibration_1",
        "compare-calibration_2",
        "compare-decision",
    ]


def test_every_figure_carries_its_numbers_as_csv(three, page):
    files = {found["download"]: found["href"] for found in page.all("a") if "download" in found}
    assert {
        f"compare_{name}.csv" for name in ("metrics", "paired", "ranks", "roc", "decision")
    } <= (set(files))
    encoded = files["compare_roc.csv"].split("base64,")[1]
    table = pd.read_csv(io.BytesIO(base64.b64decode(encoded)))
    pd.testing.assert_frame_equal(table, three.roc, check_dtype=False)
    figures = page.all("figure")
    assert len(files) >= len(figures) == 7


def test_tables_have_as_many_cells_as_headings(three, twelve):
    for found in (*comparison_sections(three), *twelve):
        for table in tables_in(found.blocks):
            assert {len(row) for row in table.rows} <= {len(table.columns)}, table.caption


def test_comparison_without_any_number_says_why_in_every_part():
    whole = compared(3, found=False)
    kept = {"runs", "title", "findings"}
    empty = {
        field.name: getattr(whole, field.name).head(0)
        for field in fields(whole)
        if field.name not in kept
    }
    found = comparison_sections(replace(whole, **empty))
    assert all(each.blocks for each in found)
    assert not [picture for each in found for picture in pictures(each)]
    told = " ".join(map(sentences, found))
    assert "ROC curves: none of the runs has one." in told
    assert "No metrics were recorded" in told
    assert "nothing to disagree about" in told
    assert verdict_of(replace(whole, **empty)).sentence.startswith("These 3 models may not be")


def test_hostile_text_is_escaped_everywhere():
    whole = compared(2)
    columns = {f"{start}pre": f"{start}{HOSTILE}" for start in ("", "p: ", "called: ")}
    frames = {
        name: frame.replace({"pre": HOSTILE}).rename(columns=columns)
        for name, frame in whole.tables().items()
    }
    frames["left_out"] = whole.left_out.assign(reason=HOSTILE)
    finding = Finding(HOSTILE, "serious", HOSTILE)
    comparison = replace(whole, title=HOSTILE, findings=(finding,), **frames)
    page = Page(render_comparison(comparison))
    assert page.open == []
    assert not page.all("script")
    assert not [found for _, found in page.elements if "onerror" in found]


def test_same_comparison_gives_the_same_small_file(three, text, tmp_path):
    path = write_comparison(three, tmp_path / "compare.html")
    assert path.read_text(encoding="utf-8") == text


def test_page_of_twelve_models_stays_small(twelve):
    figures = [picture for found in twelve for picture in pictures(found)]
    assert sum(len(figure.uri) + len(figure.download.uri) for figure in figures) < 4_000_000


def test_times_lose_their_seconds_and_other_text_stays():
    assert when("2026-11-20T10:15:42+00:00") == "2026-11-20 10:15 UTC"
    assert when("2026-11-20T10:15:42+01:00") == "2026-11-20 10:15"
    assert when("now") == "now"


@pytest.mark.parametrize("name", ["compare.pdf", "compare"])
def test_another_format_than_a_page_is_refused(three, tmp_path, name):
    with pytest.raises(InputError, match=r"end it in \.html"):
        write_comparison(three, tmp_path / name)
    assert not (tmp_path / name).exists()
