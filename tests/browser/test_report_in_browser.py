"""The report as a browser shows it: laid out, complete, without asking anything of the network."""

import html
import json
import re
import shutil
import subprocess
from itertools import pairwise

import pytest

from radiomics_hcc.report.html import render

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
NARROW_PIXELS = 400
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

# The page is shown in two frames, wide and narrow, and measured by the page around them.
MEASURE = """<!DOCTYPE html><title>measure</title>
<iframe id="wide" style="width:1200px;height:800px" srcdoc="{page}"></iframe>
<iframe id="narrow" style="width:{narrow}px;height:800px;border:0" srcdoc="{page}"></iframe>
<script>
function look(name) {{
  const view = document.getElementById(name).contentWindow, page = view.document;
  const pictures = [...page.images];
  return {{
    height: page.documentElement.scrollHeight,
    width: page.documentElement.scrollWidth,
    requests: view.performance.getEntriesByType("resource").map(e => e.name),
    drawn: pictures.filter(p => p.complete && p.naturalWidth > 100).length,
    described: pictures.filter(p => p.alt.length > 20).length,
    pictures: pictures.length,
    tallest: Math.max(...[...page.querySelectorAll("tr")].map(r => r.clientHeight)),
    headings: [...page.querySelectorAll("h1,h2,h3,h4,h5,h6")].map(h => Number(h.tagName[1])),
  }};
}}
addEventListener("load", () => {{
  const found = {{wide: look("wide"), narrow: look("narrow")}};
  const place = document.createElement("pre");
  place.textContent = JSON.stringify(found);
  document.body.replaceChildren(place);
}});
</script>"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


def chromium(folder, *arguments):
    profile = f"--user-data-dir={folder / 'profile'}"
    command = [CHROMIUM, *FLAGS, profile, *arguments]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout


@pytest.fixture(scope="module")
def measured(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    page = folder / "measure.html"
    text = MEASURE.format(page=html.escape(render(run)), narrow=NARROW_PIXELS)
    page.write_text(text, encoding="utf-8")
    shown = chromium(folder, "--dump-dom", page.as_uri()).decode()
    return json.loads(html.unescape(re.search(r"<pre>(.*)</pre>", shown, re.DOTALL)[1]))


def test_the_page_is_laid_out_over_several_screens(measured):
    assert measured["wide"]["height"] > 4000


def test_nothing_is_asked_of_the_network(measured):
    requests = measured["wide"]["requests"] + measured["narrow"]["requests"]
    assert [name for name in requests if not name.startswith("data:")] == []


def test_every_picture_is_drawn_and_described(measured):
    seen = measured["wide"]
    assert seen["drawn"] == seen["described"] == seen["pictures"] == 16


def test_headings_run_from_one_to_three_without_a_gap(measured):
    levels = measured["wide"]["headings"]
    assert levels[0] == 1
    assert set(levels) == {1, 2, 3}
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_narrow_page_never_scrolls_sideways(measured):
    assert measured["narrow"]["width"] <= NARROW_PIXELS


def test_no_column_of_a_narrow_page_is_squeezed_to_single_letters(measured):
    assert measured["narrow"]["tallest"] < 400
