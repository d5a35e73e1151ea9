"""How well repeated measurements of lesions agree: intraclass correlation of every feature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.outcomes import FloatArray
from radiomics_hcc.evaluation.resampling import LEVEL

RELIABILITY_COLUMNS: Final = (
    "feature",
    "lesions",
    "patients",
    "variants",
    "icc_a1",
    "icc_a1_low",
    "icc_a1_high",
    "icc_c1",
    "icc_c1_low",
    "icc_c1_high",
    "reliability",
    "interval",
    "note",
)
WORDS: Final = ((0.90, "excellent"), (0.75, "good"), (0.50, "moderate"))
"""Lower limits of the words, by the lower limit of the interval (Koo and Li 2016)."""

POOR: Final = "poor"
FEWEST_LESIONS: Final = 3  # below, the spread between lesions says nothing
FEWEST_VARIANTS: Final = 2
ROUNDING: Final = 1e-12  # of the largest value or of the whole variance: the last digits
RESAMPLES_AT_ONCE: Final = 100  # keeps the memory of a thousand features small
F_BASED: Final = "F"
BOOTSTRAP: Final = "patient bootstrap"
CONSTANT: Final = "every value is the same"


@dataclass(frozen=True, eq=False)
class MeanSquares:
    """Two-way analysis of variance of n lesions by k variants, one measurement per cell.

    Parameters
    ----------
    lesions, variants, error
        Mean squares between lesions (n - 1 degrees of freedom), between variants (k - 1) and of
        the residual ((n - 1)(k - 1)), up to a factor that the three share (each feature is brought
        to a spread of one first, for which ratios do not care); shape (resamples, features).
    count
        n of each resample, shape (resamples, 1).
    repeats
        k.
    """

    lesions: FloatArray
    variants: FloatArray
    error: FloatArray
    count: FloatArray
    repeats: int

    def consistency(self) -> FloatArray:
        """ICC(C,1) = (L - E) / (L + (k - 1) E); NaN where nothing varies."""
        return _ratio(self.lesions - self.error, self.lesions + (self.repeats - 1) * self.error)

    def agreement(self) -> FloatArray:
        """ICC(A,1) = (L - E) / (L + (k - 1) E + k (V - E) / n); NaN where nothing varies."""
        systematic = self.repeats * (self.variants - self.error) / self.count
        whole = self.lesions + (self.repeats - 1) * self.error + systematic
        return _ratio(self.lesions - self.error, whole)

    def consistency_limits(self) -> tuple[FloatArray, FloatArray]:
        """The 95 % limits of ICC(C,1), F-based (McGraw and Wong 1996, table 7)."""
        k, between = self.repeats, self.count - 1
        within = between * (k - 1)
        f = _ratio(self.lesions, self.error)
        low, high = f / _quantile(between, within), f * _quantile(within, between)
        limits = (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)
        return self._or_one(limits, self.error == 0)

    def agreement_limits(self) -> tuple[FloatArray, FloatArray]:
        """The 95 % limits of ICC(A,1), F-based with Satterthwaite's degrees of freedom."""
        n, k = self.count, self.repeats
        icc = self.agreement()
        a = _ratio(k * icc, n * (1 - icc))
        b = 1 + a * (n - 1)
        systematic, random = a * self.variants, b * self.error
        freedom = _ratio(
            (systematic + random) ** 2,
            systematic**2 / (k - 1) + random**2 / ((n - 1) * (k - 1)),
        )
        above, below = _quantile(n - 1, freedom), _quantile(freedom, n - 1)
        rest = k * self.variants + (k * n - k - n) * self.error
        low = _ratio(n * (self.lesions - above * self.error), above * rest + n * self.lesions)
        high = _ratio(n * (below * self.lesions - self.error), rest + n * below * self.lesions)
        return self._or_one((low, high), (self.error == 0) & (self.variants == 0))

    def _or_one(
        self, limits: tuple[FloatArray, FloatArray], is_perfect: NDArray[np.bool_]
    ) -> tuple[FloatArray, FloatArray]:
        whole = is_perfect & (self.lesions > 0)
        return np.where(whole, 1.0, limits[0]), np.where(whole, 1.0, limits[1])


