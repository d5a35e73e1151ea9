"""A mask on a grid of its own: refused, unless the parameter file brings the grids together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import radiomics_hcc as rh
from radiomics_hcc.datasets.nifti import write_labels, write_volume
from radiomics_hcc.domain.volume import Geometry, Volume
from radiomics_hcc.experiment.extraction import ExtractionFiles, extract_file
from radiomics_hcc.features.extract import Extraction

GRID = Geometry((20, 24, 24), (2.0, 1.0, 1.0))
CASE = "patient_id,timepoint,lesion_id,image,mask\np1,pre,1,ct.nii.gz,mask.nii.gz\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ball drawn on slices half as thick as those of the scan."""
    noise = np.random.default_rng(1).normal(60, 20, GRID.size).astype(np.int16)
    write_volume(Volume(noise, GRID), tmp_path / "ct.nii.gz")
    fine = Geometry((40, 24, 24), (1.0, 1.0, 1.0), (0.0, 0.0, -0.5))
    z, y, x = np.ogrid[:40, :24, :24]
    ball = (z - 20) ** 2 + (y - 12) ** 2 + (x - 12) ** 2 <= 64
    write_labels(ball, fine, tmp_path / "mask.nii.gz")
    (tmp_path / "cohort.csv").write_text(CASE)
    return tmp_path


def extract(folder: Path, setting: str):
    params = folder / "params.yaml"
    params.write_text(f"featureClass: {{shape: [VoxelVolume]}}\nsetting: {{{setting}}}\n")
    choices = Extraction(cache=None)
    files = ExtractionFiles(folder / "cohort.csv", folder / "features.csv", params)
    return extract_file(files, choices)


@pytest.mark.parametrize("setting", ["correctMask: true", "resampledPixelSpacing: [1, 1, 1]"])
def test_mask_is_brought_to_the_image(folder: Path, setting: str) -> None:
    table = extract(folder, setting)
    assert table.metadata["summary"]["failed"] == []
    (volume,) = table.data["original_shape_VoxelVolume"]
    assert volume == pytest.approx(4 / 3 * np.pi * 8**3, rel=0.1)


def test_other_grid_is_refused_before_extraction(folder: Path) -> None:
    with pytest.raises(rh.InputError, match="different grids"):
        extract(folder, "binWidth: 25")


def test_tolerance_that_does_not_suffice_is_a_failed_case(folder: Path) -> None:
    (failed,) = extract(folder, "geometryTolerance: 0.1").metadata["summary"]["failed"]
    assert "different" in failed["reason"]
