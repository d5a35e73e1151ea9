"""Columns that are selected again and again in random halves of the patients."""

from __future__ import annotations

from typing import Final, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import Tags, check_random_state

from radiomics_hcc.modelling.selection.column_selector import ColumnSelector
from radiomics_hcc.modelling.selection.kruskal_wallis import membership
from radiomics_hcc.modelling.selection.ranks import average_ranks
from radiomics_hcc.modelling.selection.univariate import FEATURES

PAIRS: Final = 50
"""Pairs of halves, as Shah and Samworth propose."""

FREQUENCY_LIMIT: Final = 0.6
"""Share of the halves from which a column counts as stable (0.6 to 0.9 in Meinshausen 2010)."""


class StabilitySelection(ColumnSelector):
    r"""Keep the columns that are among the best in most random halves of the patients.

    The patients are split into two halves of which no one is in both [2]_, `pairs` times, each
    class evenly over both. In every half the `picked` columns with the largest share of rank
    variance between the classes are picked (ranks are taken once, over all rows; with the
    half's own ranks this would be the Kruskal-Wallis statistic). Kept are the columns that are
    picked in at least `threshold` of the halves, the most frequent `features` of them, ties to
    the larger statistic over all rows and then to the earlier column. Where none is stable the
    most frequent one is kept, because a model needs one: `stable_` then says 0.

    Parameters
    ----------
    features
        At most this many columns are kept.
    picked
        Columns picked in each half; None is `features`.
    threshold
        Share of the halves, above 0.5 and at most 1.
    pairs
        Pairs of halves.
    random_state
        Same seed, same columns.

    Attributes
    ----------
    frequency_ : array of shape (columns,)
        Share of the halves in which each column was picked.
    stable_ : int
        How many columns reach the threshold.
    false_bound_ : float
        At most this many columns without a meaning are expected among the stable ones,
        picked^2 / ((2 threshold - 1) columns) [1]_; holds where such columns are exchangeable.

    Notes
    -----
    The rows of a DataFrame with the same index are one patient and stay together; each row of
    an array is a patient of its own. A patient's class is that of the first row.

    References
    ----------
    .. [1] Meinshausen, Bühlmann. Journal of the Royal Statistical Society B 72 (2010) 417-473.
    .. [2] Shah, Samworth. Journal of the Royal Statistical Society B 75 (2013) 55-80.
    """

    def __init__(
        self,
        features: int = FEATURES,
        *,
        picked: int | None = None,
        threshold: float = FREQUENCY_LIMIT,
        pairs: int = PAIRS,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.features = features
        self.picked = picked
        self.threshold = threshold
        self.pairs = pairs
        self.random_state = random_state

    def fit(self, X: ArrayLike | pd.DataFrame, y: ArrayLike) -> Self:
        """Pick columns in every half and count.

        Raises
        ------
        ValueError
            For a threshold outside 0.5 to 1, or fewer than one pair.
        """
        patients = X.index if isinstance(X, pd.DataFrame) else None
        values, labels = self._read_labelled(X, y)
        self._check_parameters()
        numbers = (
            np.arange(len(values)) if patients is None else pd.factorize(patients, sort=True)[0]
        )
        halves = _halves(numbers, labels, self.pairs, check_random_state(self.random_state))
        ranks, members = average_ranks(values), membership(labels)
        picked = min(self.features if self.picked is None else self.picked, values.shape[1])
        self.frequency_ = _picks(_explained(halves, ranks, members), picked).mean(axis=0)
        self.false_bound_ = picked**2 / ((2.0 * self.threshold - 1.0) * values.shape[1])
        self.stable_ = int((self.frequency_ >= self.threshold).sum())
        overall = _explained(np.ones((1, len(values))), ranks, members)[0]
        best = np.lexsort((-overall, -self.frequency_))[: min(self.features, max(self.stable_, 1))]
        kept = np.zeros(values.shape[1], dtype=bool)
        kept[best] = True
        return self._keep(kept, f"features={self.features} keeps none; use 1 or more")

    def _check_parameters(self) -> None:
        if not 0.5 < self.threshold <= 1.0:
            raise ValueError(f"threshold is {self.threshold}; it must be above 0.5 and at most 1")
        if self.pairs < 1:
            raise ValueError(f"pairs is {self.pairs}; it must be 1 or more")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


def _halves(
    patients: NDArray[np.intp],
    labels: NDArray[np.generic],
    pairs: int,
    random: np.random.RandomState,
) -> NDArray[np.float64]:
    """Which rows belong to each half, shape (2 pairs, rows), 0 or 1; the pairs stand side by side.

    Patients of a class are shuffled and dealt alternately, beginning with either half, and an odd
    class begins where the one before it ended, so that the halves differ by at most one patient.
    """
    _, first_row = np.unique(patients, return_index=True)
    by_class = labels[first_row]
    luck = random.random_sample((pairs, len(first_row)))
    codes = np.unique(by_class, return_inverse=True)[1]
    order = np.argsort(luck + codes, axis=1)
    begins = random.randint(0, 2, size=(pairs, 1))
    dealt = np.empty(order.shape, dtype=np.intp)
    np.put_along_axis(dealt, order, (np.arange(order.shape[1]) + begins) % 2, axis=1)
    in_first = dealt[:, patients] == 0
    return np.concatenate([in_first, ~in_first]).astype(np.float64)


def _explained(
    weights: NDArray[np.float64], ranks: NDArray[np.float64], members: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share of the rank variance between the classes, of each sample and column.

    Parameters
    ----------
    weights : array of shape (samples, rows)
        1 where a row belongs to a sample.
    ranks : array of shape (rows, columns)
        Ranks over all rows.
    members : array of shape (classes, rows)
        1 where a row belongs to a class.
    """
    centred = ranks - (len(ranks) + 1) / 2.0
    size = weights.sum(axis=1, keepdims=True)
    offset = (weights @ centred) ** 2 / size
    total = weights @ centred**2 - offset
    between = -offset
    for member in members:
        own = weights * member
        number = own.sum(axis=1, keepdims=True)
        between = between + (own @ centred) ** 2 / np.maximum(number, 1.0)
    tiny = np.finfo(np.float64).eps * len(ranks) ** 3
    share = np.divide(between, total, out=np.zeros_like(total), where=total > tiny)
    return np.asarray(share)


def _picks(explained: NDArray[np.float64], picked: int) -> NDArray[np.bool_]:
    """The best columns of each sample; ties go to the earlier one, and 0 is never picked."""
    best = np.argsort(-explained, axis=1, kind="stable")[:, :picked]
    picks = np.zeros(explained.shape, dtype=bool)
    np.put_along_axis(picks, best, values=True, axis=1)
    return picks & (explained > 0)
