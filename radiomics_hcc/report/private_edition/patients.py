"""Single patients, as a private edition shows them: under other names, with what a figure needs."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.report.figures.follow_up import day_of
from radiomics_hcc.report.private_edition.study import Study

RESPONSE: Final = (
    *("patient_id", "reader", "assessment", "baseline"),
    *("change_from_baseline_percent", "new_lesion", "response"),
)
BEST_RESPONSE: Final = (
    *("patient_id", "reader", "best_response", "progressed"),
    *("ttp_days", "pfs_event", "pfs_days"),
)
ERRORS: Final = (
    *("model", "rank", "patient_id", "label", "predicted", "p_true", "p_predicted"),
    *("share_wrong", "class_distance", "near_boundary"),
)
DECIMALS: Final = 2
"""Of a patient's probability: more digits would find the same patient in another table."""


def errors(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Predictions under other names, without what is known of the patient."""
    return _renamed(_rounded(frame), ERRORS, study)


def instability(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Predictions under other names."""
    return _renamed(_rounded(frame), tuple(frame.columns), study)


def response(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Changes in whole per cent under other names, days from the baseline instead of dates."""
    table = frame.assign(
        change_from_baseline_percent=_changes(frame).round(),
        assessment=_days(frame),
        baseline=0,
    )
    if not _has_baselines(frame):
        table = table.drop(columns="baseline")
    renamed = _renamed(table, RESPONSE, study)
    return renamed.sort_values(["patient_id", "reader", "assessment"], ignore_index=True)


def best_response(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Best responses under other names, times in days."""
    return _renamed(frame, BEST_RESPONSE, study).sort_values(
        ["patient_id", "reader"], ignore_index=True
    )


def _renamed(frame: pd.DataFrame, columns: tuple[str, ...], study: Study) -> pd.DataFrame:
    """Analysed patients under other names; how many others there are would tell who was lost."""
    kept = frame[[name for name in columns if name in frame.columns]]
    if study.analysed:
        kept = kept[kept["patient_id"].astype(str).isin(study.analysed)]
    return kept.assign(patient_id=kept["patient_id"].astype(str).map(study.names))


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = frame.select_dtypes("float").columns
    return frame.assign(**{str(name): frame[name].round(DECIMALS) for name in numbers})


def _has_baselines(frame: pd.DataFrame) -> bool:
    return "baseline" in frame.columns and bool(frame["baseline"].notna().all())


def _days(frame: pd.DataFrame) -> pd.Series:
    """Days from the baseline to each assessment; the visits counted where it is not known."""
    days = frame["assessment"].map(day_of, na_action="ignore")
    if _has_baselines(frame):
        return days - frame["baseline"].map(day_of)
    keys = [frame["patient_id"], frame["reader"]] if "reader" in frame else [frame["patient_id"]]
    return days.astype(float).groupby(keys).rank(method="dense")


def _changes(frame: pd.DataFrame) -> pd.Series:
    if "change_from_baseline_percent" in frame.columns:
        return frame["change_from_baseline_percent"].astype(float)
    baseline, current = frame["baseline_sum"].astype(float), frame["current_sum"].astype(float)
    return (100 * (current - baseline) / baseline).where(baseline > 0)
