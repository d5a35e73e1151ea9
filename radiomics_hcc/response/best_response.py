"""Best overall response and time to progression of each patient and reader."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import pandas as pd

from radiomics_hcc.domain.response import (
    AssessmentTime,
    ResponseAssessment,
    ResponseClass,
    ResponseTable,
    ResponseWord,
    UnorderedResponse,
    days_between,
)
from radiomics_hcc.errors import InputError, Problem

BEST_COLUMNS: Final = ("patient_id", "reader", "best_response", "progressed", "ttp_days", "reason")
RANKED: Final[tuple[ResponseWord, ...]] = (
    ResponseClass.CR,
    ResponseClass.PR,
    ResponseClass.SD,
    UnorderedResponse.NON_CR_NON_PD,
    ResponseClass.PD,
    UnorderedResponse.NE,
    UnorderedResponse.NA,
)
STABLE: Final = (ResponseClass.SD, UnorderedResponse.NON_CR_NON_PD)
OBJECTIVE: Final = (ResponseClass.CR, ResponseClass.PR)


@dataclass(frozen=True)
class BestResponse:
    """Best overall response and time to progression of one patient, as one reader saw it.

    Parameters
    ----------
    patient_id, reader
        Who, and by whom.
    best_response
        The best word until progression; NE where nothing could be evaluated.
    progressed
        Whether radiological progression was seen.
    ttp_days
        Days from the start to progression, or to the last evaluable assessment (censored).
        None without follow-up.
    reason
        Why, in words.
    """

    patient_id: str
    reader: str
    best_response: ResponseWord
    progressed: bool
    ttp_days: int | None
    reason: str


@dataclass(frozen=True)
class BestResponseTable:
    """One best response per patient and reader, those without follow-up included."""

    patients: tuple[BestResponse, ...]

    def frame(self) -> pd.DataFrame:
        """One row per patient and reader."""
        rows = [
            (p.patient_id, p.reader, str(p.best_response), p.progressed, p.ttp_days, p.reason)
            for p in self.patients
        ]
        return pd.DataFrame(rows, columns=list(BEST_COLUMNS)).astype({"ttp_days": "Int64"})

    def rates(self) -> pd.DataFrame:
        """Objective response and disease control per reader.

        ORR = (CR + PR) / all and DCR = (CR + PR + SD) / all; NE and missing follow-up stay in
        the denominator. Non-CR/non-PD counts as disease control.
        """
        rows = []
        for reader in dict.fromkeys(patient.reader for patient in self.patients):
            words = [p.best_response for p in self.patients if p.reader == reader]
            objective = sum(word in OBJECTIVE for word in words)
            controlled = objective + sum(word in STABLE for word in words)
            rows.append((reader, len(words), objective / len(words), controlled / len(words)))
        columns = ["reader", "patients", "objective_response_rate", "disease_control_rate"]
        return pd.DataFrame(rows, columns=columns)

    def __len__(self) -> int:
        return len(self.patients)

    def _repr_html_(self) -> str:
        caption = html.escape(f"Best overall response of {len(self)} patients and readers")
        return f"<p>{caption}</p>" + str(self.frame().to_html(index=False, na_rep="", max_rows=60))


def best(
    table: ResponseTable,
    *,
    confirmation_days: int | None = None,
    stable_minimum_days: int = 0,
    starts: Mapping[str, AssessmentTime] | None = None,
) -> BestResponseTable:
    """Find the best overall response and the time to progression.

    Parameters
    ----------
    table
        From `assess`.
    confirmation_days
        None: the best word until PD. A number (28 in RECIST 1.1): CR needs a later CR and PR a
        later PR or CR, at least that many days after; what is not confirmed is SD.
    stable_minimum_days
        SD counts only when seen at least that many days after the baseline, else it is NE.
    starts
        Start of treatment by patient, from which `ttp_days` counts; else from the baseline.

    Raises
    ------
    InputError
        Where a response has no place in this order (as the words of iRECIST), or a start is of
        another sort (date, day number) than the assessments.
    """
    _check(table, starts or {})
    found = [
        _best_of(list(group), confirmation_days, stable_minimum_days, starts or {})
        for _, group in groupby(table, key=lambda row: (row.patient_id, row.reader))
    ]
    found += [
        BestResponse(patient_id, reader, UnorderedResponse.NE, False, None, "No follow-up: NE.")
        for patient_id, reader in table.without_follow_up
    ]
    return BestResponseTable(tuple(sorted(found, key=lambda item: (item.patient_id, item.reader))))


def _best_of(
    rows: Sequence[ResponseAssessment],
    confirmation_days: int | None,
    stable_minimum_days: int,
    starts: Mapping[str, AssessmentTime],
) -> BestResponse:
    progression = next((row for row in rows if row.response is ResponseClass.PD), None)
    counted = rows[: rows.index(progression) + 1] if progression else rows
    words = [
        (_word_of(row, counted, confirmation_days, stable_minimum_days), row) for row in counted
    ]
    word, row = min(words, key=lambda pair: RANKED.index(pair[0]))
    evaluable = [row for row in rows if row.response is not UnorderedResponse.NE]
    end = progression or (evaluable[-1] if evaluable else None)
    start = starts.get(row.patient_id, row.baseline)
    return BestResponse(
        patient_id=row.patient_id,
        reader=row.reader,
        best_response=word,
        progressed=progression is not None,
        ttp_days=days_between(start, end.assessment if end else row.baseline),
        reason=f"{word} at {row.assessment}: {row.reason}",
    )


def _word_of(
    row: ResponseAssessment,
    rows: Sequence[ResponseAssessment],
    confirmation_days: int | None,
    stable_minimum_days: int,
) -> ResponseWord:
    """What one assessment counts for, once confirmation and least duration are asked for."""
    word = row.response
    if confirmation_days is not None and word in OBJECTIVE:
        later = [
            other.response
            for other in rows
            if days_between(row.assessment, other.assessment) >= confirmation_days
        ]
        if word is ResponseClass.CR and ResponseClass.CR not in later:
            word = ResponseClass.PR
        if word is ResponseClass.PR and not set(later) & set(OBJECTIVE):
            word = ResponseClass.SD
    is_early = days_between(row.baseline, row.assessment) < stable_minimum_days
    return UnorderedResponse.NE if word in STABLE and is_early else word


def _check(table: ResponseTable, starts: Mapping[str, AssessmentTime]) -> None:
    problems = [
        Problem(f"{row.patient_id} at {row.assessment}", f"response {row.response} has no rank")
        for row in table
        if row.response not in RANKED
    ]
    kinds = {row.patient_id: isinstance(row.baseline, int) for row in table}
    problems += [
        Problem(
            patient_id,
            f"starts at {start}, but its assessments are of another sort",
            "use dates for both, or day numbers for both",
        )
        for patient_id, start in starts.items()
        if patient_id in kinds and isinstance(start, int) != kinds[patient_id]
    ]
    if problems:
        raise InputError(problems, title=f"best response by {table.criterion}")
