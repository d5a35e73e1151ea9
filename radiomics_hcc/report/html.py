"""One self-contained HTML page for one run: no script, no network, printable."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.report.page import DEVICE, Page, page_of, sections

__all__ = ["render", "sections", "write_report"]


def render(record: RunRecord) -> str:
    """The page of a run as text; a run that failed or has not finished has a page too.

    Every value of the record is escaped. The same record gives the same text.
    """
    return as_html(page_of(record))


def as_html(page: Page) -> str:
    """Write a page as HTML; see `render`."""
    environment = Environment(
        loader=PackageLoader("radiomics_hcc.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("report.html.j2")
    return template.render(page=page, sections=page.sections, device=DEVICE)


def write_report(record: RunRecord, path: Path | str) -> Path:
    """Write the page of a run and return where it lies."""
    target = Path(path)
    target.write_text(render(record), encoding="utf-8")
    return target
