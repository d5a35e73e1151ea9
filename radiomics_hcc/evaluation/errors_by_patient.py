"""Patients in the order of how wrong a model is about them, to be looked at one by one."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.outcomes import FloatArray, Outcomes, read_outcomes

ERROR_TABLE_COLUMNS: Final = (
    "model",
    "rank",
    "patient_id",
    "label",
    "predicted",
    "p_true",
    "p_predicted",
    "share_wrong",
    "class_distance",
    "near_boundary",
)
NEAR: Final = (
    0.1  # of probability, from the threshold: a call that a little noise turns (convention)
)


def error_table(predictions: Predictions, clinical: pd.DataFrame | None = None) -> pd.DataFrame:
    """Rank patients by how little probability their true class got.

    Parameters
    ----------
    predictions
        Out-of-fold predictions.
    clinical
        Index `patient_id`, one row per patient: columns to stand beside, empty for patients that
        it does not know.

    Returns
    -------
    pandas.DataFrame
        `ERROR_TABLE_COLUMNS` and the clinical columns, the worst patient first:

        - `predicted`: the most probable class of the mean over the repeats;
        - `p_true`, `p_predicted`: mean probabilities of the true class and of that one;
        - `share_wrong`: share of the repeats that call the patient wrongly, in the two-class view
          at the threshold chosen in training, else by the most probable class;
        - `class_distance`: how many classes lie between `label` and `predicted`;
        - `near_boundary`: whether the mean probability of the positive class is within 0.1 of
          the mean threshold; empty where there is no two-class view.

    Raises
    ------
    InputError
        Listing patients with two clinical rows, and clinical columns whose names are taken.
    """
    outcomes = read_outcomes(predictions)
    mean = outcomes.probabilities.mean(axis=0)
    decided = mean.argmax(axis=1)
    everyone = np.arange(len(outcomes.labels))
    table = pd.DataFrame(
        {
            "model": outcomes.model,
            "patient_id": outcomes.patients,
            "label": [outcomes.classes[code] for code in outcomes.labels],
            "predicted": [outcomes.classes[code] for code in decided],
            "p_true": mean[everyone, outcomes.labels],
            "p_predicted": mean[everyone, decided],
            "share_wrong": _share_wrong(outcomes),
            "class_distance": np.abs(decided - outcomes.labels),
            "near_boundary": _near_boundary(outcomes),
        }
    )
    worst_first = {"p_true": True, "share_wrong": False, "patient_id": True}
    ordered = table.sort_values(
        list(worst_first), ascending=list(worst_first.values()), ignore_index=True
    )
    ranked = ordered.assign(rank=np.arange(1, len(ordered) + 1))[list(ERROR_TABLE_COLUMNS)]
    return ranked if clinical is None else _beside(ranked, clinical)


def _share_wrong(outcomes: Outcomes) -> FloatArray:
    two = outcomes.two_class()
    if two is not None:
        wrong = two.called_positive() != (two.labels == 0)
    else:
        wrong = outcomes.probabilities.argmax(axis=2) != outcomes.labels
    return np.asarray(wrong.mean(axis=0), dtype=float)


def _near_boundary(outcomes: Outcomes) -> pd.array:
    two = outcomes.two_class()
    if two is None:
        return pd.array([pd.NA] * len(outcomes.labels), dtype="boolean")
    distance = two.probabilities[:, :, 0].mean(axis=0) - two.cut_points().mean(axis=0)
    return pd.array(np.abs(distance) <= NEAR, dtype="boolean")


def _beside(table: pd.DataFrame, clinical: pd.DataFrame) -> pd.DataFrame:
    twice = clinical.index[clinical.index.duplicated()].unique()
    problems = [Problem(f"patient {name}", "has two clinical rows") for name in twice]
    problems += [
        Problem(f"column {name}", "is a column of the error table", "rename it")
        for name in clinical.columns
        if name in table.columns
    ]
    if problems:
        raise InputError(problems, "clinical columns")
    found = clinical.reindex(table["patient_id"]).reset_index(drop=True)
    return pd.concat([table, found], axis=1)
