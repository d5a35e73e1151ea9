"""Which columns an experiment may use, given when they and the labels were measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.words import Word
from radiomics_hcc.errors import LeakageError, Problem
from radiomics_hcc.modelling.targets import Target

BEFORE_TREATMENT: Final = "pre"
"""The time point whose name alone says that it lies before treatment."""

NAMES_SHOWN: Final = 3
INCORPORATION_CODE: Final = "HCC001"


class Intent(Word):
    """What an experiment claims; it decides which columns are allowed."""

    PRETREATMENT_PREDICTION = "pretreatment_prediction"
    EARLY_RESPONSE = "early_response"
    RESPONSE_READING = "response_reading"


@dataclass(frozen=True, eq=False)
class _Calendar:
    """Days of every patient who has a label, index `patient_id`, NaT where unknown."""

    label: pd.Series
    treatment: pd.Series
    intent: Intent
    is_naming: bool = True
    """Whether sentences name a patient; those of a finding go into model files and cards."""

    def violation(self, days: pd.Series, *, subject: str, is_proof_needed: bool) -> str:
        """Why columns of these days are not allowed, in words; empty where they are.

        Parameters
        ----------
        days
            Of the patients with a value.
        subject
            `scan`, or `measurement` for clinical columns.
        is_proof_needed
            Whether an unknown day is a violation too.
        """
        label, treatment = self._others(days)
        broken = {f"the {subject} is not made before the scan of the label": days >= label}
        if self.intent is Intent.PRETREATMENT_PREDICTION:
            broken[f"the {subject} is made after treatment"] = days > treatment
        if is_proof_needed:
            for word, known in self._needed(days, subject).items():
                why = f"the day of the {word} is unknown, so that nothing proves the order"
                broken[why] = known.isna()
        known = {subject: days, "treatment": treatment, "label": label}
        return "; ".join(
            f"{why} in {hit.sum()} of {len(days)} patients{self._example(known, hit)}"
            for why, hit in broken.items()
            if hit.any()
        )

    def _example(self, known: Mapping[str, pd.Series], hit: pd.Series) -> str:
        """The first patient of whom it is true, where patients may be named."""
        if not self.is_naming:
            return ""
        patient = str(hit.index[hit][0])
        return f" ({patient}{_days(known, patient)})"

    def is_proved(self, days: pd.Series) -> bool:
        """Whether every day that decides is known."""
        return not any(known.isna().any() for known in self._needed(days, "scan").values())

    def _needed(self, days: pd.Series, subject: str) -> dict[str, pd.Series]:
        label, treatment = self._others(days)
        if self.intent is Intent.PRETREATMENT_PREDICTION:
            return {subject: days, "treatment": treatment}
        return {subject: days, "label": label}

    def _others(self, days: pd.Series) -> tuple[pd.Series, pd.Series]:
        return self.label.reindex(days.index), self.treatment.reindex(days.index)


@dataclass(frozen=True, eq=False)
class _Group:
    """Columns that are allowed or forbidden together, and the days on which they rest."""

    names: list[str]
    where: str
    days: pd.Series | None
    subject: str
    is_proof_needed: bool = False


def check_intent(
    table: PatientTable,
    target: Target,
    *,
    treatment_dates: pd.Series | None,
    intent: Intent,
    allow_incorporation: str | None = None,
) -> list[Finding]:
    """Refuse columns that know more than the intent allows.

    `pretreatment_prediction`: every scan on or before the day of treatment and before the
    label's day. `early_response`: every scan strictly before the label's day. `response_reading`:
    anything but the label itself. A change rests on its later scan. Where days are unknown, only
    the time point `pre` passes. Clinical columns, and those of the context, follow the same rule
    on the patients whose `<column>_date` is known; without it they are taken to be known at
    baseline. Patients without a label or without any value at a time point do not count.

    Parameters
    ----------
    treatment_dates
        Day of treatment, index `patient_id`; None where unknown for everyone.
    allow_incorporation
        Why the rule may be broken, in the author's words; the finding carries it.

    Returns
    -------
    list of Finding
        Empty, or one serious finding with the justification and what it covers.

    Raises
    ------
    LeakageError
        Lists every group of columns that breaks the rule and has no justification; a column that
        is the label itself is refused in any case.
    """
    _check_label_is_no_column(table, target)
    calendar = _calendar(target, treatment_dates, intent)
    problems = list(_problems(table, calendar))
    if not problems:
        return []
    reason = (allow_incorporation or "").strip()
    if not reason:
        raise LeakageError(problems, f"intent {intent}: columns that it forbids")
    nameless = _problems(table, replace(calendar, is_naming=False))
    told = " | ".join(f"{problem.where}: {problem.what}" for problem in nameless)
    sentence = f"Incorporation was allowed by the author ({reason}) although {told}."
    return [Finding(INCORPORATION_CODE, "serious", sentence)]


def order_of_columns(
    table: PatientTable, target: Target, *, treatment_dates: pd.Series | None, intent: Intent
) -> pd.DataFrame:
    """What proves that each group of columns precedes the label.

    Returns
    -------
    DataFrame
        `columns` (how many), `where` (their names and time point), `proof` and `what`. The proof
        is `dates`, `name` (the time point is called `pre`, and some day is unknown), `assumed`
        (a clinical column of which some day is unknown), `described` (the intent does not ask
        for any), or `forbidden`, and then `what` says why.
    """
    calendar = _calendar(target, treatment_dates, intent)
    rows = []
    for group in _groups(table, calendar):
        what = _violation(group, calendar)
        proof = "forbidden" if what else _proof(group, calendar)
        rows.append((len(group.names), group.where, proof, what))
    return pd.DataFrame(rows, columns=["columns", "where", "proof", "what"])


def _calendar(target: Target, treatment_dates: pd.Series | None, intent: Intent) -> _Calendar:
    unknown = pd.Series(pd.NaT, index=target.labels.index)
    treatment = unknown if treatment_dates is None else treatment_dates
    return _Calendar(pd.to_datetime(target.dates), pd.to_datetime(treatment), intent)


def _problems(table: PatientTable, calendar: _Calendar) -> Iterator[Problem]:
    for group in _groups(table, calendar):
        what = _violation(group, calendar)
        if what:
            remedy = _remedy(calendar.intent, group.subject)
            yield Problem(group.where, what, remedy)


def _violation(group: _Group, calendar: _Calendar) -> str:
    if calendar.intent is Intent.RESPONSE_READING or group.days is None or group.days.empty:
        return ""
    return calendar.violation(
        group.days, subject=group.subject, is_proof_needed=group.is_proof_needed
    )


def _proof(group: _Group, calendar: _Calendar) -> str:
    if calendar.intent is Intent.RESPONSE_READING:
        return "described"
    if group.days is not None and calendar.is_proved(group.days):
        return "dates"
    return "name" if group.subject == "scan" else "assumed"


def _groups(table: PatientTable, calendar: _Calendar) -> Iterator[_Group]:
    """Radiomic columns by time point, each dated clinical column, and the undated ones."""
    labelled = calendar.label.index
    for timepoint, names in _by_timepoint(table).items():
        days = _scan_days(table, timepoint, names)
        yield _Group(
            names,
            f"{_shown(names)} at {timepoint!r}",
            days[days.index.isin(labelled)],
            "scan",
            timepoint != BEFORE_TREATMENT,
        )
    clinical = table.names("clinical")
    undated = [name for name in clinical if name not in table.clinical_dates]
    if undated:
        yield _Group(undated, f"{_shown(undated)} without a day", None, "measurement")
    for name in table.clinical_dates.columns:
        days = _clinical_days(table, name)
        where = f"column {name!r}" if name in clinical else f"column {name!r} of the context"
        yield _Group([name], where, days[days.index.isin(labelled)], "measurement")


def _clinical_days(table: PatientTable, name: str) -> pd.Series:
    """Day of a clinical value of every patient who has one, NaT where unknown."""
    days = pd.to_datetime(table.clinical_dates[name])
    source = table.data if name in table.data else table.context
    if name not in source:
        return days.iloc[:0]
    filled = source.index[source[name].notna()].unique()
    return days.reindex(filled)


def _by_timepoint(table: PatientTable) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name in table.names("radiomic"):
        groups.setdefault(table.columns[name].timepoint, []).append(name)
    return groups


def _scan_days(table: PatientTable, timepoint: str, names: list[str]) -> pd.Series:
    """Day of the scan of every patient with a value at a time point, NaT where unknown."""
    filled = table.data[names].notna().any(axis=1)
    patients = table.data.index[filled].unique()
    if timepoint not in table.dates.columns:
        return pd.Series(pd.NaT, index=patients)
    return pd.to_datetime(table.dates[timepoint]).reindex(patients)


def _check_label_is_no_column(table: PatientTable, target: Target) -> None:
    found = [name for name in label_names(target) if name in table.columns]
    if found:
        raise LeakageError(
            Problem(f"column {name!r}", "is the label itself", "leave it out") for name in found
        )


def label_names(target: Target) -> tuple[str, ...]:
    """Names under which the label stands in tables; several columns are named with commas."""
    return tuple(dict.fromkeys([target.name, *target.name.split(", ")]))


def _days(known: Mapping[str, pd.Series], patient: str) -> str:
    """The days that matter for one patient, as `: scan 2020-03-01, label 2020-03-01`."""
    told = [
        f"{word} {days[patient].date()}"
        for word, days in known.items()
        if not pd.isna(days[patient])
    ]
    return ": " + ", ".join(told) if told else ""


def _shown(names: list[str]) -> str:
    shown = ", ".join(names[:NAMES_SHOWN])
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return f"{len(names)} column{'s' if len(names) > 1 else ''} ({shown}{more})"


def _remedy(intent: Intent, subject: str) -> str:
    leave = "leave the time point out, give the dates"
    if subject != "scan":
        leave = "leave the column out, or take its value from before"
    wider = {
        Intent.PRETREATMENT_PREDICTION: f"state intent early_response if every {subject} precedes "
        "the label's scan, ",
    }.get(intent, "")
    return f"{leave}, {wider}state intent response_reading, or justify it under allow_incorporation"
