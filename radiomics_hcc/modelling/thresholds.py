"""The probability from which a model calls positive, chosen on predictions inside training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.domain.positive_class import positive_classes, positive_probability

FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]
Rule: TypeAlias = Callable[[FloatArray, BoolArray], float]

SENSITIVITY_WANTED: Final = Fraction(9, 10)
"""Share of the positive patients that `sensitivity_90` calls positive at least."""


def two_class_threshold(
    rule: str, probabilities: pd.DataFrame, codes: NDArray[np.int64], classes: Sequence[str]
) -> float:
    """Choose a threshold on P(positive) by patient, in the two-class view of the classes.

    Two classes: the first is positive. More: CR and PR (objective response) are, and their
    probabilities add up. A patient's probability is the mean of the patient's rows.

    Parameters
    ----------
    rule
        A name of `THRESHOLD_RULES`.
    probabilities
        Shape (rows, classes), index `patient_id`, of predictions that no row's own patient was
        fitted on.
    codes : array of shape (rows,)
        The classes as 0..K-1.

    Returns
    -------
    float
        A patient is called positive from this probability on; NaN where no class is positive.
    """
    positive = positive_classes(classes)
    if positive is None:
        return float("nan")
    means = probabilities.groupby(level=0, sort=True).mean().to_numpy()
    of_row = pd.Series(np.isin(np.asarray(classes, dtype=object)[codes], positive))
    truth = of_row.groupby(probabilities.index.to_numpy(), sort=True).first().to_numpy(bool)
    return THRESHOLD_RULES[rule](positive_probability(means, classes, positive), truth)


def youden(probability: FloatArray, is_positive: BoolArray) -> float:
    """The threshold with the largest sensitivity + specificity - 1 (Youden, Cancer 1950).

    Tried are the middles between neighbouring probabilities; of equal ones the lowest is taken,
    which is the more sensitive. Where all probabilities are equal there is no middle, and the
    share of positives is returned.
    """
    values = np.unique(probability)
    if len(values) < 2:
        return prevalence(probability, is_positive)
    middles = (values[:-1] + values[1:]) / 2
    called = probability[:, None] > values[:-1]
    true_positives, false_positives = called[is_positive].sum(axis=0), called[~is_positive].sum(0)
    # Whole numbers, so that equal thresholds are exactly equal.
    gain = true_positives * (~is_positive).sum() - false_positives * is_positive.sum()
    return float(middles[int(np.argmax(gain))])


def sensitivity_90(probability: FloatArray, is_positive: BoolArray) -> float:
    """The largest threshold that calls at least 90 % of the positive patients positive."""
    descending = np.sort(probability[is_positive])[::-1]
    needed = -(-SENSITIVITY_WANTED.numerator * len(descending) // SENSITIVITY_WANTED.denominator)
    return float(descending[needed - 1])


def prevalence(probability: FloatArray, is_positive: BoolArray) -> float:  # noqa: ARG001 (Rule)
    """The share of positive patients in training."""
    return float(is_positive.mean())


def half(probability: FloatArray, is_positive: BoolArray) -> float:  # noqa: ARG001 (Rule)
    """Positive where it is the more probable of the two."""
    return 0.5


THRESHOLD_RULES: Final[Mapping[str, Rule]] = {
    rule.__name__: rule for rule in (youden, sensitivity_90, prevalence, half)
}
