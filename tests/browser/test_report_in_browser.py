"""The report as a browser shows it: laid out, complete, without asking anything of the network."""

import shutil
import subprocess
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.experiment.assessing.audit import audit
from radiomics_hcc.report.html import render
from radiomics_hcc.report.private import private
from radiomics_hcc.response.measurements import read_measurements

NARROW = {"width": 400, "height": 800}
PAPERS = {"A4": (210, 297), "Letter": (215.9, 279.4)}  # mm
MARGINS_MM = (16, 16)  # left and right, as report.css says
PIXELS_PER_MM = 96 / 25.4
KINDS = ("two classes", "three classes", "failed", "private", "response")
TIERS = ["CR", "PR", "nonOR"]
MEASUREMENTS = """\
patient_id,reader,assessment,lesion_id,role,longest_mm,viable_mm
A,R1,2024-01-10,L1,target,50,50
A,R1,2024-03-10,L1,target,62,20
B,R1,2024-01-10,L1,target,40,40
B,R1,2024-03-12,L1,target,40,44
A,R2,2024-01-10,L1,target,51,49
A,R2,2024-03-10,L1,target,60,31
B,R2,2024-01-10,L1,target,41,39
B,R2,2024-03-12,L1,target,40,50
"""
TOO_WIDE = """limit => [...document.querySelectorAll('table, pre, figure, img, .facts, .findings')]
  .filter(e => e.checkVisibility())
  .map(e => [e.tagName, Math.round(e.getBoundingClientRect().right), e.textContent.slice(0, 60)])
  .filter(([, right]) => right > limit + 1)"""
UNSEEN = """[...document.querySelectorAll('main *')].filter(e => {
  const style = getComputedStyle(e);
  const scrolls = /auto|scroll/.test(style.overflowX + style.overflowY);
  return scrolls && e.scrollWidth > e.clientWidth + 1 && e.checkVisibility() && e.tabIndex < 0;
}).map(e => e.outerHTML.slice(0, 100))"""


def three_classes(run):
    """The same run with three ordered classes: a larger matrix, boundaries, fewer figures."""
    confusion = pd.DataFrame(
        [(true, told, 6.0 + 9.0 * (true == told)) for true in TIERS for told in TIERS],
        columns=["true", "predicted", "patients"],
    )
    columns = ["model", "boundary", "metric", "estimate", "low", "high"]
    rows = [("elastic_net", f"{better} | {worse}", "auc", 0.7, 0.6, 0.8, 20, 84, "")
            for better, worse in pairwise(TIERS)]  # fmt: skip
    boundaries = pd.DataFrame(rows, columns=[*columns, "positives", "patients", "note"])
    dropped = ("roc", "decision_curve", "net_benefit_difference", "instability", "response")
    kept = {name: table for name, table in run.tables.items() if name not in dropped}
    summary = {**run.summary, "classes": TIERS}
    tables = {**kept, "confusion": confusion, "boundaries": boundaries}
    return replace(run, summary=summary, tables=tables)


def failed(run):
    """What is left of a run that broke after the cohort."""
    kept = {name: run.tables[name] for name in ("cohort_flow", "table_one")}
    return replace(
        run,
        status=RunStatus.FAILED,
        finished="",
        tables=kept,
        models=(),
        findings=(Finding("HCC004", "serious", "Class nonOR has 3 patients."),),
    )


@pytest.fixture(scope="module")
def texts(run, tmp_path_factory):
    """Every kind of page."""
    table = tmp_path_factory.mktemp("audit") / "measurements.csv"
    table.write_text(MEASUREMENTS)
    return {
        "two classes": render(run),
        "three classes": render(three_classes(run)),
        "failed": render(failed(run)),
        "private": render(private(run)),
        "response": audit(read_measurements(table), "mrecist").page(),
    }


@pytest.fixture(scope="module")
def shown(texts, open_page):
    """Every kind of page, opened once."""
    return {kind: open_page(text, kind.replace(" ", "_")) for kind, text in texts.items()}


@pytest.fixture(scope="module")
def page(shown):
    return shown["two classes"].page


def test_the_page_is_laid_out_over_several_screens(page):
    assert page.evaluate("document.documentElement.scrollHeight") > 4000


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_asked_of_the_network_and_nothing_complained_of(shown, kind):
    assert shown[kind].foreign_requests() == []
    assert shown[kind].complaints == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_picture_is_drawn(shown, kind):
    assert shown[kind].undrawn() == []


def test_every_picture_is_described(page):
    lengths = page.evaluate("[...document.images].map(p => p.alt.length)")
    assert len(lengths) == 16
    assert min(lengths) > 20


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_kept_out_by_the_page(texts, open_page, kind):
    opened = open_page(texts[kind], "looked_at")
    assert opened.violations() == []
    opened.page.close()


