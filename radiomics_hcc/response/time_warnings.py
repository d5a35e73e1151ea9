"""What looks wrong in the order of assessments; warnings, as the table may well be right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

from radiomics_hcc.domain.response import AssessmentTime, days_between
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.measurement import Course, Measurement, time_text

LONGEST_GAP_DAYS: Final = 3653  # ten years: a longer one is rather a misspelt year
DAY_OF_TREATMENT: Final = 0  # what day numbers usually count from
NAMED: Final = 3  # patients named one by one before they are summed up


def time_warnings(rows: Sequence[Measurement], courses: Sequence[Course]) -> list[Problem]:
    """Assessments that the table has in another order than time, far apart, or before day 0.

    Parameters
    ----------
    rows
        In the order of the table.
    courses
        The same rows by patient, reader and time, blood values left out.
    """
    later = [problem for course in courses for problem in _within(course)]
    return [*_summed_up(_out_of_order(rows)), *later]


def _out_of_order(rows: Sequence[Measurement]) -> list[Problem]:
    """One problem per patient and reader; none where the whole table has the newest first."""
    times: dict[tuple[str, str], dict[AssessmentTime, Measurement]] = {}
    for row in rows:
        if not row.is_marker:
            times.setdefault((row.patient_id, row.reader), {}).setdefault(row.assessment, row)
    orders = {key: list(seen) for key, seen in times.items() if len(seen) > 1}
    falling = [key for key, order in orders.items() if order == sorted(order, reverse=True)]
    if len(falling) > 1 and len(falling) == len(orders):
        return []
    return [
        _order_problem(times[key], order) for key, order in orders.items() if order != sorted(order)
    ]


def _order_problem(
    seen: Mapping[AssessmentTime, Measurement], order: list[AssessmentTime]
) -> Problem:
    early = next(b for a, b in pairwise(order) if days_between(a, b) < 0)
    row, listed = seen[early], ", ".join(time_text(time) for time in order)
    return Problem(
        row.where,
        f"the assessments of patient {row.patient_id!r} stand in the order {listed}",
        f"they are used in order of time, so that {time_text(min(order))} is the baseline: "
        "is a date misspelt?",
    )


def _summed_up(problems: list[Problem]) -> list[Problem]:
    if len(problems) <= NAMED:
        return problems
    more = f"the assessments of {len(problems) - 1} more patients and readers stand out of order"
    return [problems[0], Problem(problems[1].where, more, "they are used in order of time")]


def _within(course: Course) -> Iterator[Problem]:
    who = f"patient {course.patient_id!r}"
    for earlier, later in pairwise(course.visits):
        if days_between(earlier.time, later.time) > LONGEST_GAP_DAYS:
            what = f"{time_text(later.time)} lies more than ten years after the assessment before"
            yield Problem(later.measurements[0].where, f"{who}: {what}", "is the year misspelt?")
    early = [visit for visit in course.visits if _is_before_day_0(visit.time)]
    if len(early) > 1:
        days = ", ".join(time_text(visit.time) for visit in early)
        yield Problem(
            early[1].measurements[0].where,
            f"{who} has {len(early)} assessments up to day 0 ({days})",
            "the first is taken as the baseline: leave the other out?",
        )


def _is_before_day_0(time: AssessmentTime) -> bool:
    return not isinstance(time, date) and time <= DAY_OF_TREATMENT
