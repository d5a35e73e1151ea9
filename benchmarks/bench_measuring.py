"""Seconds to measure one visit: whole and viable diameters, volumes, enhancement, uncertainty.

A liver of 1,500 cm3 and one lesion with a necrotic core, 512 x 512 x 120 voxels of
0.75 x 0.75 x 2.5 mm, one core; with the unenhanced phase (registered), with the arterial and portal
phase alone, and with the portal phase alone.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from phantom import GEOMETRY, NOISE_HU, Lesion, liver, paint, tissue

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.datasets.nifti import write_labels, write_volume
from radiomics_hcc.domain.cohort import COHORT_COLUMNS, Cohort
from radiomics_hcc.domain.volume import Volume
from radiomics_hcc.experiment.measuring.measure import Measuring

DIAMETERS_MM = (20.0, 50.0, 100.0)
CORE = 0.5  # of the lesion's diameter
LIVER, RIM, NECROSIS = 1, 2, 3
HU = {  # outside, liver, rim, necrosis
    "unenhanced": (40, 60, 45, 25),
    "arterial": (50, 75, 112, 28),
    "portal": (60, 112, 98, 30),
}
STUDIES = {
    "unenhanced, arterial, portal": ("unenhanced", "arterial", "portal"),
    "arterial, portal": ("arterial", "portal"),
    "portal": ("portal",),
}
RUNS = 3


def write_visit(folder: Path, diameter_mm: float) -> None:
    """Write the images and `cohort.csv` of one visit."""
    labels = np.zeros(GEOMETRY.size, dtype=np.uint8)
    for label, lesion in (
        (LIVER, liver()),
        (RIM, Lesion(diameter_mm)),
        (NECROSIS, Lesion(CORE * diameter_mm)),
    ):
        paint(labels, lesion, label)
    rng = np.random.default_rng(7)
    grain = (tissue() - tissue().mean()) / 4
    rows = []
    for phase, hu in HU.items():
        noisy = np.array(hu)[labels] + grain + rng.normal(0, NOISE_HU, labels.shape)
        write_volume(Volume(np.rint(noisy).astype(np.int16), GEOMETRY), folder / f"{phase}.nii.gz")
        row = {"patient_id": "p", "timepoint": "pre", "phase": phase, "image": f"{phase}.nii.gz"}
        rows.append({**row, "region": "lesion", "lesion_id": "L1", "mask": "lesion.nii.gz"})
        rows.append({**row, "region": "liver", "mask": "liver.nii.gz"})
    write_labels(labels >= RIM, GEOMETRY, folder / "lesion.nii.gz")
    write_labels(labels >= LIVER, GEOMETRY, folder / "liver.nii.gz")
    table = pd.DataFrame(rows, columns=list(COHORT_COLUMNS))
    table.assign(modality="CT", status="present", label=1).to_csv(
        folder / "cohort.csv", index=False
    )


def seconds(cohort: Cohort) -> float:
    """Median over the runs, after one that compiles."""
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        Measuring()(cohort)
        times.append(time.perf_counter() - start)
    return float(np.median(times[1:]))


def main() -> None:
    """Print seconds per visit for each size of lesion and set of phases."""
    for diameter_mm in DIAMETERS_MM:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_visit(folder, diameter_mm)
            cohort = load_cohort(folder / "cohort.csv", check="headers")
            for study, phases in STUDIES.items():
                took = seconds(cohort.select(phases=phases))
                print(f"{diameter_mm / 10:3.0f} cm  {study:30} {took:6.2f} s")


if __name__ == "__main__":
    main()
