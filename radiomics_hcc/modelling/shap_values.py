"""Shapley values of a final model, by patient and column: an optional extra."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.applicability import model_columns
from radiomics_hcc.modelling.final import FinalModel

INSTALL: Final = 'pip install "radiomics-hcc[shap]"'
EXACT_COLUMNS: Final = 10
"""Up to so many columns every subset is tried; above, permutations of the columns are drawn."""

ROUNDS: Final = 10
"""Pairs of permutations that are drawn per row above `EXACT_COLUMNS` columns."""

SHAP_COLUMNS: Final = ("patient_id", "class", "feature", "value", "shap", "base")


def shap_values(
    model: FinalModel, rows: pd.DataFrame, background: pd.DataFrame, *, seed: int = 0
) -> pd.DataFrame:
    """Share of every column in each patient's probability of each class.

    Shapley values [1]_ of the pipeline's own columns, after preparation and selection: base plus
    all values is the predicted probability of the row, where the base is the mean prediction of
    the background. Correlated columns share what they say in ways that have no meaning for
    biology. The model file holds no patient, so that the background has to be given.

    Parameters
    ----------
    model
        From `fit_final` or `load_model`.
    rows
        What the pipeline takes (see `prepare`), index `patient_id`.
    background
        Rows of training patients, as `rows`.
    seed
        Of the permutations that are drawn above 10 columns.

    Returns
    -------
    DataFrame
        `patient_id, class, feature, value, shap, base`: one row per row, class and column that
        the model takes; `value` is in the scale that the model sees.

    Raises
    ------
    InputError
        Where shap is not installed, or the model has no scaled columns (such as stacking).

    References
    ----------
    .. [1] Lundberg, Lee. Advances in Neural Information Processing Systems 30 (2017).
    """
    try:
        shap = import_module("shap")  # by name: mypy needs no stubs of an optional library
    except ImportError as error:
        raise InputError(
            [Problem("shap", "is not installed", INSTALL)], "Shapley values"
        ) from error
    taken, known = model_columns(model.pipeline, rows), model_columns(model.pipeline, background)
    if taken is None or known is None:
        what = "does not give scaled columns to its model"
        raise InputError([Problem(f"model {model.card['model']}", what)], "Shapley values")
    names = list(taken.columns)
    many = taken.shape[1] > EXACT_COLUMNS
    explainer = shap.Explainer(
        lambda values: model.pipeline[-1].predict_proba(pd.DataFrame(values, columns=names)),
        shap.maskers.Independent(known.to_numpy(), max_samples=len(known)),
        algorithm="permutation" if many else "exact",
        seed=seed,
    )
    budget = {"max_evals": ROUNDS * (2 * taken.shape[1] + 1)} if many else {}
    found = explainer(taken.to_numpy(), silent=True, **budget)
    return _long(
        taken, model.card["classes"], np.asarray(found.values), np.asarray(found.base_values)
    )


def _long(
    taken: pd.DataFrame,
    classes: list[str],
    values: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    base: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> pd.DataFrame:
    """Values (rows, columns, classes) and bases (rows, classes) as one row per number."""
    parts = [
        pd.DataFrame(
            {
                "patient_id": np.repeat(taken.index.to_numpy(), taken.shape[1]),
                "class": name,
                "feature": np.tile(taken.columns.to_numpy(), len(taken)),
                "value": taken.to_numpy().ravel(),
                "shap": values[:, :, place].ravel(),
                "base": np.repeat(base[:, place], taken.shape[1]),
            }
        )
        for place, name in enumerate(classes)
    ]
    return pd.concat(parts, ignore_index=True)[list(SHAP_COLUMNS)]
