"""An audited response: one criterion, all others beside it, readers, flags, figures, one page."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc import __version__
from radiomics_hcc.domain.digest import digest_frame
from radiomics_hcc.domain.response import ResponseTable
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.experiment.assessing import audit_tables
from radiomics_hcc.experiment.assessing.assessment import (
    NO_FACTS,
    PLAIN,
    Assessed,
    AssessmentOptions,
    assess_beside,
)
from radiomics_hcc.experiment.assessing.patient_facts import PatientFacts
from radiomics_hcc.report.figures.limits import limits_of
from radiomics_hcc.report.figures.spider import spider
from radiomics_hcc.report.figures.swimmer import swimmer
from radiomics_hcc.report.figures.waterfall import waterfall
from radiomics_hcc.report.response_page import ResponsePage, render_response
from radiomics_hcc.response.criteria import criteria, criterion_of
from radiomics_hcc.response.criterion import Criterion
from radiomics_hcc.response.discordance import compare_criteria
from radiomics_hcc.response.eligibility import HasTargets
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.readers import reader_discordance, readers_of
from radiomics_hcc.response.target_selection import select_targets

PAGE: Final = "response.html"


@dataclass(frozen=True, eq=False)
class ResponseAudit:
    """Everything that there is to say about the response of a set of patients.

    Parameters
    ----------
    assessed
        Responses by the chosen criterion and by every other that the table allows.
    refused
        Criteria that the table does not allow, and why.
    """

    assessed: Assessed
    refused: Mapping[str, str]

    @cached_property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """All tables by name, as `write` writes them."""
        assessed, chosen = self.assessed, self._of_readers(self.assessed.table)
        everything = [assessed.table, *assessed.beside]
        own = [self._of_readers(table) for table in everything]
        return {
            "response": assessed.frame(with_best=True),
            "best": assessed.best.frame(),
            "rates": assessed.best.rates(),
            "times": assessed.best.times(),
            "criteria": compare_criteria(own),
            "class_counts": audit_tables.class_counts(everything),
            "criteria_cross_tables": audit_tables.criteria_cross_tables(own),
            "criteria_agreement": audit_tables.criteria_agreement(own),
            "criteria_not_assessed": pd.DataFrame(
                list(self.refused.items()), columns=["criterion", "reason"]
            ),
            "agreement": audit_tables.reader_agreement(chosen, assessed.best),
            "reader_discordance": reader_discordance(chosen),
            "targets": self._targets(),
            "flags": audit_tables.flag_table(assessed.measurements, everything),
            "patients_without_follow_up": audit_tables.without_follow_up(chosen),
            "warnings": pd.DataFrame({"warning": list(assessed.notes)}, dtype="str"),
        }

    @cached_property
    def figures(self) -> Mapping[str, bytes]:
        """Waterfall, spider and swimmer as SVG by file name; without sums only the swimmer."""
        table = self.assessed.table
        own, best = self._of_readers(table).frame(), self.assessed.best.frame()
        limits = limits_of(table.criterion, self.assessed.criterion.to_config())
        if own.empty:
            return {}
        rule = self.assessed.options.readers
        treatments = self.assessed.facts.treatment_table()
        given = treatments if len(treatments) else None
        reader = None if rule is None else str(rule)
        drawn = {"swimmer.svg": swimmer(table.frame(), best, reader=reader, treatments=given)}
        if own["change_from_baseline_percent"].notna().any():
            drawn["waterfall.svg"] = waterfall(own, limits=limits, best=best)
            drawn["spider.svg"] = spider(own, limits=limits)
        return drawn

    def frame(self, name: str = "criteria") -> pd.DataFrame:
        """One of the tables.

        Raises
        ------
        InputError
            For an unknown name.
        """
        if name not in self.tables:
            remedy = did_you_mean(name, list(self.tables))
            raise InputError([Problem("table", f"unknown {name!r}", remedy)], "audit")
        return self.tables[name]

    def page(self) -> str:
        """One self-contained HTML page."""
        assessed = self.assessed
        rule = assessed.options.readers
        readers = readers_of(assessed.table)
        return render_response(
            ResponsePage(
                criterion=assessed.criterion.kind,
                sentence=assessed.sentence(),
                reader=readers[0] if rule is None else str(rule),
                readers=tuple(reader for reader in readers if reader != rule),
                notes=assessed.notes,
                made_from=self._made_from(),
                tables=self.tables,
                figures=self.figures,
            )
        )

    def write(self, directory: Path | str) -> Path:
        """Write every table as CSV, every figure as SVG and the page; return the page.

        Same measurements, same bytes.
        """
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in self.tables.items():
            table.to_csv(folder / f"{name}.csv", index=False)
        for name, content in self.figures.items():
            (folder / name).write_bytes(content)
        page = folder / PAGE
        page.write_text(self.page(), encoding="utf-8")
        return page

    def _of_readers(self, table: ResponseTable) -> ResponseTable:
        rule = self.assessed.options.readers
        return table if rule is None else audit_tables.of_readers(table, str(rule))

    def _targets(self) -> pd.DataFrame:
        criterion = self.assessed.criterion
        if not isinstance(criterion, HasTargets):
            return pd.DataFrame()
        return select_targets(self.assessed.measurements, criterion).frame()

    def _made_from(self) -> Mapping[str, str]:
        assessed, options = self.assessed, self.assessed.options
        return {
            "measurements": assessed.measurements.source,
            "SHA-256 of the measurements": digest_frame(assessed.measurements.frame()),
            **{
                f"{assessed.criterion.kind}: {name}": str(value)
                for name, value in assessed.criterion.to_config().items()
                if name != "kind"
            },
            "readers": str(options.readers or "each for himself"),
            "confirmation of CR and PR, days": str(options.confirmation_days or "not asked for"),
            "least duration of SD, days": str(options.stable_days),
            "radiomics_hcc": __version__,
        }

    def _repr_html_(self) -> str:
        said = "".join(f"<li>{html.escape(note)}</li>" for note in self.assessed.notes)
        names = ", ".join(self.tables)
        shown = self.frame().to_html(index=False, na_rep="", max_rows=60)
        sentence = html.escape(self.assessed.sentence())
        return f"<p>{sentence}</p><ul>{said}</ul><p>Tables: {names}</p>{shown}"


def audit(
    measurements: Measurements,
    criterion: Criterion | str,
    *,
    options: AssessmentOptions = PLAIN,
    facts: PatientFacts = NO_FACTS,
) -> ResponseAudit:
    """Assess by one criterion, by every other that the table allows, and audit the answers.

    Parameters
    ----------
    measurements
        From `read_measurements` or `measure`.
    criterion
        Such as `MRECIST()`, or the kind of one with its defaults.
    options
        Consensus of the readers, confirmation, least duration of SD.
    facts
        Treatments, starts and deaths.

    Raises
    ------
    InputError
        Where the table lacks what the chosen criterion needs, or a consensus needs more readers.
    """
    criterion = criterion_of(criterion)
    others = [made() for kind, made in criteria().items() if kind != criterion.kind]
    refused = dict(_refused(measurements, others))
    beside = [each for each in others if each.kind not in refused]
    assessed = assess_beside(measurements, criterion, beside=beside, options=options, facts=facts)
    return ResponseAudit(assessed, refused)


def write_audit(assessed: Assessed, directory: Path) -> Path:
    """Audit what was assessed and write everything to a folder; return the page."""
    found = audit(
        assessed.measurements,
        assessed.criterion,
        options=assessed.options,
        facts=assessed.facts,
    )
    return found.write(directory)


def _refused(measurements: Measurements, criteria: list[Criterion]) -> Iterator[tuple[str, str]]:
    for criterion in criteria:
        problems = criterion.problems(measurements)
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            yield criterion.kind, f"{problems[0].what}{more}"
