"""Measure every lesion of one visit: what runs in a worker process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from threadpoolctl import threadpool_limits

from radiomics_hcc.domain.cohort import Case, ImageReader, Status, Study
from radiomics_hcc.domain.volume import Mask
from radiomics_hcc.experiment.measuring.files import SavedRow, StudyFiles
from radiomics_hcc.experiment.measuring.images import (
    StudyImages,
    read_lesion,
    read_study,
)
from radiomics_hcc.experiment.measuring.lesion import (
    LesionFindings,
    Surroundings,
    measure_lesion,
    surroundings,
)
from radiomics_hcc.experiment.measuring.map_statistics import MapRow, map_rows
from radiomics_hcc.experiment.measuring.reading import LesionReading, Outcome
from radiomics_hcc.experiment.measuring.visits import MeasuredVisit, fragments, lesion_cases
from radiomics_hcc.features.measure import CASE_ERRORS, reason_of
from radiomics_hcc.imaging.viable import ViableRule


@dataclass(frozen=True)
class StudyOutcome:
    """What came of one visit.

    Parameters
    ----------
    readings
        One per lesion (or fragment) that the cohort names.
    maps
        Statistics of aligned maps, one row per lesion, part and map.
    saved
        Rows of the table of masks that were written.
    """

    readings: tuple[LesionReading, ...]
    maps: tuple[MapRow, ...] = ()
    saved: tuple[SavedRow, ...] = ()


@dataclass(frozen=True)
class MeasureStudy:
    """Measures the lesions of one visit.

    Parameters
    ----------
    rule
        What counts as viable.
    region
        The region of interest that is a lesion.
    files
        Where masks and subtraction images are written; None writes none.
    """

    rule: ViableRule
    region: str
    files: StudyFiles | None = None

    def __call__(self, visit: MeasuredVisit) -> StudyOutcome:
        """Measure; a lesion or an image that fails is an outcome with a reason."""
        study = _reading_once(visit.study)
        lesions = lesion_cases(study, self.region)
        if all(case.is_absent for cases in lesions.values() for case in cases):
            return _together(self._gone(study, *lesion) for lesion in lesions.items())
        with threadpool_limits(limits=1):
            try:
                images = read_study(study)
                around = surroundings(images, list(_masks(lesions, images)), self.rule)
            except CASE_ERRORS as error:
                reason = reason_of(error)
                failed = (_failed(study, lesion, reason) for lesion in lesions)
                return StudyOutcome(tuple(failed))
            outcomes = [
                self._lesion(study, images, around, (lesion, cases))
                for lesion, cases in lesions.items()
            ]
            if self.files is not None:
                self.files.write_subtraction(study, images)
        return _together(outcomes)

    def _gone(self, study: Study, lesion: str, cases: Sequence[Case]) -> StudyOutcome:
        """A lesion that vanished, or that is part of another by now and has no rows of its own."""
        if any(case.status is Status.MERGED for case in cases):
            return StudyOutcome((_without_outline(study, lesion, Outcome.MERGED),))
        saved = self.files.gone(study, cases) if self.files is not None else []
        return StudyOutcome((_without_outline(study, lesion, Outcome.ABSENT),), saved=tuple(saved))

    def _lesion(
        self,
        study: Study,
        images: StudyImages,
        around: Surroundings,
        lesion: tuple[str, Sequence[Case]],
    ) -> StudyOutcome:
        name, cases = lesion
        if all(case.is_absent for case in cases):
            return self._gone(study, name, cases)
        try:
            parts = [
                (part, measure_lesion(images, read_lesion(part, images), around, self.rule))
                for part in fragments(cases)
            ]
            readings = tuple(
                replace(_reading(study, name, images, found), fragment=_fragment(part, name))
                for part, found in parts
            )
            maps = [
                row
                for part, found in parts
                for row in map_rows(study, _fragment(part, name) or name, images, found)
            ]
            saved: list[SavedRow] = []
            for number, (part, found) in enumerate(parts):
                if self.files is not None:
                    saved += self.files.write(part, found, images, number)
            return StudyOutcome(readings, tuple(maps), tuple(saved))
        except CASE_ERRORS as error:
            return StudyOutcome((_failed(study, name, reason_of(error)),))


def _masks(lesions: Mapping[str, Sequence[Case]], images: StudyImages) -> Iterator[Mask]:
    """Every mask that can be read: the parenchyma keeps out of them. Others fail by themselves."""
    for cases in lesions.values():
        for part in fragments(cases):
            try:
                yield read_lesion(part, images).mask
            except CASE_ERRORS:
                continue


def _fragment(part: Sequence[Case], lesion: str) -> str:
    """The identity that the cohort gives a fragment; empty for a whole lesion."""
    named = part[0].lesion_id
    return "" if named == lesion else named


def _reading_once(study: Study) -> Study:
    """The cases with one reader for each modality, which keeps the label map it read last."""
    readers: dict[str, ImageReader | None] = {}
    cases = tuple(
        replace(case, reader=readers.setdefault(case.modality, case.reader)) for case in study.cases
    )
    return replace(study, cases=cases)


def _reading(
    study: Study, lesion: str, images: StudyImages, found: LesionFindings
) -> LesionReading:
    return LesionReading(
        study.patient_id,
        study.timepoint,
        lesion,
        Outcome.MEASURED,
        phase=images.phase,
        modality=images.modality,
        values=found.values,
        reasons=found.reasons,
        flags=found.flags,
        note=found.note,
    )


def _together(outcomes: Iterable[StudyOutcome]) -> StudyOutcome:
    each = tuple(outcomes)
    return StudyOutcome(
        tuple(reading for one in each for reading in one.readings),
        tuple(row for one in each for row in one.maps),
        tuple(row for one in each for row in one.saved),
    )


def _without_outline(study: Study, lesion: str, outcome: Outcome) -> LesionReading:
    return LesionReading(study.patient_id, study.timepoint, lesion, outcome)


def _failed(study: Study, lesion: str, reason: str) -> LesionReading:
    return LesionReading(study.patient_id, study.timepoint, lesion, Outcome.FAILED, reason=reason)
