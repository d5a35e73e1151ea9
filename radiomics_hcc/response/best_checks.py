"""What must hold before a best response can be found: words with a rank, times that fit."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from radiomics_hcc.domain.response import (
    AssessmentTime,
    ResponseAssessment,
    ResponseTable,
    ResponseWord,
    days_between,
)
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.measurement import time_text


def unranked_words(table: ResponseTable, ranked: Container[ResponseWord]) -> list[Problem]:
    """Responses that have no place in the order from best to worst."""
    return [
        Problem(f"{row.patient_id} at {row.assessment}", f"response {row.response} has no rank")
        for row in table
        if row.response not in ranked
    ]


def start_problems(table: ResponseTable, starts: Mapping[str, AssessmentTime]) -> list[Problem]:
    """Starts of another sort (date, day number) than the assessments, or after the first."""
    first: dict[str, ResponseAssessment] = {}
    for row in table:
        first.setdefault(row.patient_id, row)
    late = [
        Problem(
            row.patient_id,
            f"starts at {time_text(starts[row.patient_id])}, after the follow-up of "
            f"{time_text(row.assessment)}",
            "give the start of the treatment whose response was assessed",
        )
        for row in first.values()
        if _is_comparable(starts.get(row.patient_id), row)
        and days_between(row.assessment, starts[row.patient_id]) > 0
    ]
    return [*_other_sort(starts, first, "starts"), *late]


def death_problems(
    table: ResponseTable,
    deaths: Mapping[str, AssessmentTime],
    starts: Mapping[str, AssessmentTime],
) -> list[Problem]:
    """Deaths of another sort than the assessments, before one of them, or before the start."""
    last = {row.patient_id: row for row in sorted(table, key=_by_time)}
    early = [
        Problem(
            row.patient_id,
            f"died at {time_text(deaths[row.patient_id])}, before the assessment of "
            f"{time_text(row.assessment)}",
            "one of the two dates is wrong",
        )
        for row in last.values()
        if _is_comparable(deaths.get(row.patient_id), row)
        and days_between(deaths[row.patient_id], row.assessment) > 0
    ]
    impossible = [
        Problem(name, f"died at {deaths[name]} but starts at {starts[name]}", "check both")
        for name in deaths.keys() & starts.keys() - last.keys()
        if isinstance(deaths[name], int) != isinstance(starts[name], int)
        or days_between(starts[name], deaths[name]) < 0
    ]
    return [*_other_sort(deaths, last, "died"), *early, *sorted(impossible, key=_where)]


def _other_sort(
    times: Mapping[str, AssessmentTime], rows: Mapping[str, ResponseAssessment], verb: str
) -> Iterator[Problem]:
    for patient_id, time in times.items():
        if patient_id in rows and not _is_comparable(time, rows[patient_id]):
            yield Problem(
                patient_id,
                f"{verb} at {time}, but its assessments are of another sort",
                "use dates for both, or day numbers for both",
            )


def _is_comparable(time: AssessmentTime | None, row: ResponseAssessment) -> bool:
    return time is not None and isinstance(time, int) == isinstance(row.assessment, int)


def _by_time(row: ResponseAssessment) -> int:
    return days_between(row.baseline, row.assessment)


def _where(problem: Problem) -> str:
    return problem.where
