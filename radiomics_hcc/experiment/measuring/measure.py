"""From images and masks to measurements: viable and whole diameters, volumes, enhancement."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import pandas as pd
from joblib import Parallel, delayed

from radiomics_hcc.domain.cohort import Cohort, Region
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.experiment.measuring.files import StudyFiles, write_saved
from radiomics_hcc.experiment.measuring.map_statistics import map_frame
from radiomics_hcc.experiment.measuring.reading import LesionReading, Outcome
from radiomics_hcc.experiment.measuring.rows import measurement_frame, with_missing
from radiomics_hcc.experiment.measuring.study import MeasureStudy, StudyOutcome
from radiomics_hcc.experiment.measuring.target_roles import check_roles, with_roles
from radiomics_hcc.experiment.measuring.visits import MeasuredVisit, visits_of
from radiomics_hcc.features.progress import OutcomeWord, Progress, Silent
from radiomics_hcc.imaging.viable import ViableRule
from radiomics_hcc.response.measurements import Measurements

READER: Final = "images"
ROLES_BY: Final = "mrecist"
SHOWN: Final = 20  # rows in a notebook


@dataclass(frozen=True, eq=False)
class Measured:
    """What images told of every lesion at every visit.

    Parameters
    ----------
    readings
        By patient, visit and lesion, also those that failed or are missing.
    table
        The rows of `measurements.csv`, numbers as text.
    maps
        Statistics of aligned maps, see `map_statistics`; empty without such maps.
    region, settings
        What was measured, and how.
    without_lesions
        Patients of the cohort with no row of that region at any visit: they are in no table.
    """

    readings: tuple[LesionReading, ...] = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    maps: pd.DataFrame = field(repr=False)
    region: str = Region.LESION
    settings: Mapping[str, object] = field(default_factory=dict)
    without_lesions: tuple[str, ...] = ()

    @cached_property
    def measurements(self) -> Measurements:
        """The same for the criteria, as `read_measurements` gives it."""
        return Measurements.from_frame(self.table)

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Name and reason of every lesion that could not be measured, or has no row."""
        lesions = (
            (reading.name, reading.reason)
            for reading in self.readings
            if reading.outcome in (Outcome.FAILED, Outcome.MISSING)
        )
        why = f"no row of region {str(self.region)!r} at any visit, so that it is in no table"
        return (*lesions, *((patient, why) for patient in self.without_lesions))

    def frame(self) -> pd.DataFrame:
        """One row per lesion and visit, with the columns of `measurements.csv`."""
        return self.measurements.frame()

    def write(self, path: Path | str) -> Path:
        """Write `measurements.csv` and return where it lies."""
        target = Path(path)
        self.table.to_csv(target, index=False)
        return target

    def __str__(self) -> str:
        counts = Counter(reading.outcome for reading in self.readings)
        told = ", ".join(f"{counts[word]} {word}" for word in Outcome if counts[word])
        flagged = Counter(
            flag.partition(":")[0] for reading in self.readings for flag in reading.flags
        )
        flags = ", ".join(f"{word} {count}" for word, count in flagged.most_common())
        return f"{told}; flags: {flags or 'none'}"

    def __len__(self) -> int:
        return len(self.readings)

    def _repr_html_(self) -> str:
        table = self.table.loc[:, (self.table != "").any()].head(SHOWN).to_html(index=False)
        return f"<p>Measured from images: {html.escape(str(self))}</p>{table}"


@dataclass(frozen=True)
class Measuring:
    """How lesions are measured; its call does it.

    Parameters
    ----------
    rule
        What counts as viable tissue.
    reader
        What the column `reader` says.
    region
        The region of interest that is a lesion.
    roles
        The criterion by which lesions of the baseline become targets.
    jobs
        Worker processes; the numbers do not depend on it.
    save
        Folder for viable and lipiodol masks, subtraction images and `cohort.csv`; None for none.
    """

    rule: ViableRule = field(default_factory=ViableRule)
    reader: str = READER
    region: str = Region.LESION
    roles: str = ROLES_BY
    jobs: int = 1
    save: Path | None = None

    def __call__(self, cohort: Cohort, progress: Progress | None = None) -> Measured:
        """Measure every lesion; one that fails is a row that is not evaluable, with the reason.

        Raises
        ------
        InputError
            Where the cohort cannot be put in order of time, its lesions have no identity, or the
            criterion of the roles has no targets.
        """
        if self.jobs < 1:
            raise InputError([Problem("jobs", f"at least 1, found {self.jobs}")])
        check_roles(self.roles)
        visits = visits_of(cohort, self.region)
        files = StudyFiles(self.save) if self.save else None
        work = MeasureStudy(self.rule, self.region, files)
        outcomes = list(_told(work, visits, self.jobs, progress or Silent()))
        if self.save:
            write_saved(self.save, [row for each in outcomes for row in each.saved])
        found = [reading for each in outcomes for reading in each.readings]
        readings = with_missing(found, visits)
        rows = measurement_frame(readings, visits, self.reader)
        return Measured(
            tuple(readings),
            with_roles(rows, self.roles),
            map_frame([row for each in outcomes for row in each.maps]),
            self.region,
            {"rule": asdict(self.rule), "reader": self.reader, "roles": self.roles},
            _without(cohort, self.region),
        )


def measure(cohort: Cohort, *, k: float | None = None, jobs: int = 1) -> Measured:
    """Measure the lesions of a cohort; `Measuring` has the further choices.

    Parameters
    ----------
    cohort
        Images and masks, best with all phases of each visit and the liver.
    k
        Viable tissue lies more than k standard deviations above the liver; by default 2.
    jobs
        Worker processes.
    """
    rule = ViableRule() if k is None else ViableRule(k=k)
    return Measuring(rule, jobs=jobs)(cohort)


def _without(cohort: Cohort, region: str) -> tuple[str, ...]:
    """Patients who have images and no lesion."""
    patients = dict.fromkeys(case.patient_id for case in cohort.cases)
    named = {case.patient_id for case in cohort.cases if case.region == region}
    return tuple(patient for patient in patients if patient not in named)


def _told(
    work: MeasureStudy, visits: Sequence[MeasuredVisit], jobs: int, progress: Progress
) -> Iterator[StudyOutcome]:
    """Measure visit by visit, and tell how each went."""
    progress.start(len(visits))
    try:
        done = Parallel(n_jobs=jobs, return_as="generator")(
            delayed(work)(visit) for visit in visits
        )
        for visit, outcome in zip(visits, done, strict=True):
            progress.advance(_word(outcome), " ".join(visit.key))
            yield outcome
    finally:
        progress.finish()


def _word(outcome: StudyOutcome) -> OutcomeWord:
    outcomes = {reading.outcome for reading in outcome.readings}
    if Outcome.FAILED in outcomes:
        return "failed"
    return "ok" if Outcome.MEASURED in outcomes else "absent"
