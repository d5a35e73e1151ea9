"""Columns that are left after each stage of the models' pipelines, over the folds."""

from __future__ import annotations

import pandas as pd


def column_losses(counts: pd.DataFrame) -> pd.DataFrame:
    """Summarise the columns that are left after each stage over all outer folds.

    Parameters
    ----------
    counts
        `model, repeat, fold, step, columns`, stages of each fold in their order.

    Returns
    -------
    DataFrame
        `model, step, median, fewest, most, folds`, models and stages in the order of `counts`.
    """
    columns = counts.groupby(["model", "step"], sort=False)["columns"]
    told = columns.agg(["median", "min", "max", "size"]).reset_index()
    return told.set_axis(["model", "step", "median", "fewest", "most", "folds"], axis="columns")
