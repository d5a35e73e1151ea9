"""How well readers agree in numbers: intraclass correlation and limits of agreement."""

from __future__ import annotations

from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.intervals import Interval
from radiomics_hcc.evaluation.outcomes import FloatArray
from radiomics_hcc.evaluation.reliability import mean_squares
from radiomics_hcc.evaluation.resampling import LEVEL

SUM_COLUMNS: Final = ("readers", "statistic", "estimate", "low", "high", "patients", "note")
FEWEST_PATIENTS: Final = 3  # below, neither a correlation nor a standard deviation says anything
TOO_FEW: Final = f"fewer than {FEWEST_PATIENTS} patients have a number from all of these readers"


def number_agreement(numbers: pd.DataFrame) -> pd.DataFrame:
    """Agreement of readers in a sum or a change.

    ICC(2,1) of all readers on the patients that all of them measured; per pair the bias
    (first minus second, with its t interval) and the limits of agreement, bias -+ 1.96 SD, of
    Bland and Altman [1]_, in the unit of the numbers.

    Parameters
    ----------
    numbers
        Index patient, one column per reader; an empty cell was not measured.

    Returns
    -------
    pandas.DataFrame
        `SUM_COLUMNS`. `limits of agreement` have the bias as estimate, the limits as low and
        high.

    References
    ----------
    .. [1] Bland, Altman. Lancet 1986;327:307-310.
    """
    twice = numbers.index[numbers.index.duplicated()].unique()
    if len(twice):
        raise InputError(Problem(f"patient {name}", "has more than one row") for name in twice)
    table = numbers.astype(float)
    rows = [row for pair in combinations(table.columns, 2) for row in _bland_altman(table, *pair)]
    if len(table.columns) >= 2:
        rows = [_all_readers(table), *rows]
    return pd.DataFrame(rows, columns=list(SUM_COLUMNS))


def intraclass_correlation(numbers: FloatArray) -> Interval:
    """ICC(2,1): two-way random effects, absolute agreement, one reader [1]_, interval of [2]_.

    Parameters
    ----------
    numbers
        Shape (patients, readers), complete.

    Returns
    -------
    Interval
        NaN where no number differs from another.

    References
    ----------
    .. [1] Shrout, Fleiss. Psychol Bull 1979;86:420-428.
    .. [2] McGraw, Wong. Psychol Methods 1996;1:30-46.
    """
    squares = mean_squares(numbers[:, :, None])
    low, high = squares.agreement_limits()
    icc = float(squares.agreement()[0, 0])
    return Interval(icc, float(low[0, 0]), float(high[0, 0]), "McGraw-Wong 1996")


def _all_readers(table: pd.DataFrame) -> tuple[object, ...]:
    complete = table.dropna()
    names = ", ".join(map(str, table.columns))
    if len(complete) < FEWEST_PATIENTS:
        return (names, "ICC(2,1)", np.nan, np.nan, np.nan, len(complete), TOO_FEW)
    found = intraclass_correlation(complete.to_numpy())
    note = "" if np.isfinite(found.estimate) else "all numbers are the same"
    return (names, "ICC(2,1)", found.estimate, found.low, found.high, len(complete), note)


def _bland_altman(table: pd.DataFrame, first: str, second: str) -> list[tuple[object, ...]]:
    difference = (table[first] - table[second]).dropna().to_numpy()
    who, patients = f"{first}, {second}", len(difference)
    if patients < FEWEST_PATIENTS:
        empty = (np.nan, np.nan, np.nan, patients, TOO_FEW)
        return [(who, "bias", *empty), (who, "limits of agreement", *empty)]
    bias, spread = float(difference.mean()), float(difference.std(ddof=1))
    tail = (1 + LEVEL) / 2
    half = float(stats.t.ppf(tail, patients - 1)) * spread / float(np.sqrt(patients))
    reach = float(stats.norm.ppf(tail)) * spread
    return [
        (who, "bias", bias, bias - half, bias + half, patients, ""),
        (who, "limits of agreement", bias, bias - reach, bias + reach, patients, ""),
    ]
