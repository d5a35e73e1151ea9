"""One self-contained HTML page for one run: no script, no network, printable."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import Items, Section
from radiomics_hcc.report.figures.gallery import figures
from radiomics_hcc.report.sections.cohort import cohort, labels
from radiomics_hcc.report.sections.elsewhere import elsewhere
from radiomics_hcc.report.sections.errors import errors
from radiomics_hcc.report.sections.features import features
from radiomics_hcc.report.sections.findings import findings
from radiomics_hcc.report.sections.instability import instability
from radiomics_hcc.report.sections.performance import baselines, performance
from radiomics_hcc.report.sections.readers import readers
from radiomics_hcc.report.sections.response import response
from radiomics_hcc.report.sections.source import Source
from radiomics_hcc.report.sections.subgroups import subgroups
from radiomics_hcc.report.sections.trust import limits, provenance, repetition
from radiomics_hcc.report.sections.usefulness import usefulness
from radiomics_hcc.report.sections.uses import uses
from radiomics_hcc.report.sections.verdict import verdict


def render(record: RunRecord) -> str:
    """The page of a run as text; a run that failed or has not finished has a page too.

    Every value of the record is escaped. The same record gives the same text.
    """
    environment = Environment(
        loader=PackageLoader("radiomics_hcc.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html.j2")
    intent = words.INTENTS.get(record.intent, f"Declared intent: {record.intent}.")
    return page.render(
        record=record, intent=intent, verdict=verdict(record), sections=sections(record)
    )


def write_report(record: RunRecord, path: Path | str) -> Path:
    """Write the page of a run and return where it lies."""
    target = Path(path)
    target.write_text(render(record), encoding="utf-8")
    return target


def sections(record: RunRecord) -> list[Section]:
    """The parts of the page below the verdict, in reading order; what is missing comes last.

    A part without blocks is one that the run did not ask for, such as tests elsewhere.
    """
    source = Source(record, {**record.figures, **figures(record)})
    builders = (
        cohort,
        labels,
        response,
        features,
        performance,
        baselines,
        usefulness,
        instability,
        readers,
        subgroups,
        errors,
        uses,
        elsewhere,
        findings,
        limits,
        provenance,
        repetition,
    )
    built = [section for section in (build(source) for build in builders) if section.blocks]
    told = [section for section in built if not section.is_missing]
    missing = [section for section in built if section.is_missing]
    return [*told, _not_recorded(missing)] if missing else told


def _not_recorded(missing: list[Section]) -> Section:
    lines = tuple(f"{section.title}: {', '.join(section.missing)}" for section in missing)
    return Section("not-recorded", "Not recorded in this run", (Items(lines),))
