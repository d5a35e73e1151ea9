"""When a patient progressed: by RECIST at once, under immunotherapy once it held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from radiomics_hcc.domain.response import (
    ImmuneResponse,
    ResponseAssessment,
    ResponseClass,
    ResponseWord,
    UnorderedResponse,
    days_between,
)
from radiomics_hcc.response.measurement import time_text

NEGATION_DAYS: Final = {"imrecist": 28}  # by criterion: Hodi 2018, at least 4 weeks after the PD
PROGRESSIVE: Final = (ImmuneResponse.IUPD, ImmuneResponse.ICPD)


@dataclass(frozen=True)
class Progression:
    """A progression that counts.

    Parameters
    ----------
    row
        The assessment that dates it.
    word
        What it is called: PD, iCPD, or iUPD where it was neither confirmed nor refuted.
    why
        A sentence where the date needs one, else empty.
    """

    row: ResponseAssessment
    word: ResponseWord
    why: str = ""


def first_progression(rows: Sequence[ResponseAssessment], criterion: str) -> Progression | None:
    """Find the progression that ends the search for a best response.

    Parameters
    ----------
    rows
        Of one patient and reader, in order of time.
    criterion
        Kind of the criterion. RECIST 1.1 and its relatives: the first PD. `imrecist`: the first
        PD that no later assessment negates. The words of iRECIST: the first iUPD of the unbroken
        block that ends in iCPD. An iUPD followed by iSD, iPR or iCR does not count; one that is
        never confirmed and never followed by these does, at its own date (as Seymour 2017 asks
        for progression-free survival where no further assessment settles it).

    Returns
    -------
    Progression or None
        None where there was none.
    """
    if any(isinstance(row.response, ImmuneResponse) for row in rows):
        return _immune_progression(rows)
    for index, row in enumerate(rows):
        if row.response is ResponseClass.PD and negation(rows, index, criterion) is None:
            return Progression(row, ResponseClass.PD)
    return None


def negation(
    rows: Sequence[ResponseAssessment], index: int, criterion: str
) -> ResponseAssessment | None:
    """The later assessment that negates a progression; None where none does.

    It is the first evaluable one at least `NEGATION_DAYS` after the progression, where it is
    not PD.
    """
    if criterion not in NEGATION_DAYS:
        return None
    for row in rows[index + 1 :]:
        is_later = days_between(rows[index].assessment, row.assessment) >= NEGATION_DAYS[criterion]
        if is_later and row.response is not UnorderedResponse.NE:
            return None if row.response is ResponseClass.PD else row
    return None


def _immune_progression(rows: Sequence[ResponseAssessment]) -> Progression | None:
    first: ResponseAssessment | None = None
    for row in rows:
        if row.response in PROGRESSIVE:
            first = first or row
        elif row.response is not UnorderedResponse.NE:
            first = None
        if first is not None and row.response is ImmuneResponse.ICPD:
            why = f"iUPD confirmed at {time_text(row.assessment)}."
            return Progression(first, ImmuneResponse.ICPD, why)
    if first is None:
        return None
    why = "iUPD neither confirmed nor followed by iSD, iPR or iCR: it counts as progression."
    return Progression(first, ImmuneResponse.IUPD, why)
