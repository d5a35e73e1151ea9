"""Text of one row of `measurements.csv` to a `Measurement`, with every problem of the row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from fractions import Fraction
from typing import Final, TypeVar

from radiomics_hcc.domain.measurement_columns import (
    FUNCTIONAL_COLUMNS,
    SIZE_COLUMNS,
    VARIANTS,
    variant_column,
)
from radiomics_hcc.domain.response import (
    FLAG_SEPARATOR,
    AssessmentTime,
    TreatmentResponseCategory,
)
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.arithmetic import exact
from radiomics_hcc.response.measurement import (
    EFFUSION,
    KNOWN_SITES,
    LIVER,
    PORTAL_VEIN,
    Finding,
    LesionStatus,
    Measurement,
    Role,
)
from radiomics_hcc.response.row_rules import row_complaints

ISO_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
DAY_NUMBER: Final = re.compile(r"([+-]?\d{1,5})(\.0*)?")
SITE_SIMILARITY: Final = 0.8  # above it a word is taken for a misspelt site, not for a new one
LARGER_AND_SMALLER: Final = (
    ("longest_mm", "perpendicular_mm"),
    ("longest_mm", "short_axis_mm"),
    ("viable_mm", "viable_perpendicular_mm"),
    ("volume_ml", "viable_volume_ml"),
)
GENERAL_STATUSES: Final = frozenset(LesionStatus) - {LesionStatus.MERGED, LesionStatus.EQUIVOCAL}
ROLE_STATUSES: Final = {
    Role.TARGET: frozenset(
        {
            LesionStatus.MEASURED,
            LesionStatus.ABSENT,
            LesionStatus.TOO_SMALL,
            LesionStatus.NOT_EVALUABLE,
            LesionStatus.MERGED,
        }
    ),
    Role.NON_TARGET: GENERAL_STATUSES,
    Role.NEW: GENERAL_STATUSES | {LesionStatus.EQUIVOCAL},
    Role.MARKER: frozenset({LesionStatus.MEASURED, LesionStatus.NOT_EVALUABLE}),
}
SIZES_MEASURED_AGAIN: Final = {
    variant_column(size, variant): (variant, size)
    for variant, sizes in VARIANTS.items()
    for size in sizes
}
SIZED_BY: Final = (*SIZE_COLUMNS, "afp_ng_ml", "lirads_tr")  # any of them makes a row measured
SITE_FINDINGS: Final = {
    LIVER: (Finding.TYPICAL, Finding.ATYPICAL),
    EFFUSION: (Finding.POSITIVE, Finding.NEGATIVE, Finding.NOT_DONE),
    PORTAL_VEIN: (Finding.TUMOUR, Finding.BLAND),
}
Word = TypeVar("Word", bound=StrEnum)


class RowParser:
    """Reads the cells of one row and gathers what is wrong with them.

    Parameters
    ----------
    cells
        Column to text; surrounding blanks do not matter, an empty cell is a missing value.
    where
        `file:line` for messages.
    """

    def __init__(self, cells: Mapping[str, str], where: str) -> None:
        self.cells = {name: text.strip() for name, text in cells.items()}
        self.where = where
        self.problems: list[Problem] = []

    def parse(self) -> Measurement | None:
        """Make the measurement; None where the row has a problem."""
        sizes = {name: self._size(name) for name in SIZE_COLUMNS}
        role, time = self._word("role", Role), self._time()
        status, finding = self._status(role, sizes), self._finding()
        mean_hu, site = self._number("mean_hu"), self._site(role)
        patient_id, lesion_id = self._text("patient_id"), self._text("lesion_id")
        reader = self._reader(role)
        slice_mm, afp_ng_ml = self._size("slice_mm"), self._size("afp_ng_ml")
        functional, variants, category = self._functional(), self._variants(), self._category()
        self._check_order(sizes)
        for what, remedy in row_complaints(self.cells):
            self._problem(what, remedy)
        if self.problems or role is None or time is None or status is None:
            return None
        return Measurement(
            patient_id=patient_id,
            reader=reader,
            assessment=time,
            lesion_id=lesion_id,
            role=role,
            site=site,
            status=status,
            finding=finding,
            **sizes,
            mean_hu=mean_hu,
            phase=self.cells.get("phase", "").lower(),
            slice_mm=slice_mm,
            afp_ng_ml=afp_ng_ml,
            lirads_tr=category,
            functional=functional,
            variants=variants,
            flags=self._flags(),
            note=self.cells.get("note", ""),
            where=self.where,
        )

    def _problem(self, what: str, remedy: str = "") -> None:
        self.problems.append(Problem(self.where, what, remedy))

    def _text(self, column: str) -> str:
        text = self.cells.get(column, "")
        if not text:
            self._problem(f"{column} is empty", "every row needs it")
        return text

    def _reader(self, role: Role | None) -> str:
        """A blood value has no reader; every lesion has one where the table names readers."""
        if role is Role.MARKER or "reader" not in self.cells:
            return self.cells.get("reader", "")
        return self._text("reader")

    def _word(self, column: str, words: type[Word]) -> Word | None:
        text = self._text(column)
        if not text:
            return None
        if text not in {word.value for word in words}:
            self._problem(f"{column} is {text!r}", did_you_mean(text, [str(w) for w in words]))
            return None
        return words(text)

    def _time(self) -> AssessmentTime | None:
        text = self._text("assessment")
        day = DAY_NUMBER.fullmatch(text)
        if day:
            return int(day.group(1))
        if ISO_DATE.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError as error:
                self._problem(f"assessment {text!r} is no day of the calendar ({error})")
                return None
        if text:
            self._problem(
                f"assessment is {text!r}", "write a date as 2026-03-01 or a whole day number"
            )
        return None

    def _number(self, column: str) -> Fraction | None:
        text = self.cells.get(column, "")
        if not text:
            return None
        try:
            return exact(text)
        except ValueError:
            self._problem(f"{column} is {text!r}", _number_remedy(text))
            return None

    def _size(self, column: str) -> Fraction | None:
        value = self._number(column)
        if value is not None and value < 0:
            self._problem(f"{column} is {self.cells[column]}", "a size cannot be negative")
        return value

    def _functional(self) -> dict[str, Fraction]:
        given = (name for name in FUNCTIONAL_COLUMNS if self.cells.get(name))
        found = {name: self._number(name) for name in given}
        return {name: value for name, value in found.items() if value is not None}

    def _variants(self) -> dict[str, dict[str, Fraction]]:
        found: dict[str, dict[str, Fraction]] = {}
        for column, (variant, size) in SIZES_MEASURED_AGAIN.items():
            value = self._size(column) if self.cells.get(column) else None
            if value is not None:
                found.setdefault(variant, {})[size] = value
        return found

    def _category(self) -> TreatmentResponseCategory | None:
        text = self.cells.get("lirads_tr", "")
        words = [str(word) for word in TreatmentResponseCategory]
        if text and text not in words:
            self._problem(f"lirads_tr is {text!r}", did_you_mean(text, words))
        return TreatmentResponseCategory(text) if text in words else None

    def _flags(self) -> tuple[str, ...]:
        words = self.cells.get("flags", "").split(FLAG_SEPARATOR.strip())
        return tuple(word.strip() for word in words if word.strip())

    def _site(self, role: Role | None) -> str:
        if role is Role.MARKER:
            return ""
        site = self.cells.get("site", "") or LIVER
        near = _mistaken_site(site)
        if near:
            self._problem(
                f"site is {site!r}",
                f"did you mean {near!r}? Any word unlike {', '.join(KNOWN_SITES)} is extrahepatic",
            )
        return site

    def _finding(self) -> Finding | None:
        if not self.cells.get("finding"):
            return None
        finding = self._word("finding", Finding)
        site = self.cells.get("site", "") or LIVER
        allowed = SITE_FINDINGS.get(site, ())
        if finding is not None and finding not in allowed:
            words = ", ".join(allowed) or "none"
            self._problem(f"finding {finding.value!r} at site {site!r}", f"allowed there: {words}")
        return finding

    def _status(
        self, role: Role | None, sizes: Mapping[str, Fraction | None]
    ) -> LesionStatus | None:
        given = [name for name, value in sizes.items() if value is not None]
        if self.cells.get("status"):
            status = self._word("status", LesionStatus)
        elif any(self.cells.get(name) for name in SIZED_BY):
            status = LesionStatus.MEASURED
        else:
            status = None
            self._problem("neither a size nor a status", "write one, such as absent")
        if status is not None and role is not None:
            self._check_status(status, role, sizes, given)
        return status

    def _check_status(
        self,
        status: LesionStatus,
        role: Role,
        sizes: Mapping[str, Fraction | None],
        given: list[str],
    ) -> None:
        if status not in ROLE_STATUSES[role]:
            words = ", ".join(sorted(ROLE_STATUSES[role]))
            self._problem(f"status {status.value!r} of a {role.value} lesion", f"allowed: {words}")
            return
        if status is LesionStatus.MEASURED and not any(self.cells.get(c) for c in SIZED_BY):
            self._problem(
                "status 'measured' without a size", "write the size, or status not_evaluable"
            )
        if status is LesionStatus.ABSENT:
            given = [name for name in given if sizes[name] != 0]
        unsized = (LesionStatus.NOT_EVALUABLE, LesionStatus.TOO_SMALL, LesionStatus.MERGED)
        if given and status in (*unsized, LesionStatus.ABSENT):
            self._problem(
                f"status {status.value!r} together with {', '.join(given)}",
                "keep one; a lesion that lost its enhancement is measured with viable_mm 0",
            )

    def _check_order(self, sizes: Mapping[str, Fraction | None]) -> None:
        for larger, smaller in LARGER_AND_SMALLER:
            high, low = sizes[larger], sizes[smaller]
            if high is not None and low is not None and low > high >= 0:
                self._problem(
                    f"{smaller} {self.cells[smaller]} exceeds {larger} {self.cells[larger]}",
                    "are the two exchanged?",
                )


def _mistaken_site(site: str) -> str:
    if site in KNOWN_SITES:
        return ""
    word = re.sub(r"[\s-]+", "_", site.lower())
    starts = [known for known in KNOWN_SITES if word.startswith(known)]
    if starts:
        return max(starts, key=len)
    close = get_close_matches(word, KNOWN_SITES, n=1, cutoff=SITE_SIMILARITY)
    return close[0] if close else ""


def _number_remedy(text: str) -> str:
    with_point = text.replace(",", ".")
    try:
        exact(with_point)
    except ValueError:
        return "write a plain number, or leave the cell empty where it is missing"
    return f"did you mean {with_point}?"
