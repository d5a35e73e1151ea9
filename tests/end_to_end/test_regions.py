"""Whole liver and peritumoural rings, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from radiomics_hcc.datasets.nifti import write_labels, write_volume
from radiomics_hcc.domain.volume import Geometry, Volume

GRID = Geometry((16, 40, 40), (2.5, 1.0, 1.0))
LIVER_HU, RIM_HU, LESION_HU, OUTSIDE_HU = 60, 100, 30, -900
TEXT = """\
patient_id,timepoint,date,phase,region,lesion_id,image,mask,label,status
p,pre,2020-01-01,arterial,lesion,L1,ct.nii.gz,lesions.nii.gz,1,present
p,pre,2020-01-01,arterial,lesion,L2,ct.nii.gz,lesions.nii.gz,2,present
p,pre,2020-01-01,arterial,liver,,ct.nii.gz,liver.nii.gz,1,present
p,post,2020-02-01,arterial,lesion,L1,,,,absent
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A liver that fills one half of the image, and two bright-rimmed lesions in it."""
    folder = tmp_path_factory.mktemp("regions")
    places = np.indices(GRID.size).reshape(3, -1).T * np.asarray(GRID.spacing_mm)
    centres = ((20.0, 12.0, 12.0), (20.0, 28.0, 17.0))
    away_mm = np.array([np.linalg.norm(places - centre, axis=1) for centre in centres])
    lesions = np.select([away_mm[0] <= 5, away_mm[1] <= 5], [1, 2]).reshape(GRID.size)
    liver = (places[:, 2] <= 20).reshape(GRID.size)
    image = np.where(liver, LIVER_HU, OUTSIDE_HU)
    image = np.where((away_mm.min(axis=0) <= 8).reshape(GRID.size) & liver, RIM_HU, image)
    image = np.where(lesions > 0, LESION_HU, image)
    write_volume(Volume(image.astype(np.int16), GRID), folder / "ct.nii.gz")
    write_labels(lesions.astype(np.uint8), GRID, folder / "lesions.nii.gz")
    write_labels(liver, GRID, folder / "liver.nii.gz")
    (folder / "cohort.csv").write_text(TEXT)
    (folder / "no_liver.csv").write_text(
        "".join(line for line in TEXT.splitlines(keepends=True) if ",liver," not in line)
    )
    (folder / "params.yaml").write_text("featureClass: {firstorder: [Mean, Minimum, Maximum]}\n")
    return folder


def extracted(place, folder: Path, cohort: str, *words: str):
    answer = place.rhcc(
        *("extract", folder / cohort, "--params", folder / "params.yaml", "-o", "x.csv"), *words
    )
    assert answer.code == 0, answer.err
    return place.table("x.csv").set_index(["region", "timepoint", "lesion_id"]), answer


def test_ring_is_measured_beside_the_lesion(place, folder):
    table, answer = extracted(place, folder, "cohort.csv", "--ring", "2.5", "--ring", "10")
    assert [region for region, *_ in table.index] == [
        *["lesion"] * 3, *["ring_2.5mm"] * 3, *["ring_10mm"] * 3
    ]  # fmt: skip
    means = table["original_firstorder_Mean"]
    for lesion in ("L1", "L2"):
        assert float(means["lesion", "pre", lesion]) == LESION_HU
        assert float(means["ring_2.5mm", "pre", lesion]) == RIM_HU
        assert LIVER_HU < float(means["ring_10mm", "pre", lesion]) < RIM_HU
    lowest = table["original_firstorder_Minimum"]
    assert float(lowest["ring_10mm", "pre", "L1"]) == LIVER_HU  # neither lesion nor outside
    assert table.loc[("ring_10mm", "post", "L1"), "status"] == "absent"
    assert "not clipped" not in answer.err


def test_rings_are_found_in_the_cache_and_made_anew_for_another_liver(place, folder):
    words = ("--region", "ring_10mm", "--cache", str(place.folder / "cache"))
    extracted(place, folder, "cohort.csv", *words)
    assert "2 from the cache" in extracted(place, folder, "cohort.csv", *words)[1].out
    answer = extracted(place, folder, "no_liver.csv", *words)[1]
    assert "2 measured, 0 from the cache, 1 absent" in answer.out


def test_ring_without_a_liver_is_told(place, folder):
    table, answer = extracted(place, folder, "no_liver.csv", "--region", "ring_10mm")
    assert "2 rings are not clipped" in answer.err
    assert float(table["original_firstorder_Minimum"]["ring_10mm", "pre", "L1"]) == OUTSIDE_HU
    told = json.loads(place.text("x.json"))["rings_without_liver"]
    assert told == ["p pre arterial ring_10mm L1", "p pre arterial ring_10mm L2"]


def test_whole_liver_is_measured_by_its_name(place, folder):
    table, _ = extracted(place, folder, "cohort.csv", "--region", "liver", "--region", "lesion")
    assert {region for region, *_ in table.index} == {"liver", "lesion"}
    assert float(table["volume_ml"]["liver", "pre", ""]) == pytest.approx(16 * 40 * 21 * 2.5 / 1000)
