"""How steadily the same features are selected over the outer folds."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.outcomes import FloatArray

SELECTED_COLUMNS: Final = ("model", "repeat", "fold", "feature")


def selection_frequency(selected: pd.DataFrame, outer_folds: int) -> pd.DataFrame:
    """Share of the outer folds in which each feature was selected.

    Parameters
    ----------
    selected
        `model, repeat, fold, feature`: one row per feature selected in a fold.
    outer_folds
        Folds times repeats. Folds that selected nothing have no row, so they must be told.

    Returns
    -------
    pandas.DataFrame
        `model, feature, frequency`, the models in their order, the most frequent feature first.

    Raises
    ------
    InputError
        Where columns are missing, a row appears twice, or there are more folds than told.
    """
    _check_selected(selected, outer_folds)
    counts = selected.groupby(["model", "feature"], sort=False).size().rename("frequency")
    table = (counts / outer_folds).reset_index()
    order = {model: place for place, model in enumerate(dict.fromkeys(selected["model"]))}
    ranked = table.assign(order=table["model"].map(order)).sort_values(
        ["order", "frequency", "feature"], ascending=[True, False, True], kind="stable"
    )
    return ranked.drop(columns="order").reset_index(drop=True)


def selection_stability(
    selected: pd.DataFrame, *, outer_folds: int, candidates: int
) -> pd.DataFrame:
    r"""Nogueira's index of how alike the selections of the folds are.

    With M folds, d candidates, p_f the frequency of feature f and k the mean number selected

    .. math::

        1 - \frac{\frac{1}{d} \sum_f \frac{M}{M-1} p_f (1 - p_f)}
                 {\frac{k}{d} (1 - \frac{k}{d})}

    1 means the same features in every fold, 0 what selecting at random gives [1]_. Values of
    0.75 and above count as excellent, below 0.4 as poor. Folds share training patients, so the
    index flatters.

    Parameters
    ----------
    selected
        `model, repeat, fold, feature`.
    outer_folds
        M, folds times repeats.
    candidates
        d, how many features there were to choose from.

    Returns
    -------
    pandas.DataFrame
        `model, stability, mean_selected`; NaN with one fold, or where every fold selects nothing
        or everything.

    References
    ----------
    .. [1] Nogueira, Sechidis, Brown. Journal of Machine Learning Research 18 (2018) 174.
    """
    frequencies = selection_frequency(selected, outer_folds)
    rows = []
    for model, frequency in frequencies.groupby("model", sort=False)["frequency"]:
        if len(frequency) > candidates:
            what = f"{len(frequency)} features were selected from {candidates}"
            raise InputError([Problem(f"model {model}", what)])
        index = _nogueira(frequency.to_numpy(float), outer_folds, candidates)
        rows.append((model, index, float(frequency.sum())))
    return pd.DataFrame(rows, columns=["model", "stability", "mean_selected"])


def _nogueira(frequency: FloatArray, folds: int, candidates: int) -> float:
    share = frequency.sum() / candidates
    if folds < 2 or share <= 0.0 or share >= 1.0:
        return float("nan")
    variance = folds / (folds - 1) * (frequency * (1.0 - frequency)).sum() / candidates
    return float(1.0 - variance / (share * (1.0 - share)))


def _check_selected(selected: pd.DataFrame, outer_folds: int) -> None:
    absent = [name for name in SELECTED_COLUMNS if name not in selected]
    problems = [Problem(f"column {name}", "is missing") for name in absent]
    if not absent:
        twice = selected[selected.duplicated(list(SELECTED_COLUMNS))]
        problems += [
            Problem(f"{row.model} repeat {row.repeat} fold {row.fold}", f"{row.feature} twice")
            for row in twice.itertuples()
        ]
        told = selected.drop_duplicates(["model", "repeat", "fold"]).groupby("model").size()
        problems += [
            Problem(f"model {model}", f"selected in {count} folds, told were {outer_folds}")
            for model, count in told[told > outer_folds].items()
        ]
    if problems:
        raise InputError(problems, "selected features")
