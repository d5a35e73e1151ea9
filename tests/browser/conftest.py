"""A browser for pages that were written to disk: Chromium, driven by playwright, no network."""

import runpy
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

RUN = Path(__file__).parents[1] / "unit" / "report" / "conftest.py"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE = {"width": 1200, "height": 800}


class OpenPage:
    """A page in the browser, what it complained of, and what it asked for."""

    def __init__(self, page, file):
        self.page = page
        self.address = file.as_uri()
        self.complaints = []
        self.requests = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(self.address, wait_until="load")

    def foreign_requests(self):
        """Every address that was asked for beside the page itself and what lies in it."""
        return [url for url in self.requests if url != self.address and not url.startswith("data:")]

    def undrawn(self):
        """Words of the pictures that the browser could not draw."""
        return self.page.evaluate(
            "[...document.images].filter(p => !p.complete || p.naturalWidth <= 100).map(p => p.alt)"
        )

    def violations(self):
        """What axe-core calls serious or critical, with all folds open: rule and place.

        Of each table three rows are looked at: the others are made alike, and take minutes.
        """
        pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
        axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        self.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        self.page.evaluate(
            "document.querySelectorAll('tbody tr:nth-child(n+4)').forEach(row => row.remove())"
        )
        self.page.evaluate(axe)
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"][:3]
        ]


@pytest.fixture(scope="session")
def browser():
    """Chromium; skipped where playwright or a Chromium is not installed."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def open_page(browser, tmp_path_factory):
    """Open HTML text as a file, in a window of some size."""
    folder = tmp_path_factory.mktemp("pages")

    def opened(text, name="page", viewport=WIDE):
        file = folder / f"{name}.html"
        file.write_text(text, encoding="utf-8")
        return OpenPage(browser.new_page(viewport=viewport), file)

    return opened


@pytest.fixture(scope="session")
def run():
    return runpy.run_path(str(RUN))["completed_run"]()
