"""How much a patient's prediction depends on which other patients a model was trained on."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.evaluation.outcomes import Outcomes, two_class_outcomes
from radiomics_hcc.evaluation.resampling import LEVEL

INSTABILITY_COLUMNS: Final = (
    "model",
    "patient_id",
    "label",
    "mean",
    "sd",
    "low",
    "high",
    "mean_absolute_deviation",
    "share_called_otherwise",
)
SUMMARY_COLUMNS: Final = (
    "model",
    "patients",
    "repeats",
    "mean_absolute_prediction_instability",
    "median_range",
    "classification_instability",
    "patients_ever_called_otherwise",
    "note",
)
ONE_REPEAT: Final = "one repeat: instability cannot be seen"


def instability(predictions: Predictions) -> pd.DataFrame:
    """Spread of every patient's out-of-fold probability over the repeats.

    Each repeat trains on other patients, so that the spread is what another training set of the
    same cohort would have told this patient. Riley and Collins [1]_ compare bootstrap models with
    the model of all patients; here the mean over the repeats takes its place, as every prediction
    stays out of fold.

    Parameters
    ----------
    predictions
        Out-of-fold predictions; more than two classes are seen as objective response against the
        rest.

    Returns
    -------
    pandas.DataFrame
        `INSTABILITY_COLUMNS`, one row per patient, ordered by `mean`: mean and standard deviation
        of the probability of the positive class, its percentiles 2.5 and 97.5 (of few repeats
        close to the extremes), the mean distance from the mean, and the share of the repeats in
        which the patient is called otherwise than by the mean probability at the mean threshold
        (0.5 where none was chosen). With one repeat the spread is empty.

    Raises
    ------
    InputError
        Where the classes have no two-class view, or only one class occurs.

    References
    ----------
    .. [1] Riley, Collins. Biometrical Journal 65 (2023) 2200302.
    """
    seen = two_class_outcomes(predictions)
    chance = seen.probabilities[:, :, 0]
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.quantile(chance, [tail, 1.0 - tail], axis=0)
    spread = chance.std(axis=0, ddof=1) if seen.repeats > 1 else np.full(len(seen.labels), np.nan)
    table = pd.DataFrame(
        {
            "model": seen.model,
            "patient_id": seen.patients,
            "label": [seen.classes[code] for code in seen.labels],
            "mean": chance.mean(axis=0),
            "sd": spread,
            "low": low,
            "high": high,
            "mean_absolute_deviation": np.abs(chance - chance.mean(axis=0)).mean(axis=0),
            "share_called_otherwise": share_called_otherwise(seen),
        }
    )
    if seen.repeats == 1:
        table[list(INSTABILITY_COLUMNS[5:])] = np.nan
    ordered = table.sort_values(["mean", "patient_id"], kind="stable", ignore_index=True)
    return ordered[list(INSTABILITY_COLUMNS)]


def share_called_otherwise(seen: Outcomes) -> np.ndarray:
    """Share of the repeats in which a patient is not called as by the means, shape (n,)."""
    usual = seen.probabilities[:, :, 0].mean(axis=0) >= seen.cut_points().mean(axis=0)
    return np.asarray((seen.called_positive() != usual).mean(axis=0))


def instability_summary(predictions: Predictions) -> pd.DataFrame:
    """One row: the instability of all patients together.

    Returns
    -------
    pandas.DataFrame
        `SUMMARY_COLUMNS`: the mean over patients of `mean_absolute_deviation`; the median width
        of their 2.5 to 97.5 range; the mean share of repeats that call a patient otherwise; and
        how many patients are ever called otherwise.

    Raises
    ------
    InputError
        As in `instability`.
    """
    table = instability(predictions)
    repeats = int(predictions.frame["repeat"].nunique())
    otherwise = table["share_called_otherwise"]
    row = {
        "model": predictions.model,
        "patients": len(table),
        "repeats": repeats,
        "mean_absolute_prediction_instability": table["mean_absolute_deviation"].mean(),
        "median_range": (table["high"] - table["low"]).median(),
        "classification_instability": otherwise.mean(),
        "patients_ever_called_otherwise": int((otherwise > 0).sum()) if repeats > 1 else pd.NA,
        "note": "" if repeats > 1 else ONE_REPEAT,
    }
    return pd.DataFrame([row], columns=list(SUMMARY_COLUMNS))
