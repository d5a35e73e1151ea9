"""Decision curves: what a model is worth to those who act on it, at every threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.outcomes import FloatArray, Outcomes, two_class_outcomes
from radiomics_hcc.evaluation.resampling import banded, resample_weights
from radiomics_hcc.evaluation.same_design import check_same_design

STEP: Final = 0.01  # between two thresholds
ODDS_AROUND: Final = 4.0  # thresholds reach to a quarter and to four times the odds of the share


def thresholds_around(share: float) -> tuple[float, ...]:
    """Thresholds in steps of 0.01 around the share of positive patients.

    At the share itself treating everybody gains nothing. The thresholds reach to where a false
    positive weighs a quarter, and four times, as much as there; further out few studies have
    patients enough to tell models apart.

    Examples
    --------
    >>> found = thresholds_around(0.3)
    >>> found[0], found[-1]
    (0.1, 0.63)
    """
    odds = share / (1.0 - share)
    low, high = (odds * by / (1.0 + odds * by) for by in (1.0 / ODDS_AROUND, ODDS_AROUND))
    first, last = max(1, round(low / STEP)), min(99, round(high / STEP))
    return tuple(round(STEP * place, 2) for place in range(first, last + 1))


def decision_curve(
    predictions: Predictions,
    *,
    thresholds: Sequence[float] | None = None,
    resamples: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Net benefit of treating those at or above a threshold probability t.

    Net benefit = true positives / n - false positives / n x t / (1 - t) [1]_.

    Parameters
    ----------
    predictions
        Out-of-fold predictions; more than two classes are seen as objective response against the
        rest.
    thresholds
        Between 0 and 1; without them those of `thresholds_around` the share of positives.

    Returns
    -------
    pandas.DataFrame
        `threshold, net_benefit, low, high, treat_all, treat_none`, mean over the repeats with a
        patient-bootstrap band; `treat_none` is 0.

    Raises
    ------
    InputError
        Where a threshold is not between 0 and 1, the classes have no two-class view, or only one
        class occurs.

    References
    ----------
    .. [1] Vickers, Elkin. Medical Decision Making 26 (2006) 565-574.
    """
    seen = two_class_outcomes(predictions)
    cuts = _checked(thresholds, seen)
    weights = resample_weights(seen, resamples, seed) / len(seen.labels)
    table = banded(weights @ _gained(seen, cuts), "net_benefit", {"threshold": cuts})
    return table.assign(treat_all=_weighed(seen, cuts).mean(axis=0), treat_none=0.0)


def net_benefit_difference(
    first: Predictions,
    second: Predictions,
    *,
    thresholds: Sequence[float] | None = None,
    resamples: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Net benefit of the first model minus that of the second, on the same resamples.

    Returns
    -------
    pandas.DataFrame
        `threshold, difference, low, high`. The band holds point by point; it is no test over all
        thresholds.

    Raises
    ------
    InputError
        As in `decision_curve`, and where patients, labels or splits differ.
    """
    seen, other = two_class_outcomes(first), two_class_outcomes(second)
    check_same_design([other, seen])
    cuts = _checked(thresholds, seen)
    weights = resample_weights(seen, resamples, seed) / len(seen.labels)
    difference = weights @ (_gained(seen, cuts) - _gained(other, cuts))
    return banded(difference, "difference", {"threshold": cuts})


def _gained(seen: Outcomes, cuts: FloatArray) -> FloatArray:
    """What each patient adds at each threshold, mean over the repeats, shape (n, thresholds)."""
    treated = np.mean([chance[:, :1] >= cuts for chance in seen.probabilities], axis=0)
    return np.asarray(treated * _weighed(seen, cuts))


def _weighed(seen: Outcomes, cuts: FloatArray) -> FloatArray:
    """1 for a positive patient who is treated, -t / (1 - t) for another one."""
    return np.where((seen.labels == 0)[:, np.newaxis], 1.0, -cuts / (1.0 - cuts))


def _checked(thresholds: Sequence[float] | None, seen: Outcomes) -> FloatArray:
    if thresholds is None:
        return np.asarray(thresholds_around(float((seen.labels == 0).mean())))
    wrong = [value for value in thresholds if not 0.0 < value < 1.0]
    if wrong:
        raise InputError(Problem("thresholds", f"{v} is not between 0 and 1") for v in wrong)
    return np.asarray(thresholds, dtype=float)
