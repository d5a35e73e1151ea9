import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.report.html import render, sections, write_report
from radiomics_hcc.report.sections.verdict import verdict

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
VOID = {"meta", "link", "img", "br"}


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


def bare_run(status=RunStatus.STARTED, **given):
    return RunRecord("id", "n", "Does it work?", "early_response", status, "now", **given)


def with_comparison(run, **changes):
    table = run.tables["comparisons"].assign(**changes)
    return replace(run, tables={**run.tables, "comparisons": table})


@pytest.fixture(scope="module")
def text(run):
    return render(run)


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_every_element_is_closed(page):
    assert page.open == []


def test_the_page_needs_no_network_and_no_script(page):
    assert not page.all("script", "iframe", "object")
    sources = [found["src"] for found in page.all("img")]
    links = [found["href"] for found in page.all("a", "link")]
    assert all(source.startswith("data:image/") for source in sources)
    assert all(link.startswith(("#", "data:")) for link in links)


def test_style_sheet_reaches_for_nothing_outside(text):
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style


def test_links_within_the_page_have_a_target(page):
    targets = {found["id"] for _, found in page.elements if "id" in found}
    inner = {found["href"][1:] for found in page.all("a") if found["href"].startswith("#")}
    assert inner <= targets


def test_identities_are_unique(page):
    identities = [found["id"] for _, found in page.elements if "id" in found]
    assert len(identities) == len(set(identities))


def test_every_picture_has_words_and_every_heading_cell_a_scope(page):
    assert len(page.all("img")) == 16
    assert all(len(found["alt"]) > 20 for found in page.all("img"))
    assert all(found["scope"] in ("row", "col") for found in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) > 15


