"""When each analysed patient was scanned, treated and assessed: what proves the intent."""

from __future__ import annotations

import pandas as pd

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.modelling.targets import Target


def scan_days(table: PatientTable, target: Target, patients: pd.DataFrame) -> pd.DataFrame:
    """One row per analysed patient and time point whose scan a model may learn from.

    Parameters
    ----------
    table, target
        Of the same patients.
    patients
        Columns of the patients table, index `patient_id`; `treatment_date` is used where it is
        there.

    Returns
    -------
    DataFrame
        `patient_id, timepoint, scan, treatment, label` (days, NaT where unknown),
        `days_before_treatment` and `days_before_label` (negative after it, empty where a day is
        unknown).
    """
    known = target.labels.index
    scans = table.dates.reindex(known).apply(pd.to_datetime)
    long = scans.rename_axis("patient_id", axis=0).rename_axis("timepoint", axis=1)
    days = long.stack(future_stack=True).rename("scan").reset_index()
    treated = patients.get("treatment_date", pd.Series(index=known, dtype=object))
    for name, column in (("treatment", treated), ("label", target.dates)):
        days[name] = pd.to_datetime(days["patient_id"].map(column.reindex(known)))
    for name in ("treatment", "label"):
        days[f"days_before_{name}"] = (days[name] - days["scan"]).dt.days.astype("Int64")
    return days
