"""Criteria beside each other: where they differ, and what drives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import pandas as pd

from radiomics_hcc.domain.response import (
    AssessmentTime,
    ResponseAssessment,
    ResponseClass,
    ResponseTable,
    TreatmentResponseCategory,
)
from radiomics_hcc.domain.response_scale import CLASSES_WITH_NON_TARGETS, plain_class
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.response.arithmetic import PUBLISHED_CHANGES, percent_text

KEYS: Final = ("patient_id", "reader", "assessment")
VIABLE_CRITERIA: Final = ("mrecist", "easl", "qeasl")
"""Criteria whose CR says that nothing enhances, as LI-RADS `nonviable` does."""

Key: TypeAlias = tuple[str, str, AssessmentTime]
Answers: TypeAlias = Mapping[str, ResponseAssessment]


def compare_criteria(tables: Sequence[ResponseTable]) -> pd.DataFrame:
    """Put the responses by several criteria beside each other.

    Classes are compared by their RECIST 1.1 word: iPR is PR, iUPD and iCPD are PD. Words that say
    no answer (NE, NA) are shown and compared with nothing. LI-RADS categories are compared where
    they say the same as a class: nonviable is CR of a criterion of viable tissue, viable is not
    CR. Other words (AFP responder) are shown beside.

    Parameters
    ----------
    tables
        From `assess`, each by another criterion, of the same measurements.

    Returns
    -------
    pandas.DataFrame
        `patient_id, reader, assessment`, one column per criterion (empty where it has no
        assessment on that day), `discordant`, and `drivers` in words.

    Raises
    ------
    InputError
        Where two tables are by one criterion.
    """
    names = [table.criterion for table in tables]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(Problem(f"criterion {name}", "is given twice") for name in twice)
    answered: dict[Key, dict[str, ResponseAssessment]] = {}
    for table in tables:
        for row in table:
            key = (row.patient_id, row.reader, row.assessment)
            answered.setdefault(key, {})[table.criterion] = row
    rows = [_compared(key, answers, names) for key, answers in sorted(answered.items())]
    return pd.DataFrame(rows, columns=[*KEYS, *names, "discordant", "drivers"])


def criterion_ratings(tables: Sequence[ResponseTable], reader: str) -> pd.DataFrame:
    """RECIST 1.1 word by each criterion at the first follow-up of every patient of one reader.

    Returns
    -------
    pandas.DataFrame
        Index patient, one column per criterion that gives classes; empty where there is no
        answer. Its scale is `class_scale`.
    """
    columns = {
        table.criterion: _first_classes(table, reader) for table in tables if _gives_classes(table)
    }
    return pd.DataFrame(columns, dtype=object).sort_index()


def class_scale(ratings: pd.DataFrame) -> list[str]:
    """The classes on which criteria are compared, without those of non-targets if none occur."""
    used = set(ratings.stack().dropna())
    scale = [str(word) for word in CLASSES_WITH_NON_TARGETS]
    ordered = [str(word) for word in ResponseClass]
    return scale if used - set(ordered) else ordered


def _compared(key: Key, answers: Answers, names: Sequence[str]) -> tuple[object, ...]:
    words = [str(answers[name].response) if name in answers else "" for name in names]
    drivers = _drivers(answers)
    return (*key[:2], _cell(key[2]), *words, drivers != "", drivers)


def _cell(time: AssessmentTime) -> str | int:
    return time if isinstance(time, int) else time.isoformat()


def _first_classes(table: ResponseTable, reader: str) -> pd.Series:
    first: dict[str, str | None] = {}
    own = (row for row in table if row.reader == reader)
    for row in sorted(own, key=lambda row: row.assessment):
        word = plain_class(row.response)
        first.setdefault(row.patient_id, None if word is None else str(word))
    return pd.Series(first, dtype=object)


def _gives_classes(table: ResponseTable) -> bool:
    return any(plain_class(row.response) is not None for row in table)


def _drivers(answers: Answers) -> str:
    """Why these answers differ; empty where they do not."""
    classes = {name: plain_class(row.response) for name, row in answers.items()}
    given = {name: word for name, word in classes.items() if word is not None}
    told = []
    if len(set(given.values())) > 1:
        told = [f"{name} {answers[name].response} ({_cause(answers[name])})" for name in given]
    return "; ".join([*told, *_categories_against_classes(answers)])


def _cause(row: ResponseAssessment) -> str:
    causes = []
    is_progression = plain_class(row.response) is ResponseClass.PD
    if is_progression and row.new_lesion:
        causes.append("new lesion")
    if is_progression and plain_class(row.non_target_response) is ResponseClass.PD:
        causes.append("non-targets")
    change, reference = (
        (row.change_from_nadir, "nadir")
        if plain_class(row.target_response) is ResponseClass.PD
        else (row.change_from_baseline, "baseline")
    )
    if change is not None:
        causes.append(f"targets {percent_text(change, PUBLISHED_CHANGES)} from {reference}")
    elif row.current_sum is not None:
        causes.append(f"targets from {reference} 0")
    return ", ".join(causes) or f"targets {row.target_response}"


def _categories_against_classes(answers: Answers) -> list[str]:
    told = []
    for name, row in answers.items():
        if not isinstance(row.response, TreatmentResponseCategory):
            continue
        for other in VIABLE_CRITERIA:
            word = plain_class(answers[other].response) if other in answers else None
            if word is not None and _contradicts(row.response, word is ResponseClass.CR):
                told.append(f"{name} {row.response} but {other} {word}")
    return told


def _contradicts(category: TreatmentResponseCategory, is_complete: bool) -> bool:
    if category is TreatmentResponseCategory.NONVIABLE:
        return not is_complete
    return category is TreatmentResponseCategory.VIABLE and is_complete
