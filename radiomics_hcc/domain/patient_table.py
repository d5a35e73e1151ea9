"""From lesions to patients, by a declared rule, keeping where each column comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
import pandas as pd

from radiomics_hcc.domain.cohort import UNMEASURED, order_timepoints
from radiomics_hcc.domain.feature import is_extensive, short_name
from radiomics_hcc.domain.words import Word
from radiomics_hcc.errors import InputError, Problem

ROW: Final = ["patient_id", "lesion_id"]
CONTEXT_PREFIX: Final = "context."
"""Marks columns that travel with the rows of a model and that it never learns from."""

SIZE_PREFERENCE: Final = ("MeshVolume", "VoxelVolume", "Maximum3DDiameter")


class LesionRule(Word):
    """How the lesions of a patient become one row."""

    LARGEST_LESION = "largest_lesion"
    SUM = "sum"
    VOLUME_WEIGHTED_MEAN = "volume_weighted_mean"
    ALL = "all"


@dataclass(frozen=True)
class Column:
    """Where a column of a patient table comes from.

    Parameters
    ----------
    name
        As in the table.
    kind
        `radiomic` or `clinical`.
    timepoint
        The time point it was measured at, `delta_<kind>(before,after)` for a change; empty for
        clinical columns, which are taken to be known at baseline.
    feature
        The feature's own name.
    """

    name: str
    kind: Literal["radiomic", "clinical"]
    timepoint: str = ""
    feature: str = ""

    @property
    def is_size(self) -> bool:
        """Whether the column measures how large the lesion is."""
        return self.kind == "radiomic" and is_extensive(self.feature)


@dataclass(frozen=True, eq=False)
class PatientTable:
    """What a model may learn from: one row per patient (or per lesion under the rule `all`).

    Parameters
    ----------
    data
        Index `patient_id`, one column per time point and feature, then clinical columns.
    columns
        Where each column comes from, by name.
    dates
        Index `patient_id`, one column per time point: the day when the last scan that the
        column rests on was made.
    reasons
        Per empty radiomic cell: `patient_id, column, reason`.
    context
        Index `patient_id`, one row per patient: what is known and never learned from, such as
        the site or the scanner.
    clinical_dates
        Index `patient_id`, one column per clinical column of which the day is known: when it
        was measured.
    """

    data: pd.DataFrame
    columns: Mapping[str, Column]
    dates: pd.DataFrame
    reasons: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["patient_id", "column", "reason"])
    )
    context: pd.DataFrame = field(default_factory=lambda: _no_columns())
    clinical_dates: pd.DataFrame = field(default_factory=lambda: _no_columns())

    @property
    def patient_ids(self) -> pd.Index:
        """The patient of each row."""
        return self.data.index

    def names(self, kind: str) -> list[str]:
        """Column names of one kind: `radiomic`, `clinical` or `size`."""
        if kind == "size":
            return [name for name, column in self.columns.items() if column.is_size]
        return [name for name, column in self.columns.items() if column.kind == kind]

    def frame(self) -> pd.DataFrame:
        """The table as a DataFrame of its own, index `patient_id`."""
        return self.data.copy()

    def restrict(self, patient_ids: pd.Index) -> PatientTable:
        """Keep the rows of these patients."""
        return replace(self, data=self.data[self.data.index.isin(patient_ids)])

    def join(self, other: PatientTable) -> PatientTable:
        """Put the columns of another table beside these; patients of either stay.

        Raises
        ------
        InputError
            Where both tables have a column of the same name, or lesions have rows of their own.
        """
        twice = [name for name in other.columns if name in self.columns]
        repeated = not (self.data.index.is_unique and other.data.index.is_unique)
        if twice or repeated:
            problems = [Problem(name, "is a column of both tables") for name in twice]
            if repeated:
                problems.append(
                    Problem("per_patient", "tables with a row per lesion cannot be joined")
                )
            raise InputError(problems)
        return PatientTable(
            self.data.join(other.data, how="outer"),
            {**self.columns, **other.columns},
            self.dates.join(
                other.dates[[name for name in other.dates if name not in self.dates]], how="outer"
            ),
            pd.concat([self.reasons, other.reasons], ignore_index=True),
            _side_by_side(self.context, other.context),
            _side_by_side(self.clinical_dates, other.clinical_dates),
        )

    def with_context(self, context: pd.DataFrame) -> PatientTable:
        """Say what is known of each patient (index `patient_id`) and never learned from.

        Raises
        ------
        InputError
            For patients given twice.
        """
        twice = context.index[context.index.duplicated()].unique()
        if len(twice):
            raise InputError(
                Problem(f"patient {name}", "has two rows of context") for name in twice
            )
        return replace(self, context=_side_by_side(self.context, context))

    def with_clinical(
        self, clinical: pd.DataFrame, dates: pd.DataFrame | None = None
    ) -> PatientTable:
        """Add clinical columns (index `patient_id`), repeated over a patient's rows.

        Parameters
        ----------
        clinical
            The columns.
        dates
            The day on which each was measured, columns of the same names; where there is none
            the column is taken to be known at baseline.
        """
        taken = [name for name in clinical.columns if name in self.columns]
        if taken:
            raise InputError(Problem(name, "is a feature and a clinical column") for name in taken)
        added = {str(name): Column(str(name), "clinical") for name in clinical.columns}
        data = self.data.join(clinical, how="left")
        known = self.clinical_dates if dates is None else _side_by_side(self.clinical_dates, dates)
        return replace(self, data=data, columns={**self.columns, **added}, clinical_dates=known)

    def size_column(self) -> str | None:
        """The column that stands for size alone: the volume, else the longest diameter."""
        sizes = [self.columns[name] for name in self.names("size")]
        for wanted in SIZE_PREFERENCE:
            for column in sizes:
                if short_name(column.feature) == wanted:
                    return column.name
        return sizes[0].name if sizes else None

    def __len__(self) -> int:
        return len(self.data)

    def _repr_html_(self) -> str:
        patients = self.data.index.nunique()
        summary = f"{len(self)} rows of {patients} patients, {len(self.columns)} columns"
        shown = self.data.head(10).to_html(float_format="{:.4g}".format)
        return f"<p>Patient table: {summary}</p>" + str(shown)


def _no_columns() -> pd.DataFrame:
    return pd.DataFrame(index=pd.Index([], dtype=object, name="patient_id"))


def _side_by_side(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Columns of both, patients of either; a column of both stays as the first has it."""
    added = second[[name for name in second.columns if name not in first.columns]]
    return first.join(added, how="outer") if len(first) else added.copy()


