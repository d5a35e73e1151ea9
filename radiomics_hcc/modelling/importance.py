"""Permutation importance of groups of correlated columns, on patients that were held out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline

from radiomics_hcc.domain.patient_table import CONTEXT_PREFIX
from radiomics_hcc.modelling.combat import ComBat
from radiomics_hcc.modelling.pipeline import selected_features
from radiomics_hcc.modelling.search import mean_log_loss
from radiomics_hcc.modelling.training_range import used_columns

CORRELATION: Final = 0.7
"""Absolute Spearman correlation from which columns count as one group."""

PERMUTATIONS: Final = 20
IMPORTANCE_COLUMNS: Final = ("group", "metric", "score", "permuted", "drop")

Groups: TypeAlias = Mapping[str, tuple[str, ...]]
"""Columns of every group, by the name of the column that stands for it."""


def feature_groups(rows: pd.DataFrame, correlation: float = CORRELATION) -> Groups:
    """Put columns together that follow each other, without looking at any label.

    Hierarchical clustering with average linkage on 1 - |Spearman's rho|, cut where the mean
    correlation between two groups falls below `correlation`. A group is called by the column
    that follows the others most. Columns of words and constant columns are alone.

    Parameters
    ----------
    rows
        Prepared rows; context columns are left out. Empty cells are left out pair by pair.
    correlation
        Between 0 and 1.

    Returns
    -------
    dict
        Name of the group -> its columns in the order of the table, the groups likewise.
    """
    names = [str(name) for name in rows.columns if not str(name).startswith(CONTEXT_PREFIX)]
    numbers = [name for name in names if is_numeric_dtype(rows[name])]
    places: dict[str, object] = {name: name for name in names}
    rho = rows[numbers].corr(method="spearman").abs().fillna(0.0)
    if len(numbers) > 1:
        apart = 1.0 - rho.to_numpy().clip(0.0, 1.0)
        np.fill_diagonal(apart, 0.0)
        tree = linkage(squareform(apart, checks=False), method="average")
        clusters = fcluster(tree, t=1.0 - correlation, criterion="distance")
        places |= dict(zip(numbers, clusters.tolist(), strict=True))
    members: dict[object, list[str]] = {}
    for name in names:
        members.setdefault(places[name], []).append(name)
    return {_name_of(group, rho): tuple(group) for group in members.values()}


def _name_of(group: Sequence[str], rho: pd.DataFrame) -> str:
    """The column of a group with the largest mean correlation to the others."""
    if len(group) == 1:
        return group[0]
    return str(rho.loc[group, group].mean().idxmax())


def groups_frame(groups: Groups) -> pd.DataFrame:
    """The groups as a table: `group, feature`."""
    pairs = [(group, name) for group, names in groups.items() for name in names]
    return pd.DataFrame(pairs, columns=["group", "feature"])


@dataclass(frozen=True, eq=False)
class _HeldOut:
    """Rows that a fitted pipeline never saw, and the classes of their patients.

    `places` are the row numbers of every patient, `codes` the patients' classes.
    """

    pipeline: Pipeline
    rows: pd.DataFrame
    places: list[NDArray[np.intp]]
    codes: NDArray[np.int64]
    positive: tuple[int, ...]

    def scores(self, rows: pd.DataFrame) -> list[dict[str, float]]:
        """Scores of one or more copies of the rows that stand under each other."""
        by_row = self.pipeline.predict_proba(rows).reshape(-1, len(self.rows), self._classes)
        return [self._scored(copy) for copy in by_row]

    @property
    def _classes(self) -> int:
        return len(self.pipeline.classes_)

    def _scored(self, by_row: NDArray[np.float64]) -> dict[str, float]:
        by_patient = np.array([by_row[place].mean(axis=0) for place in self.places])
        loss = {"log_loss": mean_log_loss(by_patient, self.codes)}
        if not self.positive:
            return loss
        chance = by_patient[:, list(self.positive)].sum(axis=1)
        return {"auc": _auc(np.isin(self.codes, self.positive), chance)} | loss

    def donors(self, generator: np.random.Generator) -> NDArray[np.intp]:
        """For every row, the row whose values it takes when patients change places.

        The rows of a patient move together: where the other patient has more of them the first
        are taken, where fewer they are taken again.
        """
        taken = np.empty(len(self.rows), dtype=np.intp)
        for own, other in enumerate(generator.permutation(len(self.places))):
            taken[self.places[own]] = np.resize(self.places[other], len(self.places[own]))
        return taken


def _auc(is_positive: NDArray[np.bool_], chance: NDArray[np.float64]) -> float:
    """AUC; NaN where the held-out patients are of one side only."""
    if is_positive.all() or not is_positive.any():
        return float("nan")
    return float(roc_auc_score(is_positive, chance))


def group_importance(
    pipeline: Pipeline,
    rows: pd.DataFrame,
    codes: NDArray[np.int64],
    groups: Groups,
    *,
    seed: int,
    permutations: int = PERMUTATIONS,
    positive: tuple[int, ...] = (0,),
) -> pd.DataFrame:
    """How much worse a fitted pipeline does where a group of columns is dealt to other patients.

    All columns of a group move together, and so do all rows of a patient, so that neither a
    correlated column nor another lesion tells what was taken away. Every group is dealt in the
    same ways. Harmonised values are moved, not those before harmonisation. A group that the
    model does not use loses nothing.

    Parameters
    ----------
    pipeline
        Fitted on other patients.
    rows
        Held-out rows, index `patient_id`.
    codes : array of shape (rows,)
        Class of each row's patient as 0..K-1.
    groups
        From `feature_groups`.
    seed
        Same seed, same permutations.
    permutations
        Over which the score is averaged.
    positive
        Codes of the positive classes for the AUC; empty: no AUC.

    Returns
    -------
    DataFrame
        `group, metric, score, permuted, drop`: score of the rows as they are, its mean over the
        permutations, and by how much it became worse (AUC fell, log loss rose). The AUC is NaN
        where all held-out patients are of one side.
    """
    after, moved = _after_harmonisation(pipeline, rows)
    places = list(
        pd.Series(range(len(rows))).groupby(rows.index.to_numpy(), sort=False).indices.values()
    )
    first = np.array([place[0] for place in places])
    held_out = _HeldOut(after, moved, places, np.asarray(codes)[first], positive)
    generator = np.random.default_rng(seed)
    donors = np.concatenate([held_out.donors(generator) for _ in range(permutations)])
    copies = pd.concat([moved] * permutations)
    (as_is,) = held_out.scores(moved)
    used = _used(pipeline, moved.columns)
    records = []
    for group, names in groups.items():
        if used.isdisjoint(names):
            permuted = as_is
        else:
            dealt = moved[list(names)].iloc[donors].set_axis(copies.index)
            scores = held_out.scores(copies.assign(**dict(dealt.items())))
            permuted = {metric: float(np.mean([one[metric] for one in scores])) for metric in as_is}
        records += [_record(group, metric, as_is, permuted) for metric in as_is]
    return pd.DataFrame(records, columns=list(IMPORTANCE_COLUMNS))


def _record(
    group: str, metric: str, as_is: Mapping[str, float], permuted: Mapping[str, float]
) -> tuple[str, str, float, float, float]:
    sign = -1.0 if metric == "log_loss" else 1.0
    drop = sign * (as_is[metric] - permuted[metric])
    return group, metric, as_is[metric], permuted[metric], drop


def _after_harmonisation(pipeline: Pipeline, rows: pd.DataFrame) -> tuple[Pipeline, pd.DataFrame]:
    """The pipeline behind its harmonisation, and the rows as that leaves them."""
    if len(pipeline) > 1 and isinstance(pipeline[0], ComBat):
        return pipeline[1:], pd.DataFrame(pipeline[0].transform(rows), index=rows.index)
    return pipeline, rows


def _used(pipeline: Pipeline, columns: Collection[str]) -> set[str]:
    """Columns on which the model rests, directly or by where they were empty."""
    return set(used_columns(selected_features(pipeline), [str(name) for name in columns]))
