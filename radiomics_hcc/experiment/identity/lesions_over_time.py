"""Identities for the lesions of a cohort that has none: `cohort.csv` completed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.datasets.cohort_table import (
    CohortTable,
    read_cohort_table,
    write_cohort_table,
)
from radiomics_hcc.domain.cohort import Case, Region, order_timepoints
from radiomics_hcc.errors import InputError, Problem, RadiomicsHCCError
from radiomics_hcc.experiment.identity.patient_lesions import GoneLesion, NamedLink, PatientLesions
from radiomics_hcc.experiment.identity.placed_visits import read_visits
from radiomics_hcc.features.progress import Progress, Silent
from radiomics_hcc.imaging.lesion_matching import MatchRule

LINK_COLUMNS: Final = (
    "patient_id",
    "timepoint_before",
    "timepoint_after",
    "lesion_id",
    "outcome",
    "check",
    "row_before",
    "row_after",
    "overlap_dice",
    "share_before",
    "share_after",
    "distance_mm",
    "volume_before_ml",
    "volume_after_ml",
    "registration_shift_mm",
    "registration_rotation_deg",
    "similarity_before",
    "similarity_after",
    "liver_overlap_dice",
    "registration_flags",
)
"""The columns of the evidence, one row per link."""

GONE_CELLS: Final = ("patient_id", "timepoint", "date", "phase", "modality", "image")


@dataclass(frozen=True, eq=False)
class MatchedCohort:
    """A cohort whose lesions have identities, and what they rest on.

    Parameters
    ----------
    table
        The cohort as it was.
    cells
        Its rows with `lesion_id` filled in, and rows for lesions that are gone.
    links
        Evidence, with the columns `LINK_COLUMNS`; `check` says why a person should look.
    failures
        Patients whose lesions could not be matched, with the reason; their rows are as they were.
    patients
        Those whose lesions were named.
    """

    table: CohortTable = field(repr=False)
    cells: tuple[Mapping[str, str], ...] = field(repr=False)
    links: pd.DataFrame = field(repr=False)
    failures: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """The evidence, one row per link."""
        return self.links.copy()

    def write(self, output: Path, evidence: Path | None = None) -> Path:
        """Write the cohort and, beside it unless told otherwise, the evidence; tells where."""
        write_cohort_table(self.table, self.cells, output)
        path = evidence or output.with_name(f"{output.stem}_links.csv")
        self.links.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")
        return path

    def sentences(self) -> Iterator[str]:
        """How many lesions became what, and every link that a person should look at."""
        counts = self.links["outcome"].value_counts()
        told = ", ".join(f"{count} {word}" for word, count in counts.items())
        alone = "lesions named at one time point" if self.patients else "nothing to match"
        doubtful = self.links[self.links["check"] != ""]
        yield f"{len(self.patients)} patients matched: {told or alone}; {len(doubtful)} to check"
        for row in doubtful.to_dict(orient="records"):
            place = f"{row['patient_id']} {row['lesion_id']} at {row['timepoint_after']}"
            yield f"check: {place}: {row['outcome']}: {row['check']}"

    def _repr_html_(self) -> str:
        return f"<p>{next(self.sentences())}</p>{self.links.to_html(index=False)}"


def match_cohort(
    path: Path,
    *,
    rule: MatchRule | None = None,
    keep: bool = False,
    allow_outside: bool = False,
    progress: Progress | None = None,
) -> MatchedCohort:
    """Find which lesion of one time point is which of another, patient by patient.

    Patients whose lesions all have a `lesion_id` are left as they are. The others' scans are
    registered rigidly to the first by their livers, and the outlines are matched by overlap and
    distance; see `match_lesions`. New identities are `L1`, `L2` and so on by volume; fragments of
    a split lesion are `L1~a`, `L1~b`. A lesion that vanished, or that is part of another by now,
    gets rows of status `absent` or `merged`.

    Parameters
    ----------
    path
        `cohort.csv`; `lesion_id` may be empty.
    rule
        Thresholds of matching.
    keep
        Whether a patient may have some lesions with and some without identity: the given ones
        stand, and only the others are matched.
    allow_outside
        Whether paths may lead outside the folder of the table.
    progress
        Is told patient by patient.

    Raises
    ------
    InputError
        With everything that is wrong with the table, half-named patients included.
    """
    table = read_cohort_table(path, allow_outside=allow_outside)
    problems = [*_half_named(table, keep=keep), *_unclear_rows(table)]
    if problems:
        raise InputError(problems, str(path))
    timepoints = order_timepoints((case.timepoint, case.date) for case in table.cases)
    teller = progress or Silent()
    done: dict[str, PatientLesions] = {}
    failures = []
    waiting = _waiting(table)
    teller.start(len(waiting))
    for patient, cases in waiting.items():
        lesions = PatientLesions(rule or MatchRule(), {c.lesion_id for c in cases if c.lesion_id})
        try:
            for visit in read_visits(cases, timepoints, lesions.rule):
                lesions.add(visit)
        except RadiomicsHCCError as error:
            failures.append(f"{patient}: {error}")
            teller.advance("failed", patient)
            continue
        done[patient] = lesions
        teller.advance("ok", patient)
    teller.finish()
    cells = tuple(_cells(table, done))
    return MatchedCohort(table, cells, _links(done), tuple(failures), tuple(done))


def _lesions(table: CohortTable) -> list[Case]:
    return [case for case in table.cases if case.region == Region.LESION]


def _waiting(table: CohortTable) -> dict[str, list[Case]]:
    """The rows of every patient with a lesion that has no name."""
    patients = dict.fromkeys(case.patient_id for case in _lesions(table) if not case.lesion_id)
    return {name: [c for c in table.cases if c.patient_id == name] for name in patients}


def _half_named(table: CohortTable, *, keep: bool) -> Iterator[Problem]:
    """Rows without identity of patients who have others with one."""
    named = {case.patient_id for case in _lesions(table) if case.lesion_id}
    for case in _lesions(table):
        if not keep and not case.lesion_id and case.patient_id in named:
            what = f"lesion_id is empty, and patient {case.patient_id} has lesions with one"
            remedy = "fill it in, empty all of the patient, or match the rest (--keep)"
            yield Problem(case.source, what, remedy)


def _unclear_rows(table: CohortTable) -> Iterator[Problem]:
    """Rows that no matching can name: gone lesions without a name, and regions given twice."""
    first: dict[tuple[object, ...], Case] = {}
    for case in _lesions(table):
        if case.lesion_id:
            continue
        if case.is_absent:
            remedy = "name it, or leave the row out: it is made where a lesion is not found again"
            yield Problem(case.source, f"status {case.status} without a lesion_id", remedy)
            continue
        key = (case.patient_id, case.timepoint, case.phase, case.mask, case.label)
        earlier = first.setdefault(key, case)
        if earlier is not case:
            what = f"the same mask and label as {earlier.source}"
            yield Problem(case.source, what, "drop one row, or give its own label")


def _cells(table: CohortTable, done: Mapping[str, PatientLesions]) -> Iterator[Mapping[str, str]]:
    """Every row with its identity; rows of gone lesions follow those of their visit."""
    last = {(case.patient_id, case.timepoint): place for place, case in enumerate(table.cases)}
    for place, (row, case) in enumerate(zip(table.rows, table.cases, strict=True)):
        lesions = done.get(case.patient_id)
        name = lesions.names.get(case.source) if lesions else None
        is_lesion = case.region == Region.LESION
        yield {**row.cells, "lesion_id": name} if name and is_lesion else row.cells
        if lesions and last[case.patient_id, case.timepoint] == place:
            yield from _gone_rows(table, case, lesions.gone)


def _gone_rows(
    table: CohortTable, visit: Case, gone: Sequence[GoneLesion]
) -> Iterator[dict[str, str]]:
    """A row per phase of the visit for every lesion that is gone by then."""
    here = (visit.patient_id, visit.timepoint)
    rows = [
        {name: row.cells.get(name, "") for name in GONE_CELLS}
        for row, case in zip(table.rows, table.cases, strict=True)
        if (case.patient_id, case.timepoint) == here and case.image is not None
    ]
    phases = {(row["phase"], row["modality"]): row for row in reversed(rows)}
    for lesion in gone:
        if lesion.timepoint == visit.timepoint:
            for row in reversed(phases.values()):
                status = {"lesion_id": lesion.lesion_id, "status": str(lesion.status)}
                yield {**row, "region": str(Region.LESION), **status}


def _links(done: Mapping[str, PatientLesions]) -> pd.DataFrame:
    rows = [
        {"patient_id": patient, **_link_row(named)}
        for patient, lesions in done.items()
        for named in lesions.links
    ]
    return pd.DataFrame(rows, columns=list(LINK_COLUMNS))


def _link_row(named: NamedLink) -> dict[str, object]:
    link, found = named.link, named.visit.registration
    return {
        "timepoint_before": named.before,
        "timepoint_after": named.visit.timepoint,
        "lesion_id": named.lesion_id,
        "outcome": str(link.outcome),
        "check": "; ".join(link.doubts),
        "row_before": link.before,
        "row_after": link.after,
        "overlap_dice": link.overlap,
        "share_before": link.share_before,
        "share_after": link.share_after,
        "distance_mm": link.distance_mm,
        "volume_before_ml": link.volume_before_ml,
        "volume_after_ml": link.volume_after_ml,
        "registration_shift_mm": found.transform.shift_mm,
        "registration_rotation_deg": found.transform.rotation_deg,
        "similarity_before": found.similarity_before,
        "similarity_after": found.similarity_after,
        "liver_overlap_dice": found.overlap,
        "registration_flags": "; ".join(found.flags),
    }
