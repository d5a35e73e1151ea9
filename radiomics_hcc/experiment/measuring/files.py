"""Viable and lipiodol masks and subtraction images on disk, with a table that extraction reads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import quote

import numpy as np
import pandas as pd

from radiomics_hcc.datasets.nifti import write_labels, write_volume
from radiomics_hcc.domain.cohort import COHORT_COLUMNS, Case, Phase, Status, Study
from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.experiment.measuring.images import StudyImages, chosen_case
from radiomics_hcc.experiment.measuring.lesion import (
    LIPIODOL_FRACTION,
    LIPIODOL_SEEN,
    LesionFindings,
)

SavedRow: TypeAlias = dict[str, object]

VIABLE: Final = "viable"
LIPIODOL: Final = "lipiodol"
TABLE: Final = "cohort.csv"


@dataclass(frozen=True)
class StudyFiles:
    """Writes what was found in a visit into a folder of its patient.

    Parameters
    ----------
    folder
        Holds a folder for each patient, and `cohort.csv`.
    """

    folder: Path

    def write(
        self, cases: Sequence[Case], found: LesionFindings, images: StudyImages, number: int
    ) -> list[SavedRow]:
        """Write the masks of one lesion; rows of `cohort.csv`, absent where a part is empty.

        Parameters
        ----------
        cases
            The lesion in the phases of the visit.
        found
            Its masks on the grid of the reference phase.
        images
            The rows name the image of the reference phase.
        number
            Which fragment it is, from 0.
        """
        case = replace(chosen_case(cases, images), image=images.image, phase=images.phase)
        rows = []
        if found.viable is not None:
            rows.append(self._row(case, VIABLE, found.viable, number))
        if found.lipiodol is not None and found.values[LIPIODOL_FRACTION] >= LIPIODOL_SEEN:
            rows.append(self._row(case, LIPIODOL, found.lipiodol, number))
        return rows

    def gone(self, study: Study, cases: Sequence[Case]) -> list[SavedRow]:
        """A row of the viable part of a lesion that has vanished: absent in the arterial phase."""
        images = (case.image for case in study.cases if case.phase == Phase.ARTERIAL)
        image = next((image for image in images if image is not None), None)
        return [self._absent(replace(cases[0], image=image, phase=Phase.ARTERIAL), VIABLE)]

    def write_subtraction(self, study: Study, images: StudyImages) -> None:
        """Write arterial minus registered unenhanced phase where the visit has both."""
        arterial = images.phases.get(Phase.ARTERIAL)
        unenhanced = images.phases.get(Phase.UNENHANCED)
        if arterial is None or unenhanced is None:
            return
        difference = arterial.array.astype(np.float32) - unenhanced.array.astype(np.float32)
        name = f"{_plain(study.timepoint)}_subtraction.nii.gz"
        volume = Volume(difference, arterial.geometry, arterial.unit)
        write_volume(volume, self.folder / _plain(study.patient_id) / name)

    def _row(self, case: Case, region: str, mask: Mask, number: int) -> SavedRow:
        absent = self._absent(case, region)
        if mask.is_empty:
            return absent
        fragment = f"_{number + 1}" if number else ""
        words = (case.timepoint, case.lesion_id, region)
        name = "_".join(_plain(word) for word in words if word) + f"{fragment}.nii.gz"
        path = self.folder / _plain(case.patient_id) / name
        write_labels(mask.array, mask.geometry, path)
        drawn = {"mask": path.relative_to(self.folder).as_posix(), "label": 1}
        return absent | drawn | {"status": str(Status.PRESENT)}

    def _absent(self, case: Case, region: str) -> SavedRow:
        row: SavedRow = {name: getattr(case, name) for name in COHORT_COLUMNS}
        row |= {"date": case.date.isoformat() if case.date else "", "image": self._relative(case)}
        row |= {"region": region, "phase": str(case.phase), "mask": "", "label": ""}
        return row | {"status": str(Status.ABSENT)}

    def _relative(self, case: Case) -> str:
        return (
            "" if case.image is None else Path(os.path.relpath(case.image, self.folder)).as_posix()
        )


def write_saved(folder: Path, rows: Sequence[SavedRow]) -> Path:
    """Write `cohort.csv` of the masks; its images lie where they lay."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / TABLE
    pd.DataFrame(rows, columns=list(COHORT_COLUMNS)).to_csv(path, index=False)
    return path


def _plain(word: str) -> str:
    """A word as part of a file's name; different words stay different."""
    return quote(word, safe=" ")
