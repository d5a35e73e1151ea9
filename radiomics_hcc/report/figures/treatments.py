"""When a patient was treated, on the time axis of the response figures."""

from __future__ import annotations

import pandas as pd

from radiomics_hcc.report.figures.follow_up import DAYS_PER_WEEK, day_of

COLUMNS = ("patient_id", "treatment", "time")


def treatment_times(
    treatments: pd.DataFrame | None, response: pd.DataFrame, unit: str
) -> pd.DataFrame:
    """Treatments of the patients of a response table, counted from their baseline.

    Parameters
    ----------
    treatments
        `patient_id, treatment, treatment_date`; None: none is known.
    response
        The columns of `rhcc assess`, one reader.
    unit
        `days` or `weeks`; in any other unit no time can be told.

    Returns
    -------
    `patient_id, treatment, time`, time empty where it is not known.
    """
    if treatments is None:
        return pd.DataFrame(columns=list(COLUMNS)).astype({"time": float})
    known = treatments.assign(patient_id=treatments["patient_id"].astype(str))
    known = known[known["patient_id"].isin(response["patient_id"].astype(str))]
    times = [
        _time(when, start, unit)
        for when, start in zip(
            known["treatment_date"], known["patient_id"].map(_baselines(response)), strict=True
        )
    ]
    words = known["treatment"].fillna("").astype(str)
    return known.assign(time=times, treatment=words)[list(COLUMNS)].reset_index(drop=True)


def words_of_treatment(given: pd.DataFrame, patient_id: str) -> str:
    """The different treatments of a patient in words, in the order of the table."""
    own = given.loc[given["patient_id"] == patient_id, "treatment"]
    return ", ".join(word for word in dict.fromkeys(own) if word)


def _baselines(response: pd.DataFrame) -> dict[str, object]:
    if "baseline" not in response.columns:
        return {}
    return dict(zip(response["patient_id"].astype(str), response["baseline"], strict=True))


def _time(when: object, start: object, unit: str) -> float:
    """Time of a date; empty where one is not known, or one is a date and the other a number."""
    is_known = unit in ("days", "weeks") and not pd.isna(when) and not pd.isna(start)
    if not is_known or _is_number(when) != _is_number(start):
        return float("nan")
    days = day_of(when) - day_of(start)
    return days / DAYS_PER_WEEK if unit == "weeks" else float(days)


def _is_number(value: object) -> bool:
    return str(value).lstrip("-").replace(".", "", 1).isdigit()
