"""Enhancement, necrosis and viable size as columns of the feature table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import pandas as pd

from radiomics_hcc.domain.cohort import UNMEASURED, UNMEASURED_REASONS, Cohort, Status
from radiomics_hcc.domain.feature import FUNCTIONAL_PREFIX
from radiomics_hcc.domain.lesion_fragments import whole_lesion
from radiomics_hcc.domain.measurement_columns import FUNCTIONAL_COLUMNS
from radiomics_hcc.domain.table import REASON_COLUMNS, FeatureTable
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.experiment.measuring.measure import Measured, Measuring
from radiomics_hcc.experiment.measuring.reading import LesionReading, Outcome
from radiomics_hcc.experiment.measuring.visits import ONLY_LESION
from radiomics_hcc.features.progress import Progress

FUNCTIONAL_FEATURES: Final = (*FUNCTIONAL_COLUMNS, "longest_mm", "viable_mm", "viable_volume_ml")
"""Columns of `measurements.csv` that become features, each with `functional_` before it."""

UNITS: Final = {"_hu": "HU", "_mm": "mm", "_ml": "mL"}


def measured_features(
    table: FeatureTable, cohort: Cohort, measuring: Measuring, progress: Progress | None = None
) -> FeatureTable:
    """Measure the lesions of a feature table and add what was found to it.

    Parameters
    ----------
    table
        Features of the cohort, all of it or a part.
    cohort
        With every phase of the patients, also those that the table leaves out.
    measuring
        How lesions are measured.
    progress
        Is told of every visit.
    """
    wanted = set(zip(table.data["patient_id"], table.data["timepoint"], strict=True))
    cases = tuple(case for case in cohort.cases if (case.patient_id, case.timepoint) in wanted)
    return with_functional(table, measuring(replace(cohort, cases=cases), progress))


def with_functional(table: FeatureTable, measured: Measured) -> FeatureTable:
    """Add the functional values of each lesion as columns `functional_<name>`.

    A lesion has one value per time point, whatever the phase of the row: every row of it holds
    the same, as it does for the volume of a mask that several phases share. An empty cell has its
    reason; an absent lesion and other regions have none of the values.

    Parameters
    ----------
    table
        Features; rows of the measured region get values.
    measured
        What images told of the same lesions.

    Raises
    ------
    InputError
        Where the table has such columns already.
    """
    taken = [name for name in table.features if name.startswith(FUNCTIONAL_PREFIX)]
    if taken:
        raise InputError(Problem(name, "is in the feature table already") for name in taken)
    readings = {reading.key: reading for reading in measured.readings}
    found = [_of(row, readings, measured.region) for row in table.data.to_dict("records")]
    values = pd.DataFrame(
        [[each.get(name, math.nan) for name in FUNCTIONAL_FEATURES] for each, _ in found],
        columns=[FUNCTIONAL_PREFIX + name for name in FUNCTIONAL_FEATURES],
        index=table.data.index,
        dtype="float64",
    )
    reasons = [
        {**_where(row), "feature": FUNCTIONAL_PREFIX + name, "reason": why}
        for row, (_, whys) in zip(table.data.to_dict("records"), found, strict=True)
        for name, why in whys.items()
    ]
    return FeatureTable(
        pd.concat([table.data, values], axis=1),
        {**table.metadata, "functional": _metadata(measured)},
        pd.concat([table.reasons, pd.DataFrame(reasons, columns=list(REASON_COLUMNS))])
        if reasons
        else table.reasons,
    )


def _of(
    row: Mapping[str, object], readings: Mapping[tuple[str, str, str], LesionReading], region: str
) -> tuple[Mapping[str, float], dict[str, str]]:
    """Values of a row, and the reason of each that it does not have."""
    if row["region"] != region:
        return {}, dict.fromkeys(FUNCTIONAL_FEATURES, f"stated of the region {region} alone")
    if row["status"] in UNMEASURED:
        why = UNMEASURED_REASONS[Status(str(row["status"]))]
        return {}, dict.fromkeys(FUNCTIONAL_FEATURES, why)
    visit, lesion = (str(row["patient_id"]), str(row["timepoint"])), str(row["lesion_id"])
    reading = readings.get((*visit, lesion or ONLY_LESION))
    reading = reading or readings.get((*visit, whole_lesion(lesion)))
    if reading is None or reading.outcome is not Outcome.MEASURED:
        why = reading.reason if reading else ""
        return {}, dict.fromkeys(FUNCTIONAL_FEATURES, why or "the lesion was not measured")
    return reading.values, dict(_missing(reading))


def _missing(reading: LesionReading) -> Iterator[tuple[str, str]]:
    for name in FUNCTIONAL_FEATURES:
        if name not in reading.values:
            yield name, reading.reasons.get(name, "could not be measured")


def _where(row: Mapping[str, object]) -> dict[str, str]:
    return {name: str(row[name]) for name in ("patient_id", "timepoint", "phase", "lesion_id")}


def _metadata(measured: Measured) -> dict[str, object]:
    units = {
        FUNCTIONAL_PREFIX + name: unit
        for name in FUNCTIONAL_FEATURES
        for ending, unit in UNITS.items()
        if ending in name
    }
    flags = {" ".join(each.key): list(each.flags) for each in measured.readings if each.flags}
    failed = [{"case": name, "reason": reason} for name, reason in measured.failures]
    return {**measured.settings, "units": units, "flags": flags, "failed": failed}