def mean_squares(values: FloatArray, weights: FloatArray | None = None) -> MeanSquares:
    """Analyse the variance of every feature at once.

    Parameters
    ----------
    values
        Shape (n, k, features), complete.
    weights
        How often each lesion counts, shape (resamples, n); none counts each once.

    Returns
    -------
    MeanSquares
        A sum of squares below 1e-12 of the whole is 0: rounding.
    """
    n, k, _ = values.shape
    counted = np.ones((1, n)) if weights is None else weights
    count = counted.sum(axis=1, keepdims=True)
    centred = _standardised(values)
    lesion_means = centred.mean(axis=1)
    grand = counted @ lesion_means / count
    columns = (counted @ centred.reshape(n, -1)).reshape(len(counted), k, -1) / count[:, :, None]
    offset = k * count * grand**2
    whole = counted @ (centred**2).sum(axis=1) - offset
    lesions = k * (counted @ lesion_means**2) - offset
    variants = count * (columns**2).sum(axis=1) - offset
    sums = [lesions, variants, whole - lesions - variants]
    lesions, variants, error = (np.where(part > ROUNDING * whole, part, 0.0) for part in sums)
    between = count - 1
    return MeanSquares(lesions / between, variants / (k - 1), error / (between * (k - 1)), count, k)


def reliability_table(
    values: FloatArray,
    features: Sequence[str],
    patients: Sequence[str],
    *,
    resamples: int = 0,
    seed: int = 0,
) -> pd.DataFrame:
    """Agreement of every feature between repeated measurements of the same lesions.

    Two-way model, single measurement [1]_: ICC(A,1), absolute agreement, in which a variant (or
    reader) that measures more in every lesion counts as error, and ICC(C,1), consistency, in
    which it does not. A feature rests on the lesions that have a value in every variant; the note
    counts the others. The word is that of Koo and Li [2]_ for the lower limit of ICC(A,1).

    The F-based limits take lesions as independent. Where patients have several, resample patients.

    Parameters
    ----------
    values
        Shape (lesions, variants, features); NaN or infinite where there is no value.
    features
        Names, shape (features,).
    patients
        The patient of each lesion, shape (lesions,).
    resamples
        Bootstrap resamples of patients, all lesions of a patient together; the limits are the
        estimate -+ t standard deviations of the resamples on Fisher's z scale, t with one degree
        of freedom less than patients. 0, or fewer than three patients, takes the F-based limits.
    seed
        Of the resamples.

    Returns
    -------
    pandas.DataFrame
        `RELIABILITY_COLUMNS`, one row per feature in the given order. Without numbers, but with a
        note, where fewer than three lesions are complete or every value is the same.

    Raises
    ------
    InputError
        For fewer than two variants.

    References
    ----------
    .. [1] McGraw, Wong. Psychol Methods 1996;1:30-46.
    .. [2] Koo, Li. J Chiropr Med 2016;15:155-163.

    Examples
    --------
    >>> two_readers = np.array([[1, 2], [5, 6], [9, 10.0]])[:, :, None]
    >>> table = reliability_table(two_readers, ["size"], ["p1", "p2", "p3"])
    >>> table[["icc_a1", "icc_c1"]].round(2).to_numpy().tolist()
    [[0.97, 1.0]]
    """
    _, k, _ = values.shape
    if k < FEWEST_VARIANTS:
        what = f"{k} measurement of each lesion says nothing of agreement"
        raise InputError([Problem("variants", what, f"give at least {FEWEST_VARIANTS}")])
    who = np.asarray(patients, dtype=object)
    rows: dict[int, dict[str, object]] = {}
    for lesions, places in _by_completeness(values):
        part = values[np.ix_(lesions, np.arange(k), places)]
        draws = _draws(who[lesions], resamples, seed)
        patient_count = len(set(who[lesions]))
        found = _rows(part, draws, patient_count)
        shared = {"lesions": len(lesions), "patients": patient_count, "variants": k}
        missing = _missing(len(lesions), len(values))
        for place, row in zip(places.tolist(), found, strict=True):
            note = "; ".join(filter(None, (str(row["note"]), missing)))
            rows[place] = {"feature": features[place], **shared, **row, "note": note}
    ordered = [rows[place] for place in range(len(features))]
    return pd.DataFrame(ordered, columns=list(RELIABILITY_COLUMNS))


def reliability_word(lower: float) -> str:
    """The word of Koo and Li for a lower limit; empty for NaN.

    Examples
    --------
    >>> reliability_word(0.8)
    'good'
    """
    if np.isnan(lower):
        return ""
    return next((word for limit, word in WORDS if lower >= limit), POOR)


