"""What the checks found, the most severe first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from radiomics_hcc.domain.evaluation import SEVERITIES, Finding
from radiomics_hcc.report.blocks import (
    Block,
    FindingList,
    Fold,
    Heading,
    Missing,
    Paragraph,
    Section,
)
from radiomics_hcc.report.sections.source import Source

ABOUT_MODELS: Final = (
    *("HCC005", "HCC006", "HCC007", "HCC008"),
    *("HCC012", "HCC013", "HCC014", "MODEL"),
)
"""Codes of what can only be said after the fit; every other code is looked at before it."""

PAGES: Final = (
    "Each code has a page that says why it matters, with an example and how to mend it: "
    "docs/checks/<code>.md."
)


def findings(source: Source) -> Section:
    """Everything that a check has to say: before the fit, and about the models."""
    found = source.record.findings
    if not found:
        return Section("findings", "Findings", (Missing("Findings of the checks"),))
    after = [finding for finding in found if finding.code in ABOUT_MODELS]
    before = [finding for finding in found if finding.code not in ABOUT_MODELS]
    blocks = [
        Paragraph(PAGES, "quiet"),
        *_group("Before the fit: cohort, columns and labels", before),
        *_group("About the models", after),
    ]
    return Section("findings", "Findings", tuple(blocks))


def _group(title: str, found: Sequence[Finding]) -> list[Block]:
    """One heading; what is in order is folded away."""
    if not found:
        return []
    ordered = sorted(found, key=lambda each: (-SEVERITIES.index(each.severity), each.code))
    told = [each for each in ordered if each.severity != "ok"]
    passed = [each for each in ordered if each.severity == "ok"]
    blocks: list[Block] = [Heading(title)]
    blocks.append(_listed(told) if told else Paragraph("Nothing to report."))
    if passed:
        is_one = len(passed) == 1
        summary = "1 check is in order" if is_one else f"{len(passed)} checks are in order"
        blocks.append(Fold(summary, (_listed(passed),)))
    return blocks


def _listed(found: Sequence[Finding]) -> FindingList:
    return FindingList(tuple((each.code, each.severity, each.sentence) for each in found))
