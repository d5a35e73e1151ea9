"""Which columns reach the model: filters and selectors that learn inside the training fold."""

from __future__ import annotations

from typing import Final, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

MISSING_LIMIT: Final = 0.4
"""A column that is empty in more than this share of the rows tells more about who was measured."""

SAME_VALUE_LIMIT: Final = 0.95
"""A column with one value in more than this share of the rows is near-constant (95/5 rule)."""

CORRELATION_LIMIT: Final = 0.9
"""Above this absolute correlation the later of two columns is redundant."""

FEATURES: Final = 8
"""Features that reach a model: 8 to 10 is what about 100 patients carry."""


class NoColumnLeftError(ValueError):
    """A selector found no column fit to learn from; scikit-learn expects a ValueError."""


class ColumnSelector(SelectorMixin, BaseEstimator):
    """Base of the selectors: a fitted one knows `kept_`, one boolean per column."""

    kept_: NDArray[np.bool_]

    def _get_support_mask(self) -> NDArray[np.bool_]:
        check_is_fitted(self, "kept_")
        return self.kept_

    def _keep(self, kept: NDArray[np.bool_], reason: str) -> Self:
        """Set `kept_`; no column at all is an error, because nothing could be learned."""
        if not kept.any():
            raise NoColumnLeftError(f"no column is left of {len(kept)} feature(s): {reason}")
        self.kept_ = kept
        return self


class MissingRateFilter(ColumnSelector):
    """Drop columns that are empty in too many rows.

    Parameters
    ----------
    limit
        A column stays while its share of empty cells is at most this (0 to 1). Wholly empty
        columns always go.

    Attributes
    ----------
    missing_rate_ : array of shape (columns,)
        Share of empty cells in training.
    """

    def __init__(self, limit: float = MISSING_LIMIT) -> None:
        self.limit = limit

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: ARG002 (API)
        """Measure the share of empty cells.

        Raises
        ------
        NoColumnLeftError
            Where every column is emptier than the limit.
        """
        values = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        self.missing_rate_ = np.isnan(values).mean(axis=0)
        kept = (self.missing_rate_ <= self.limit) & (self.missing_rate_ < 1.0)
        return self._keep(kept, f"all are empty in more than {self.limit:.0%} of the rows")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


class NearConstantFilter(ColumnSelector):
    """Drop columns in which nearly every row has the same value.

    Parameters
    ----------
    limit
        A column stays while its most frequent value fills at most this share of the rows.

    Attributes
    ----------
    same_value_rate_ : array of shape (columns,)
        Share of the most frequent value in training.
    """

    def __init__(self, limit: float = SAME_VALUE_LIMIT) -> None:
        self.limit = limit

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: ARG002 (API)
        """Measure the share of the most frequent value.

        Raises
        ------
        NoColumnLeftError
            Where every column is near-constant.
        """
        values = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        self.same_value_rate_ = _longest_runs(np.sort(values, axis=0)) / len(values)
        kept = (self.same_value_rate_ <= self.limit) & (np.ptp(values, axis=0) > 0)
        return self._keep(kept, "all are constant or nearly so")


class CorrelationPruning(ColumnSelector):
    """Drop columns that repeat an earlier one.

    Columns are visited in their order; a column stays unless its absolute correlation with one
    that already stays is above the limit. The first of a correlated group is kept, whatever the
    outcome, so that the choice does not depend on the labels.

    Parameters
    ----------
    limit
        Largest absolute correlation between two kept columns.
    method
        `spearman` (ranks; monotone transforms do not change it) or `pearson`.
    """

    def __init__(
        self,
        limit: float = CORRELATION_LIMIT,
        method: Literal["spearman", "pearson"] = "spearman",
    ) -> None:
        self.limit = limit
        self.method = method

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: ARG002 (API)
        """Choose the columns.

        A constant column correlates with nothing and stays; it takes `NearConstantFilter` to
        drop it.
        """
        values = validate_data(self, X, dtype=np.float64)
        if self.method not in ("spearman", "pearson"):
            raise ValueError(f"method is {self.method!r}: use 'spearman' or 'pearson'")
        ranked = rankdata(values, axis=0) if self.method == "spearman" else values
        alike = np.abs(correlations(ranked)) > self.limit
        kept = np.zeros(alike.shape[0], dtype=bool)
        for column in range(len(kept)):
            kept[column] = not np.any(alike[column] & kept)
        return self._keep(kept, "unreachable: the first column always stays")


class UnivariateSelection(ColumnSelector):
    """Keep the columns that differ most between the classes, each looked at alone.

    Score: the Kruskal-Wallis statistic (for two classes the square of the standardised
    Mann-Whitney statistic), which only uses ranks. Kruskal and Wallis, J Am Stat Assoc 1952.

    Parameters
    ----------
    features
        At most this many columns are kept; ties go to the earlier column.

    Attributes
    ----------
    scores_ : array of shape (columns,)
        The statistic per column; 0 for a constant one.
    """

    def __init__(self, features: int = FEATURES) -> None:
        self.features = features

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Score every column against the classes."""
        values, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        self.scores_ = kruskal_wallis(values, labels)
        best = np.argsort(-self.scores_, kind="stable")[: self.features]
        kept = np.zeros(len(self.scores_), dtype=bool)
        kept[best] = True
        return self._keep(kept, f"features={self.features} keeps none; use 1 or more")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


def kruskal_wallis(values: NDArray[np.float64], labels: ArrayLike) -> NDArray[np.float64]:
    """Kruskal-Wallis H of every column, corrected for ties.

    H = (N - 1) sum_g n_g (mean rank_g - mean rank)^2 / sum (rank - mean rank)^2.

    Parameters
    ----------
    values : array of shape (rows, columns)
        No empty cells.
    labels : array of shape (rows,)
        Classes.

    Returns
    -------
    array of shape (columns,)
        0 where a column is constant.
    """
    ranks = rankdata(values, axis=0)
    centred = ranks - ranks.mean(axis=0)
    between = np.zeros(values.shape[1])
    for name in np.unique(labels):
        rows = np.asarray(labels) == name
        between += rows.sum() * centred[rows].mean(axis=0) ** 2
    total = (centred**2).sum(axis=0)
    scores = np.divide(
        (len(values) - 1) * between, total, out=np.zeros_like(total), where=total > 0
    )
    return np.asarray(scores)


def correlations(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson correlation between columns, shape (columns, columns); 0 for a constant column."""
    centred = values - values.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    unit = np.divide(centred, length, out=np.zeros_like(centred), where=length > 0)
    return np.asarray(unit.T @ unit)


def _longest_runs(ordered: NDArray[np.float64]) -> NDArray[np.int64]:
    """Length of the longest run of equal values in each sorted column."""
    rows, columns = ordered.shape
    run = np.ones(columns, dtype=np.int64)
    longest = run.copy()
    for row in range(1, rows):
        run = np.where(ordered[row] == ordered[row - 1], run + 1, 1)
        longest = np.maximum(longest, run)
    return longest
