"""`rhcc audit`: an experiment's leakage checks without any fit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.errors import LeakageError
from radiomics_hcc.evaluation.checks.harmonised_with_outcome import HarmonisedWithOutcome
from radiomics_hcc.evaluation.checks.table import CHECKS
from radiomics_hcc.experiment.gather import Talk, gather
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.experiment.material_audit import audit_material
from radiomics_hcc.experiment.run import chosen
from radiomics_hcc.modelling.leakage import INCORPORATION_CODE, Intent

HARMONISATION: Final = "harmonise."
"""Begins the place of a problem with the harmonisation in an experiment file."""

COLUMNS: Final = ("experiment", "code", "severity", "title", "sentence", "page")


@dataclass(frozen=True)
class Audit:
    """What the checks say of one experiment before any fit.

    Parameters
    ----------
    experiment
        Its name and its variant's.
    findings
        In the order of the codes.
    """

    experiment: str
    findings: tuple[Finding, ...]

    @property
    def is_serious(self) -> bool:
        """Whether a finding is serious."""
        return any(finding.severity == "serious" for finding in self.findings)

    def frame(self) -> pd.DataFrame:
        """One row per finding: `experiment, code, severity, title, sentence, page`."""
        rows = [
            (self.experiment, each.code, each.severity, CHECKS[each.code].title, each.sentence)
            for each in self.findings
        ]
        frame = pd.DataFrame(rows, columns=list(COLUMNS[:-1]))
        return frame.assign(page=frame["code"].map(page_of))

    def sentences(self) -> list[str]:
        """One line per finding: code, severity, sentence, and the page where it says more."""
        return [
            f"{each.code} {each.severity}: {each.sentence}"
            + ("" if each.severity == "ok" else f" [{page_of(each.code)}]")
            for each in self.findings
        ]


def audit_file(
    path: Path | str,
    settings: Sequence[str] = (),
    *,
    variant: str | None = None,
    talk: Talk | None = None,
) -> list[Audit]:
    """Read and measure what an experiment file needs, and run the checks that need no model.

    Parameters
    ----------
    path, settings, variant, talk
        As in `run`.

    Returns
    -------
    list of Audit
        One per variant. Columns that the intent forbids, which a run refuses, are a serious
        finding here, so that the other checks have their say too.

    Raises
    ------
    RadiomicsHCCError
        Where the configuration or an input is at fault.
    """
    return [
        Audit(each.name, _findings(each, talk or Talk()))
        for each in chosen(path, settings, variant)
    ]


def _findings(experiment: Experiment, talk: Talk) -> tuple[Finding, ...]:
    try:
        material = gather(experiment, talk)
    except LeakageError as refusal:
        describing = experiment.config.model_copy(update={"intent": Intent.RESPONSE_READING})
        try:
            material = gather(replace(experiment, config=describing), talk)
        except LeakageError:
            return _refused(refusal)
    return audit_material(experiment, material)


def _refused(refusal: LeakageError) -> tuple[Finding, ...]:
    """What no intent allows, under the code of its check; nothing else could be looked at."""
    by_code: dict[str, list[str]] = {}
    for problem in refusal.problems:
        is_harmonisation = problem.where.startswith(HARMONISATION)
        code = HarmonisedWithOutcome.code if is_harmonisation else INCORPORATION_CODE
        by_code.setdefault(code, []).append(str(problem))
    sentence = "A run would be refused, and nothing else was looked at: {}."
    return tuple(
        Finding(code, "serious", sentence.format(" | ".join(told)))
        for code, told in sorted(by_code.items())
    )


def page_of(code: str) -> str:
    """Where a check is explained."""
    return f"docs/checks/{code}.md"


def write_audits(audits: Sequence[Audit], folder: Path) -> tuple[Path, Path]:
    """Write `audit.csv` and `audit.json` into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    frame = pd.concat([audit.frame() for audit in audits], ignore_index=True)
    table, document = folder / "audit.csv", folder / "audit.json"
    frame.to_csv(table, index=False)
    entries = frame.to_dict(orient="records")
    text = json.dumps({"version": 1, "findings": entries}, indent=2, ensure_ascii=False)
    document.write_text(text + "\n", encoding="utf-8")
    return table, document
