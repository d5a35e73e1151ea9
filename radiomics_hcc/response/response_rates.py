"""How many responded: rates with Wilson intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
from scipy import stats

from radiomics_hcc.domain.response import (
    ImmuneResponse,
    MarkerResponse,
    ResponseClass,
    ResponseWord,
    TreatmentResponseCategory,
    UnorderedResponse,
)

RATE_COLUMNS: Final = ("reader", "rate", "count", "patients", "estimate", "low", "high")
CONFIDENCE: Final = 0.95
COMPLETE: Final = (ResponseClass.CR, ImmuneResponse.ICR)
PARTIAL: Final = (ResponseClass.PR, ImmuneResponse.IPR)
STABLE: Final = (
    *(ResponseClass.SD, ImmuneResponse.ISD),
    *(UnorderedResponse.NON_CR_NON_PD, ImmuneResponse.NON_ICR_NON_IUPD),
)
RATES: Final[Mapping[str, tuple[ResponseWord, ...]]] = {
    "complete_response_rate": COMPLETE,
    "objective_response_rate": (*COMPLETE, *PARTIAL),
    "disease_control_rate": (*COMPLETE, *PARTIAL, *STABLE),
}
"""Which best responses count; RECIST 1.1 and its relatives. Non-CR/non-PD is disease control."""

MARKER_RATES: Final[Mapping[str, tuple[ResponseWord, ...]]] = {
    "marker_response_rate": (MarkerResponse.RESPONDER,)
}
CATEGORY_RATES: Final[Mapping[str, tuple[ResponseWord, ...]]] = {
    "nonviable_rate": (TreatmentResponseCategory.NONVIABLE,)
}


def response_rates(words: Mapping[str, Sequence[ResponseWord]]) -> pd.DataFrame:
    """Rates per reader, each with its Wilson interval (95 %).

    Parameters
    ----------
    words
        By reader the best response of every patient, also of those not evaluable or without
        follow-up: they stay in the denominator.

    Returns
    -------
    DataFrame
        One row per reader and rate: `reader, rate, count, patients, estimate, low, high`.

    References
    ----------
    Wilson EB. J Am Stat Assoc 1927;22:209-212.

    Examples
    --------
    >>> frame = response_rates({"A": [ResponseClass.CR, ResponseClass.PD]})
    >>> float(frame.set_index("rate").loc["objective_response_rate", "estimate"])
    0.5
    """
    rows = [
        (reader, rate, *_rate(sum(word in counted for word in found), len(found)))
        for reader, found in words.items()
        for rate, counted in _rates_of(words).items()
    ]
    return pd.DataFrame(rows, columns=list(RATE_COLUMNS))


def _rate(count: int, patients: int) -> tuple[int, int, float, float, float]:
    interval = stats.binomtest(count, patients).proportion_ci(CONFIDENCE, method="wilson")
    return count, patients, count / patients, float(interval.low), float(interval.high)


def _rates_of(
    words: Mapping[str, Sequence[ResponseWord]],
) -> Mapping[str, tuple[ResponseWord, ...]]:
    found = [word for of_reader in words.values() for word in of_reader]
    if any(isinstance(word, MarkerResponse) for word in found):
        return MARKER_RATES
    if any(isinstance(word, TreatmentResponseCategory) for word in found):
        return CATEGORY_RATES
    return RATES
