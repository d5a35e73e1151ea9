"""The visits of every patient in order of time, and how a measurements table names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from radiomics_hcc.domain.cohort import Case, Cohort, Study
from radiomics_hcc.domain.lesion_fragments import whole_lesion
from radiomics_hcc.errors import InputError, Problem

ONLY_LESION: Final = "L1"  # how a patient's only lesion is called where the cohort names none
MATCH_REMEDY: Final = "name each lesion, or let `rhcc match` find the same lesion over time"


@dataclass(frozen=True)
class MeasuredVisit:
    """One time point of one patient.

    Parameters
    ----------
    study
        Its cases.
    assessment
        How the measurements table writes it: an ISO date, or 0, 1, 2 in order of the time points
        where the cohort has no dates.
    is_baseline
        Whether it is the patient's first.
    """

    study: Study
    assessment: str
    is_baseline: bool

    @property
    def key(self) -> tuple[str, str]:
        """Patient and time point."""
        return (self.study.patient_id, self.study.timepoint)


def visits_of(cohort: Cohort, region: str) -> tuple[MeasuredVisit, ...]:
    """Put the studies of every patient in order.

    Parameters
    ----------
    cohort
        What is measured.
    region
        The region of interest that is a lesion.

    Raises
    ------
    InputError
        Where no case is a lesion, some scans are dated and others are not, two time points of a
        patient are of one day, or a lesion without an identity is there at several time points.
    """
    studies = cohort.studies
    problems = [*_region_problems(cohort, region), *_date_problems(studies)]
    problems += _identity_problems(cohort, region)
    if problems:
        raise InputError(problems, "cohort cannot be measured")
    is_dated = all(study.date for study in studies)
    rank = {name: place for place, name in enumerate(cohort.timepoints)}
    by_patient: dict[str, list[Study]] = {}
    for study in studies:
        by_patient.setdefault(study.patient_id, []).append(study)
    return tuple(
        visit
        for group in by_patient.values()
        for visit in _in_order(group, rank, is_dated=is_dated)
    )


def lesion_cases(study: Study, region: str) -> dict[str, list[Case]]:
    """The lesion cases of a study by lesion, fragments with their lesion; one may lack a name."""
    found: dict[str, list[Case]] = {}
    for case in study.cases:
        if case.region == region:
            found.setdefault(whole_lesion(case.lesion_id) or ONLY_LESION, []).append(case)
    return found


def fragments(cases: Sequence[Case]) -> list[list[Case]]:
    """The present cases of one lesion: the phases of one region together, fragments apart."""
    named: dict[str, list[Case]] = {}
    for case in cases:
        if not case.is_absent:
            named.setdefault(case.lesion_id, []).append(case)
    return list(named.values())


def _in_order(
    studies: Sequence[Study], rank: Mapping[str, int], *, is_dated: bool
) -> list[MeasuredVisit]:
    if is_dated:
        ordered = sorted(studies, key=lambda study: str(study.date))
        names = [str(study.date) for study in ordered]
    else:
        ordered = sorted(studies, key=lambda study: rank[study.timepoint])
        names = [str(place) for place in range(len(ordered))]
    return [
        MeasuredVisit(study, name, place == 0)
        for place, (study, name) in enumerate(zip(ordered, names, strict=True))
    ]


def _region_problems(cohort: Cohort, region: str) -> list[Problem]:
    there = sorted({str(case.region) for case in cohort.cases})
    if region in there:
        return []
    remedy = f"regions in the cohort: {', '.join(there) or 'none'}"
    return [Problem("region", f"no case of {str(region)!r}", remedy)]


def _date_problems(studies: Sequence[Study]) -> list[Problem]:
    undated = [study for study in studies if study.date is None]
    problems = []
    if undated and len(undated) < len(studies):
        remedy = "give the date of every scan, or of none"
        problems += [
            Problem(study.cases[0].source or study.patient_id, _undated(study), remedy)
            for study in undated
        ]
    first: dict[tuple[str, str], Study] = {}
    for study in studies:
        same = first.setdefault((study.patient_id, str(study.date)), study)
        if study.date and same is not study:
            what = f"{study.timepoint!r} and {same.timepoint!r} of {study.patient_id} are both of "
            where = study.cases[0].source or study.patient_id
            problems.append(Problem(where, f"{what}{study.date}", "one day is one assessment"))
    return problems


def _undated(study: Study) -> str:
    return f"{study.patient_id} {study.timepoint} has no date, other scans have one"


def _identity_problems(cohort: Cohort, region: str) -> list[Problem]:
    unnamed: dict[str, list[Case]] = {}
    for case in cohort.cases:
        if case.region == region and not case.lesion_id:
            unnamed.setdefault(case.patient_id, []).append(case)
    return [
        Problem(
            cases[0].source or cases[0].name,
            f"{patient}: lesions without lesion_id at several time points",
            MATCH_REMEDY,
        )
        for patient, cases in unnamed.items()
        if len({case.timepoint for case in cases}) > 1
    ]