def _rows(values: FloatArray, draws: FloatArray | None, patients: int) -> list[dict[str, object]]:
    """The numbers of features that share their complete lesions (n, k, features)."""
    names = RELIABILITY_COLUMNS[4:10]
    count = values.shape[2]
    if len(values) < FEWEST_LESIONS:
        note = f"fewer than {FEWEST_LESIONS} lesions have a value in every variant"
        return [_row(dict.fromkeys(names, np.nan), "", note) for _ in range(count)]
    squares = mean_squares(values)
    estimates = squares.agreement(), squares.consistency()
    if draws is None:
        limits, method = (squares.agreement_limits(), squares.consistency_limits()), F_BASED
    else:
        limits, method = _bootstrap(values, draws, patients), BOOTSTRAP
    columns = [
        part.reshape(count)
        for estimate, (low, high) in zip(estimates, limits, strict=True)
        for part in (estimate, low, high)
    ]
    is_constant = _is_constant(values)
    numbers = np.where(is_constant, np.nan, np.array(columns)).T
    return [
        _row(dict(zip(names, row.tolist(), strict=True)), method, CONSTANT if constant else "")
        for row, constant in zip(numbers, is_constant.tolist(), strict=True)
    ]


def _row(numbers: dict[str, float], method: str, note: str) -> dict[str, object]:
    word = reliability_word(numbers["icc_a1_low"])
    return {**numbers, "reliability": word, "interval": method if word else "", "note": note}


def _by_completeness(
    values: FloatArray,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Complete lesions, and the features that have just these."""
    complete = np.asarray(np.isfinite(values).all(axis=1))
    if len(values) == 0:
        yield np.arange(0), np.arange(values.shape[2])
        return
    patterns, which = np.unique(complete.T, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        yield np.flatnonzero(pattern), np.flatnonzero(which.ravel() == number)


def _missing(complete: int, lesions: int) -> str:
    left = lesions - complete
    return f"{left} of {lesions} lesions lack a value in some variant" if left else ""


def _draws(patients: NDArray[np.object_], resamples: int, seed: int) -> FloatArray | None:
    """How often each lesion counts, shape (resamples, lesions), patients drawn together."""
    names, which = np.unique(patients.astype(str), return_inverse=True)
    if not resamples or len(names) < FEWEST_LESIONS:
        return None
    generator = np.random.default_rng(seed)
    even = np.full(len(names), 1 / len(names))
    counts: FloatArray = generator.multinomial(len(names), even, size=resamples).astype(float)
    return counts[:, which]


def _bootstrap(
    values: FloatArray, draws: FloatArray, patients: int
) -> tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
    """Bootstrap limits of ICC(A,1) and of ICC(C,1) of the features (n, k, features)."""
    squares = mean_squares(values)
    drawn = [
        mean_squares(values, draws[start : start + RESAMPLES_AT_ONCE])
        for start in range(0, len(draws), RESAMPLES_AT_ONCE)
    ]
    quantile = float(stats.t.ppf((1 + LEVEL) / 2, patients - 1))
    agreement = np.concatenate([part.agreement() for part in drawn])
    consistency = np.concatenate([part.consistency() for part in drawn])
    return (
        _fisher_limits(squares.agreement(), agreement, quantile),
        _fisher_limits(squares.consistency(), consistency, quantile),
    )


def _fisher_limits(
    estimate: FloatArray, drawn: FloatArray, quantile: float
) -> tuple[FloatArray, FloatArray]:
    """Estimate -+ quantile times the resamples' standard deviation, on Fisher's z scale.

    Resamples without a value (one lesion only) are left out.
    """
    largest = 1 - ROUNDING
    z, each = (np.arctanh(np.clip(part, -largest, largest)) for part in (estimate[0], drawn))
    is_known = np.isfinite(each)
    count = np.maximum(is_known.sum(axis=0), 2)
    mean = np.where(is_known, each, 0.0).sum(axis=0) / count
    squared = np.where(is_known, (each - mean) ** 2, 0.0).sum(axis=0) / (count - 1)
    half = quantile * np.sqrt(squared)
    return np.tanh(z - half), np.tanh(z + half)


def _standardised(values: FloatArray) -> FloatArray:
    """Every feature centred and brought to a spread of one, so that sums keep their digits."""
    centred = values - values.mean(axis=(0, 1))
    spread = np.abs(centred).max(axis=(0, 1))
    scaled: FloatArray = centred / np.where((spread > 0) & ~_is_constant(values), spread, np.inf)
    return scaled


def _is_constant(values: FloatArray) -> NDArray[np.bool_]:
    low, high = values.min(axis=(0, 1)), values.max(axis=(0, 1))
    flat: NDArray[np.bool_] = high - low <= ROUNDING * np.maximum(np.abs(low), np.abs(high))
    return flat


def _quantile(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    return np.asarray(stats.f.ppf((1 + LEVEL) / 2, numerator, denominator))


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Quotient, NaN where the lower number is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(below == 0, np.nan, above / below))
