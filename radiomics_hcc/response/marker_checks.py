"""What blood values must agree on among themselves and with the lesions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from radiomics_hcc.domain.response import AssessmentTime
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.measurement import Measurement, time_text


def marker_problems(rows: Sequence[Measurement]) -> list[Problem]:
    """Two values of one day, and names that are a lesion's and a marker's."""
    return [*_two_values(rows), *_shared_names(rows)]


def _two_values(rows: Sequence[Measurement]) -> Iterator[Problem]:
    """One value per patient and day; readers may repeat it, but not contradict it."""
    by_day: dict[tuple[str, AssessmentTime], list[Measurement]] = defaultdict(list)
    for row in rows:
        if row.is_marker:
            by_day[row.patient_id, row.assessment].append(row)
    for (_, day), (first, *others) in by_day.items():
        for row in others:
            if row.reader == first.reader or row.afp_ng_ml != first.afp_ng_ml:
                yield Problem(
                    row.where,
                    f"a second blood value at {time_text(day)}; {first.where} has one already",
                    "keep one value per patient and assessment",
                )


def _shared_names(rows: Sequence[Measurement]) -> Iterator[Problem]:
    lesions = {(row.patient_id, row.lesion_id): row for row in rows if not row.is_marker}
    for row in rows:
        lesion = lesions.get((row.patient_id, row.lesion_id))
        if row.is_marker and lesion is not None:
            yield Problem(
                row.where,
                f"lesion_id {row.lesion_id!r} has role 'marker', but {lesion.role.value!r} in "
                f"{lesion.where}",
                "give the blood value a name of its own, such as AFP",
            )
