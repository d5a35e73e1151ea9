"""The response table as courses over time: what the figures of response draw."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

LONGEST_IN_DAYS: Final = 140  # longer courses are told in weeks
DAYS_PER_WEEK: Final = 7


@dataclass(frozen=True, eq=False)
class FollowUp:
    """Follow-ups in order of time.

    Parameters
    ----------
    table
        `reader, patient_id, assessment, time, change_percent, response, new_lesion`; time counts
        from the baseline, `change_percent` is empty where there is no sum or no baseline.
    unit
        Of the time: `days`, `weeks`, or `follow-up` where no baseline is known and the visits
        are counted.
    """

    table: pd.DataFrame
    unit: str

    @property
    def time_label(self) -> str:
        """What stands at the time axis."""
        if self.unit == "follow-up":
            return "Follow-up visit (0 is the baseline; dates of the baseline are not in the table)"
        return f"{self.unit.capitalize()} from the baseline"


def reader_words(table: pd.DataFrame) -> pd.Series:
    """The reader of every row; one without a name, or no such column, is an empty word."""
    names = _column(table, "reader", "")
    return names.astype(object).where(names.notna(), "").astype(str)


def readers_of(response: pd.DataFrame) -> list[str]:
    """The readers in the order of the table; one without a name is an empty word."""
    return list(dict.fromkeys(reader_words(response)))


def of_reader(table: pd.DataFrame, reader: str) -> pd.DataFrame:
    """The rows of one reader."""
    return table[reader_words(table) == reader]


def follow_up(response: pd.DataFrame) -> FollowUp:
    """Put the table of `rhcc assess` in order of time, with the change of the sum in per cent.

    Parameters
    ----------
    response
        `patient_id, reader, assessment, baseline_sum, current_sum, response`; `baseline`,
        `change_from_baseline_percent` and `new_lesion` are used where they are there.

    Rows without an assessment (patients without follow-up) have no place in time and are left to
    `undrawn.without_follow_up`.

    Raises
    ------
    ValueError
        Where an assessment is neither an ISO date nor a day number.
    """
    response = response[response["assessment"].notna()]
    table = pd.DataFrame(
        {
            "reader": reader_words(response),
            "patient_id": response["patient_id"].astype(str),
            "assessment": response["assessment"],
            "day": [day_of(value) for value in response["assessment"]],
            "change_percent": _changes(response),
            "response": response["response"].astype(str),
            "new_lesion": _column(response, "new_lesion", False).eq(True),
        }
    ).reset_index(drop=True)
    time, unit = _times(table, _column(response, "baseline", None).reset_index(drop=True))
    ordered = table.assign(time=time).sort_values(["reader", "patient_id", "time"], kind="stable")
    return FollowUp(ordered.drop(columns="day").reset_index(drop=True), unit)


def day_of(value: object) -> int:
    """The day number of an assessment: of a date counted from the year 1, else as it is.

    Examples
    --------
    >>> day_of("2020-01-31") - day_of("2020-01-01"), day_of(56)
    (30, 56)
    """
    if isinstance(value, date):
        return value.toordinal()
    if isinstance(value, int | float | np.number):
        return int(value)
    text = str(value)
    return int(text) if text.lstrip("-").isdigit() else date.fromisoformat(text[:10]).toordinal()


def _times(table: pd.DataFrame, baseline: pd.Series) -> tuple[pd.Series, str]:
    if table.empty or baseline.isna().any():
        ranks = table.groupby(["reader", "patient_id"])["day"].rank(method="dense")
        return ranks, "follow-up"
    days = table["day"] - pd.Series([day_of(value) for value in baseline], index=table.index)
    if days.max() > LONGEST_IN_DAYS:
        return days / DAYS_PER_WEEK, "weeks"
    return days, "days"


def _changes(response: pd.DataFrame) -> pd.Series:
    if "change_from_baseline_percent" in response.columns:
        return response["change_from_baseline_percent"].astype(float)
    baseline, current = (
        response["baseline_sum"].astype(float),
        response["current_sum"].astype(float),
    )
    return (100 * (current - baseline) / baseline).where(baseline > 0)


def _column(table: pd.DataFrame, name: Hashable, otherwise: object) -> pd.Series:
    return table[name] if name in table.columns else pd.Series(otherwise, index=table.index)
