"""Predictions of a final model for new patients, with warnings where training never looked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.card import ColumnCard
from radiomics_hcc.modelling.final import FinalModel
from radiomics_hcc.modelling.pipeline import EMPTY, prepare, split_columns

NAMES_SHOWN: Final = 5


def predict(model: FinalModel, table: PatientTable) -> pd.DataFrame:
    """Predict the class of every patient of a table.

    Parameters
    ----------
    model
        From `fit_final` or `load_model`.
    table
        Has at least the columns of the model's card; others are ignored.

    Returns
    -------
    DataFrame
        `patient_id, predicted, p_<class>..., warnings`: the most probable class, the mean
        probabilities of the patient's rows, and in words which values lie outside the training
        range, were never seen, or are empty where training had none empty.

    Raises
    ------
    InputError
        Lists every column that is missing, holds words where training had numbers (or the other
        way round), or has infinite values.
    """
    columns = model.card["columns"]
    _check_columns(table.data, columns)
    rows = prepare(_as_trained(table.data, columns), list(columns))
    classes = model.card["classes"]
    names = [f"p_{name}" for name in classes]
    by_row = pd.DataFrame(model.pipeline.predict_proba(rows), index=rows.index, columns=names)
    result = by_row.groupby(level=0, sort=False).mean()
    best = result.to_numpy().argmax(axis=1)
    told = _warnings(rows, columns)
    result.insert(0, "predicted", [classes[code] for code in best])
    result["warnings"] = [told[str(patient)] for patient in result.index]
    return result.rename_axis("patient_id").reset_index()


def _check_columns(data: pd.DataFrame, columns: Mapping[str, ColumnCard]) -> None:
    missing = [name for name in columns if name not in data.columns]
    problems = [Problem(f"column {name!r}", "is missing") for name in missing]
    present = data[[name for name in columns if name not in missing]]
    numbers, _ = split_columns(present)
    for name in present:
        found = "number" if name in numbers else "word"
        trained = columns[name]["type"]
        if found != trained and present[name].notna().any():
            problems.append(Problem(f"column {name!r}", f"holds {found}s, training {trained}s"))
        if found == "number" and np.isinf(present[name].astype(np.float64)).any():
            problems.append(Problem(f"column {name!r}", "has infinite values"))
    if problems:
        raise InputError(problems, "the table does not fit the model")


def _as_trained(data: pd.DataFrame, columns: Mapping[str, ColumnCard]) -> pd.DataFrame:
    """The model's columns; wholly empty ones get the type that training had."""
    types = {"number": np.float64, "word": object}
    return pd.DataFrame(
        {name: data[name].astype(types[card["type"]]) for name, card in columns.items()},
        index=data.index,
    )


def _warnings(rows: pd.DataFrame, columns: Mapping[str, ColumnCard]) -> dict[str, str]:
    """What is unusual about each patient, in words; empty where nothing is."""
    flags = {
        "outside the training range": rows.apply(lambda v: _is_outside(v, columns[str(v.name)])),
        "empty, never so in training": rows.apply(
            lambda v: _is_newly_empty(v, columns[str(v.name)])
        ),
    }
    told: dict[str, list[str]] = {str(patient): [] for patient in rows.index}
    for what, table in flags.items():
        for patient, flagged in table.groupby(level=0).any().iterrows():
            names = [str(name) for name in flagged.index[flagged]]
            if names:
                told[str(patient)].append(f"{what}: {_shown(names)}")
    return {patient: "; ".join(words) for patient, words in told.items()}


def _is_outside(values: pd.Series, card: ColumnCard) -> pd.Series:
    """Cells below the minimum, above the maximum, or with a word that training never saw."""
    if card["type"] == "word":
        return ~values.isin([*card["words"], EMPTY])
    if card["minimum"] is None or card["maximum"] is None:
        return values.notna()
    return (values < card["minimum"]) | (values > card["maximum"])


def _is_newly_empty(values: pd.Series, card: ColumnCard) -> pd.Series:
    is_empty = values == EMPTY if card["type"] == "word" else values.isna()
    return is_empty & (card["empty"] == 0)


def _shown(names: list[str]) -> str:
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return f"{', '.join(names[:NAMES_SHOWN])}{more}"
