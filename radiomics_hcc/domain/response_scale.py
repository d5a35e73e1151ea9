"""In which order the words of a criterion stand, best first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from radiomics_hcc.domain.response import (
    ImmuneResponse,
    MarkerResponse,
    ResponseClass,
    ResponseWord,
    TreatmentResponseCategory,
    UnorderedResponse,
)
from radiomics_hcc.errors import InputError, Problem

Scale: TypeAlias = tuple[ResponseWord, ...]

NEVER_VOTES: Final = (
    UnorderedResponse.NE,
    UnorderedResponse.NA,
    TreatmentResponseCategory.NONEVALUABLE,
)
"""Words that say that there is no answer."""

NO_LABELS: Final = (
    *NEVER_VOTES,
    UnorderedResponse.NON_CR_NON_PD,
    ImmuneResponse.NON_ICR_NON_IUPD,
)
"""Words that never train a model: no answer, or persisting disease that has no size."""

CLASSES: Final[Scale] = tuple(ResponseClass)
CLASSES_WITH_NON_TARGETS: Final[Scale] = (
    *(ResponseClass.CR, ResponseClass.PR, ResponseClass.SD),
    *(UnorderedResponse.NON_CR_NON_PD, ResponseClass.PD),
)
"""Non-target disease that persists stands beside SD, before PD (convention)."""

IMMUNE_CLASSES: Final[Scale] = (
    *(ImmuneResponse.ICR, ImmuneResponse.IPR, ImmuneResponse.ISD),
    *(ImmuneResponse.NON_ICR_NON_IUPD, ImmuneResponse.IUPD, ImmuneResponse.ICPD),
)
MARKER_WORDS: Final[Scale] = (MarkerResponse.RESPONDER, MarkerResponse.NON_RESPONDER)
TREATMENT_CATEGORIES: Final[Scale] = (
    *(TreatmentResponseCategory.NONVIABLE, TreatmentResponseCategory.NONPROGRESSING),
    *(TreatmentResponseCategory.EQUIVOCAL, TreatmentResponseCategory.VIABLE),
)
SCALES: Final = (
    CLASSES,
    CLASSES_WITH_NON_TARGETS,
    IMMUNE_CLASSES,
    MARKER_WORDS,
    TREATMENT_CATEGORIES,
)

PLAIN: Final[dict[ResponseWord, ResponseWord]] = {
    ImmuneResponse.ICR: ResponseClass.CR,
    ImmuneResponse.IPR: ResponseClass.PR,
    ImmuneResponse.ISD: ResponseClass.SD,
    ImmuneResponse.NON_ICR_NON_IUPD: UnorderedResponse.NON_CR_NON_PD,
    ImmuneResponse.IUPD: ResponseClass.PD,
    ImmuneResponse.ICPD: ResponseClass.PD,
}
"""The word of RECIST 1.1 behind a word of iRECIST; progression that is not confirmed is PD."""


def scale_of(words: Iterable[ResponseWord]) -> Scale:
    """The shortest known scale that has all of these words, best first.

    Words that never vote do not matter. The words of a criterion of another package stand in the
    order of their enumeration.

    Raises
    ------
    InputError
        Where words of two enumerations that share no scale are mixed.
    """
    voting = [word for word in dict.fromkeys(words) if word not in NEVER_VOTES]
    fitting = [scale for scale in SCALES if all(word in scale for word in voting)]
    if fitting:
        return fitting[0]
    kinds = {type(word) for word in voting}
    if len(kinds) > 1:
        listed = ", ".join(map(str, voting))
        raise InputError([Problem("response", f"{listed} have no common order")])
    return tuple(word for word in next(iter(kinds)) if word not in NEVER_VOTES)


def label_order(words: Iterable[str], merged: Iterable[str] = ()) -> tuple[str, ...]:
    """The classes that may train a model, best first, of the criterion that used these words.

    Parameters
    ----------
    words
        Responses as text; those of `NO_LABELS` do not matter.
    merged
        Words that a merge of classes names, which need not occur.

    Returns
    -------
    The first known scale that has all of them; without one, that of `words`; without that,
    CR < PR < SD < PD.

    Examples
    --------
    >>> label_order(["iSD", "NE"])
    ('iCR', 'iPR', 'iSD', 'iUPD', 'iCPD')
    """
    ignored = {str(word) for word in NO_LABELS}
    orders = [tuple(str(word) for word in scale if word not in NO_LABELS) for scale in SCALES]
    seen = set(words) - ignored
    for wanted in (seen | set(merged), seen):
        for order in orders:
            if wanted <= set(order):
                return order
    return orders[0]


def plain_class(word: ResponseWord) -> ResponseWord | None:
    """The word of RECIST 1.1 behind a response; None where it has none, or says no answer."""
    plain = PLAIN.get(word, word)
    return plain if plain in CLASSES_WITH_NON_TARGETS else None
