"""Names of patients and files, dates and small numbers of patients, taken out of sentences."""

from __future__ import annotations

import hashlib
import random
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
FREE: Final = 10
"""How many numbers there are at least for every new name."""

FEWEST_TELLING: Final = 3
"""Shorter identities, and those of digits alone, look like ordinary words and numbers."""

MONTH: Final = (
    "(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|mär(?:z)?|apr(?:il)?|may|mai|june?|juni"
    "|july?|juli|aug(?:ust)?|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)"
)
DATES: Final = re.compile(
    r"\b(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
    r"(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)"
    r"|\b(?:0?[1-9]|[12]\d|3[01])[./](?:0?[1-9]|[12]\d|3[01])[./](?:19|20)\d\d\b"
    r"|(?<![\w.])(?:0[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])\.\d\d\b(?!\.)"
    r"|(?<![0-9A-Za-z])(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![0-9A-Za-z])"
    r"|\b(?:19|20)\d\d-?W(?:0[1-9]|[1-4]\d|5[0-3])(?:-?[1-7])?\b"
    rf"|\b(?:\d{{1,2}}\.? )?{MONTH}\.?,? (?:\d{{1,2}},? )?(?:19|20)\d\d\b",
    re.IGNORECASE,
)
"""Dates with the year first or last, of eight digits, of weeks, and with the month in words."""

FEW: Final = re.compile(
    r"(?<![\w.,])[1-4](?= (?:of (?:the )?\d+ )?(?:patients?|cases?|lesions?|events?|scans?|images?"
    r"|masks?|readings?|rows?|people)\b|:)"
)
"""A small number in front of what it counts, or of a reason."""

LONE_FEW: Final = re.compile(r"(?<![\w.,-])[1-4](?!\w|[.,]\d)")
"""A small number, whatever it counts."""

OF: Final = re.compile(r"(?<![\w.,])(\d+) of (\d+)\b(?!\.\d)")
NUMBER: Final = re.compile(r"(?<!fewer than )(?<![\w.])\d+(?:\.\d+)?(?![\w])")
"""Any number that stands alone, but for the one in `fewer than 5`."""

PATH: Final = re.compile(
    r"^\S*[/\\]\S*$"
    r"|\.(?:csv|tsv|parquet|xlsx?|json|ya?ml|nii|nii\.gz|nrrd|mha|mhd|dcm|skops|db)$",
    re.IGNORECASE,
)
"""A value that is a file or a folder."""


def pseudonyms(patients: Iterable[str], secret: str) -> dict[str, str]:
    """Give every patient another name, such as `P0381`, in an order that tells nothing.

    Numbers are left free between them, so that the highest does not tell how many there are.

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
    digits = max(FEWEST_DIGITS, len(str(FREE * len(order))))
    places = random.Random(secret).sample(range(10**digits), len(order))  # not for a cipher
    for prefix in (*PREFIXES, hashlib.sha256(secret.encode()).hexdigest()[:8]):
        names = [f"{prefix}{place:0{digits}d}" for place in places]
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
        """A free sentence: short identities and small numbers of patients go as well.

        With a small number all others of the sentence go, such as its share in per cent.
        """
        told = self._short.sub(HIDDEN_NUMBER, self.text(text))
        few = FEW.sub(f"fewer than {FEWEST_SHOWN}", told)
        return few if few == told else NUMBER.sub(HIDDEN_NUMBER, few)

    def counting(self, text: str) -> str:
        """A sentence that counts patients in any words, as `3 of 26 OR` or `portal 3`."""
        told = self.sentence(text)
        left_over = [int(every) - int(part) for part, every in OF.findall(text)]
        is_telling = LONE_FEW.search(told) or any(0 < few < FEWEST_SHOWN for few in left_over)
        return NUMBER.sub(HIDDEN_NUMBER, told) if is_telling else told

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
