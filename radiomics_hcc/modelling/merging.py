"""Ordered classes and how they are merged into fewer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import pandas as pd

from radiomics_hcc.domain.response import ResponseClass
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem

RESPONSE_ORDER: Final = tuple(word.value for word in ResponseClass)

Merge: TypeAlias = Mapping[str, Sequence[str]]
"""New class -> the classes that become it, as `{"OR": ["CR", "PR"], "nonOR": ["SD", "PD"]}`."""


@dataclass(frozen=True)
class ClassOrder:
    """The classes of a target, best first, and the words that stand for them.

    Parameters
    ----------
    classes
        Names of the classes, best first.
    meaning
        Word -> class.
    """

    classes: tuple[str, ...]
    meaning: Mapping[str, str]

    @classmethod
    def merged(cls, order: Sequence[str], merge: Merge | None) -> ClassOrder:
        """Order the classes that `merge` makes of the words in `order` (best first).

        Raises
        ------
        InputError
            For an unknown word, one that is merged twice, classes whose words are not
            neighbours in the order, or fewer than two classes.
        """
        order = [str(word) for word in order]
        members = {
            str(name): [str(word) for word in words] for name, words in (merge or {}).items()
        }
        members = members or {word: [word] for word in order}
        problems = [*_unknown(members, order), *_repeated(members), *_torn(members, order)]
        if len(members) < 2:
            problems.append(Problem("merge", "makes fewer than two classes"))
        if problems:
            raise InputError(problems, "classes of the target")
        classes = sorted(members, key=lambda name: min(order.index(word) for word in members[name]))
        meaning = {word: name for name, words in members.items() for word in words}
        return cls(tuple(classes), meaning)

    def check_covers(self, words: Iterable[str], where: str) -> None:
        """Refuse words that no class takes: a merge is closed."""
        missing = sorted(set(words) - set(self.meaning))
        if missing:
            known = list(self.meaning)
            raise InputError(
                (
                    Problem(f"{where} {word!r}", "belongs to no class", did_you_mean(word, known))
                    for word in missing
                ),
                "classes of the target",
            )


def word_of(value: object) -> str:
    """The word that a cell stands for: 1.0 is `1`, an empty cell is the empty word."""
    if pd.isna(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _unknown(members: Merge, order: Sequence[str]) -> list[Problem]:
    return [
        Problem(f"merge.{name}", f"unknown class {word!r}", did_you_mean(word, list(order)))
        for name, words in members.items()
        for word in words
        if word not in order
    ] + [Problem(f"merge.{name}", "is empty") for name, words in members.items() if not words]


def _repeated(members: Merge) -> list[Problem]:
    words = [word for group in members.values() for word in group]
    twice = sorted({word for word in words if words.count(word) > 1})
    return [Problem("merge", f"{word!r} is merged more than once") for word in twice]


def _torn(members: Merge, order: Sequence[str]) -> list[Problem]:
    """Classes between whose words another class lies: they have no place in the order."""
    owner = {word: name for name, words in members.items() for word in words}
    sequence = [owner[word] for word in order if word in owner]
    changes = [name for place, name in enumerate(sequence) if sequence[:place][-1:] != [name]]
    torn = sorted({name for name in changes if changes.count(name) > 1})
    return [
        Problem(
            f"merge.{name}", "its classes are not neighbours", f"the order is {' < '.join(order)}"
        )
        for name in torn
    ]
