"""Measurements and a criterion make a response table."""

from __future__ import annotations

from radiomics_hcc.domain.response import ResponseTable
from radiomics_hcc.errors import InputError
from radiomics_hcc.response.criteria import criterion_of
from radiomics_hcc.response.criterion import Criterion
from radiomics_hcc.response.measurement_doubts import with_doubts
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.uncertainty import flagged


def assess(measurements: Measurements, criterion: Criterion | str) -> ResponseTable:
    """Assess every patient, reader and follow-up.

    Parameters
    ----------
    measurements
        From `read_measurements`.
    criterion
        Such as `MRECIST()`, or the kind of one with its defaults, as "irecist".

    Returns
    -------
    ResponseTable
        By patient, reader and time. Patients without a follow-up have no row; they are named in
        `without_follow_up`. Where sizes were measured again (variant columns), the flags say
        which other responses the measurement allows.

    Raises
    ------
    InputError
        Where the table lacks what the criterion needs; names every row and column.
    ConfigError
        Where there is no criterion of that kind.

    Examples
    --------
    >>> import pandas as pd
    >>> from radiomics_hcc.response.mrecist import MRECIST
    >>> rows = [("P1", 0, "L1", "target", 62.8), ("P1", 60, "L1", "target", 44)]
    >>> columns = ["patient_id", "assessment", "lesion_id", "role", "viable_mm"]
    >>> table = assess(Measurements.from_frame(pd.DataFrame(rows, columns=columns)), MRECIST())
    >>> print(table.assessments[0].reason[:51])
    Viable sum 44 mm against 62.8 mm at baseline (-29.9
    """
    criterion = criterion_of(criterion)
    problems = criterion.problems(measurements)
    if problems:
        title = f"{measurements.source} cannot be assessed by {criterion.kind}"
        raise InputError(problems, title=title)
    courses = measurements.courses_for(markers=criterion.reads_markers)
    assessed = [(course, with_doubts(course, flagged(course, criterion))) for course in courses]
    return ResponseTable(
        criterion=criterion.kind,
        assessments=tuple(row for _, rows in assessed for row in rows),
        without_follow_up=tuple(
            (course.patient_id, course.reader) for course, rows in assessed if not rows
        ),
    )
