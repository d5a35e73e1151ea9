"""The comparison as a browser shows it: quiet, drawn, readable by machine, whole on paper."""

import runpy
from pathlib import Path

import pytest

from radiomics_hcc.report.compare_page import render_comparison

FIXTURE = Path(__file__).parents[1] / "unit" / "report" / "comparison_fixture.py"
NARROW = {"width": 400, "height": 800}
PAPER = {"width": 673, "height": 990}  # A4 without the margins of the style sheet, 96 per inch
TALLEST_ROW = 420  # pixels; a column that is squeezed to letters makes its row taller

TOO_WIDE = """
() => [...document.querySelectorAll("table, pre, figure, img")]
  .filter(part => part.checkVisibility({contentVisibilityAuto: true}))
  .filter(part => part.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(part => part.textContent.trim().slice(0, 60) || part.alt)
"""
UNREACHED = """
() => [...document.querySelectorAll(".scroll")]
  .filter(part => part.tabIndex !== 0 || !part.getAttribute("aria-label")).length
"""


@pytest.fixture(scope="module")
def compared():
    return runpy.run_path(str(FIXTURE))["compared"]


@pytest.fixture(scope="module")
def few(compared, open_page):
    return open_page(render_comparison(compared(3)), "three")


@pytest.fixture(scope="module")
def many_text(compared):
    return render_comparison(compared(12))


@pytest.fixture(scope="module")
def many(many_text, open_page):
    return open_page(many_text, "twelve")


def test_nothing_is_complained_of_and_nothing_asked_for(few, many):
    assert few.complaints + many.complaints == []
    assert few.foreign_requests() + many.foreign_requests() == []


def test_every_picture_is_drawn(few, many):
    assert few.undrawn() + many.undrawn() == []
    assert few.page.locator("figure img").count() == 7


def test_wide_tables_are_reached_by_the_keyboard(few, many):
    assert few.page.evaluate(UNREACHED) + many.page.evaluate(UNREACHED) == 0


def test_skip_link_leads_to_the_results(few):
    few.page.keyboard.press("Tab")
    assert few.page.evaluate("document.activeElement.getAttribute('href')") == "#content"


def test_narrow_page_neither_scrolls_sideways_nor_squeezes_its_tables(many_text, open_page):
    shown = open_page(many_text, "narrow", NARROW).page
    assert shown.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    rows = "Math.max(...[...document.querySelectorAll('tr')].map(row => row.clientHeight))"
    assert shown.evaluate(rows) < TALLEST_ROW


@pytest.mark.parametrize("models", [4, 12])
def test_no_table_or_figure_is_cut_on_paper(models, compared, many_text, open_page):
    text = many_text if models == 12 else render_comparison(compared(models))
    shown = open_page(text, f"paper-{models}", PAPER).page
    shown.emulate_media(media="print")
    assert shown.evaluate(TOO_WIDE) == []
    assert shown.pdf(format="A4").startswith(b"%PDF")


def test_axe_finds_no_serious_violation(compared, open_page):
    comparison = compared(3, strangers=(2,))
    assert open_page(render_comparison(comparison), "axe").violations() == []
