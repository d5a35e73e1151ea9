"""Everything that learns, in one scikit-learn pipeline that is fitted inside the fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from radiomics_hcc.domain.patient_table import CONTEXT_PREFIX, Column
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.classifiers.base import ClassifierStep, SearchGrid
from radiomics_hcc.modelling.classifiers.no_information import NoInformation
from radiomics_hcc.modelling.harmonise import harmonised_columns
from radiomics_hcc.modelling.preparation import Preparation
from radiomics_hcc.modelling.selection import (
    CorrelationPruning,
    MissingRateFilter,
    NearConstantFilter,
)
from radiomics_hcc.modelling.selection.table import make_selection
from radiomics_hcc.modelling.shared_stages import SELECTION

MODEL: Final = "model"
SCALING: Final = "scaling"
NOTHING_SHARED: Final = Preparation()
NO_ORIGINS: Final[Mapping[str, Column]] = MappingProxyType({})
EMPTY: Final = "(empty)"
"""The word of an empty cell among words."""


def build_pipeline(
    step: ClassifierStep,
    data: pd.DataFrame,
    *,
    preparation: Preparation = NOTHING_SHARED,
    origins: Mapping[str, Column] = NO_ORIGINS,
) -> tuple[Pipeline, SearchGrid]:
    """Make the unfitted pipeline for these columns, and the grid of its last stage.

    Radiomic columns are harmonised, which takes the context columns away, and unreliable ones go.
    Numbers: columns that are mostly empty go, the median fills the rest and a column says where
    it did. Words: one column per word; a word that training never saw is none of them. Then
    near-constant columns go, all are scaled, repeated ones are pruned, the best are selected,
    and the model learns. A model that selects no feature itself (`selected_features` 0) takes
    the columns as the shared stages leave them; one that needs to know which columns are
    radiomic and which clinical is told.

    Parameters
    ----------
    step
        The kind of model.
    data
        The columns that the model may use, and the context columns that harmonisation needs;
        only names and types matter, never values.
    preparation
        What all pipelines of a run share.
    origins
        Where each column comes from, by name; without it no column counts as radiomic.

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
    if isinstance(step, NoInformation):
        return Pipeline([(MODEL, estimator)]), grid
    learned = [str(name) for name in data.columns if not str(name).startswith(CONTEXT_PREFIX)]
    known = {name: origins[name] for name in learned if name in origins}
    stages = _shared_stages(preparation, known)
    reliable = _reliable(preparation, known, learned)
    if step.selected_features == 0:
        _tell_blocks(step, estimator, data[[name for name in reliable if name in known]], known)
        return _named_output([*stages, (MODEL, estimator)]), grid
    stages += [
        ("columns", _by_type(data[reliable])),
        ("near_constant", NearConstantFilter()),
        (SCALING, StandardScaler()),
        ("pruning", CorrelationPruning()),
    ]
    selection = make_selection(step.selection, step.selected_features or len(learned))
    if selection is not None and step.selected_features is not None:
        stages.append((SELECTION, selection))
    return _named_output([*stages, (MODEL, estimator)]), grid


def _shared_stages(
    preparation: Preparation, known: Mapping[str, Column]
) -> list[tuple[str, BaseEstimator]]:
    """Harmonisation and reliability, where there are columns for them."""
    stages: list[tuple[str, BaseEstimator]] = []
    harmonised = harmonised_columns(known)
    if preparation.harmonise is not None and harmonised:
        stages.append(("harmonise", preparation.harmonise.transformer(harmonised)))
    radiomic = _radiomic(known)
    if preparation.reliability is not None and radiomic:
        stages.append(("reliability", preparation.reliability.transformer(radiomic)))
    return stages


def _reliable(
    preparation: Preparation, known: Mapping[str, Column], learned: Sequence[str]
) -> list[str]:
    """Columns that pass the reliability filter; all where none does, which its fit reports."""
    if preparation.reliability is None:
        return list(learned)
    told = preparation.reliability.frame(_radiomic(known))
    refused = set(told.loc[~told["kept"], "column"])
    return [name for name in learned if name not in refused] or list(learned)


def _radiomic(known: Mapping[str, Column]) -> list[str]:
    return [name for name, column in known.items() if column.kind == "radiomic"]


def _tell_blocks(
    step: ClassifierStep, estimator: BaseEstimator, data: pd.DataFrame, known: Mapping[str, Column]
) -> None:
    """Give a model of two blocks the columns and the pipeline of each block that has columns."""
    if step.block_step is None:
        return
    for kind in ("radiomic", "clinical"):
        names = [str(name) for name in data.columns if known[str(name)].kind == kind]
        if names:
            model, _ = build_pipeline(step.block_step, data[names])
            estimator.set_params(**{kind: names, f"{kind}_model": model})


def _named_output(stages: list[tuple[str, BaseEstimator]]) -> Pipeline:
    """A pipeline whose stages pass DataFrames on."""
    pipeline = Pipeline(stages)
    return pipeline.set_output(transform="pandas") if len(stages) > 1 else pipeline


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

    A linear model whose penalty set a slope to exactly 0 does not use that feature; a model that
    chooses its own features says which (`used_features_`).
    """
    own = getattr(pipeline[-1], "used_features_", None)
    if own is not None:
        return [str(name) for name in own]
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