def patient_rows(
    data: pd.DataFrame,
    features: list[str],
    reasons: pd.DataFrame,
    *,
    rule: LesionRule,
    is_relative: bool,
) -> PatientTable:
    """Bring a long feature table to one row per patient by `rule`."""
    if rule is LesionRule.SUM and is_relative:
        raise InputError(
            [
                Problem(
                    "per_patient",
                    "relative changes of several lesions cannot be added",
                    "use largest_lesion, volume_weighted_mean, or absolute changes",
                )
            ]
        )
    lesions = data[data["region"] == "lesion"].copy()
    lesions["prefix"] = _prefixes(lesions)
    if rule is LesionRule.LARGEST_LESION:
        lesions = _largest(lesions)
    rows = ROW if rule is LesionRule.ALL else ["patient_id"]
    wide = _wide(lesions, features, rows, rule)
    columns = {
        f"{prefix}.{feature}": Column(f"{prefix}.{feature}", "radiomic", timepoint, feature)
        for prefix, timepoint in lesions[["prefix", "timepoint"]].drop_duplicates().to_numpy()
        for feature in features
    }
    dates = lesions.groupby(["patient_id", "timepoint"])["date"].max().unstack()
    if rule is LesionRule.ALL:
        wide = wide.droplevel("lesion_id")
    table = wide.reindex(columns=list(columns))
    return PatientTable(table, columns, dates, _cell_reasons(lesions, reasons, table, features))


def _prefixes(lesions: pd.DataFrame) -> pd.Series:
    if lesions["phase"].nunique() <= 1:
        return lesions["timepoint"]
    return lesions["timepoint"] + "." + lesions["phase"]


