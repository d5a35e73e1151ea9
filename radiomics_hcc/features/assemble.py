"""From measurements to a feature table with a reason in every empty cell."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from radiomics_hcc.domain.cohort import Case
from radiomics_hcc.domain.feature import NOT_IN_IBSI
from radiomics_hcc.domain.table import KEYS, REASON_COLUMNS, FeatureTable, complete_keys
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.features.cache import CACHE_FORMAT, CacheKeys
from radiomics_hcc.features.measurement import Measurement
from radiomics_hcc.features.progress import OutcomeWord

WHOLE_ROW = "*"
NO_VALUE = "the engine gave no value"


@dataclass(frozen=True)
class Measured:
    """A case and what came of it; without a measurement, the reason why."""

    case: Case
    word: OutcomeWord
    measurement: Measurement | None = None
    reason: str = ""


@dataclass(frozen=True)
class ExtractionSummary:
    """How the cases of an extraction went.

    Parameters
    ----------
    ok, cached, absent
        Cases measured now, found in the cache, and without a region.
    failed
        Name and reason of every case that could not be measured.
    """

    ok: int
    cached: int
    absent: int
    failed: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        counts = f"{self.ok} ok, {self.cached} cached, {self.absent} absent"
        lines = [f"{counts}, {len(self.failed)} failed"]
        return "\n".join([*lines, *(f"  {case}: {reason}" for case, reason in self.failed)])


def summary_of(table: FeatureTable) -> ExtractionSummary:
    """Read the summary of an extraction out of the table that it made.

    Raises
    ------
    InputError
        Where the table was not made by an extraction.
    """
    summary = table.metadata.get("summary")
    if not isinstance(summary, dict):
        raise InputError([Problem("feature table", "has no summary of an extraction")])
    failed = tuple((entry["case"], entry["reason"]) for entry in summary["failed"])
    return ExtractionSummary(summary["ok"], summary["cached"], summary["absent"], failed)


def feature_table(measured: Sequence[Measured], keys: CacheKeys) -> FeatureTable:
    """Make the table of what came of each case, rows in the given order.

    Parameters
    ----------
    measured
        One per case.
    keys
        What measured, how, and the digests of the files that were read.
    """
    names = _column_order(measured)
    rows = [_row(done) for done in measured]
    sizes = ["voxels", "volume_ml", *names]
    numbers = [[row.get(name, math.nan) for name in sizes] for row in rows]
    parts = [
        pd.DataFrame(rows, columns=list(KEYS)),
        pd.DataFrame(numbers, columns=sizes, dtype="float64"),  # one block: fast for any width
    ]
    data = complete_keys(pd.concat(parts, axis=1))
    reasons = pd.DataFrame(
        [reason for done in measured for reason in _reasons(done, names)],
        columns=list(REASON_COLUMNS),
    )
    return FeatureTable(data, _metadata(measured, keys), reasons)


def _column_order(measured: Sequence[Measured]) -> list[str]:
    """Features in the engine's order; one that only some cases have follows its neighbour."""
    return merged_order(
        tuple(feature.name for feature in done.measurement.features)
        for done in measured
        if done.measurement is not None
    )


def merged_order(different: Iterable[tuple[str, ...]]) -> list[str]:
    """Join orders of names into one; a name that only some have follows its neighbour.

    Examples
    --------
    >>> merged_order([("a", "c"), ("a", "b", "c")])
    ['a', 'b', 'c']
    """
    orders = dict.fromkeys(different)
    merged: list[str] = []
    for order in orders:
        known = set(merged)
        place = 0
        for name in order:
            if name in known:
                place = merged.index(name) + 1
            else:
                merged.insert(place, name)
                place += 1
    return merged


def _row(done: Measured) -> dict[str, object]:
    row: dict[str, object] = {key: getattr(done.case, key) for key in KEYS}
    row |= {"region": str(done.case.region), "status": str(done.case.status)}
    if done.case.is_absent:
        row |= {"voxels": 0.0, "volume_ml": 0.0}
    if done.measurement is not None:
        row |= {"voxels": done.measurement.voxels, "volume_ml": done.measurement.volume_ml}
        row |= {feature.name: feature.value for feature in done.measurement.features}
    return row


def _reasons(done: Measured, names: Sequence[str]) -> Iterator[dict[str, str]]:
    """Reasons of the empty cells of one row."""
    case = done.case
    where = {
        "patient_id": case.patient_id,
        "timepoint": case.timepoint,
        "phase": case.phase,
        "lesion_id": case.lesion_id,
    }
    if done.measurement is None:
        yield {**where, "feature": WHOLE_ROW, "reason": done.reason}
        return
    found = {feature.name: feature for feature in done.measurement.features}
    missing = "; ".join((NO_VALUE, *done.measurement.notes))
    for name in names:
        if name not in found:
            yield {**where, "feature": name, "reason": missing}
        elif math.isnan(found[name].value):
            yield {**where, "feature": name, "reason": found[name].reason or "not a number"}


def _metadata(measured: Sequence[Measured], keys: CacheKeys) -> dict[str, object]:
    counts = Counter(done.word for done in measured)
    failed = [
        {"case": done.case.name, "reason": done.reason}
        for done in measured
        if done.word == "failed"
    ]
    notes = Counter(
        note for done in measured if done.measurement for note in done.measurement.notes
    )
    return {
        "settings": keys.parameters.to_json(),
        "settings_sha256": keys.parameters.digest(),
        "engine": keys.engine.name,
        "engine_version": keys.engine.version,
        "versions": keys.engine.versions(),
        "cache_format": CACHE_FORMAT,
        "files_sha256": _digests(measured, keys),
        "ibsi_ids": _ibsi_ids(measured),
        "notes": dict(sorted(notes.items())),
        "summary": {
            "ok": counts["ok"],
            "cached": counts["cached"],
            "absent": counts["absent"],
            "failed": failed,
        },
    }


def _ibsi_ids(measured: Sequence[Measured]) -> dict[str, str]:
    """The identifier in the IBSI manual of every column that has one."""
    return {
        feature.name: feature.ibsi_id
        for done in measured
        if done.measurement is not None
        for feature in done.measurement.features
        if feature.ibsi_id != NOT_IN_IBSI
    }


def _digests(measured: Sequence[Measured], keys: CacheKeys) -> dict[str, dict[str, str]]:
    """SHA-256 of the files that each measured case rests on, by the case's name."""
    read = keys.digests.read
    return {
        done.case.name: {part: read[path] for part, path in done.case.files.items()}
        for done in measured
        if done.measurement is not None
    }
