"""Closed sets of words that users write."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from radiomics_hcc.errors import InputError, Problem


class Word(StrEnum):
    """Base of enumerations whose words stand in files and calls."""

    @classmethod
    def parse(cls, word: str, where: str) -> Self:
        """Read a word.

        Raises
        ------
        InputError
            For an unknown word, with `where` it stands; lists the known ones.
        """
        if word not in list(cls):
            raise InputError([Problem(where, f"unknown {word!r}", f"use {', '.join(cls)}")])
        return cls(word)
