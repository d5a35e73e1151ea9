"""What models rest on, over the outer folds: slopes, and importance of groups of columns."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.intervals import nadeau_bengio

SLOPE_COLUMNS: Final = ("model", "repeat", "fold", "feature", "class", "value")
COEFFICIENT_COLUMNS: Final = (
    "model",
    "feature",
    "class",
    "mean",
    "sd",
    "folds_used",
    "same_sign",
    "folds",
)
DROP_COLUMNS: Final = ("model", "repeat", "fold", "group", "metric", "drop")
IMPORTANCE_COLUMNS: Final = (
    "model",
    "metric",
    "group",
    "drop",
    "low",
    "high",
    "folds_worse",
    "folds",
    "method",
)


def coefficient_table(coefficients: pd.DataFrame, outer_folds: int) -> pd.DataFrame:
    """Slopes of the linear models over the outer folds.

    The columns are scaled before the model, so that a slope is per standard deviation of the
    training patients.

    Parameters
    ----------
    coefficients
        `model, repeat, fold, feature, class, value`: a slope of each feature that a fold's model
        was given, of each class where the model has one per class.
    outer_folds
        Folds times repeats.

    Returns
    -------
    DataFrame
        `model, feature, class, mean, sd, folds_used, same_sign, folds`: mean and standard
        deviation over the folds that used the feature (a slope of exactly 0 is no use; sd is NaN
        for one fold), the share of all folds that used it, and the share of these whose slope
        has the more frequent sign. Within a model the most used first, then the largest mean.

    Raises
    ------
    InputError
        Where columns are missing or more folds appear than told.
    """
    _check(coefficients, SLOPE_COLUMNS, "coefficients")
    there = coefficients.drop_duplicates(["model", "repeat", "fold"])["model"].value_counts()
    problems = [
        Problem(f"model {model}", f"has slopes of {count} folds, told were {outer_folds}")
        for model, count in there[there > outer_folds].items()
    ]
    if problems:
        raise InputError(problems, "coefficients")
    in_use = coefficients[coefficients["value"] != 0.0]
    keys = ["model", "feature", "class"]
    slopes = in_use.fillna({"class": ""}).groupby(keys, sort=False)["value"]
    table = slopes.agg(["mean", "std", "size"]).rename(columns={"std": "sd"})
    positive = slopes.agg(lambda values: (values > 0).mean()).astype(float)
    table["same_sign"] = np.maximum(positive, 1.0 - positive)
    table["folds_used"] = table["size"] / outer_folds
    table["folds"] = outer_folds
    ranked = table.reset_index().assign(size_of_mean=table["mean"].abs().to_numpy())
    return _in_order(ranked, ["folds_used", "size_of_mean"], ["feature", "class"])[
        list(COEFFICIENT_COLUMNS)
    ]


def importance_table(drops: pd.DataFrame, test_train_ratio: float) -> pd.DataFrame:
    """How much each group of columns matters, averaged over the outer folds.

    Parameters
    ----------
    drops
        `model, repeat, fold, group, metric, drop`, one row per fold and group.
    test_train_ratio
        n_test / n_train of one fold, 0.25 for five folds.

    Returns
    -------
    DataFrame
        `model, metric, group, drop, low, high, folds_worse, folds, method`: mean drop of the
        score with its Nadeau-Bengio interval, which knows that folds share training patients,
        and the share of the folds in which the score became worse. The most important first.

    Raises
    ------
    InputError
        Where columns are missing.
    """
    _check(drops, DROP_COLUMNS, "importance")
    records = []
    for (model, metric, group), values in drops.groupby(["model", "metric", "group"], sort=False)[
        "drop"
    ]:
        found = values.to_numpy(dtype=float)
        interval = nadeau_bengio(found, test_train_ratio)
        known = found[np.isfinite(found)]
        worse = float((known > 0).mean()) if len(known) else float("nan")
        limits = (interval.estimate, interval.low, interval.high)
        records.append((model, metric, group, *limits, worse, len(found), interval.method))
    table = pd.DataFrame(records, columns=list(IMPORTANCE_COLUMNS))
    return _in_order(table, ["drop"], ["group"], within="metric")


def _in_order(
    table: pd.DataFrame, falling: list[str], rising: list[str], within: str = ""
) -> pd.DataFrame:
    """Models (and metrics) in the order in which they came, then by these columns."""
    keys = ["model", *([within] if within else [])]
    places = {f"place of {key}": table[key].map(_places(table[key])) for key in keys}
    ascending = [True] * len(places) + [False] * len(falling) + [True] * len(rising)
    ranked = table.assign(**places).sort_values(
        [*places, *falling, *rising], ascending=ascending, kind="stable"
    )
    return ranked.drop(columns=list(places)).reset_index(drop=True)


def _places(names: pd.Series) -> dict[str, int]:
    return {str(name): place for place, name in enumerate(dict.fromkeys(names))}


def _check(frame: pd.DataFrame, columns: tuple[str, ...], title: str) -> None:
    absent = [name for name in columns if name not in frame]
    if absent:
        raise InputError((Problem(f"column {name}", "is missing") for name in absent), title)
