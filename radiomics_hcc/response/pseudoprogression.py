"""Flags where progression may be none: never a class of its own, always with what speaks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, TypeAlias

from radiomics_hcc.domain.response import (
    AssessmentTime,
    ImmuneResponse,
    ResponseAssessment,
    ResponseClass,
    ResponseTable,
    ResponseWord,
    UnorderedResponse,
)
from radiomics_hcc.domain.response_scale import NEVER_VOTES, plain_class
from radiomics_hcc.response.arithmetic import PUBLISHED_CHANGES, percent_text
from radiomics_hcc.response.measurement import (
    VISIBLE_IN_RETROSPECT,
    Course,
    Role,
    time_text,
)
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.supporting_signs import supporting_signs

WHOLE_SIZE: Final = ("recist11", "irecist")
"""Criteria of the whole lesion, whose progression by size may be oedema, blood or necrosis."""

VIABLE_TISSUE: Final = ("mrecist", "easl")
"""Criteria of the enhancing part, which tell whether it was."""

Key: TypeAlias = tuple[str, str, AssessmentTime]


def flag_pseudoprogression(
    table: ResponseTable, measurements: Measurements, beside: Sequence[ResponseTable] = ()
) -> ResponseTable:
    """Add the flags of pseudoprogression and of changed conspicuity to a table.

    (a) iRECIST: iUPD that a later iSD, iPR or iCR followed without iCPD. (b) RECIST 1.1 or
    iRECIST progression by the targets' size alone, where mRECIST or EASL is not progression.
    (c) A lesion with role `new` that the reader flagged `visible_in_retrospect`: no new lesion.
    There is no consensus on pseudoprogression in hepatocellular carcinoma; no class changes.

    Parameters
    ----------
    table
        From `assess`.
    measurements
        What it was assessed from.
    beside
        Tables by other criteria, of which mRECIST and EASL are used for (b).
    """
    viable = _Viable.of(beside)
    courses = {(course.patient_id, course.reader): course for course in measurements.courses}
    rows: list[ResponseAssessment] = []
    for key, group in groupby(table, key=lambda row: (row.patient_id, row.reader)):
        followed = list(group)
        for place, row in enumerate(followed):
            found = [*_reversed(row, followed[place + 1 :])]
            if table.criterion in WHOLE_SIZE:
                found += _by_size_alone(row, table.criterion, viable)
            told = [_with_signs(flag, courses.get(key), row.assessment) for flag in found]
            told += _seen_before(courses.get(key), row.assessment)
            rows.append(replace(row, flags=(*row.flags, *told)))
    return replace(table, assessments=tuple(rows))


@dataclass(frozen=True)
class _Viable:
    """Responses of viable tissue: criterion, then patient, reader and assessment."""

    responses: Mapping[str, Mapping[Key, ResponseWord]]

    @classmethod
    def of(cls, tables: Sequence[ResponseTable]) -> _Viable:
        return cls(
            {
                table.criterion: {_key(row): row.response for row in table}
                for table in tables
                if table.criterion in VIABLE_TISSUE
            }
        )

    def not_progressing(self, row: ResponseAssessment) -> Iterator[str]:
        """`mrecist is SD` for each criterion by which the same assessment is no progression."""
        for name, responses in self.responses.items():
            word = responses.get(_key(row), UnorderedResponse.NE)
            if plain_class(word) not in (None, ResponseClass.PD):
                yield f"{name} is {word}"


def _key(row: ResponseAssessment) -> Key:
    return (row.patient_id, row.reader, row.assessment)


def _reversed(row: ResponseAssessment, later: Sequence[ResponseAssessment]) -> Iterator[str]:
    """(a): what follows the block of unconfirmed progression is none."""
    if row.response is not ImmuneResponse.IUPD:
        return
    for other in later:
        if other.response is ImmuneResponse.ICPD:
            return
        if other.response is not ImmuneResponse.IUPD and other.response not in NEVER_VOTES:
            when = time_text(other.assessment)
            yield f"pseudoprogression: iUPD was followed by {other.response} at {when} without iCPD"
            return


def _by_size_alone(row: ResponseAssessment, criterion: str, viable: _Viable) -> Iterator[str]:
    """(b): the targets grew, their viable part did not."""
    is_by_size = (
        plain_class(row.target_response) is ResponseClass.PD
        and plain_class(row.non_target_response) is not ResponseClass.PD
        and not row.new_lesion
    )
    others = ", ".join(viable.not_progressing(row)) if is_by_size else ""
    if others:
        change = row.change_from_nadir
        grown = "" if change is None else f" ({percent_text(change, PUBLISHED_CHANGES)} from nadir)"
        yield f"pseudoprogression: {criterion} {row.response} by size alone{grown}, {others}"


def _with_signs(flag: str, course: Course | None, time: AssessmentTime) -> str:
    signs = supporting_signs(course, time) if course else ()
    told = f"for it: {', '.join(signs)}" if signs else "nothing recorded speaks for it"
    return f"{flag} - {told}"


def _seen_before(course: Course | None, time: AssessmentTime) -> Iterator[str]:
    """(c): conspicuity, not a new lesion."""
    visits = course.visits if course else ()
    for row in (row for visit in visits if visit.time == time for row in visit.measurements):
        if row.role is Role.NEW and VISIBLE_IN_RETROSPECT in row.flags:
            yield f"conspicuity: {row.lesion_id} was visible before in retrospect, no new lesion"
