"""Simulated studies whose truth is known: radiomic columns in correlated blocks, size, clinical."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.domain.patient_table import Column, PatientTable
from radiomics_hcc.modelling.merging import Merge
from radiomics_hcc.modelling.targets import Target, target_from_column

CLASSES: Final[Merge] = {"OR": ["OR"], "nonOR": ["nonOR"]}
RESPONDERS: Final = 0.4
"""Share of the first class."""

SAME_BLOCK: Final = 0.6
"""Correlation between two columns of a block."""

SAME_PATIENT: Final = 0.7
"""Correlation of a column between two lesions of a patient."""

BLOCK: Final = 5
"""Columns of a block."""

SIZES: Final = ("original_shape_MeshVolume", "original_shape_Maximum3DDiameter")
EMPTY_AFP: Final = 0.1
"""Share of the patients without an AFP."""


@dataclass(frozen=True)
class Plan:
    """How a study is made.

    Parameters
    ----------
    patients
        How many.
    radiomic
        Radiomic columns beside the two of size; a multiple of `BLOCK`.
    planted
        Columns that the label follows, the first of as many blocks; 0 for a null cohort, whose
        labels are dealt at random in fixed numbers.
    effect
        Log odds per standard deviation of each planted column.
    most_lesions
        Every patient has one row to this many, all as likely.
    """

    patients: int = 60
    radiomic: int = 30
    planted: int = 0
    effect: float = 0.0
    most_lesions: int = 3

    @property
    def planted_columns(self) -> list[str]:
        """Names of the columns that the label follows."""
        return [column_name(block * BLOCK) for block in range(1, self.planted + 1)]


def column_name(number: int) -> str:
    """Name of a radiomic column."""
    return f"pre.original_glcm_F{number:02d}"


def block_mates(plan: Plan) -> list[str]:
    """Columns that correlate with a planted one and are none themselves."""
    numbers = range(BLOCK, (plan.planted + 1) * BLOCK)
    return [column_name(number) for number in numbers if number % BLOCK]


def simulate(plan: Plan, seed: int) -> tuple[PatientTable, Target]:
    """One study; the same seed makes the same study."""
    generator = np.random.default_rng(seed)
    patients = pd.Index([f"P{number:05d}" for number in range(plan.patients)], name="patient_id")
    blocks = generator.normal(size=(plan.patients, plan.radiomic // BLOCK))
    own = generator.normal(size=(plan.patients, plan.radiomic))
    values = _mix(np.repeat(blocks, BLOCK, axis=1), own, SAME_BLOCK)
    labels = _labels(plan, values, generator)
    clinical = _clinical(patients, generator)
    lesions = generator.integers(1, plan.most_lesions + 1, plan.patients)
    rows = np.repeat(np.arange(plan.patients), lesions)
    measured = _mix(values[rows], generator.normal(size=(len(rows), plan.radiomic)), SAME_PATIENT)
    table = _table(measured, _sizes(blocks[rows, 0], generator), patients[rows])
    frame = pd.DataFrame({"response": labels}, index=patients).reset_index()
    target = target_from_column(frame, "response", merge=CLASSES, order=list(CLASSES))
    return table.with_clinical(clinical), target


def _mix(
    shared: NDArray[np.float64], own: NDArray[np.float64], correlation: float
) -> NDArray[np.float64]:
    """Values of variance 1 of which those with the same shared part correlate."""
    return np.sqrt(correlation) * shared + np.sqrt(1.0 - correlation) * own


def _labels(
    plan: Plan, values: NDArray[np.float64], generator: np.random.Generator
) -> NDArray[np.object_]:
    """Class of each patient; those of a null cohort know nothing of the values."""
    if not plan.planted:
        responders = np.arange(plan.patients) < round(RESPONDERS * plan.patients)
        return np.where(generator.permutation(responders), "OR", "nonOR").astype(object)
    first = [block * BLOCK for block in range(1, plan.planted + 1)]
    log_odds = plan.effect * values[:, first].sum(axis=1) + np.log(RESPONDERS / (1 - RESPONDERS))
    chance = 1.0 / (1.0 + np.exp(-log_odds))
    return np.where(generator.random(plan.patients) < chance, "OR", "nonOR").astype(object)


def _sizes(block: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.float64]:
    """Volume in mm3 and diameter in mm of each lesion, which the first block follows."""
    volume_mm3 = np.exp(9.0 + block + 0.3 * generator.normal(size=len(block)))
    diameter_mm = np.cbrt(6.0 * volume_mm3 / np.pi) * np.exp(
        0.1 * generator.normal(size=len(block))
    )
    return np.column_stack([volume_mm3, diameter_mm])


def _clinical(patients: pd.Index, generator: np.random.Generator) -> pd.DataFrame:
    """Age, AFP with empty cells, and a word."""
    afp = np.exp(generator.normal(4.0, 2.0, len(patients)))
    afp[generator.random(len(patients)) < EMPTY_AFP] = np.nan
    words = generator.choice(["A", "B"], len(patients), p=[0.8, 0.2])
    age = generator.normal(66.0, 9.0, len(patients))
    return pd.DataFrame({"age": age, "afp": afp, "child_pugh": words}, index=patients)


def _table(
    values: NDArray[np.float64], sizes: NDArray[np.float64], patients: pd.Index
) -> PatientTable:
    names = [column_name(number) for number in range(values.shape[1])]
    features = [name.removeprefix("pre.") for name in names] + list(SIZES)
    columns = {f"pre.{name}": Column(f"pre.{name}", "radiomic", "pre", name) for name in features}
    data = pd.DataFrame(np.hstack([values, sizes]), index=patients, columns=list(columns))
    return PatientTable(data, columns, pd.DataFrame(index=patients.unique()))