def test_headings_run_from_one_to_three_without_a_gap(page):
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => Number(h.tagName[1]))"
    )
    assert levels[0] == 1
    assert set(levels) == {1, 2, 3}
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_light_says_its_colour_and_leads_to_the_findings(page):
    light = page.locator(".light")
    assert light.inner_text().startswith("Amber: read the warnings first (2 warnings)")
    assert light.locator("a").get_attribute("href") == "#findings"


def test_the_first_key_leads_past_the_head(texts, open_page):
    fresh = open_page(texts["two classes"], "keys").page
    fresh.keyboard.press("Tab")
    assert fresh.evaluate("document.activeElement.textContent") == "Skip to the results"
    assert fresh.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    fresh.keyboard.press("Enter")
    assert fresh.url.endswith("#content")
    fresh.keyboard.press("Tab")
    assert fresh.evaluate("document.activeElement.closest('main') !== null")
    fresh.close()


def test_folds_open_by_the_keyboard(texts, open_page):
    fresh = open_page(texts["two classes"], "folds").page
    summary = fresh.locator("summary").first
    summary.focus()
    fresh.keyboard.press("Enter")
    assert fresh.locator("details").first.get_attribute("open") is not None
    assert fresh.locator("summary:not([tabindex='-1'])").count() == fresh.locator("summary").count()
    fresh.close()


@pytest.fixture(scope="module")
def narrow(texts, open_page):
    return open_page(texts["two classes"], "narrow", NARROW).page


def test_a_narrow_page_never_scrolls_sideways(narrow):
    assert narrow.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_no_column_of_a_narrow_page_is_squeezed_to_single_letters(narrow):
    tallest = "Math.max(...[...document.querySelectorAll('tr')].map(r => r.clientHeight))"
    assert narrow.evaluate(tallest) < 400


def test_what_scrolls_can_be_reached_by_the_keyboard(narrow):
    narrow.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert narrow.evaluate(UNSEEN) == []


@pytest.fixture
def printed(texts, open_page, request):
    """A page as it stands on paper, between the margins."""
    kind, paper = request.param
    width = round((PAPERS[paper][0] - sum(MARGINS_MM)) * PIXELS_PER_MM)
    fresh = open_page(texts[kind], "printed", {"width": width, "height": 1000}).page
    fresh.emulate_media(media="print")
    yield fresh, width
    fresh.close()


@pytest.mark.parametrize(
    "printed", [(kind, paper) for kind in KINDS for paper in PAPERS], indirect=True
)
def test_nothing_is_wider_than_the_paper(printed):
    page, width = printed
    assert page.evaluate(TOO_WIDE, width) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width + 1


@pytest.mark.parametrize("printed", [("two classes", "A4")], indirect=True)
def test_paper_shows_short_folds_and_says_which_it_leaves_out(printed):
    page, _ = printed
    folds = page.evaluate(
        """[...document.querySelectorAll('details')].map(d => [
            d.classList.contains('on-screen'),
            [...d.children].some(e => e.tagName != 'SUMMARY' && e.checkVisibility({
                contentVisibilityAuto: true, visibilityProperty: true
            })),
        ])"""
    )
    assert {is_seen for is_left_out, is_seen in folds if not is_left_out} == {True}
    assert {is_seen for is_left_out, is_seen in folds if is_left_out} == {False}
    left_out = "document.querySelector('section > details.on-screen > summary')"
    told = page.evaluate(f"getComputedStyle({left_out}, '::after').content")
    assert "not printed" in told


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext on this machine")
@pytest.mark.parametrize("paper", PAPERS)
def test_the_pdf_has_every_section_and_repeats_the_heads_of_long_tables(shown, tmp_path, paper):
    file = tmp_path / "report.pdf"
    shown["two classes"].page.pdf(path=file, format=paper, prefer_css_page_size=False)
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True)
    pages = text.stdout.decode().split("\f")
    whole = "\n".join(pages)
    assert "Research software, not a medical device" in pages[-2]
    for title in ("Verdict", "Cohort", "Performance (internal testing)", "Provenance"):
        assert title in whole
    lonely = ("Performance (internal testing)", "Cohort", "Findings", "Provenance", "Limits")
    for page in pages:
        lines = [line.strip() for line in page.splitlines() if line.strip()]
        assert not lines or lines[-1] not in lonely


def test_a_run_without_findings_has_a_light_without_a_link(open_page):
    record = RunRecord("id", "n", "Does it work?", "early_response", RunStatus.COMPLETED, "now")
    page = open_page(render(record), "bare").page
    assert page.locator(".light a").count() == 0
    page.close()
