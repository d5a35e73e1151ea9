"""Which columns an experiment may use, given when they and the labels were measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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

    def violation(self, scans: pd.Series, timepoint: str, intent: Intent) -> str:
        """Why columns at these scans are not allowed, in words; empty where they are."""
        patients = scans.index
        label, treatment = self.label.reindex(patients), self.treatment.reindex(patients)
        known = {"scan": scans, "label": label}
        broken = {"the scan is not made before the scan of the label": scans >= label}
        if intent is Intent.PRETREATMENT_PREDICTION:
            broken["the scan is made after treatment"] = scans > treatment
            known = {"scan": scans, "treatment": treatment}
        if timepoint != BEFORE_TREATMENT:
            for word, days in known.items():
                why = f"the day of the {word} is unknown, so that nothing proves the order"
                broken[why] = days.isna()
        return "; ".join(
            f"{why} in {hit.sum()} of {len(patients)} patients ({patients[hit][0]}"
            f"{_days(scans, label, treatment, patients[hit][0])})"
            for why, hit in broken.items()
            if hit.any()
        )


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
    the time point `pre` passes. Clinical columns are taken to be known at baseline. Patients
    without a label or without any value at a time point do not count.

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
    known = (
        pd.Series(pd.NaT, index=target.labels.index)
        if treatment_dates is None
        else (treatment_dates)
    )
    calendar = _Calendar(pd.to_datetime(target.dates), pd.to_datetime(known))
    problems = list(_problems(table, calendar, intent))
    if not problems:
        return []
    reason = (allow_incorporation or "").strip()
    if not reason:
        raise LeakageError(problems, f"intent {intent}: columns that it forbids")
    told = " | ".join(f"{problem.where}: {problem.what}" for problem in problems)
    sentence = f"Incorporation was allowed by the author ({reason}) although {told}."
    return [Finding(INCORPORATION_CODE, "serious", sentence)]


def _problems(table: PatientTable, calendar: _Calendar, intent: Intent) -> Iterator[Problem]:
    if intent is Intent.RESPONSE_READING:
        return
    for timepoint, names in _by_timepoint(table).items():
        scans = _scan_days(table, timepoint, names).loc[
            lambda days: days.index.isin(calendar.label.index)
        ]
        what = calendar.violation(scans, timepoint, intent) if len(scans) else ""
        if what:
            yield Problem(f"{_shown(names)} at {timepoint!r}", what, _remedy(intent))


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
    if target.name in table.columns:
        raise LeakageError(
            [Problem(f"column {target.name!r}", "is the label itself", "leave it out")]
        )


def _days(scans: pd.Series, label: pd.Series, treatment: pd.Series, patient: str) -> str:
    """The days that matter for one patient, as `: scan 2020-03-01, label 2020-03-01`."""
    days = {"scan": scans[patient], "treatment": treatment[patient], "label": label[patient]}
    known = [f"{word} {day.date()}" for word, day in days.items() if not pd.isna(day)]
    return ": " + ", ".join(known) if known else ""


def _shown(names: list[str]) -> str:
    shown = ", ".join(names[:NAMES_SHOWN])
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return f"{len(names)} column{'s' if len(names) > 1 else ''} ({shown}{more})"


def _remedy(intent: Intent) -> str:
    wider = {
        Intent.PRETREATMENT_PREDICTION: "state intent early_response if every scan precedes the "
        "label's, ",
    }.get(intent, "")
    return (
        f"leave the time point out, give the dates, {wider}state intent response_reading, "
        "or justify it under allow_incorporation"
    )
