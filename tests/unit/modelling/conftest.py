from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.patient_table import Column, PatientTable
from radiomics_hcc.modelling.targets import Target, target_from_column


def patient_names(count: int) -> pd.Index:
    return pd.Index([f"P{number:03d}" for number in range(count)], name="patient_id")


@pytest.fixture
def make_table():
    """A table of `pre` features from arrays by feature name."""

    def make(values: dict[str, np.ndarray], patients: pd.Index | None = None) -> PatientTable:
        count = len(next(iter(values.values())))
        index = patient_names(count) if patients is None else patients
        columns = {f"pre.{name}": Column(f"pre.{name}", "radiomic", "pre", name) for name in values}
        data = pd.DataFrame({f"pre.{name}": value for name, value in values.items()}, index=index)
        return PatientTable(data, columns, pd.DataFrame(index=index.unique()))

    return make


@pytest.fixture
def make_target():
    """A target from class names, best first."""

    def make(words: list[str], order: tuple[str, ...], patients: pd.Index | None = None) -> Target:
        index = patient_names(len(words)) if patients is None else patients
        frame = pd.DataFrame({"patient_id": index, "truth": words})
        return target_from_column(frame, "truth", order=order)

    return make


@pytest.fixture
def signal(make_table, make_target):
    """60 patients, three classes that follow one of six columns, some cells empty, one word."""
    generator = np.random.default_rng(5)
    values = {name: generator.normal(size=60) for name in "abcdef"}
    score = values["b"] + 0.5 * generator.normal(size=60)
    words = np.array(["CR", "PR", "SD"])[np.digitize(score, [-0.5, 0.5])]
    values["c"] = np.where(np.arange(60) % 7 == 0, np.nan, values["c"])
    clinical = pd.DataFrame({"sex": ["m", "f", "m"] * 20}, index=patient_names(60))
    table = make_table(values).with_clinical(clinical)
    return table, make_target(list(words), ("CR", "PR", "SD"))
