"""The synthetic cohort on disk: images, label maps, tables and their truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import scipy
from joblib import Parallel, delayed

from radiomics_hcc.datasets.synthetic.patient import PatientMaker, PatientTables
from radiomics_hcc.datasets.synthetic.settings import SyntheticSettings
from radiomics_hcc.domain.cohort import COHORT_COLUMNS
from radiomics_hcc.domain.measurement_columns import MEASUREMENT_COLUMNS
from radiomics_hcc.errors import InputError, Problem

NOTE: Final = (
    "Synthetic patients: no real person. truth.csv holds the exact geometry of each lesion, "
    "truth_patients.csv the true response; neither may be used as a feature. Label maps: organs "
    "1 whole liver with its lesions, 2 aorta, 3 portal vein; lesions as numbered in cohort.csv."
)


def synthesise_cohort(
    directory: Path | str, settings: SyntheticSettings | None = None, *, jobs: int = 1
) -> Path:
    """Write a synthetic cohort of liver CT before and after treatment.

    Writes `cohort.csv`, `patients.csv`, `measurements.csv` (three readers), `truth.csv` (per
    lesion), `truth_patients.csv`, `synthetic.json` (how it was made) and one folder of images and
    label maps per patient; with a breath shift also `truth_shifts.csv`.

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
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    makers = [PatientMaker(number, settings, folder) for number in range(settings.patients)]
    made = Parallel(n_jobs=jobs)(delayed(maker.make)() for maker in makers)
    return _write_tables(folder, settings, made)


def _write_tables(directory: Path, settings: SyntheticSettings, made: list[PatientTables]) -> Path:
    (directory / "synthetic.json").write_text(_record(settings), encoding="utf-8")
    _write(directory / "patients.csv", [row for one in made for row in one.patients])
    _write(directory / "truth.csv", [row for one in made for row in one.lesions])
    _write(directory / "truth_patients.csv", [row for one in made for row in one.truth])
    if settings.breath_shift_mm:
        _write(directory / "truth_shifts.csv", [row for one in made for row in one.shifts])
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
    record = {"settings": settings.record(), "versions": versions, "note": NOTE}
    return json.dumps(record, indent=2) + "\n"
