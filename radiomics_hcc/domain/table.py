"""The feature table: one row per patient, time point, phase and lesion."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.domain.delta import DeltaKind, check_anchors, delta_rows
from radiomics_hcc.domain.grey_level_anchor import anchor_dependent_columns
from radiomics_hcc.domain.patient_table import LesionRule, PatientTable, patient_rows
from radiomics_hcc.domain.phase_pairs import check_phases, with_common_phases
from radiomics_hcc.errors import InputError, Problem

KEYS: Final = (
    "patient_id",
    "timepoint",
    "date",
    "phase",
    "modality",
    "region",
    "lesion_id",
    "status",
)
TEXT_KEYS: Final = tuple(key for key in KEYS if key != "date")
REASON_COLUMNS: Final = ("patient_id", "timepoint", "phase", "lesion_id", "feature", "reason")
EMPTY_WORDS: Final = ("", "NA", "N/A", "NaN", "nan", "null", "None")
# Since 3.1 pandas reads every number exactly and warns when it is asked to.
PANDAS_VERSION: Final = tuple(int(part) for part in pd.__version__.split(".")[:2])
EXACT_NUMBERS: Final = {} if PANDAS_VERSION >= (3, 1) else {"float_precision": "round_trip"}


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """Features of regions of interest, long: one row per patient, time point, phase and lesion.

    Parameters
    ----------
    data
        The key columns (`patient_id, timepoint, date, phase, modality, region, lesion_id,
        status`), the size columns `voxels` and `volume_ml`, then one column per feature.
    metadata
        JSON values: settings, engine, versions, digests.
    reasons
        One row per empty cell: the row's keys, the feature and why it is empty. A reason whose
        feature is `*` holds for the whole row.
    """

    data: pd.DataFrame
    metadata: Mapping[str, object] = field(default_factory=dict)
    reasons: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=REASON_COLUMNS))

    @property
    def features(self) -> list[str]:
        """Names of the feature columns, sizes by voxel count left out."""
        return [name for name in self.data.columns if name not in (*KEYS, "voxels", "volume_ml")]

    @property
    def anchor_dependent(self) -> tuple[str, ...]:
        """Feature columns whose grey levels start at another place in every region.

        They cannot be compared between time points; see `delta`. None of them is left where the
        table was extracted with a fixed origin (`binOrigin`). A table that does not tell its
        parameters counts as extracted without one.
        """
        return anchor_dependent_columns(self.features, self.metadata.get("settings"))

    def frame(self) -> pd.DataFrame:
        """The table as a DataFrame of its own."""
        return self.data.copy()

    def select(self, **keys: str | list[str]) -> FeatureTable:
        """Keep the rows whose key columns have these values, as in `select(phase="arterial")`."""
        data, reasons = self.data, self.reasons
        for key, values in keys.items():
            wanted = [values] if isinstance(values, str) else list(values)
            data = data[data[key].isin(wanted)]
            if key in reasons.columns:
                reasons = reasons[reasons[key].isin(wanted)]
        return FeatureTable(data.reset_index(drop=True), self.metadata, reasons)

    def drop(self, features: Iterable[str]) -> FeatureTable:
        """Leave feature columns out, as in `drop(table.anchor_dependent)`.

        Raises
        ------
        InputError
            For every name that is no feature of the table.
        """
        unwanted = list(features)
        unknown = sorted(set(unwanted) - set(self.features))
        if unknown:
            raise InputError(Problem(name, "is no feature of the table") for name in unknown)
        kept = self.reasons[~self.reasons["feature"].isin(unwanted)]
        return FeatureTable(self.data.drop(columns=unwanted), self.metadata, kept)

    def delta(
        self,
        before: str,
        after: str,
        *,
        kind: str = "relative",
        allow_anchor_dependent: bool = False,
        allow_other_phase: bool = False,
    ) -> FeatureTable:
        """Change of every feature of every lesion between two time points.

        Lesions are matched by patient, phase, region and lesion. With b and a the values before
        and after: `absolute` is a - b, `relative` is (a - b) / |b|, `log_ratio` is ln(a / b).
        A vanished lesion measures 0 in volumes, areas and diameters and nothing in the others.
        A change that has no meaning (b = 0, values of opposite sign, a lesion that is new or
        gone) is empty, and the reason says so.

        A lesion that was measured in several phases is compared phase by phase. One that has no
        phase in common is refused: enhancement, and with it every feature, differs between phases
        without any change of the tumour.

        Features that hold the grey level itself are refused where the levels start at each
        region's own minimum: one dark voxel more would change them (`docs/grey_levels.md`).

        Parameters
        ----------
        before, after
            Time points of the table.
        kind
            `absolute`, `relative` or `log_ratio`.
        allow_anchor_dependent
            Whether the columns in `anchor_dependent` are changed like the others.
        allow_other_phase
            Whether a lesion with one phase before and another after is compared all the same; the
            phase of its row is then `arterial->portal`, and `metadata["delta"]["other_phase"]`
            names it.

        Raises
        ------
        InputError
            For a time point or kind that is not there, a lesion given twice, columns in
            `anchor_dependent` that are not allowed, or lesions without a phase in common.
        """
        word = DeltaKind.parse(kind, "delta kind")
        if not allow_anchor_dependent:
            check_anchors(self.anchor_dependent)
        delta: dict[str, object] = {"before": before, "after": after, "kind": kind}
        rows = self.data
        if allow_other_phase:
            rows, pairs = with_common_phases(rows, before, after)
            delta["other_phase"] = [f"{pair.name}: {pair}" for pair in pairs]
        else:
            check_phases(rows, before, after)
        data, reasons = delta_rows(rows, self.features, before, after, word)
        return FeatureTable(data, {**self.metadata, "delta": delta}, reasons)

    def per_patient(self, rule: str = "largest_lesion") -> PatientTable:
        """One row per patient, with a column per time point (and phase) and feature.

        Parameters
        ----------
        rule
            `largest_lesion`: the lesion that is largest by volume at the patient's first time
            point; `sum`; `volume_weighted_mean`; `all`: every lesion keeps a row of its own.

        Raises
        ------
        InputError
            For an unknown rule, or relative changes that are asked to be added up.
        """
        kind = self.metadata.get("delta", {})
        relative = isinstance(kind, dict) and kind.get("kind") in ("relative", "log_ratio")
        return patient_rows(
            self.data,
            self.features,
            self.reasons,
            rule=LesionRule.parse(rule, "per_patient"),
            is_relative=relative,
        )

    def write(self, path: Path) -> None:
        """Write Parquet or CSV by the file's ending, and a sidecar JSON beside it."""
        if path.suffix == ".parquet":
            self.data.to_parquet(path, index=False)
        else:
            self.data.to_csv(path, index=False, float_format="%.17g")
        sidecar = {
            **self.metadata,
            "anchor_dependent": list(self.anchor_dependent),
            "empty_cells": self.reasons.to_dict(orient="records"),
        }
        sidecar_path(path).write_text(
            json.dumps(sidecar, indent=2, default=str) + "\n", encoding="utf-8"
        )

    @classmethod
    def read(cls, path: Path) -> FeatureTable:
        """Read a table that `write` made, or any table with the key columns.

        Raises
        ------
        InputError
            Where the file is missing, damaged or lacks `patient_id`.
        """
        if not path.is_file():
            raise InputError([Problem(str(path), "no such feature table")])
        try:
            data, sidecar = _read_frame(path), _read_sidecar(sidecar_path(path))
            if "patient_id" not in data.columns:
                raise ValueError("it has no column 'patient_id'")
            sidecar.pop("anchor_dependent", None)  # follows from the columns and the settings
            reasons = pd.DataFrame(sidecar.pop("empty_cells", []), columns=list(REASON_COLUMNS))
            return cls(complete_keys(data), sidecar, reasons)
        except (OSError, ValueError) as error:
            problem = Problem(str(path), f"is no feature table: {error}", "is it the right file?")
            raise InputError([problem]) from error

    def __len__(self) -> int:
        return len(self.data)

    def _repr_html_(self) -> str:
        counts = (len(self), "row"), (len(self.features), "feature"), (len(self.reasons), "reason")
        told = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts)
        shown = self.data.head(10).to_html(index=False, float_format="{:.4g}".format)
        return f"<p>Feature table: {told} for empty cells</p>" + str(shown)


