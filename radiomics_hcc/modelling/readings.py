"""From the readings of several readers to one class per patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import pandas as pd

from radiomics_hcc.domain.consensus import ConsensusRule, agreed_word
from radiomics_hcc.domain.response_scale import label_order
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.merging import ClassOrder, Merge, word_of
from radiomics_hcc.modelling.targets import NEVER_A_LABEL, Target, exclusion_frame

READING_COLUMNS: Final = ("patient_id", "reader", "assessment", "response")
COMBINING_RULES: Final = tuple(ConsensusRule)
UNNAMED_READER: Final = "reader"
TITLE: Final = "assessed responses"


def target_from_readings(
    readings: pd.DataFrame,
    *,
    merge: Merge | None = None,
    readers: str = "majority",
    assessment: Literal["first", "last"] = "first",
    name: str = "response",
    order: Sequence[str] = (),
) -> Target:
    """Take one class per patient from assessed follow-ups.

    Each reader's first (or last) follow-up counts. Readings that are no class (NE, NA,
    NON-CR/NON-PD, ..., empty) do not vote. `majority`: the class that more than half of the votes
    name, else the median class; `median`: the median class; `unanimous`: the class that all votes
    name; any other word is the name of the one reader who votes. Where votes differ that must
    not, or an even number of them lies around two different classes, the patient is excluded.

    Parameters
    ----------
    readings
        `patient_id, reader, assessment, response`, one row per patient, reader and follow-up;
        `reader` may be left out. `assessment` is an ISO date, or a day number, which gives no
        date to the label.
    merge
        New class -> classes; None keeps those of the criterion: CR < PR < SD < PD, or iCR < iPR <
        iSD < iUPD < iCPD, responder < non-responder, ... Readers vote with merged classes.
    order
        Words of the readings, best first, where they are those of no criterion.

    Raises
    ------
    InputError
        For missing columns, a word that belongs to no class, an unknown reader, times that
        cannot be ordered, or two rows of the same patient, reader and follow-up.
    """
    chosen = _one_per_reader(_checked(readings), assessment)
    is_label = ~chosen["response"].isin(NEVER_A_LABEL)
    named = [word for words in (merge or {}).values() for word in words]
    known = tuple(order) or label_order(chosen["response"][is_label], named)
    scale = ClassOrder.merged(known, merge)
    scale.check_covers(chosen["response"][is_label], "response")
    classes = chosen[is_label].assign(response=lambda rows: rows["response"].map(scale.meaning))
    votes = _votes(classes, readers, sorted(chosen["reader"].unique()))
    ballots = votes.groupby("patient_id")["response"].agg(list)
    decided = {patient: _decide(words, readers, scale) for patient, words in ballots.items()}
    labels = pd.Series({key: word for key, word in decided.items() if word}, dtype="str")
    return Target(
        name,
        scale.classes,
        labels.rename_axis("patient_id"),
        votes.groupby("patient_id")["day"].min().reindex(labels.index),
        classes.pivot(index="patient_id", columns="reader", values="response"),
        exclusion_frame(_reasons(chosen, decided, readers)),
    )


def _checked(readings: pd.DataFrame) -> pd.DataFrame:
    """The readings with words as text and a sortable `time` and `day` beside them."""
    filled = readings if "reader" in readings.columns else readings.assign(reader="")
    missing = [name for name in READING_COLUMNS if name not in filled.columns]
    if missing:
        raise InputError((Problem(f"column {name!r}", "is not there") for name in missing), TITLE)
    rows = filled[list(READING_COLUMNS)].map(word_of).astype("str").reset_index(drop=True)
    rows = rows.assign(
        reader=rows["reader"].replace("", UNNAMED_READER), **_times(rows["assessment"])
    )
    twice = rows[rows.duplicated(["patient_id", "reader", "assessment"])]
    if not twice.empty:
        raise InputError(
            (
                Problem(f"{row.patient_id} {row.reader} {row.assessment}", "is there twice")
                for row in twice.itertuples()
            ),
            TITLE,
        )
    return rows


def _times(words: pd.Series) -> dict[str, pd.Series]:
    """`time` to sort by, and `day`, which is NaT for day numbers."""
    numbers = pd.to_numeric(words, errors="coerce")
    days = pd.to_datetime(words.where(numbers.isna()), errors="coerce", format="ISO8601")
    unreadable = words[numbers.isna() & days.isna()].unique()
    if len(unreadable):
        raise InputError(
            (
                Problem(f"assessment {word!r}", "is no date and no day number", "use YYYY-MM-DD")
                for word in unreadable
            ),
            TITLE,
        )
    if numbers.notna().any() and days.notna().any():
        raise InputError([Problem("assessment", "mixes dates and day numbers")], TITLE)
    return {"time": days if days.notna().any() else numbers, "day": days}


def _one_per_reader(rows: pd.DataFrame, assessment: str) -> pd.DataFrame:
    """Each reader's first or last follow-up of each patient."""
    if assessment not in ("first", "last"):
        raise InputError([Problem("assessment", f"unknown {assessment!r}", "use first or last")])
    ordered = rows.sort_values(["patient_id", "reader", "time"], kind="stable")
    groups = ordered.groupby(["patient_id", "reader"], sort=False)
    return groups.head(1) if assessment == "first" else groups.tail(1)


def _votes(classes: pd.DataFrame, readers: str, known: list[str]) -> pd.DataFrame:
    if readers in COMBINING_RULES:
        return classes
    if readers not in known:
        words = [*map(str, COMBINING_RULES), *known]
        raise InputError([Problem("readers", f"unknown {readers!r}", did_you_mean(readers, words))])
    return classes[classes["reader"] == readers]


def _decide(words: list[str], readers: str, order: ClassOrder) -> str | None:
    """The patient's class; None where the votes do not agree. One reader agrees with himself."""
    rule = ConsensusRule(readers) if readers in COMBINING_RULES else ConsensusRule.UNANIMOUS
    return agreed_word(words, rule, order.classes)


def _reasons(
    chosen: pd.DataFrame, decided: Mapping[str, str | None], readers: str
) -> dict[str, str]:
    """Why patients have no label, with every reading that counted."""
    reasons = {}
    for patient, rows in chosen.groupby("patient_id"):
        if decided.get(patient):
            continue
        told = ", ".join(
            f"{row.reader} {row.response or 'empty'} on {row.assessment}"
            for row in rows.itertuples()
        )
        why = _undecided(readers) if patient in decided else _nobody(readers)
        reasons[str(patient)] = f"{why}: {told}"
    return reasons


def _undecided(readers: str) -> str:
    if readers == ConsensusRule.UNANIMOUS:
        return "readings are not unanimous"
    return "readings without a middle class"


def _nobody(readers: str) -> str:
    return "no reader gave a class" if readers in COMBINING_RULES else f"{readers} gave no class"
