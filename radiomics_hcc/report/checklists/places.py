"""Where a record keeps what: `config.seed`, `tables.metrics.metric`, `findings.HCC010`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from radiomics_hcc.domain.evaluation import SEVERITIES
from radiomics_hcc.domain.record import RunRecord

EITHER: Final = "|"
UNCHECKED: Final = "Not checked"
"""How the sentence of a check begins that could not be made: it is evidence of nothing."""


@dataclass(frozen=True, eq=False)
class Fact:
    """What lies at a place of a record; the value may be empty, 0 or no."""

    value: object

    @property
    def is_there(self) -> bool:
        """Whether something was recorded; 0 and no are facts, an empty table is none."""
        value = self.value
        if isinstance(value, pd.DataFrame):
            return len(value) > 0
        if isinstance(value, pd.Series):
            return bool(value.notna().any())
        if isinstance(value, str | bytes | Mapping | list | tuple):
            return len(value) > 0
        return value is not None

    @property
    def holds(self) -> bool:
        """Whether it is there and neither 0 nor no."""
        return self.is_there and not (isinstance(self.value, int | float) and not self.value)


def look(record: RunRecord, place: str) -> Fact | None:
    """Find what a record says at a place.

    Parameters
    ----------
    record
        The run.
    place
        Dotted path: `config.seed`, `summary.settings.setting.binWidth`, `provenance.git.commit`,
        `tables.metrics`, `tables.metrics.metric` (a column), `findings.HCC010` (empty where the
        check could not be made), `findings.HCC010.severity`, `findings.warning` (all of them),
        `models`, `models.card.classes` (of the first model), `inputs`, `inputs.cohort.images`,
        `figures.roc.svg`, or a word of the record itself such as `question`. `a | b` is the first
        of both that is there.

    Returns
    -------
    Fact or None
        None where the record does not know the place at all.
    """
    facts = [_look(record, each.strip()) for each in place.split(EITHER)]
    known = [fact for fact in facts if fact is not None]
    return next((fact for fact in known if fact.is_there), known[0] if known else None)


def _look(record: RunRecord, place: str) -> Fact | None:
    root, _, rest = place.partition(".")
    if root in READERS:
        return READERS[root](record, rest)
    value = getattr(record, root) if root in WORDS else None
    return Fact(str(value)) if value is not None and not rest else None


def _walked(value: object, rest: str) -> Fact | None:
    for key in rest.split(".") if rest else ():
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return Fact(value)


def _table(record: RunRecord, rest: str) -> Fact | None:
    name, _, column = rest.partition(".")
    frame = record.tables.get(name)
    if frame is None:
        return None
    if not column:
        return Fact(frame)
    return Fact(frame[column]) if column in frame else None


def _finding(record: RunRecord, rest: str) -> Fact | None:
    code, _, part = rest.partition(".")
    if code in ("", *SEVERITIES):
        return Fact(tuple(each for each in record.findings if code in ("", each.severity)))
    named = [finding for finding in record.findings if finding.code == code]
    if not named:
        return None
    if named[0].sentence.startswith(UNCHECKED):
        return Fact("")
    return Fact(named[0].severity if part == "severity" else named[0].sentence)


def _model(record: RunRecord, rest: str) -> Fact | None:
    if not rest:
        return Fact(record.models)
    if not record.models:
        return None
    first = record.models[0]
    known = {"model": first.model, "sha256": first.sha256, "card": first.card}
    return _walked(known, rest)


def _input(record: RunRecord, rest: str) -> Fact | None:
    return Fact(tuple(file for file in record.inputs if not rest or file.name == rest))


READERS: Final[Mapping[str, Callable[[RunRecord, str], Fact | None]]] = {
    "config": lambda record, rest: _walked(record.config, rest),
    "summary": lambda record, rest: _walked(record.summary, rest),
    "provenance": lambda record, rest: _walked(record.provenance, rest),
    "tables": _table,
    "findings": _finding,
    "models": _model,
    "inputs": _input,
    "figures": lambda record, rest: Fact(record.figures[rest]) if rest in record.figures else None,
}
WORDS: Final = frozenset(
    {"run_id", "name", "question", "intent", "status", "started", "finished"}
    | {"config_sha256", "data_sha256"}
)
ROOTS: Final = frozenset(READERS) | WORDS
"""The words with which a place may begin."""
