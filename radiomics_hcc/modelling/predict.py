"""Predictions of a final model for new patients, with warnings where training never looked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.domain.patient_table import CONTEXT_PREFIX, PatientTable
from radiomics_hcc.domain.positive_class import positive_classes, positive_probability
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.applicability import applicability, applicability_word, model_columns
from radiomics_hcc.modelling.card import ColumnCard, ModelCard
from radiomics_hcc.modelling.conformal import OR, PredictionSets
from radiomics_hcc.modelling.final import FinalModel
from radiomics_hcc.modelling.merging import word_of
from radiomics_hcc.modelling.pipeline import prepare, split_columns
from radiomics_hcc.modelling.training_range import (
    FAR,
    beyond,
    newly_empty,
    range_words,
    shown,
    used_columns,
)

SET_COLUMN: Final = "prediction_set"
UNSEEN_WORDS: Final[Mapping[str, str]] = {
    "pass_through": "as measured",
    "pooled": "corrected by the average of the known batches",
}


def predict(
    model: FinalModel, table: PatientTable, *, sets: PredictionSets | None = None
) -> pd.DataFrame:
    """Predict the class of every patient of a table.

    Parameters
    ----------
    model
        From `fit_final` or `load_model`.
    table
        Has at least the columns of the model's card; others are ignored. A harmonised model
        needs its batch and covariates in the table's context.
    sets
        Conformal limits; None leaves the column `prediction_set` out.

    Returns
    -------
    DataFrame
        One row per patient:

        - `patient_id`;
        - `predicted`, the most probable class;
        - `p_<class>`, the mean probabilities of the patient's rows;
        - `called`, the side of the model's threshold; empty where the model has none;
        - `applicability`, between 0 (farther from the training patients than all of them) and
          1, and `applicability_word`: `inside`, `borderline`, `outside` or `not known`;
        - `features_inside`, share of the columns in use that lie in the training range;
        - `prediction_set`, the classes at the level of `sets`;
        - `warnings`, which values lie outside the training range and how far, were never seen,
          or are empty where training had none empty.

    Raises
    ------
    InputError
        Lists every column that is missing, holds words where training had numbers (or the other
        way round), or has infinite values.
    """
    card = model.card
    _check_columns(table, card)
    rows = prepare(_as_trained(table.data, card["columns"]), list(card["columns"]))
    taken = _as_fitted(model, rows.join(_context(table, card)))
    names = [f"p_{name}" for name in card["classes"]]
    by_row = pd.DataFrame(model.pipeline.predict_proba(taken), index=rows.index, columns=names)
    result = by_row.groupby(level=0, sort=False).mean()
    probabilities = result.to_numpy()
    result.insert(0, "predicted", [card["classes"][code] for code in probabilities.argmax(axis=1)])
    result["called"] = called(probabilities, card)
    result = result.join(_fit_to_training(model, rows, taken))
    result["warnings"] = _joined(_unseen_batches(table, card).loc[result.index], result["warnings"])
    if sets is not None:
        result.insert(result.columns.get_loc("warnings"), SET_COLUMN, sets.words(probabilities))
    return result.rename_axis("patient_id").reset_index()


def called(probabilities: NDArray[np.float64], card: ModelCard) -> list[str]:
    """On which side of the threshold each patient lies; empty where the model has none.

    Of more than two classes the sides are those of objective response, such as `CR or PR`.
    """
    threshold, positive = card.get("threshold"), positive_classes(card["classes"])
    if threshold is None or np.isnan(threshold) or positive is None:
        return [""] * len(probabilities)
    rest = [name for name in card["classes"] if name not in positive]
    chance = positive_probability(probabilities, card["classes"], positive)
    return [OR.join(positive) if share >= threshold else OR.join(rest) for share in chance]


def _context(table: PatientTable, card: ModelCard) -> pd.DataFrame:
    """What harmonisation needs of each patient, under the names that the pipeline knows."""
    return table.context[_context_names(card)].add_prefix(CONTEXT_PREFIX)


def _as_fitted(model: FinalModel, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with their columns in the order in which the pipeline learned them."""
    return rows[list(getattr(model.pipeline, "feature_names_in_", rows.columns))]


def _unseen_batches(table: PatientTable, card: ModelCard) -> pd.Series:
    """What each patient's batch means where training never saw it, in words; else empty."""
    patients = table.patient_ids.unique()
    harmonisation = card.get("harmonisation")
    if harmonisation is None:
        return pd.Series("", index=patients)
    batches = table.context[harmonisation["batch"]].reindex(patients).map(word_of)
    told = (
        harmonisation["batch"] + " " + batches.map(repr) + " was never seen in training: features"
    )
    told += f" {UNSEEN_WORDS.get(harmonisation['unseen'], 'not harmonised')}"
    return told.where(~batches.isin(harmonisation["batches"]), "")


def _context_names(card: ModelCard) -> list[str]:
    harmonisation = card.get("harmonisation")
    if harmonisation is None:
        return []
    return [harmonisation["batch"], *harmonisation["covariates"]]


def _check_columns(table: PatientTable, card: ModelCard) -> None:
    data, columns = table.data, card["columns"]
    missing = [name for name in columns if name not in data.columns]
    problems = [Problem(f"column {name!r}", "is missing") for name in missing]
    problems += [
        Problem(f"column {name!r}", "is missing", "the model is harmonised by it")
        for name in _context_names(card)
        if name not in table.context.columns
    ]
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


def _fit_to_training(model: FinalModel, rows: pd.DataFrame, taken: pd.DataFrame) -> pd.DataFrame:
    """How well each patient fits the training data: score, word, share of features, warnings."""
    columns = model.card["columns"]
    used = used_columns(model.card["selected"], columns)
    excess = beyond(rows, columns).groupby(level=0, sort=False).agg(_farthest)
    empty = newly_empty(rows, columns).groupby(level=0, sort=False).any()
    is_inside = (excess[used] == 0.0) & ~empty[used]
    scores = _scores(model, taken).reindex(excess.index)
    is_far = (excess[used].abs() > FAR).any(axis=1)
    return pd.DataFrame(
        {
            "applicability": scores,
            "applicability_word": [
                applicability_word(score, is_beyond=bool(far))
                for score, far in zip(scores, is_far, strict=True)
            ],
            "features_inside": is_inside.mean(axis=1),
            "warnings": [
                "; ".join([*range_words(excess.loc[patient], used), *_empty_words(gaps)])
                for patient, gaps in empty.iterrows()
            ],
        },
        index=excess.index,
    )


def _joined(first: pd.Series, second: pd.Series) -> list[str]:
    pairs = zip(first, second, strict=True)
    return ["; ".join(word for word in pair if word) for pair in pairs]


def _farthest(values: pd.Series) -> float:
    """Of a patient's rows the value that lies farthest outside, with its sign."""
    return float(values.iloc[int(np.argmax(values.abs().to_numpy()))])


def _empty_words(gaps: pd.Series) -> list[str]:
    names = [str(name) for name in gaps.index[gaps]]
    return [f"empty, never so in training: {shown(names)}"] if names else []


def _scores(model: FinalModel, taken: pd.DataFrame) -> pd.Series:
    """Applicability by patient; NaN where the card cannot tell."""
    card = model.card.get("applicability")
    values = None if card is None else model_columns(model.pipeline, taken)
    if card is None or values is None:
        return pd.Series(np.nan, index=taken.index.unique(), dtype=np.float64)
    return applicability(card, values)
