"""Which classes count as positive where several are looked at as two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

OBJECTIVE_RESPONSE: Final = ("CR", "PR", "OR")  # CR + PR, or the two already merged

SUM_DECIMALS: Final = 12
"""Sums of probabilities that are equal on paper differ from the 16th decimal on: no tie."""


def positive_classes(classes: Sequence[str]) -> tuple[str, ...] | None:
    """Which classes count as positive: the first of two, else those of objective response.

    Examples
    --------
    >>> positive_classes(["CR", "PR", "SD", "PD"])
    ('CR', 'PR')
    >>> positive_classes(["low", "middle", "high"]) is None
    True
    """
    if len(classes) == 2:
        return (classes[0],)
    positive = tuple(name for name in classes if name in OBJECTIVE_RESPONSE)
    return positive if 0 < len(positive) < len(classes) else None


def positive_probability(
    probabilities: NDArray[np.float64], classes: Sequence[str], positive: Sequence[str]
) -> NDArray[np.float64]:
    """Probability of the positive classes together, shape (patients,).

    The first of two classes stays as it is; of more classes they are added up and rounded, so
    that a threshold that was chosen on such sums means the same wherever it is applied.

    Parameters
    ----------
    probabilities : array of shape (patients, classes)
        Means over a patient's rows.
    positive
        From `positive_classes`.
    """
    if len(classes) == 2:
        return np.asarray(probabilities[:, 0])
    is_positive = np.array([name in positive for name in classes])
    return summed(probabilities[:, is_positive])


def summed(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over the last axis, within 0 to 1, rounded so that equal sums are ties."""
    total = np.round(probabilities.sum(axis=-1), SUM_DECIMALS)
    return np.asarray(np.clip(total, 0.0, 1.0), dtype=np.float64)
