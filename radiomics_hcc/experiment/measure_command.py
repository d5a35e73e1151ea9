"""Measure the lesions of a cohort's table, and write what was found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.domain.cohort import Cohort
from radiomics_hcc.experiment.measuring.measure import Measured, Measuring
from radiomics_hcc.experiment.pictures import lesion_montages
from radiomics_hcc.features.progress import ConsoleProgress

MAP_TABLE: Final = "map_statistics.csv"


@dataclass(frozen=True)
class MeasureFiles:
    """Where a measurement is read from and written to.

    Parameters
    ----------
    cohort, patients
        `cohort.csv`, and `patients.csv` where it does not lie beside it.
    output
        `measurements.csv`; statistics of aligned maps, where there are any, go beside it.
    montage
        Folder for a picture of every lesion; None draws none.
    allow_outside
        Whether image paths may lead outside the folder of the table.
    """

    cohort: Path
    output: Path
    patients: Path | None = None
    montage: Path | None = None
    allow_outside: bool = False

    @property
    def maps(self) -> Path:
        """Where the statistics of aligned maps go."""
        return self.output.with_name(f"{self.output.stem}_{MAP_TABLE}")


def measure_files(files: MeasureFiles, measuring: Measuring) -> Measured:
    """Check a cohort, measure its lesions with progress, and write tables and pictures.

    Masks may lie on other grids than their images; they are resampled and flagged.

    Raises
    ------
    InputError
        With everything that is wrong with the cohort.
    """
    cohort = load_cohort(
        files.cohort,
        files.patients,
        check="headers",
        allow_outside=files.allow_outside,
        allow_other_grids=True,
    )
    measured = measuring(cohort, ConsoleProgress(what="visits"))
    measured.write(files.output)
    if len(measured.maps):
        measured.maps.to_csv(files.maps, index=False)
    if files.montage:
        _draw(cohort, measured, files.montage)
    return measured


def _draw(cohort: Cohort, measured: Measured, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in lesion_montages(cohort, measured).items():
        (folder / name).write_bytes(picture)