def test_headings_never_skip_a_level(page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_question_and_verdict_come_before_everything_else(run, text):
    order = [run.question, str(run.summary["verdict"])[:40], "not a medical device", 'id="cohort"']
    places = [text.index(part, text.index("<body>")) for part in order]
    assert places == sorted(places)


def test_sections_stand_in_reading_order(run):
    assert [section.identity for section in sections(run)] == [
        "cohort",
        "labels",
        "response",
        "features",
        "performance",
        "baselines",
        "usefulness",
        "instability",
        "readers",
        "subgroups",
        "errors",
        "uses",
        "elsewhere",
        "findings",
        "limits",
        "provenance",
        "model-card",
        "checklists",
        "repeat",
    ]


def test_numbers_are_written_as_in_a_journal(text):
    assert "0.71 (0.62 to 0.80)" in text
    assert "0.09 (−0.01 to 0.19)" in text
    assert "&lt; 0.001" in text


def test_the_estimate_is_said_to_belong_to_the_procedure(text):
    assert "nested estimate belongs to the whole procedure" in text
    assert "patient bootstrap; Nadeau-Bengio" in text


def test_every_figure_carries_its_data_as_csv(run, page):
    files = {found["download"]: found["href"] for found in page.all("a") if "download" in found}
    encoded = files["roc.csv"].split("base64,")[1]
    table = pd.read_csv(io.BytesIO(base64.b64decode(encoded)))
    pd.testing.assert_frame_equal(table, run.tables["roc"], check_dtype=False)
    names = {
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
    assert {f"{name}.csv" for name in names} <= set(files)


def test_hostile_text_is_escaped_everywhere(run):
    tables = {
        name: table.assign(**{table.columns[0]: HOSTILE}) for name, table in run.tables.items()
    }
    record = replace(
        run,
        name=HOSTILE,
        question=HOSTILE,
        intent=HOSTILE,
        run_id=HOSTILE,
        tables=tables,
        config={HOSTILE: HOSTILE},
        provenance={HOSTILE: {HOSTILE: HOSTILE}},
        summary=dict.fromkeys(run.summary, HOSTILE),
        findings=(Finding(HOSTILE, "serious", HOSTILE),),
    )
    page = Page(render(record))
    assert page.open == []
    assert not page.all("script")
    assert not [found for _, found in page.elements if "onerror" in found]


def test_same_run_gives_the_same_page_and_a_small_file(run, text, tmp_path):
    path = write_report(run, tmp_path / "report.html")
    assert path.read_text(encoding="utf-8") == text
    assert path.stat().st_size < 5_000_000


@pytest.mark.parametrize("status", list(RunStatus))
def test_a_run_without_any_table_says_what_is_missing(status):
    text = render(bare_run(status))
    assert Page(text).open == []
    assert "Not recorded in this run" in text
    assert "Confusion matrix" in text or "confusion matrix" in text


def test_each_table_is_shown_where_all_others_are_missing(run):
    for name, table in run.tables.items():
        text = render(replace(run, tables={name: table}))
        assert Page(text).open == []
        assert "Not recorded in this run" in text


def test_empty_tables_are_shown_as_missing(run):
    empty = {name: table.head(0) for name, table in run.tables.items()}
    text = render(replace(run, tables=empty))
    assert Page(text).open == []
    assert "No patient was excluded." in text
    assert "Performance (internal testing): Metrics" in text


def test_a_failed_run_has_no_verdict():
    record = bare_run(RunStatus.FAILED, summary={"verdict": "It works."})
    found = verdict(record)
    assert "failed" in found.sentence
    assert found.facts == ()
    assert "It works." not in render(record)


@pytest.mark.parametrize(
    ("severity", "colour"),
    [("ok", "green"), ("note", "green"), ("warning", "amber"), ("serious", "red")],
)
def test_traffic_light_shows_the_most_severe_finding(run, severity, colour):
    findings = (Finding("HCC001", "ok", "Fine."), Finding("HCC002", severity, "Look."))
    assert verdict(replace(run, findings=findings)).colour == colour


def test_without_findings_the_light_is_grey(run):
    assert verdict(replace(run, findings=())).colour == "grey"


@pytest.mark.parametrize(
    ("low", "high", "p_holm", "answer"),
    [
        (0.01, 0.2, 0.02, "Yes"),
        (0.01, 0.2, 0.2, "Not shown"),
        (0.01, 0.2, float("nan"), "Yes"),
        (-0.1, 0.2, 0.02, "Not shown"),
        (-0.2, -0.1, 0.02, "No, worse"),
    ],
)
def test_better_than_size_needs_interval_and_corrected_p(run, low, high, p_holm, answer):
    facts = verdict(with_comparison(run, low=low, high=high, p_holm=p_holm)).facts
    assert next(fact.value for fact in facts if "size" in fact.label) == answer


def test_allowed_incorporation_is_stamped_at_the_top():
    text = render(bare_run(summary={"incorporation_justification": "This is a reading study."}))
    assert text.index("This is a reading study.") < text.index('id="limits"')


def test_montages_of_the_run_are_shown():
    png = base64.b64decode(b"iVBORw0KGgo=")
    text = render(bare_run(figures={"montage_HCC_001.png": png}))
    assert "Slices HCC_001 with contours" in text


def test_long_tables_show_their_first_rows_and_say_so(text):
    assert "The first 60 of 107 rows." in text


def test_scores_against_every_reader_and_the_permutation_test_are_shown(run):
    readers = pd.DataFrame(
        {
            "model": "elastic_net",
            "reader": ["R1", "R2"],
            "metric": ["auc", "brier"],
            "estimate": [0.71, 0.2],
            "low": [0.6, 0.1],
            "high": [0.8, 0.3],
            "method": "patient bootstrap",
            "patients": [40, 39],
            "unread": [0, 1],
        }
    )
    permutation = pd.DataFrame(
        {"model": ["elastic_net"], "observed": [0.7], "permutations": [99], "p_value": [0.02]}
    )
    tables = {**run.tables, "reader_scores": readers, "permutation": permutation}
    page = render(replace(run, tables=tables))
    assert "0.71 (0.60 to 0.80)" in page
    assert "against the labels of each reader" in page
    assert "among 99 permutations" in page
    assert "p = 0.02" in page.replace("\u00a0", " ")
