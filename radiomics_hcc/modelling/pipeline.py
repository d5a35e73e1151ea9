"""Everything that learns, in one scikit-learn pipeline that is fitted inside the fold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.classifiers.base import ClassifierStep, SearchGrid
from radiomics_hcc.modelling.selection import (
    CorrelationPruning,
    MissingRateFilter,
    NearConstantFilter,
    UnivariateSelection,
)

MODEL: Final = "model"
EMPTY: Final = "(empty)"
"""The word of an empty cell among words."""


def build_pipeline(step: ClassifierStep, data: pd.DataFrame) -> tuple[Pipeline, SearchGrid]:
    """Make the unfitted pipeline for these columns, and the grid of its last stage.

    Numbers: columns that are mostly empty go, the median fills the rest and a column says where
    it did. Words: one column per word; a word that training never saw is none of them. Then
    near-constant columns go, all are scaled, repeated ones are pruned, the best are selected,
    and the model learns.

    Parameters
    ----------
    step
        The kind of model.
    data
        The columns that the model may use; only names and types matter, never values.

    Returns
    -------
    Pipeline
        Takes and passes on DataFrames; the last stage is called `model`.
    dict
        Values to try by parameter name of the last stage.

    Raises
    ------
    InputError
        Where there is no column.
    """
    estimator, grid = step.search_space()
    if step.selected_features == 0:
        return Pipeline([(MODEL, estimator)]), grid
    stages: list[tuple[str, BaseEstimator]] = [
        ("columns", _by_type(data)),
        ("near_constant", NearConstantFilter()),
        ("scaling", StandardScaler()),
        ("pruning", CorrelationPruning()),
    ]
    if step.selected_features is not None:
        stages.append(("selection", UnivariateSelection(step.selected_features)))
    pipeline = Pipeline([*stages, (MODEL, estimator)])
    return pipeline.set_output(transform="pandas"), grid


def split_columns(data: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Names of the columns of numbers (and yes/no), and of those of words."""
    numbers = [
        str(name)
        for name, dtype in data.dtypes.items()
        if is_numeric_dtype(dtype) or is_bool_dtype(dtype)
    ]
    return numbers, [str(name) for name in data.columns if name not in numbers]


def prepare(data: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Bring a patient table to what the pipeline takes: floats, and words with no empty cell."""
    chosen = data[list(columns)]
    _, words = split_columns(chosen)
    return pd.DataFrame(
        {
            name: _words(chosen[name]) if name in words else chosen[name].astype(np.float64)
            for name in columns
        },
        index=data.index,
    )


def _words(column: pd.Series) -> pd.Series:
    return column.astype(object).where(column.notna(), EMPTY).astype(str).astype(object)


def selected_features(pipeline: Pipeline) -> list[str]:
    """Names of the features that a fitted pipeline's model uses.

    A linear model whose penalty set a slope to exactly 0 does not use that feature.
    """
    if len(pipeline) == 1:
        return []
    names = np.asarray(pipeline[:-1].get_feature_names_out(), dtype=object)
    slopes = getattr(pipeline[-1], "coef_", None)
    if slopes is None:
        return [str(name) for name in names]
    used = np.any(np.atleast_2d(slopes) != 0, axis=0)
    return [str(name) for name in names[used]]


def _by_type(data: pd.DataFrame) -> ColumnTransformer:
    numbers, words = split_columns(data)
    if not numbers and not words:
        raise InputError([Problem("columns", "the model has no column to learn from")])
    filling = Pipeline(
        [
            ("missing_rate", MissingRateFilter()),
            ("median", SimpleImputer(strategy="median", add_indicator=True)),
        ]
    )
    encoding = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    parts = [("numbers", filling, numbers), ("words", encoding, words)]
    return ColumnTransformer([part for part in parts if part[2]], verbose_feature_names_out=False)
