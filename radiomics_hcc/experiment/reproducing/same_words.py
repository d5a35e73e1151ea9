"""Findings and words of a run beside those of its repetition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.experiment.reproducing.leaves import compare_leaves
from radiomics_hcc.experiment.reproducing.line import Line, Part, told


def compare_findings(then: Sequence[Finding], now: Sequence[Finding]) -> Iterator[Line]:
    """One line per finding: gone, new, of another severity, or told in other words."""
    before, after = _by_code(then), _by_code(now)
    for code in dict.fromkeys([*before, *after]):
        one, other = before.get(code), after.get(code)
        line = told(Part.FINDING, code, *(each and each.severity for each in (one, other)))
        if one and other and one.severity == other.severity and one.sentence != other.sentence:
            line = told(Part.FINDING, code, one.sentence, other.sentence)
            line = replace(line, note="the same severity in other words or with other numbers")
        yield line


def compare_words(then: RunRecord, now: RunRecord) -> Iterator[Line]:
    """One line per value of the summary: the verdict, the classes, the features' settings."""
    yield from compare_leaves(Part.WORDS, then.summary, now.summary)


def compare_configuration(
    then: Mapping[str, object], now: Mapping[str, object], note: str
) -> Iterator[Line]:
    """One line per key of the configuration that is not the same.

    Parameters
    ----------
    note
        Says of each line which configuration was used.
    """
    for line in compare_leaves(Part.CONFIGURATION, then, now):
        if line.then != line.now:
            yield replace(line, note=note)


def _by_code(findings: Sequence[Finding]) -> dict[str, Finding]:
    """Findings by code; a code that comes again is numbered."""
    found: dict[str, Finding] = {}
    for finding in findings:
        number = sum(key.split(" ")[0] == finding.code for key in found)
        found[f"{finding.code} ({number + 1})" if number else finding.code] = finding
    return found
