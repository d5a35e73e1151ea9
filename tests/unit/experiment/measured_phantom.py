"""A liver CT in three phases with a ball of viable rim and necrotic core, at two visits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.datasets.nifti import write_labels, write_volume
from radiomics_hcc.domain.cohort import COHORT_COLUMNS, Cohort
from radiomics_hcc.domain.volume import Geometry, Volume

GRID = Geometry((20, 72, 84), (3.0, 1.0, 1.0))
CENTRE_MM = (28.5, 36.0, 36.0)
WHOLE_MM, CORE_MM = 20.0, 12.0  # radii: longest diameter 40, viable chord 32
NOISE_HU = 8.0
LIVER, AORTA, PORTAL_VEIN = 1, 2, 3

HU: Mapping[str, Mapping[str, float]] = {
    "unenhanced": {"liver": 60, "aorta": 40, "vein": 40, "rim": 45, "core": 25, "fat": -100},
    "arterial": {"liver": 75, "aorta": 300, "vein": 120, "rim": 112, "core": 28, "fat": -100},
    "portal": {"liver": 112, "aorta": 165, "vein": 165, "rim": 98, "core": 30, "fat": -100},
}
Edit = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class Phantom:
    """A folder with images, masks and `cohort.csv`."""

    folder: Path

    def cohort(self, edit: Edit | None = None) -> Cohort:
        """The cohort, its table edited before it is read."""
        table = pd.read_csv(self.folder / "cohort.csv", dtype=str, keep_default_na=False)
        path = self.folder / "edited.csv"
        (edit(table) if edit else table).to_csv(path, index=False)
        return load_cohort(path, check="headers", allow_other_grids=True)


def make_phantom(folder: Path) -> Phantom:
    """Write a patient `p` with lesions L1 (rim 20/12 mm, later 20/16) and L2 (8 mm, later gone)."""
    rng = np.random.default_rng(11)
    rows: list[dict[str, object]] = []
    for timepoint, day, core_mm in (("pre", "2020-01-05", 12.0), ("post", "2020-03-01", 16.0)):
        first = timepoint == "pre"
        tissue, organs, lesions = _paint(core_mm, has_second=first)
        write_labels(organs, GRID, folder / f"{timepoint}_organs.nii.gz")
        write_labels(lesions, GRID, folder / f"{timepoint}_lesions.nii.gz")
        for phase, hu in HU.items():
            image = np.array([hu[name] for name in NAMES])[tissue]
            noisy = np.rint(image + rng.normal(0, NOISE_HU, image.shape)).astype(np.int16)
            write_volume(Volume(noisy, GRID), folder / f"{timepoint}_{phase}.nii.gz")
            rows += _rows(timepoint, day, phase, has_second=first)
    pd.DataFrame(rows, columns=list(COHORT_COLUMNS)).to_csv(folder / "cohort.csv", index=False)
    return Phantom(folder)


NAMES = ("fat", "liver", "aorta", "vein", "rim", "core")


def ball_mm(centre_mm: tuple[float, float, float], geometry: Geometry = GRID) -> np.ndarray:
    """Distance of every voxel centre to a point (z, y, x), mm."""
    axes = [np.arange(n) * step for n, step in zip(geometry.size, geometry.spacing_mm, strict=True)]
    z, y, x = np.meshgrid(*axes, indexing="ij")
    return np.sqrt(sum((a - c) ** 2 for a, c in zip((z, y, x), centre_mm, strict=True)))


def _paint(core_mm: float, *, has_second: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    tissue = np.zeros(GRID.size, dtype=np.uint8)
    tissue[:, 2:70, 2:76] = 1
    tissue[:, 60:70, 64:74] = 2
    tissue[:, 2:12, 64:74] = 3
    organs = np.select([tissue == 1, tissue == 2, tissue == 3], [LIVER, AORTA, PORTAL_VEIN])
    first, second = ball_mm(CENTRE_MM), ball_mm((28.5, 36.0, 66.0))
    tissue[first <= WHOLE_MM] = 4
    tissue[first <= core_mm] = 5
    if has_second:
        tissue[second <= 4] = 4
    lesions = np.select([first <= WHOLE_MM, (second <= 4) & has_second], [1, 2], 0)
    return tissue, organs.astype(np.uint8), lesions.astype(np.uint8)


def _rows(timepoint: str, day: str, phase: str, *, has_second: bool) -> list[dict[str, object]]:
    image = f"{timepoint}_{phase}.nii.gz"
    shared = {"patient_id": "p", "timepoint": timepoint, "date": day, "phase": phase}
    shared |= {"modality": "CT", "image": image, "status": "present"}
    lesions, organs = f"{timepoint}_lesions.nii.gz", f"{timepoint}_organs.nii.gz"
    second = {"mask": lesions, "label": 2} if has_second else {"status": "absent"}
    return [
        {**shared, "region": "lesion", "lesion_id": "L1", "mask": lesions, "label": 1},
        {**shared, "region": "lesion", "lesion_id": "L2", **second},
        {**shared, "region": "liver", "mask": organs, "label": LIVER},
        {**shared, "region": "aorta", "mask": organs, "label": AORTA},
        {**shared, "region": "portal_vein", "mask": organs, "label": PORTAL_VEIN},
    ]
