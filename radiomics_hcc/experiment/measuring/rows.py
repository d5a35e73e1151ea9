"""From what was read of each lesion to the rows of `measurements.csv`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pandas as pd

from radiomics_hcc.domain.measurement_columns import MEASUREMENT_COLUMNS
from radiomics_hcc.domain.response import FLAG_SEPARATOR
from radiomics_hcc.experiment.measuring.new_nodule import nodule_finding
from radiomics_hcc.experiment.measuring.reading import LesionReading, Outcome
from radiomics_hcc.experiment.measuring.visits import MeasuredVisit
from radiomics_hcc.response.measurement import LIVER, LesionStatus, Role

READ_BY_PEOPLE: Final = ("short_axis_mm", "afp_ng_ml", "lirads_tr")
COLUMNS: Final = tuple(name for name in MEASUREMENT_COLUMNS if name not in READ_BY_PEOPLE)
"""Columns of `measurements.csv` that are written, in order."""

DECIMALS: Final = {"_mm": 2, "_ml": 3, "_hu": 2, "_fraction": 4, "_relative": 4}
"""Digits that are written, by what a column's name ends in or holds."""

STATUS: Final = {
    Outcome.MEASURED: LesionStatus.MEASURED,
    Outcome.ABSENT: LesionStatus.ABSENT,
    Outcome.MERGED: LesionStatus.MERGED,
    Outcome.FAILED: LesionStatus.NOT_EVALUABLE,
    Outcome.MISSING: LesionStatus.NOT_EVALUABLE,
}


def with_missing(
    readings: Sequence[LesionReading], visits: Sequence[MeasuredVisit]
) -> list[LesionReading]:
    """Add a reading for every lesion that the cohort names at another visit and not at this one.

    A lesion is missing after it was first named. Before, it was not there; that is written down
    where the baseline names no lesion at all, as the table would otherwise begin later.
    """
    by_visit: dict[tuple[str, str], list[LesionReading]] = {visit.key: [] for visit in visits}
    for reading in readings:
        by_visit[reading.patient_id, reading.timepoint].append(reading)
    found: list[LesionReading] = []
    for own in _by_patient(visits).values():
        seen: dict[str, None] = {}
        named = dict.fromkeys(each.lesion_id for visit in own for each in by_visit[visit.key])
        for visit in own:
            there = by_visit[visit.key]
            found += there
            known = {reading.lesion_id for reading in there}
            found += [_missing(visit, lesion) for lesion in seen if lesion not in known]
            if visit.is_baseline and not there:
                found += [LesionReading(*visit.key, lesion, Outcome.ABSENT) for lesion in named]
            seen |= dict.fromkeys(each.lesion_id for each in there)
    return found


def measurement_frame(
    readings: Sequence[LesionReading], visits: Sequence[MeasuredVisit], reader: str
) -> pd.DataFrame:
    """Write the readings as rows, by patient, lesion and visit; every old lesion is a target.

    Parameters
    ----------
    readings
        With a reading for every lesion at every visit, see `with_missing`.
    visits
        In order of time for each patient.
    reader
        Stands in the column `reader`.

    Returns
    -------
    DataFrame
        The columns of `measurements.csv`; numbers as text, empty where they cannot be had.
    """
    place = {visit.key: number for number, visit in enumerate(visits)}
    named = {visit.key: visit.assessment for visit in visits}
    old = {
        (reading.patient_id, reading.lesion_id)
        for reading in readings
        if visits[place[reading.patient_id, reading.timepoint]].is_baseline
        and reading.outcome is not Outcome.ABSENT
    }
    ordered = sorted(
        readings, key=lambda each: (place[each.patient_id, each.timepoint], each.lesion_id)
    )
    rows = [
        _row(reading, is_new=(reading.patient_id, reading.lesion_id) not in old)
        | {"reader": reader, "assessment": named[reading.patient_id, reading.timepoint]}
        for reading in ordered
    ]
    cells = [[row.get(name, "") for name in COLUMNS] for row in rows]
    return pd.DataFrame(cells, columns=list(COLUMNS), dtype=object)


def _by_patient(visits: Sequence[MeasuredVisit]) -> dict[str, list[MeasuredVisit]]:
    found: dict[str, list[MeasuredVisit]] = {}
    for visit in visits:
        found.setdefault(visit.study.patient_id, []).append(visit)
    return found


def _missing(visit: MeasuredVisit, lesion: str) -> LesionReading:
    reason = "the cohort has no row of it, write status absent where it vanished"
    return LesionReading(*visit.key, lesion, Outcome.MISSING, reason=reason)


def _row(reading: LesionReading, *, is_new: bool) -> dict[str, str]:
    row = {
        "patient_id": reading.patient_id,
        "lesion_id": reading.lesion_id,
        "role": str(Role.NEW if is_new else Role.TARGET),
        "site": LIVER,
        "status": str(STATUS[reading.outcome]),
        "phase": reading.phase,
        **dict(_numbers(reading.values)),
    }
    flags, notes = list(reading.flags), [reading.timepoint, reading.note, reading.reason]
    if is_new and reading.outcome is Outcome.MEASURED:
        found = nodule_finding(reading.values)
        row |= {"finding": found.finding} if found.finding else {"status": LesionStatus.EQUIVOCAL}
        flags.append(found.flag)
        notes.append(found.sentence)
    row["flags"] = FLAG_SEPARATOR.join(dict.fromkeys(flags))
    row["note"] = ", ".join(note for note in notes if note)
    return row


def _numbers(values: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if name in COLUMNS:
            digits = next((n for part, n in DECIMALS.items() if part in name), 2)
            yield name, f"{value:.{digits}f}"
