"""Identities that may stand for the same patient."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

MOST_LESIONS: Final = 10
"""A name shared by more identities than this is a site, not a patient with lesions."""

_LESION = re.compile(
    r"[\s_.\-]+(?:l|les|lesion|t|target|tum|tumou?r|n|nod|nodule|seg|roi)[\s_.\-]*\d+$"
)
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_BETWEEN = re.compile(r"[\s_.\-/]+")


def written_alike(identity: str) -> str:
    """An identity without case, spaces, separators and leading zeros.

    Examples
    --------
    >>> written_alike(" hcc-007") == written_alike("HCC_7")
    True
    """
    return _BETWEEN.sub("", _ZEROS.sub("", identity.strip().casefold()))


def without_lesion(identity: str) -> str:
    """An identity without a lesion's number; a rest without any digit is no patient.

    Examples
    --------
    >>> without_lesion("P001_L2")
    'p001'
    >>> without_lesion("HCC_T001")
    'hcc_t001'
    """
    lowered = identity.strip().casefold()
    rest = _LESION.sub("", lowered)
    return rest if any(letter.isdigit() for letter in rest) else lowered


def same_patient(identities: Iterable[str]) -> list[tuple[str, ...]]:
    """Groups of identities that differ only in writing or in a lesion's number.

    Examples
    --------
    >>> same_patient(["P001_L1", "P001_L2", "P002"])
    [('P001_L1', 'P001_L2')]
    """
    known = list(dict.fromkeys(map(str, identities)))
    alike = _groups(known, written_alike)
    lesions = [
        group
        for group in _groups(known, lambda name: written_alike(without_lesion(name)))
        if len(group) <= MOST_LESIONS and group not in alike
    ]
    return [*alike, *lesions]


def _groups(identities: list[str], key: Callable[[str], str]) -> list[tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for identity in identities:
        groups.setdefault(key(identity), []).append(identity)
    return [tuple(group) for group in groups.values() if len(group) > 1]
