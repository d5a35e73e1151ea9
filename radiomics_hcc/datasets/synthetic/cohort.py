"""The synthetic cohort on disk: images, label maps, tables and their truth."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import scipy
from joblib import Parallel, delayed

from radiomics_hcc.datasets.synthetic.organs import LIVER_BOX
from radiomics_hcc.datasets.synthetic.patient import PatientMaker, PatientTables
from radiomics_hcc.domain.cohort import COHORT_COLUMNS
from radiomics_hcc.domain.measurement_columns import MEASUREMENT_COLUMNS
from radiomics_hcc.domain.volume import Geometry
from radiomics_hcc.errors import InputError, Problem

SMALL_SIZE: Final = (32, 72, 96)
SMALL_SPACING_MM: Final = (6.0, 3.0, 3.0)
COARSEST_MM: Final = 6.0
NOTE: Final = (
    "Synthetic patients: no real person. truth.csv holds the exact geometry of each lesion, "
    "truth_patients.csv the true response; neither may be used as a feature. Label maps: organs "
    "1 whole liver with its lesions, 2 aorta, 3 portal vein; lesions as numbered in cohort.csv."
)


@dataclass(frozen=True)
class SyntheticSettings:
    """What a synthetic cohort is made from; equal settings give equal bytes.

    Parameters
    ----------
    patients
        How many; patient k is the same in a cohort of any size.
    seed
        Of everything random.
    signal
        Strength of the signal planted in the lesions' texture before treatment: 1 lets one
        texture feature tell objective response with an AUC near 0.9, 0 plants nothing.
    size
        Voxels along (z, y, x).
    spacing_mm
        Voxel spacing along (z, y, x), mm.
    """

    patients: int = 24
    seed: int = 7
    signal: float = 1.0
    size: tuple[int, int, int] = (64, 144, 192)
    spacing_mm: tuple[float, float, float] = (3.0, 1.5, 1.5)

    @classmethod
    def small(cls, patients: int = 24, seed: int = 7, signal: float = 1.0) -> SyntheticSettings:
        """The same patients on a coarse grid, eight times as fast, for tests and examples."""
        return cls(patients, seed, signal, SMALL_SIZE, SMALL_SPACING_MM)

    @property
    def geometry(self) -> Geometry:
        """The grid of every image; its middle is the origin of patient space."""
        z, y, x = (
            -(count - 1) / 2 * step for count, step in zip(self.size, self.spacing_mm, strict=True)
        )
        return Geometry(self.size, self.spacing_mm, origin_mm=(x, y, z))

    def problems(self) -> list[Problem]:
        """Everything that keeps a cohort from being made."""
        checks = [
            (self.patients >= 1, "patients", self.patients, "give 1 or more"),
            (self.seed >= 0, "seed", self.seed, "give 0 or more"),
            (0 <= self.signal <= 3, "signal", self.signal, "give 0 (none) to 3"),
            (
                all(0 < step <= COARSEST_MM for step in self.spacing_mm),
                "spacing_mm",
                self.spacing_mm,
                f"give more than 0 and at most {COARSEST_MM:g} mm",
            ),
        ]
        for axis, count, step, low, high in zip(
            "zyx", self.size, self.spacing_mm, *LIVER_BOX, strict=True
        ):
            covers = count * step / 2 >= max(-low, high)
            remedy = f"the liver needs at least {2 * max(-low, high):g} mm along {axis}"
            checks.append((covers, f"size along {axis}", f"{count} x {step:g} mm", remedy))
        return [
            Problem(name, f"is {found}", remedy) for good, name, found, remedy in checks if not good
        ]


def synthesise_cohort(
    directory: Path, settings: SyntheticSettings | None = None, *, jobs: int = 1
) -> Path:
    """Write a synthetic cohort of liver CT before and after treatment.

    Writes `cohort.csv`, `patients.csv`, `measurements.csv` (three readers), `truth.csv` (per
    lesion), `truth_patients.csv`, `synthetic.json` (how it was made) and one folder of images and
    label maps per patient.

    Parameters
    ----------
    directory
        Made when missing; files of the same names are replaced.
    settings
        What to make; by default 24 patients with a signal of 1.
    jobs
        Processes; the bytes do not depend on it.

    Returns
    -------
    Path of `cohort.csv`.

    Raises
    ------
    InputError
        Where the settings make no cohort; lists every problem.
    """
    settings = settings or SyntheticSettings()
    problems = settings.problems()
    if jobs < 1:
        problems.append(Problem("jobs", f"is {jobs}", "give 1 or more"))
    if problems:
        raise InputError(problems, "synthetic cohort")
    directory.mkdir(parents=True, exist_ok=True)
    makers = [
        PatientMaker(number, settings.seed, settings.signal, settings.geometry, directory)
        for number in range(settings.patients)
    ]
    made = Parallel(n_jobs=jobs)(delayed(maker.make)() for maker in makers)
    return _write_tables(directory, settings, made)


def _write_tables(directory: Path, settings: SyntheticSettings, made: list[PatientTables]) -> Path:
    (directory / "synthetic.json").write_text(_record(settings), encoding="utf-8")
    _write(directory / "patients.csv", [row for one in made for row in one.patients])
    _write(directory / "truth.csv", [row for one in made for row in one.lesions])
    _write(directory / "truth_patients.csv", [row for one in made for row in one.truth])
    measurements = [row for one in made for row in one.measurements]
    _write(directory / "measurements.csv", measurements, MEASUREMENT_COLUMNS)
    path = directory / "cohort.csv"
    _write(path, [row for one in made for row in one.cohort], COHORT_COLUMNS)
    return path


def _write(
    path: Path, rows: list[dict[str, object]], columns: tuple[str, ...] | None = None
) -> None:
    table = pd.DataFrame(rows, columns=list(columns) if columns else None)
    if "label" in table:
        table["label"] = table["label"].astype("Int64")
    table.to_csv(path, index=False, lineterminator="\n")


def _record(settings: SyntheticSettings) -> str:
    versions = {"numpy": np.__version__, "scipy": scipy.__version__, "pandas": pd.__version__}
    record = {"settings": dataclasses.asdict(settings), "versions": versions, "note": NOTE}
    return json.dumps(record, indent=2) + "\n"
