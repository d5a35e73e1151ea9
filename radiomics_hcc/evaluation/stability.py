"""How steadily the same features are selected over the outer folds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.outcomes import FloatArray

SELECTED_COLUMNS: Final = ("model", "repeat", "fold", "feature")
STABILITY_COLUMNS: Final = ("model", "stability", "low", "high", "word", "mean_selected")
LEVEL: Final = 0.95

# Fleiss's limits of agreement, which Nogueira et al. (2018) take over.
EXCELLENT: Final = 0.75
POOR: Final = 0.4


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

    1 means the same features in every fold, 0 what selecting at random gives [1]_. The interval
    is theorem 10 of the same paper, which takes the folds as independent: they share training
    patients, so the index flatters and its interval is too narrow.

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
        `model, stability, low, high, word, mean_selected`: the index with its 95 % limits, and
        `poor` (below 0.4), `intermediate` or `excellent` (0.75 and above). Without a number
        (`not defined`) for one fold, or where every fold selects nothing or everything.

    Raises
    ------
    InputError
        Where the table is not usable, or more features were selected than there were.

    References
    ----------
    .. [1] Nogueira, Sechidis, Brown. Journal of Machine Learning Research 18 (2018) 174.
    """
    models = list(dict.fromkeys(selected["model"])) if "model" in selected else []
    return stability_table(selected, outer_folds, dict.fromkeys(models, candidates))


def stability_table(
    selected: pd.DataFrame, outer_folds: int, candidates: Mapping[str, int]
) -> pd.DataFrame:
    """Nogueira's index of every model, each with its own number of candidate features.

    Parameters
    ----------
    selected
        `model, repeat, fold, feature`.
    outer_folds
        Folds times repeats.
    candidates
        How many features there were to choose from, by model; a model that never selected any
        has a row without a number.

    Returns
    -------
    pandas.DataFrame
        As `selection_stability`, one row per model of `candidates` in its order.

    Raises
    ------
    InputError
        Where the table is not usable, or more features were selected than there were.
    """
    _check_selected(selected, outer_folds)
    counts = selected.groupby("model")["feature"].nunique()
    problems = [
        Problem(f"model {model}", f"{counts[model]} features were selected from {known}")
        for model, known in candidates.items()
        if counts.get(model, 0) > known
    ]
    problems += [
        Problem(f"model {model}", "nobody said from how many features it selected")
        for model in counts.index.difference(list(candidates))
    ]
    if problems:
        raise InputError(problems, "stability of the selection")
    rows = []
    for model, known in candidates.items():
        chosen = _chosen(selected[selected["model"] == model], outer_folds)
        index, low, high = _nogueira(chosen, known)
        rows.append((model, index, low, high, stability_word(index), chosen.sum() / outer_folds))
    return pd.DataFrame(rows, columns=list(STABILITY_COLUMNS))


def stability_word(index: float) -> str:
    """Nogueira's index in a word: `poor`, `intermediate`, `excellent`, or `not defined`."""
    if np.isnan(index):
        return "not defined"
    if index >= EXCELLENT:
        return "excellent"
    return "poor" if index < POOR else "intermediate"


def _chosen(selected: pd.DataFrame, folds: int) -> FloatArray:
    """Which fold chose which feature, shape (folds, features chosen by any)."""
    fold = pd.MultiIndex.from_frame(selected[["repeat", "fold"]])
    numbers, _ = pd.factorize(fold)
    features, names = pd.factorize(selected["feature"])
    chosen = np.zeros((folds, len(names)))
    chosen[numbers, features] = 1.0
    return chosen


def _nogueira(chosen: FloatArray, candidates: int) -> tuple[float, float, float]:
    """The index and its limits; `chosen` lacks the candidates that no fold chose."""
    folds = len(chosen)
    frequency, sizes = chosen.mean(axis=0), chosen.sum(axis=1)
    share = frequency.sum() / candidates
    if folds < 2 or share <= 0.0 or share >= 1.0:
        return float("nan"), float("nan"), float("nan")
    spread = share * (1.0 - share)
    variance = folds / (folds - 1) * (frequency * (1.0 - frequency)).sum() / candidates
    index = 1.0 - variance / spread
    part = sizes / candidates
    # Phi_i of theorem 10: what each fold adds to the index, on average the index itself.
    each = (chosen @ frequency) / candidates - part * share
    each = (each + index / 2.0 * (2.0 * part * share - part - share + 1.0)) / spread
    error = float(np.sqrt(4.0 / folds**2 * ((each - each.mean()) ** 2).sum()))
    half = float(stats.norm.ppf((1.0 + LEVEL) / 2.0)) * error
    return float(index), float(index - half), min(1.0, float(index + half))


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
