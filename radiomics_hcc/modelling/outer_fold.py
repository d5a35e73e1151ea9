"""The work of one outer fold: search, refit, predict, write down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.candidates import Candidate
from radiomics_hcc.modelling.classifiers.no_information import NoInformation
from radiomics_hcc.modelling.pipeline import build_pipeline, selected_features
from radiomics_hcc.modelling.search import Search, mean_log_loss, search, set_seed
from radiomics_hcc.modelling.selection import NoColumnLeftError
from radiomics_hcc.modelling.splits import RowNumbers, Split, inner_pairs

PLACE: Final = ("model", "repeat", "fold")
TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "predictions": ("patient_id", "repeat", "fold", "label"),
    "selected": (*PLACE, "feature"),
    "parameters": (*PLACE, "parameter", "value"),
    "scores": (*PLACE, "train_log_loss", "train_auc", "inner_log_loss"),
}

FoldTables: TypeAlias = dict[str, pd.DataFrame]
"""The tables of one candidate in one fold, by the names of `TABLES`."""


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """What the folds share, as plain tables that travel to worker processes.

    Parameters
    ----------
    rows
        Columns of all candidates, index `patient_id`, one or more rows per patient.
    labels
        Class of each patient.
    classes
        Names of the classes, best first.
    """

    rows: pd.DataFrame
    labels: pd.Series
    classes: tuple[str, ...]

    def codes(self, rows: pd.DataFrame) -> NDArray[np.int64]:
        """Class of each of these rows as 0..K-1."""
        place = {name: code for code, name in enumerate(self.classes)}
        return np.asarray(self.labels.loc[rows.index].map(place), dtype=np.int64)


def run_fold(
    candidates: Sequence[Candidate],
    data: LabelledRows,
    *,
    split: Split,
    inner: int,
    seed: int,
) -> list[FoldTables]:
    """Run all candidates in one outer fold, on one thread so that sums have one order."""
    fold_seed = split.seed(seed)
    train, test = data.rows.iloc[split.train_rows], data.rows.iloc[split.test_rows]
    pairs = inner_pairs(train.index, data.labels, splits=inner, seed=fold_seed)
    results = []
    with threadpool_limits(1):
        for candidate in candidates:
            found = fit_candidate(candidate, train, data.codes(train), pairs=pairs, seed=fold_seed)
            place = {"model": candidate.name, "repeat": split.repeat, "fold": split.fold}
            tables = _describe(found, data, train[list(candidate.columns)], place)
            tested = test[list(candidate.columns)]
            tables["predictions"] = _predictions(found, data, tested, place)
            results.append(tables)
    return results


def fit_candidate(
    candidate: Candidate,
    rows: pd.DataFrame,
    codes: NDArray[np.int64],
    *,
    pairs: Sequence[tuple[RowNumbers, RowNumbers]],
    seed: int,
) -> Search:
    """Search one candidate's grid in the given inner folds and refit it on these rows.

    A baseline whose columns are all constant or empty here knows the class shares and no more.

    Raises
    ------
    InputError
        Where no column of a model is fit to learn from in some fold.
    """
    columns = rows[list(candidate.columns)]
    pipeline, grid = build_pipeline(candidate.step, columns)
    try:
        return search(set_seed(pipeline, seed), grid, rows=columns, codes=codes, pairs=pairs)
    except NoColumnLeftError as error:
        if candidate.is_baseline:
            pipeline, grid = build_pipeline(NoInformation(), columns)
            return search(pipeline, grid, rows=columns, codes=codes, pairs=pairs)
        where = f"model {candidate.name!r}"
        remedy = "leave it out or give it other columns"
        raise InputError([Problem(where, str(error), remedy)]) from error


def _describe(
    found: Search, data: LabelledRows, train: pd.DataFrame, place: Mapping[str, object]
) -> FoldTables:
    """Which features and parameters were chosen, and the fit to the training patients."""
    fitted = found.pipeline.predict_proba(train)
    codes = data.codes(train)
    fit = {"train_log_loss": mean_log_loss(fitted, codes), "train_auc": _auc(fitted, codes)}
    records: dict[str, list[dict[str, object]]] = {
        "selected": [{"feature": name} for name in selected_features(found.pipeline)],
        "parameters": [
            {"parameter": name, "value": value} for name, value in found.parameters.items()
        ],
        "scores": [{**fit, "inner_log_loss": found.inner_log_loss}],
    }
    return {
        name: pd.DataFrame([{**place, **row} for row in rows], columns=list(TABLES[name]))
        for name, rows in records.items()
    }


def _auc(probabilities: NDArray[np.float64], codes: NDArray[np.int64]) -> float:
    """AUC of two classes; NaN for more."""
    if probabilities.shape[1] != 2:
        return float("nan")
    return float(roc_auc_score(codes == 0, probabilities[:, 0]))


def _predictions(
    found: Search, data: LabelledRows, test: pd.DataFrame, place: Mapping[str, object]
) -> pd.DataFrame:
    """Mean probabilities of each test patient's rows."""
    names = [f"p_{name}" for name in data.classes]
    by_row = pd.DataFrame(found.pipeline.predict_proba(test), index=test.index, columns=names)
    table = by_row.groupby(level=0, sort=True).mean().rename_axis("patient_id").reset_index()
    table = table.assign(
        repeat=place["repeat"], fold=place["fold"], label=table["patient_id"].map(data.labels)
    )
    return table[[*TABLES["predictions"], *names]]
