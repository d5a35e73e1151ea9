"""The tables of an audited response: criteria, readers, targets, flags and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

import pandas as pd

from radiomics_hcc.domain.response import ResponseAssessment, ResponseTable
from radiomics_hcc.domain.response_scale import scale_of
from radiomics_hcc.evaluation.agreement import AGREEMENT_COLUMNS, ALL, agreement, cross_table
from radiomics_hcc.evaluation.reader_sums import number_agreement
from radiomics_hcc.response.best_table import BestResponseTable
from radiomics_hcc.response.discordance import class_scale, criterion_ratings
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.readers import first_readings, readers_of, voting_word

FIRST: Final = "first follow-up"


def class_counts(tables: Sequence[ResponseTable]) -> pd.DataFrame:
    """Assessments per criterion, reader and word: `criterion, reader, response, assessments`."""
    rows = [(table.criterion, row.reader, str(row.response)) for table in tables for row in table]
    frame = pd.DataFrame(rows, columns=["criterion", "reader", "response"])
    return frame.groupby(list(frame.columns), sort=False).size().reset_index(name="assessments")


def reader_agreement(table: ResponseTable, best: BestResponseTable) -> pd.DataFrame:
    """How well readers agree in words and in sums, `of` saying in what.

    Empty for one reader. Words that say no answer count as not read.
    """
    scale = [str(word) for word in scale_of(row.response for row in table)]
    readers = list(readers_of(table))
    if len(readers) < 2:
        return pd.DataFrame(columns=["of", *AGREEMENT_COLUMNS])
    words = first_readings(table, voting_word).reindex(columns=readers)
    parts = [
        _of(f"response, {FIRST}", agreement(words, scale)),
        _of("best overall response", agreement(_best_words(best, readers, scale), scale)),
        *_number_parts(table, readers),
    ]
    return pd.concat(parts, ignore_index=True)


def criteria_agreement(tables: Sequence[ResponseTable]) -> pd.DataFrame:
    """How well each other criterion agrees with the first one, at the first follow-up.

    `reader, criteria`, then the columns of `agreement`. Per reader, as the readings of one
    patient by several readers are not independent.
    """
    parts = [
        agreement(pair, class_scale(pair)).assign(reader=reader) for reader, pair in _pairs(tables)
    ]
    columns = ["reader", *AGREEMENT_COLUMNS]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    own = found[found["readers"] != ALL].reset_index(drop=True)
    return own[columns].rename(columns={"readers": "criteria"})


def criteria_cross_tables(tables: Sequence[ResponseTable]) -> pd.DataFrame:
    """Patients by the word of the first criterion and of another, at the first follow-up.

    `reader, first, first_response, second, second_response, patients`; pairs that never occur
    are left out.
    """
    columns = ["reader", "first", "first_response", "second", "second_response", "patients"]
    parts = []
    for reader, pair in _pairs(tables):
        long = cross_table(pair, class_scale(pair)).stack().rename("patients").reset_index()
        long.columns = ["first_response", "second_response", "patients"]
        first, second = (str(name) for name in pair.columns)
        named = long.assign(reader=reader, first=first, second=second)
        parts.append(named[named["patients"] > 0])
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def flag_table(measurements: Measurements, tables: Sequence[ResponseTable]) -> pd.DataFrame:
    """Everything flagged: `patient_id, reader, assessment, lesion_id, criteria, flag`.

    What a reader, or the measurement from images, said of a lesion has a lesion and no criterion;
    what assessments said has the criteria that said it, with commas, and no lesion.
    """
    columns = ["patient_id", "reader", "assessment", "lesion_id", "flag"]
    said: dict[tuple[object, ...], list[str]] = {}
    for key in _lesion_flags(measurements):
        said.setdefault(key, [])
    for criterion, key in _response_flags(tables):
        said.setdefault(key, []).append(criterion)
    frame = pd.DataFrame(list(said), columns=columns)
    frame.insert(4, "criteria", [", ".join(names) for names in said.values()])
    return frame


def without_follow_up(table: ResponseTable) -> pd.DataFrame:
    """Patients and readers with a baseline and nothing after it: `patient_id, reader`."""
    return pd.DataFrame(list(table.without_follow_up), columns=["patient_id", "reader"])


def of_readers(table: ResponseTable, rule: str) -> ResponseTable:
    """The table without the rows of a consensus."""
    rows = tuple(row for row in table if row.reader != rule)
    without = tuple(item for item in table.without_follow_up if item[1] != rule)
    return replace(table, assessments=rows, without_follow_up=without)


def _pairs(tables: Sequence[ResponseTable]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Reader, and the words by the first criterion and another."""
    for reader in readers_of(tables[0]):
        ratings = criterion_ratings(tables, reader)
        if tables[0].criterion in ratings.columns:
            for other in ratings.columns[1:]:
                yield reader, ratings[[tables[0].criterion, other]]


def _of(what: str, found: pd.DataFrame) -> pd.DataFrame:
    found.insert(0, "of", what)
    return found


def _best_words(best: BestResponseTable, readers: list[str], scale: list[str]) -> pd.DataFrame:
    frame = best.frame()
    words = frame.pivot(index="patient_id", columns="reader", values="best_response")
    return words.where(words.isin(scale)).reindex(columns=readers)


def _number_parts(table: ResponseTable, readers: list[str]) -> Iterator[pd.DataFrame]:
    for what, value in (("baseline sum", _baseline), ("change from baseline, %", _change)):
        numbers = first_readings(table, value).reindex(columns=readers).astype(float)
        if numbers.notna().any(axis=None):
            found = number_agreement(numbers).assign(weights="", method="")
            yield _of(f"{what}, {FIRST}", found)[["of", *AGREEMENT_COLUMNS]]


def _baseline(row: ResponseAssessment) -> float | None:
    return _number(row.baseline_sum)


def _change(row: ResponseAssessment) -> float | None:
    change = row.change_from_baseline
    return _number(None if change is None else 100 * change)


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _lesion_flags(measurements: Measurements) -> Iterator[tuple[object, ...]]:
    for row in measurements.rows:
        for flag in row.flags:
            yield (row.patient_id, row.reader, row.assessment, row.lesion_id, flag)


def _response_flags(tables: Sequence[ResponseTable]) -> Iterator[tuple[str, tuple[object, ...]]]:
    for table in tables:
        for row in table:
            for flag in row.flags:
                yield table.criterion, (row.patient_id, row.reader, row.assessment, "", flag)
