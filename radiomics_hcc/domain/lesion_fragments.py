"""Names of the fragments of a lesion that has split."""

from __future__ import annotations

from collections.abc import Collection
from string import ascii_lowercase
from typing import Final

FRAGMENT_MARK: Final = "~"
"""Stands between a lesion's identity and the letter of a fragment: `L1~a`, `L1~b`."""


def whole_lesion(lesion_id: str) -> str:
    """The lesion that a fragment comes from; any other identity as it is.

    Examples
    --------
    >>> whole_lesion("L1~b"), whole_lesion("L1")
    ('L1', 'L1')
    """
    whole, mark, letter = lesion_id.rpartition(FRAGMENT_MARK)
    is_fragment = bool(whole and mark) and letter.isalpha() and letter.islower()
    return whole if is_fragment else lesion_id


def next_fragment(lesion_id: str, taken: Collection[str]) -> str:
    """The first name of a fragment of a lesion, or of one of its fragments, that is free.

    Examples
    --------
    >>> next_fragment("L1", ["L1~a"])
    'L1~b'
    """
    whole, number = whole_lesion(lesion_id), 0
    while (name := f"{whole}{FRAGMENT_MARK}{_letters(number)}") in taken:
        number += 1
    return name


def _letters(number: int) -> str:
    """`a` to `z`, then `aa`, `ab` and so on."""
    beyond, last = divmod(number, len(ascii_lowercase))
    return (_letters(beyond - 1) if beyond else "") + ascii_lowercase[last]
