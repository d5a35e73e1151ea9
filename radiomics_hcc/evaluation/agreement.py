"""How well readers agree in words: percent agreement, kappa, Gwet's AC, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.agreement_coefficients import (
    Agreement,
    Weights,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
    unanimous_share,
)
from radiomics_hcc.evaluation.outcomes import IntArray

AGREEMENT_COLUMNS: Final = (
    "readers",
    "statistic",
    "weights",
    "estimate",
    "low",
    "high",
    "patients",
    "method",
    "note",
)
NOT_READ: Final = -1
"""Code of a reading that is missing."""

PAIR_KAPPAS: Final = (Weights.IDENTITY, Weights.LINEAR, Weights.QUADRATIC)
ALL: Final = "all"


def agreement(ratings: pd.DataFrame, scale: Sequence[str]) -> pd.DataFrame:
    """Every agreement statistic of every pair of readers and of all of them.

    Pairs: percent agreement and Cohen's kappa, unweighted and with linear and quadratic weights,
    on the patients that both have read. All readers: percent agreement, share of unanimous
    patients, Fleiss' kappa, Gwet's AC1 and AC2 (ordinal weights), on the patients that at least
    two have read; the unanimous share on those that all have read.

    Parameters
    ----------
    ratings
        Index patient, one column of words per reader; an empty cell was not read.
    scale
        All words of the criterion, best first. Words that nobody used count as well: weights and
        AC depend on them.

    Returns
    -------
    pandas.DataFrame
        `AGREEMENT_COLUMNS`. A statistic without a meaning is empty and `note` says why.

    Raises
    ------
    InputError
        Naming patients given twice and words that are not on the scale.
    """
    codes = coded(ratings, scale)
    names = [str(name) for name in ratings.columns]
    rows: list[tuple[str, Agreement]] = []
    for one, other in combinations(range(len(names)), 2):
        pair = f"{names[one]}, {names[other]}"
        rows += [(pair, found) for found in _of_pair(codes[:, [one, other]], len(scale))]
    if len(names) >= 2:
        rows += [(ALL, found) for found in _of_all(codes, len(scale))]
    return pd.DataFrame(
        [
            (who, a.statistic, a.weights, a.estimate, a.low, a.high, a.patients, a.method, a.note)
            for who, a in rows
        ],
        columns=list(AGREEMENT_COLUMNS),
    )


def coded(ratings: pd.DataFrame, scale: Sequence[str]) -> IntArray:
    """Ratings as places on the scale, shape (patients, readers); `NOT_READ` where empty.

    Raises
    ------
    InputError
        Naming patients given twice and words that are not on the scale.
    """
    twice = ratings.index[ratings.index.duplicated()].unique()
    problems = [Problem(f"patient {name}", "has more than one row") for name in twice]
    for reader in ratings.columns:
        unknown = sorted(set(ratings[reader].dropna()) - set(scale))
        problems += [
            Problem(f"reader {reader}", f"{word!r} is none of {', '.join(scale)}")
            for word in unknown
        ]
    if problems:
        raise InputError(problems, "agreement of readers")
    place = {word: code for code, word in enumerate(scale)}
    columns = [[place.get(word, NOT_READ) for word in ratings[name]] for name in ratings.columns]
    return np.array(columns, dtype=np.intp).reshape(len(ratings.columns), len(ratings)).T


def cross_table(ratings: pd.DataFrame, scale: Sequence[str]) -> pd.DataFrame:
    """Patients by the word of the first column (rows) and of the second (columns).

    Patients that one of them has not read are left out.
    """
    codes = coded(ratings.iloc[:, :2], scale)
    both = codes[(codes != NOT_READ).all(axis=1)]
    counts = np.zeros((len(scale), len(scale)), dtype=int)
    np.add.at(counts, (both[:, 0], both[:, 1]), 1)
    first, second = (str(name) for name in ratings.columns[:2])
    return pd.DataFrame(
        counts, index=pd.Index(scale, name=first), columns=pd.Index(scale, name=second)
    )


def _of_pair(codes: IntArray, words: int) -> list[Agreement]:
    both = codes[(codes != NOT_READ).all(axis=1)]
    return [
        unanimous_share(both, "percent agreement"),
        *(cohen_kappa(both, words, weights) for weights in PAIR_KAPPAS),
    ]


def _of_all(codes: IntArray, words: int) -> list[Agreement]:
    complete = codes[(codes != NOT_READ).all(axis=1)]
    return [
        percent_agreement(codes, words),
        unanimous_share(complete, "unanimous patients"),
        fleiss_kappa(codes, words),
        gwet_ac(codes, words, Weights.IDENTITY),
        gwet_ac(codes, words, Weights.ORDINAL),
    ]