def _largest(lesions: pd.DataFrame) -> pd.DataFrame:
    """Keep, per patient, the lesion with the largest volume at the first time point."""
    days = [None if pd.isna(day) else day.date() for day in lesions["date"]]
    timepoints = order_timepoints(zip(lesions["timepoint"], days, strict=True))
    rank = lesions["timepoint"].map({name: place for place, name in enumerate(timepoints)})
    order = lesions.assign(volume=_volume(lesions).fillna(-1.0), rank=rank)
    first = order.groupby("patient_id")["rank"].transform("min")
    at_first = order[order["rank"] == first].sort_values(
        ["patient_id", "volume", "lesion_id"], ascending=[True, False, True], kind="stable"
    )
    chosen = at_first.groupby("patient_id")["lesion_id"].first()
    return lesions[lesions["lesion_id"] == lesions["patient_id"].map(chosen)]


def _volume(lesions: pd.DataFrame) -> pd.Series:
    """Volume per row; a table without any volume counts every lesion alike."""
    if "volume_ml" in lesions.columns and lesions["volume_ml"].notna().any():
        return lesions["volume_ml"]
    for name in lesions.columns:
        if short_name(str(name)) in ("MeshVolume", "VoxelVolume"):
            return lesions[name]
    return pd.Series(1.0, index=lesions.index)


def _wide(
    lesions: pd.DataFrame, features: list[str], rows: list[str], rule: LesionRule
) -> pd.DataFrame:
    values = lesions[features].astype(float)
    keys = [lesions[name] for name in [*rows, "prefix"]]
    if rule is LesionRule.SUM:
        absent = lesions["status"].isin(UNMEASURED)
        sizes = [name for name in features if is_extensive(name)]
        values.loc[absent, sizes] = values.loc[absent, sizes].fillna(0.0)
        grouped = values.groupby(keys).sum(min_count=1)
        complete = values.notna().mask(absent, other=True).groupby(keys).all()
        long = grouped.where(complete)
    elif rule is LesionRule.VOLUME_WEIGHTED_MEAN:
        weights = _volume(lesions).fillna(0.0)
        weighted = values.mul(weights, axis=0).groupby(keys).sum(min_count=1)
        total = values.notna().mul(weights, axis=0).groupby(keys).sum()
        long = weighted.div(total.where(total > 0))
    else:
        _check_single(lesions, rows)
        long = values.set_index(keys)
    wide = long.unstack("prefix")
    wide.columns = [f"{prefix}.{feature}" for feature, prefix in wide.columns]
    return wide


def _check_single(lesions: pd.DataFrame, rows: list[str]) -> None:
    repeated = lesions[lesions.duplicated([*rows, "prefix"], keep=False)]
    if not repeated.empty:
        raise InputError(
            Problem(f"{row.patient_id} {row.lesion_id} {row.prefix}", "appears more than once")
            for row in repeated[["patient_id", "lesion_id", "prefix"]]
            .drop_duplicates()
            .itertuples()
        )


def _cell_reasons(
    lesions: pd.DataFrame, reasons: pd.DataFrame, table: pd.DataFrame, features: list[str]
) -> pd.DataFrame:
    """Why cells of the patient table are empty, from the reasons of the rows that went in."""
    keys = ["patient_id", "timepoint", "phase", "lesion_id"]
    known = reasons.astype(dict.fromkeys(keys, object)).merge(
        lesions[[*keys, "prefix"]].astype(object), on=keys
    )
    said: dict[tuple[str, str], list[str]] = {}
    for row in known.itertuples():
        said.setdefault((row.patient_id, f"{row.prefix}.{row.feature}"), []).append(row.reason)
    measured = set(zip(lesions["patient_id"], lesions["prefix"], strict=True))
    prefixes = {f"{prefix}.{name}": prefix for _, prefix in measured for name in features}
    rows = []
    for place, column in np.argwhere(table.isna().to_numpy()):
        patient, name = table.index[place], str(table.columns[column])
        prefix = prefixes[name]
        found = said.get((patient, name), []) + said.get((patient, f"{prefix}.*"), [])
        if not found:
            is_there = (patient, prefix) in measured
            found = ["not every lesion has a value" if is_there else f"no lesion at {prefix}"]
        rows.append((patient, name, "; ".join(dict.fromkeys(found))))
    return pd.DataFrame(rows, columns=["patient_id", "column", "reason"])
