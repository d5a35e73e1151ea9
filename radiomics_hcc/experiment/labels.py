"""Where an experiment's labels come from: a criterion, a column, or a column of each reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from radiomics_hcc.domain.response import ResponseTable
from radiomics_hcc.errors import InputError
from radiomics_hcc.experiment.config import TargetSection
from radiomics_hcc.experiment.inputs import DATE_SUFFIX, column_problems
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.modelling.merging import Merge, word_of
from radiomics_hcc.modelling.readings import target_from_readings
from radiomics_hcc.modelling.targets import Target, target_from_column
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.criteria import criterion_class
from radiomics_hcc.response.measurements import read_measurements

ONLY_FOLLOW_UP: Final = 0
"""Day number of readings that stand in a column each."""


@dataclass(frozen=True, eq=False)
class Labels:
    """The target, and the readings that it was taken from where there are any."""

    target: Target
    response: ResponseTable | None = None


def read_labels(experiment: Experiment, patients: pd.DataFrame) -> Labels:
    """Read or assess the class of every patient, as the experiment's target says."""
    section = experiment.config.target
    merge: Merge | None = {
        name: [word_of(value) for value in values] for name, values in section.merge.items()
    } or None
    order = [word for words in (merge or {}).values() for word in words]
    if section.column is not None:
        return Labels(target_from_column(patients, section.column, merge=merge, order=order))
    if section.columns:
        readings = readings_of(patients, section.columns)
        name = ", ".join(section.columns.values())
        target = target_from_readings(
            readings, merge=merge, readers=section.readers, name=name, order=order
        )
        dated = replace(target, dates=_label_days(section, patients, target.labels.index))
        return Labels(_read_by_enough(dated, section.fewest_readers))
    assert section.measurements is not None, "the schema asks for measurements or a column"
    criterion = criterion_class(section.criterion).from_config(dict(section.parameters))
    response = assess(read_measurements(experiment.path(section.measurements)), criterion)
    target = target_from_readings(
        response.frame(), merge=merge, readers=section.readers, name=section.criterion
    )
    return Labels(_read_by_enough(target, section.fewest_readers), response)


def _read_by_enough(target: Target, fewest: int) -> Target:
    """Leave out patients whom fewer readers gave a class."""
    readings = target.reader_labels.reindex(target.labels.index).notna().sum(axis=1)
    few = readings.index[readings < fewest]
    return target.exclude(few, f"fewer than {fewest} readers gave a class")


def readings_of(patients: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """The label columns of several readers as readings, one row per patient and reader.

    Raises
    ------
    InputError
        For a column that the patients table does not have.
    """
    there = [str(name) for name in patients.columns]
    problems = list(column_problems(list(columns.values()), there, "target.columns"))
    if problems:
        raise InputError(problems, "patients table")
    parts = [
        pd.DataFrame(
            {
                "patient_id": patients.index.astype(str),
                "reader": reader,
                "assessment": ONLY_FOLLOW_UP,
                "response": patients[column].to_numpy(),
            }
        )
        for reader, column in columns.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _label_days(section: TargetSection, patients: pd.DataFrame, labelled: pd.Index) -> pd.Series:
    """The earliest day on which a reader who votes gave the label, NaT where none is known."""
    one = section.columns.get(section.readers)
    voting = [one] if one else list(section.columns.values())
    names = [name for name in (f"{c}{DATE_SUFFIX}" for c in voting) if name in patients.columns]
    days = patients[names].apply(pd.to_datetime).min(axis=1)
    return pd.to_datetime(days.set_axis(patients.index.astype(str)).reindex(labelled))
