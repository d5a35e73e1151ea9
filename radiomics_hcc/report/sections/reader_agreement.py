"""How well the readers of the labels agree with each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pandas as pd

from radiomics_hcc.report.blocks import (
    Fold,
    Paragraph,
    Section,
    Table,
    csv_download,
    table_of,
)
from radiomics_hcc.report.numbers import NOT_AVAILABLE, interval, number, percent
from radiomics_hcc.report.sections.source import Source

TITLE: Final = "Agreement of the readers"
ALL: Final = "all"
ABOUT: Final = (
    "Every patient whom two readers have read counts, also those whom the models do not see. A "
    "model can hardly agree better with such labels than readers agree with each other."
)
NOTE: Final = (
    "Kappa is of pairs, with quadratic weights (of two words they change nothing); Gwet's AC2 of "
    "all readers, with ordinal weights. Both are agreement beyond chance: 1 is perfect, 0 is "
    "chance. AC2 rests on the patients whom two have read, the other numbers on those whom all of "
    "the named have read. 95 % intervals: Wilson; Fleiss, Cohen and Everitt; Gwet."
)
NUMBERS_NOTE: Final = (
    "ICC(2,1) is of one reader for another (absolute agreement). The bias is first minus second "
    "reader; 95 % of differences lie within the limits (Bland and Altman)."
)
SAME_OF_PAIR: Final = "percent agreement"
SAME_OF_ALL: Final = "unanimous patients"
KAPPA: Final = "Cohen's kappa"
WEIGHTS: Final = "quadratic"
AC2: Final = "Gwet's AC2"
ICC: Final = "ICC(2,1)"
BIAS: Final = "bias"
LIMITS: Final = "limits of agreement"


def reader_agreement(source: Source) -> Section:
    """Same words, kappa and AC2 of pairs and of all readers, and agreement in sums.

    Without blocks where one reader gave the labels.
    """
    if not source.has("reader_agreement"):
        return Section("reader-agreement", TITLE, ())
    frame = source.frame("reader_agreement")
    caption = f"Every statistic of agreement ({len(frame)} rows)"
    download = csv_download("reader_agreement.csv", frame)
    every = Fold(caption, (table_of(frame, caption, most_rows=len(frame)), download))
    told = [Paragraph(sentence) for sentence in (*_unanimous(frame), ABOUT)]
    return Section("reader-agreement", TITLE, (*told, *_tables(frame), every))


def _tables(frame: pd.DataFrame) -> list[Table]:
    """A table for everything that readers may agree in; what a column means is said once."""
    tables: list[Table] = []
    for what, rows in frame.groupby("of", sort=False):
        is_number = rows["statistic"].isin([ICC, BIAS, LIMITS]).any()
        made = (_of_numbers if is_number else _of_words)(str(what), rows)
        is_told = made.note in [table.note for table in tables]
        tables.append(replace(made, note="") if is_told else made)
    return tables


def _unanimous(frame: pd.DataFrame) -> Iterator[str]:
    """On how many patients all readers say the same, one sentence for everything read."""
    found = frame[(frame["readers"] == ALL) & (frame["statistic"] == SAME_OF_ALL)]
    told = [
        f"{percent(float(row.estimate))} of {_counted(row.patients)} ({row.of})"
        for row in found.itertuples()
        if pd.notna(row.estimate)
    ]
    if told:
        yield f"All readers say the same of {'; '.join(told)}."


def _counted(patients: object) -> str:
    """How many patients, or only that it is patients where a private edition hides it."""
    return f"{patients} patients" if str(patients).isdigit() else "the patients"


def _of_words(what: str, rows: pd.DataFrame) -> Table:
    cells = tuple(
        _row_of_words(str(readers), own) for readers, own in rows.groupby("readers", sort=False)
    )
    heads = ("Readers", "Same word", "Kappa", "Gwet's AC2", "Patients")
    caption = f"Agreement in: {what}"
    return Table(caption, heads, cells, frozenset({1, 2, 3, 4}), NOTE)


def _row_of_words(readers: str, rows: pd.DataFrame) -> tuple[str, ...]:
    is_all = readers == ALL
    statistic = SAME_OF_ALL if is_all else SAME_OF_PAIR
    same = rows[rows["statistic"] == statistic]
    return (
        "All readers" if is_all else readers,
        _told(same, statistic),
        _told(rows[rows["weights"] == WEIGHTS], KAPPA),
        _told(rows, AC2),
        str(same["patients"].iloc[0]),
    )


def _of_numbers(what: str, rows: pd.DataFrame) -> Table:
    cells = tuple(
        (
            str(readers),
            _told(own, ICC),
            _told(own, BIAS),
            _limits(own),
            str(own["patients"].iloc[0]),
        )
        for readers, own in rows.groupby("readers", sort=False)
    )
    heads = ("Readers", "ICC(2,1)", "Bias", "Limits of agreement", "Patients")
    caption = f"Agreement in: {what}"
    return Table(caption, heads, cells, frozenset({1, 2, 3, 4}), NUMBERS_NOTE)


def _told(rows: pd.DataFrame, statistic: str) -> str:
    """The estimate with its interval, why there is none, or a dash."""
    for row in rows[rows["statistic"] == statistic].itertuples():
        return str(row.note) or interval(float(row.estimate), float(row.low), float(row.high))
    return NOT_AVAILABLE


def _limits(rows: pd.DataFrame) -> str:
    for row in rows[rows["statistic"] == LIMITS].itertuples():
        return str(row.note) or f"{number(float(row.low))} to {number(float(row.high))}"
    return NOT_AVAILABLE
