"""The median time to an event that some patients have not had yet (Kaplan and Meier)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

CONFIDENCE: Final = 0.95


@dataclass(frozen=True)
class MedianTime:
    """A median and its interval, in days; None where the curve does not come down so far."""

    median: int | None
    low: int | None
    high: int | None


def median_time(days: Sequence[int], events: Sequence[bool]) -> MedianTime:
    """The first day at which at most half of the patients are free of the event.

    Product-limit estimate S(t). The interval (95 %) holds the days at which the band of S does
    not exclude one half: |log(-log S) - log(-log 0.5)| <= 1.96 x its standard error, with
    Greenwood's variance (Brookmeyer and Crowley, on the log-log scale).

    Parameters
    ----------
    days
        Time of each patient, to the event or to the last time that he was seen without.
    events
        Whether the event was seen.

    Returns
    -------
    MedianTime
        All None where there was no event.

    References
    ----------
    Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481. Brookmeyer R, Crowley J. Biometrics
    1982;38:29-41.

    Examples
    --------
    >>> median_time([10, 20, 30, 40], [True, True, True, False]).median
    20
    """
    times, free, error = _product_limit(np.asarray(days), np.asarray(events, dtype=bool))
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.log(-np.log(free)) - np.log(-np.log(0.5))
        width = error / np.abs(np.log(free))
    limit = float(stats.norm.ppf((1 + CONFIDENCE) / 2))
    low = (distance > -limit * width) | (free == 0)
    high = (distance > limit * width) & (free > 0) | (free == 0)
    return MedianTime(_first(times, free <= 0.5), _first(times, low), _first(times, high))


def _product_limit(
    days: NDArray[np.int64], events: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Days with an event, S just after each, and the standard error of log S (Greenwood)."""
    times = np.unique(days[events])
    at_risk = np.array([np.count_nonzero(days >= time) for time in times], dtype=float)
    fallen = np.array([np.count_nonzero(days[events] == time) for time in times], dtype=float)
    with np.errstate(divide="ignore"):
        variance = np.cumsum(fallen / (at_risk * (at_risk - fallen)))
    return times, np.cumprod(1 - fallen / at_risk), np.sqrt(variance)


def _first(times: NDArray[np.int64], reached: NDArray[np.bool_]) -> int | None:
    return int(times[np.argmax(reached)]) if reached.any() else None