def sidecar_path(path: Path) -> Path:
    """Where the sidecar of a feature table lies: `features.parquet` -> `features.json`."""
    return path.with_suffix(".json")


def complete_keys(data: pd.DataFrame) -> pd.DataFrame:
    """Put the key columns first, in order, with defaults where a table says nothing."""
    defaults = {"timepoint": "pre", "modality": "CT", "region": "lesion", "status": "present"}
    filled = data.copy()
    for key in TEXT_KEYS:
        given = filled[key] if key in filled.columns else ""
        words = pd.Series(given, index=filled.index).fillna("").astype(str)
        filled[key] = words.where(words != "", defaults.get(key, ""))
    dates = filled["date"] if "date" in filled.columns else None
    filled["date"] = pd.to_datetime(pd.Series(dates, index=filled.index, dtype=object))
    others = [name for name in filled.columns if name not in KEYS]
    return filled[[*KEYS, *others]]


def _read_frame(path: Path) -> pd.DataFrame:
    """Read a table; text keys are kept as written, so that a patient may be called `NA`."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    numbers = [name for name in pd.read_csv(path, nrows=0).columns if name not in TEXT_KEYS]
    return pd.read_csv(
        path,
        dtype=dict.fromkeys(TEXT_KEYS, str),
        na_values={name: list(EMPTY_WORDS) for name in numbers},
        keep_default_na=False,
        **EXACT_NUMBERS,
    )


def _read_sidecar(path: Path) -> dict[str, object]:
    if not path.is_file():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError(f"{path.name} is not its sidecar")
    return content
