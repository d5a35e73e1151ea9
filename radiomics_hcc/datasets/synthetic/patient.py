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
from radiomics_hcc.datasets.synthetic.scan import PhaseImage, Scan
from radiomics_hcc.datasets.synthetic.settings import SyntheticSettings
from radiomics_hcc.datasets.synthetic.treatment import intended_response
from radiomics_hcc.datasets.synthetic.truth import lesion_rows, patient_row
from radiomics_hcc.domain.volume import Volume

ORGANS: Final = (
    ("liver", LIVER_LABEL),
    ("aorta", AORTA_LABEL),
    ("portal_vein", PORTAL_VEIN_LABEL),
)
MEANS_PHASE: Final = "portal"  # Choi's criterion measures the portal venous phase
TIMEPOINTS: Final = ("pre", "post")

Row = dict[str, object]
Items = list[tuple[Lesion, LesionState]]


@dataclass(frozen=True)
class PatientTables:
    """Table rows of one patient."""

    cohort: list[Row]
    patients: list[Row]
    measurements: list[Row]
    lesions: list[Row]
    truth: list[Row]
    shifts: list[Row]

    def of(self, patient_id: str) -> PatientTables:
        """The same rows, each beginning with the patient's identity."""
        identity: Row = {"patient_id": patient_id}
        named = ([identity | row for row in getattr(self, part.name)] for part in fields(self))
        return PatientTables(*named)


@dataclass(frozen=True)
class VisitTables:
    """Rows of `cohort.csv` and `truth_shifts.csv`, and each lesion's portal mean HU."""

    cohort: list[Row]
    shifts: list[Row]
    means_hu: tuple[float, ...]


@dataclass(frozen=True)
class PatientMaker:
    """Makes one patient; nothing depends on other patients.

    Parameters
    ----------
    number
        Position in the cohort, from 0.
    settings
        Of the cohort.
    directory
        Where files are written.
    """

    number: int
    settings: SyntheticSettings
    directory: Path

    @property
    def patient_id(self) -> str:
        """Identity in every table."""
        return f"SYN_{self.number + 1:03d}"

    def make(self) -> PatientTables:
        """Write the images and label maps, and return the table rows."""
        streams = Streams.of(self.settings.seed, self.number)
        intended = intended_response(self.settings.seed, self.number)
        plan = PatientPlan.draw(streams, intended, self.settings.signal)
        course, visits = plan.course, plan.visits
        before = self._visit(0, plan, streams.pre)
        after = self._visit(1, plan, streams.post)
        clinical = clinical_row(
            streams.clinical, course.lesions, treatment=plan.treatment, visits=visits
        )
        hu = (before.means_hu, after.means_hu)
        tables = PatientTables(
            cohort=before.cohort + after.cohort,
            patients=[{"site": plan.scanner.site} | clinical],
            measurements=measurement_rows(streams.readers, course, visits, hu),
            lesions=lesion_rows(course),
            truth=[patient_row(course, plan.after_look)],
            shifts=before.shifts + after.shifts,
        )
        return tables.of(self.patient_id)

    def _visit(self, visit: int, plan: PatientPlan, rng: Generator) -> VisitTables:
        """Image one time point."""
        timepoint, is_first = TIMEPOINTS[visit], visit == 0
        items = plan.course.items(is_first=is_first)
        scene = self._scene(items, plan, rng, is_first=is_first)
        self._write_labels(timepoint, scene)
        means: tuple[float, ...] = ()
        shifts = []
        for made in Scan(self.settings, self.number, visit, plan.scanner)(scene, rng):
            self._write_image(timepoint, made)
            shifts.append({"timepoint": timepoint} | _shift_row(made))
            if made.phase == MEANS_PHASE:
                means = _means(made.image_hu, made.lesions, len(items))
        day = plan.visits.before if is_first else plan.visits.after
        shared: Row = {"timepoint": timepoint, "date": day.isoformat()}
        phases = self.settings.phases
        rows = [shared | row for phase in phases for row in self._rows(timepoint, phase, items)]
        return VisitTables(rows, shifts, means)

    def _scene(self, items: Items, plan: PatientPlan, rng: Generator, *, is_first: bool) -> Scene:
        painter = Painter(
            self.settings.geometry,
            plan.physique,
            plan.attenuation_hu,
            (0.0, 0.0, 0.0) if is_first else plan.pose_mm,
            self.settings.phases,
        )
        return painter.paint(items, plan.before_look if is_first else plan.after_look, rng)

    def _write_image(self, timepoint: str, made: PhaseImage) -> None:
        path = self.directory / self._path(timepoint, made.phase)
        write_volume(Volume(made.image_hu, self.settings.geometry), path)

    def _write_labels(self, timepoint: str, scene: Scene) -> None:
        for name, labels in (("organs", scene.organs), ("lesions", scene.lesions)):
            path = self.directory / self._path(timepoint, name)
            write_labels(labels, self.settings.geometry, path)

    def _path(self, timepoint: str, what: str) -> str:
        return f"{self.patient_id}/{timepoint}_{what}.nii.gz"

    def _rows(self, timepoint: str, phase: str, items: Items) -> list[Row]:
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


def _shift_row(made: PhaseImage) -> Row:
    z, y, x = (round(shift, 4) for shift in made.shift_mm)
    return {"phase": made.phase, "shift_z_mm": z, "shift_y_mm": y, "shift_x_mm": x}


def _means(image: NDArray[np.int16], lesions: NDArray[np.uint8], count: int) -> tuple[float, ...]:
    """Mean of the image in each label from 1 to `count`, NaN where it is absent."""
    sums = np.bincount(lesions.ravel(), weights=image.ravel(), minlength=count + 1)[1:]
    voxels = np.bincount(lesions.ravel(), minlength=count + 1)[1:]
    means = np.full(count, np.nan)
    np.divide(sums, voxels, out=means, where=voxels > 0)
    return tuple(float(mean) for mean in means)
