"""Whether a model may be asked what it is asked, by its intent and by the days of the scans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.errors import LeakageError, Problem
from radiomics_hcc.modelling.leakage import Intent

PATIENTS_SHOWN: Final = 3

MAY_BE_USED: Final = {
    Intent.PRETREATMENT_PREDICTION: "to predict the response from scans made before treatment",
    Intent.EARLY_RESPONSE: "to predict a later response from scans made before the one that "
    "decides it",
    Intent.RESPONSE_READING: "to describe the response on the very scan that decides it; it "
    "predicts nothing",
}


def _nobody() -> pd.Series:
    return pd.Series(dtype="datetime64[ns]")


@dataclass(frozen=True, eq=False)
class PatientDays:
    """Days of the new patients as far as they are known, index `patient_id`.

    Parameters
    ----------
    treatment
        Day of treatment; a patient who is not yet treated has none.
    label
        Day on which the response was assessed, for patients in whom it was already.
    """

    treatment: pd.Series = field(default_factory=_nobody)
    label: pd.Series = field(default_factory=_nobody)


def agreed_intent(own: str, asked: str | None) -> Intent:
    """The intent with which a model is used.

    A model that predicts is used for what it was made for, also when nobody says so. One that
    describes the response must be asked for that by name, so that nobody takes it for a
    prediction.

    Parameters
    ----------
    own
        Intent of the experiment that made the model.
    asked
        What the user asks for; None: what the model was made for.

    Raises
    ------
    LeakageError
        Where the two differ, or a model that describes is not asked by name.
    InputError
        For an unknown word.
    """
    made_for = Intent.parse(own, "intent of the model")
    wanted = None if asked is None else Intent.parse(asked, "intent")
    if wanted is None and made_for is Intent.RESPONSE_READING:
        what = f"it was made {MAY_BE_USED[made_for]}"
        remedy = "say --intent response_reading to have it describe, or take another model"
        raise LeakageError([Problem(f"intent {made_for}", what, remedy)], "the model predicts not")
    if wanted is not None and wanted is not made_for:
        what = f"the model was made for {made_for}: {MAY_BE_USED[made_for]}"
        remedy = f"leave --intent out, or take a model of the intent {wanted}"
        title = "the model does not match the intent"
        raise LeakageError([Problem(f"intent {wanted}", what, remedy)], title)
    return made_for


def check_use(table: PatientTable, intent: Intent, days: PatientDays) -> list[str]:
    """Refuse patients whose scans or clinical values know more than the intent allows.

    `pretreatment_prediction`: no value later than the day of treatment. `early_response`: none on
    or after the day on which the response was assessed. `response_reading`: any. Days that are
    unknown refuse nobody, for a patient may not be treated yet; they are counted in a note.

    Returns
    -------
    list of str
        Notes on what no day proves; empty where all is proved or there is nothing to prove.

    Raises
    ------
    LeakageError
        Lists every group of columns and the patients concerned.
    """
    if intent is Intent.RESPONSE_READING:
        return []
    is_before = intent is Intent.PRETREATMENT_PREDICTION
    limits = pd.to_datetime(days.treatment if is_before else days.label)
    limits = limits.reindex(table.patient_ids.unique())
    problems, unproved = [], set[str]()
    for what, measured in _measured(table):
        limit = limits.reindex(measured.index)
        is_late = measured > limit if is_before else measured >= limit
        if is_late.any():
            problems.append(_refusal(what, measured[is_late], limit[is_late], intent))
        unproved |= set(measured.index[measured.isna() | limit.isna()].astype(str))
    if problems:
        title = f"the model was made {MAY_BE_USED[intent]}, and these were measured later"
        raise LeakageError(problems, title)
    return _note(unproved, intent)


def _measured(table: PatientTable) -> Iterator[tuple[str, pd.Series]]:
    """Every group of columns in words, and the day on which each patient's values were taken."""
    timepoints = dict.fromkeys(table.columns[name].timepoint for name in table.names("radiomic"))
    for timepoint in timepoints:
        names = [
            name for name in table.names("radiomic") if table.columns[name].timepoint == timepoint
        ]
        patients = table.data.index[table.data[names].notna().any(axis=1)].unique()
        known = table.dates.get(timepoint, pd.Series(pd.NaT, index=patients))
        yield f"scans at {timepoint!r}", pd.to_datetime(known).reindex(patients)
    for name in table.clinical_dates.columns:
        if name in table.columns:
            patients = table.data.index[table.data[name].notna()].unique()
            yield (
                f"column {name!r}",
                pd.to_datetime(table.clinical_dates[name]).reindex(patients),
            )


def _refusal(what: str, measured: pd.Series, limit: pd.Series, intent: Intent) -> Problem:
    is_before = intent is Intent.PRETREATMENT_PREDICTION
    word = "treatment" if is_before else "assessment of the response"
    found = [
        f"{patient}: {day.date()}, {word} {limit[patient].date()}"
        for patient, day in measured.iloc[:PATIENTS_SHOWN].items()
    ]
    more = len(measured) - len(found)
    told = ", ".join(found) + (f" and {more} more" if more else "")
    order = "after" if is_before else "on or after the day of the"
    counted = f"{len(measured)} patient{'s' if len(measured) > 1 else ''}"
    remedy = "leave these patients out, or take a model that was made for such scans"
    return Problem(what, f"{order} {word} in {counted} ({told})", remedy)


def _note(unproved: set[str], intent: Intent) -> list[str]:
    if not unproved:
        return []
    days = (
        "the day of the scan or of treatment is unknown, so that nothing proves that the scan was "
        "made before treatment"
        if intent is Intent.PRETREATMENT_PREDICTION
        else "the day of the scan or of the response is unknown, so that nothing proves that the "
        "scan was made before the one that decides it"
    )
    return [f"{len(unproved)} patient{'s' if len(unproved) > 1 else ''}: {days}"]
