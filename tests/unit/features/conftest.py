from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from radiomics_hcc.datasets.nifti import FileReader, write_labels, write_volume
from radiomics_hcc.domain.cohort import Case, Cohort, Patient
from radiomics_hcc.domain.volume import Geometry, Volume

# Worker processes import the doubles by name, and get this process' search path.
sys.path.insert(0, str(Path(__file__).parent))

GRID = Geometry((12, 16, 16), (2.5, 1.0, 1.0), (5.0, -3.0, 7.0))
LESION_EDGES = {1: 3, 2: 4, 3: 5}


@pytest.fixture
def write_patient(tmp_path: Path) -> Callable[..., list[Case]]:
    """Write an image with three cubes, edges 3, 4 and 5 voxels, labels 1, 2 and 3."""

    def write(patient_id: str, seed: int = 0, labels: tuple[int, ...] = (1, 2, 3)) -> list[Case]:
        intensities = np.random.default_rng(seed).normal(60, 25, GRID.size).round()
        drawn = np.zeros(GRID.size, np.uint8)
        for label, edge in LESION_EDGES.items():
            start = 5 * (label - 1)
            drawn[1 : 1 + edge, start : start + edge, start : start + edge] = label
        image, mask = tmp_path / f"{patient_id}_ct.nii.gz", tmp_path / f"{patient_id}_mask.nii.gz"
        write_volume(Volume(intensities.astype(np.int16), GRID), image)
        write_labels(drawn, GRID, mask)
        return [
            Case(
                patient_id,
                "pre",
                image,
                mask,
                label=label,
                lesion_id=str(label),
                reader=FileReader(),
            )
            for label in labels
        ]

    return write


@pytest.fixture
def make_cohort() -> Callable[[list[Case]], Cohort]:
    def make(cases: list[Case]) -> Cohort:
        return Cohort(tuple(cases), {case.patient_id: Patient(case.patient_id) for case in cases})

    return make
