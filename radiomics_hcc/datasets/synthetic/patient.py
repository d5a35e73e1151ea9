"""One synthetic patient, from the seed to files and table rows."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from radiomics_hcc.datasets.nifti import write_labels, write_volume
from radiomics_hcc.datasets.synthetic.clinical import clinical_row
from radiomics_hcc.datasets.synthetic.lesion_state import LesionState, Pattern
from radiomics_hcc.datasets.synthetic.lesions import Lesion
from radiomics_hcc.datasets.synthetic.plan import PatientPlan, Streams
from radiomics_hcc.datasets.synthetic.readers import measurement_rows
from radiomics_hcc.datasets.synthetic.render import (
    AORTA_LABEL,
    LIVER_LABEL,
    PORTAL_VEIN_LABEL,
    Painter,
    Scene,
)
from radiomics_hcc.datasets.synthetic.tissue import PHASES
from radiomics_hcc.datasets.synthetic.treatment import intended_response
from radiomics_hcc.datasets.synthetic.truth import lesion_rows, patient_row
from radiomics_hcc.domain.volume import Geometry, Volume

ORGANS: Final = (
    ("liver", LIVER_LABEL),
    ("aorta", AORTA_LABEL),
    ("portal_vein", PORTAL_VEIN_LABEL),
)
MEANS_PHASE: Final = "portal"  # Choi's criterion measures the portal venous phase

Row = dict[str, object]


@dataclass(frozen=True)
class PatientTables:
    """Table rows of one patient."""

    cohort: list[Row]
    patients: list[Row]
    measurements: list[Row]
    lesions: list[Row]
    truth: list[Row]

    def of(self, patient_id: str) -> PatientTables:
        """The same rows, each beginning with the patient's identity."""
        identity: Row = {"patient_id": patient_id}
        named = ([identity | row for row in getattr(self, part.name)] for part in fields(self))
        return PatientTables(*named)


@dataclass(frozen=True)
class PatientMaker:
    """Makes one patient; nothing depends on other patients.

    Parameters
    ----------
    number
        Position in the cohort, from 0.
    seed
        Of the cohort.
    signal
        Strength of the planted signal.
    geometry
        Grid of the images.
    directory
        Where files are written.
    """

    number: int
    seed: int
    signal: float
    geometry: Geometry
    directory: Path

    @property
    def patient_id(self) -> str:
        """Identity in every table."""
        return f"SYN_{self.number + 1:03d}"

    def make(self) -> PatientTables:
        """Write the images and label maps, and return the table rows."""
        streams = Streams.of(self.seed, self.number)
        plan = PatientPlan.draw(streams, intended_response(self.seed, self.number), self.signal)
        course, visits = plan.course, plan.visits
        before, before_hu = self._visit("pre", plan, streams.pre)
        after, after_hu = self._visit("post", plan, streams.post)
        clinical = clinical_row(
            streams.clinical, course.lesions, treatment=plan.treatment, visits=visits
        )
        readings = measurement_rows(streams.readers, course, visits, (before_hu, after_hu))
        tables = PatientTables(
            cohort=before + after,
            patients=[{"site": plan.scanner.site} | clinical],
            measurements=readings,
            lesions=lesion_rows(course),
            truth=[patient_row(course, plan.after_look)],
        )
        return tables.of(self.patient_id)

    def _visit(
        self, timepoint: str, plan: PatientPlan, rng: Generator
    ) -> tuple[list[Row], tuple[float, ...]]:
        """Image one time point; rows of `cohort.csv` and each lesion's portal mean HU."""
        is_first = timepoint == "pre"
        items = plan.course.items(is_first=is_first)
        pose = (0.0, 0.0, 0.0) if is_first else plan.pose_mm
        painter = Painter(self.geometry, plan.physique, plan.attenuation_hu, pose)
        scene = painter.paint(items, plan.before_look if is_first else plan.after_look, rng)
        self._write_labels(timepoint, scene)
        means: tuple[float, ...] = ()
        for phase in PHASES:
            image = plan.scanner.acquire(scene.images_hu[phase], self.geometry, rng)
            path = self.directory / self._path(timepoint, phase)
            write_volume(Volume(image, self.geometry), path)
            means = _means(image, scene.lesions, len(items)) if phase == MEANS_PHASE else means
        day = plan.visits.before if is_first else plan.visits.after
        rows = [row for phase in PHASES for row in self._rows(timepoint, phase, items)]
        return [{"timepoint": timepoint, "date": day.isoformat()} | row for row in rows], means

    def _write_labels(self, timepoint: str, scene: Scene) -> None:
        for name, labels in (("organs", scene.organs), ("lesions", scene.lesions)):
            write_labels(labels, self.geometry, self.directory / self._path(timepoint, name))

    def _path(self, timepoint: str, what: str) -> str:
        return f"{self.patient_id}/{timepoint}_{what}.nii.gz"

    def _rows(
        self, timepoint: str, phase: str, items: list[tuple[Lesion, LesionState]]
    ) -> list[Row]:
        image = {"phase": phase, "modality": "CT", "image": self._path(timepoint, phase)}
        rows: list[Row] = []
        for number, (lesion, state) in enumerate(items, start=1):
            row: Row = {"region": "lesion", "lesion_id": lesion.lesion_id, **image}
            mask = {"mask": self._path(timepoint, "lesions"), "label": number, "status": "present"}
            rows.append(row | ({"status": "absent"} if state.pattern is Pattern.ABSENT else mask))
        for region, label in ORGANS:
            mask = {"mask": self._path(timepoint, "organs"), "label": label, "status": "present"}
            rows.append({"region": region, **image, **mask})
        return rows


def _means(image: NDArray[np.int16], lesions: NDArray[np.uint8], count: int) -> tuple[float, ...]:
    """Mean of the image in each label from 1 to `count`, NaN where it is absent."""
    sums = np.bincount(lesions.ravel(), weights=image.ravel(), minlength=count + 1)[1:]
    voxels = np.bincount(lesions.ravel(), minlength=count + 1)[1:]
    means = np.full(count, np.nan)
    np.divide(sums, voxels, out=means, where=voxels > 0)
    return tuple(float(mean) for mean in means)
