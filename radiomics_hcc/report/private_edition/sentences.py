"""Names of patients and files, dates and small numbers of patients, taken out of sentences."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from radiomics_hcc.report.private_edition.counts import FEWEST_SHOWN

DATE: Final = "(date)"
FILE: Final = "(file)"
HIDDEN_NUMBER: Final = "…"
PREFIXES: Final = ("P", "N", "X", "Case")
FEWEST_DIGITS: Final = 3
FEWEST_TELLING: Final = 3
"""Shorter identities, and those of digits alone, look like ordinary words and numbers."""

DATES: Final = re.compile(
    r"\b(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
    r"(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)"
    r"|\b(?:0?[1-9]|[12]\d|3[01])[./](?:0?[1-9]|[12]\d|3[01])[./](?:19|20)\d\d\b"
    r"|(?<![0-9A-Za-z])(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![0-9A-Za-z])"
)
"""Dates with the year first, with the year last, and of eight digits."""

FEW: Final = re.compile(
    r"(?<![\w.,])[1-4](?= (?:of (?:the )?\d+ )?(?:patients?|cases?|lesions?|events?|scans?|images?"
    r"|masks?|readings?|rows?|people)\b|:)"
)
"""A small number in front of what it counts, or of a reason."""

PATH: Final = re.compile(
    r"^\S*[/\\]\S*$"
    r"|\.(?:csv|tsv|parquet|xlsx?|json|ya?ml|nii|nii\.gz|nrrd|mha|mhd|dcm|skops|db)$",
    re.IGNORECASE,
)
"""A value that is a file or a folder."""


def pseudonyms(patients: Iterable[str], secret: str) -> dict[str, str]:
    """Give every patient another name: `P001`, `P002`, ... in an order that tells nothing.

    Parameters
    ----------
    patients
        Identities; each counts once.
    secret
        What the order is made from; who does not know it cannot make the order again.

    Returns
    -------
    dict
        New name by identity. No new name is another patient's identity.
    """
    known = set(patients)
    order = sorted(known, key=lambda name: hashlib.sha256(f"{secret}\0{name}".encode()).digest())
    digits = max(FEWEST_DIGITS, len(str(len(order))))
    for prefix in (*PREFIXES, hashlib.sha256(secret.encode()).hexdigest()[:8]):
        names = [f"{prefix}{place:0{digits}d}" for place in range(1, len(order) + 1)]
        if known.isdisjoint(names):
            break
    return dict(zip(order, names, strict=True))


@dataclass(frozen=True)
class Cleaner:
    """Takes out of text what would tell a patient.

    Parameters
    ----------
    names
        New name by a patient's identity.
    files
        Names and paths of files.
    """

    names: Mapping[str, str]
    files: Sequence[str] = ()
    _told: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _short: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _paths: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        telling = [name for name in self.names if is_telling(name)]
        short = [name for name in self.names if not is_telling(name)]
        object.__setattr__(self, "_told", _any_of(telling))
        object.__setattr__(self, "_short", _any_of(short))
        object.__setattr__(self, "_paths", _any_of([file for file in self.files if len(file) > 2]))

    def text(self, text: str) -> str:
        """Text without dates, files and patients; identities that are mere numbers stay."""
        without_files = self._paths.sub(FILE, text)
        named = self._told.sub(lambda found: self.names[found[0]], without_files)
        return DATES.sub(DATE, named)

    def sentence(self, text: str) -> str:
        """A free sentence: short identities and small numbers of patients go as well."""
        told = self._short.sub(HIDDEN_NUMBER, self.text(text))
        return FEW.sub(f"fewer than {FEWEST_SHOWN}", told)

    def setting(self, text: str) -> str:
        """A value of a configuration: a path goes as a whole."""
        return FILE if PATH.search(text) else self.text(text)

    def settings(self, value: object) -> object:
        """A JSON value whose every text is cleaned as a setting."""
        if isinstance(value, str):
            return self.setting(value)
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.settings(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.settings(part) for part in value]
        return value


def is_telling(identity: str) -> bool:
    """Whether an identity can only be a patient's: a letter in it, and not too short."""
    return len(identity) >= FEWEST_TELLING and not identity.replace(".", "").isdigit()


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """One of the words, the longest first, not within a longer word."""
    longest_first = sorted(set(words), key=lambda word: (-len(word), word))
    listed = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?<![A-Za-z0-9])(?:{listed})(?![A-Za-z0-9])" if listed else r"(?!)")
