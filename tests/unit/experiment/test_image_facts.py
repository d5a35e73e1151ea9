from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from radiomics_hcc.datasets.nifti import write_volume
from radiomics_hcc.domain.cohort import Case, Cohort
from radiomics_hcc.domain.volume import Geometry, Volume
from radiomics_hcc.experiment.image_facts import image_facts


def image(folder: Path, name: str, spacing_mm: tuple[float, float, float]) -> Path:
    geometry = Geometry((4, 5, 6), spacing_mm)
    path = folder / f"{name}.nii.gz"
    write_volume(Volume(np.zeros((4, 5, 6), np.float32), geometry), path)
    return path


def cohort_of(cases: list[Case]) -> Cohort:
    return Cohort(tuple(cases), {})


@pytest.fixture
def cases(tmp_path) -> list[Case]:
    paths = [image(tmp_path, "a", (5.0, 0.7, 0.7)), image(tmp_path, "b", (2.5, 0.977, 0.977))]
    return [
        Case("P1", "pre", paths[0], None),
        Case("P1", "pre", paths[0], None, lesion_id="L2"),
        Case("P2", "pre", paths[1], None, modality="MR"),
    ]


def test_ranges_are_of_the_images_not_of_the_rows(cases) -> None:
    assert image_facts(cohort_of(cases)) == {
        "images": "2",
        "modality": "CT, MR",
        "in_plane_mm": "0.7 to 0.977",
        "slice_spacing_mm": "2.5 to 5",
    }


def test_equal_images_have_one_number_and_a_damaged_one_is_passed_over(cases, tmp_path) -> None:
    damaged = tmp_path / "damaged.nii.gz"
    damaged.write_bytes(b"nothing")
    facts = image_facts(cohort_of([cases[0], Case("P3", "pre", damaged, None)]))
    assert facts["images"] == "2"
    assert facts["in_plane_mm"] == "0.7"
    assert facts["slice_spacing_mm"] == "5"


def test_table_without_images_has_no_facts() -> None:
    assert image_facts(cohort_of([])) == {}
