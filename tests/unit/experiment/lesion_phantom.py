"""A small patient on disk: a liver with a vessel, and balls for lesions, at several visits."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from radiomics_hcc.datasets.nifti import write_labels, write_volume
from radiomics_hcc.domain.cohort import COHORT_COLUMNS
from radiomics_hcc.domain.volume import Geometry, Volume
from radiomics_hcc.imaging.places import positions_mm
from radiomics_hcc.imaging.rigid import IDENTITY, RigidTransform

GRID = Geometry((30, 50, 60), (5.0, 3.5, 3.5), (-103.0, -86.0, -72.0))
HU = {
    "unenhanced": {"liver": 60, "vein": 42, "aorta": 40, "lesion": 45},
    "arterial": {"liver": 74, "vein": 120, "aorta": 300, "lesion": 105},
    "portal": {"liver": 112, "vein": 168, "aorta": 162, "lesion": 100},
    "delayed": {"liver": 91, "vein": 130, "aorta": 128, "lesion": 82},
}
ORGANS = {"liver": 1, "aorta": 2, "portal_vein": 3}
Ball = tuple[tuple[float, float, float], float]  # patient position (x, y, z) and radius, mm


@dataclass
class Phantom:
    """Writes visits and collects their rows."""

    folder: Path
    rows: list[dict[str, object]] = field(default_factory=list)

    def visit(
        self,
        timepoint: str,
        lesions: Sequence[Sequence[Ball]],
        *,
        patient: str = "P1",
        phases: Sequence[str] = ("arterial",),
        move: RigidTransform = IDENTITY,
        grid: Geometry = GRID,
        ids: Sequence[str] = (),
        organs: Sequence[str] = ("liver",),
        day: str = "",
    ) -> None:
        """Add one visit; every lesion is a union of balls, drawn with its number as label."""
        parts, labels = _scene(grid, move, lesions)
        name = f"{patient}_{timepoint}"
        write_labels(labels, grid, self.folder / f"{name}_lesions.nii.gz")
        organ_map = np.zeros(grid.size, np.uint8)
        for organ, number in (("liver", 1), ("aorta", 2), ("portal_vein", 3)):
            organ_map[parts[organ]] = number
        write_labels(organ_map, grid, self.folder / f"{name}_organs.nii.gz")
        keys = {"patient_id": patient, "timepoint": timepoint, "modality": "CT", "date": day}
        for phase in phases:
            image = f"{name}_{phase}.nii.gz"
            write_volume(
                Volume(_image(phase, parts, labels, len(self.rows)), grid), self.folder / image
            )
            keys |= {"phase": phase, "image": image, "status": "present"}
            drawn = {"region": "lesion", "mask": f"{name}_lesions.nii.gz"}
            given = [*ids, *[""] * len(lesions)]
            for number in range(1, len(lesions) + 1):
                lesion_id = given[number - 1]
                self.rows.append({**keys, **drawn, "label": number, "lesion_id": lesion_id})
            for organ in organs:
                drawn = {"region": organ, "mask": f"{name}_organs.nii.gz", "label": ORGANS[organ]}
                self.rows.append({**keys, **drawn})

    def write(self, name: str = "cohort.csv") -> Path:
        path = self.folder / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COHORT_COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(self.rows)
        return path


def _scene(
    grid: Geometry, move: RigidTransform, lesions: Sequence[Sequence[Ball]]
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    indices = np.stack(np.meshgrid(*map(np.arange, grid.size), indexing="ij"), axis=-1)
    places = move.to_fixed(positions_mm(grid, indices.reshape(-1, 3))).reshape(*grid.size, 3)
    x, y, z = np.moveaxis(places, -1, 0)
    body = (x / 98) ** 2 + (y / 80) ** 2 < 1
    liver = (x / 75) ** 2 + (y / 55) ** 2 + (z / 52) ** 2 + 0.25 * np.sin(x / 25 + y / 30) < 1
    vein = liver & ((x + 5 - 0.3 * z) ** 2 + (y - 20) ** 2 < 9**2)
    aorta = (x - 20) ** 2 + (y - 68) ** 2 < 10**2
    labels = np.zeros(grid.size, np.uint8)
    for number, balls in enumerate(lesions, start=1):
        for (cx, cy, cz), radius in balls:
            labels[(x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2 <= radius**2] = number
    return {"body": body, "liver": liver, "portal_vein": vein, "aorta": aorta}, labels


def _image(phase: str, parts: dict[str, np.ndarray], labels: np.ndarray, seed: int) -> np.ndarray:
    hu = np.full(labels.shape, -1000.0)
    hu[parts["body"]] = -90
    for organ, word in (("liver", "liver"), ("portal_vein", "vein"), ("aorta", "aorta")):
        hu[parts[organ]] = HU[phase][word]
    hu[labels > 0] = HU[phase]["lesion"]
    return np.rint(hu + np.random.default_rng(seed).normal(0, 12, hu.shape)).astype(np.int16)
