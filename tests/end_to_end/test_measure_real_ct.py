"""A real portal-venous CT (3D-IRCADb-01, case 17): what can be measured, and what is missing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "ircadb01_case17"
LABELS = FOLDER / "labels_1liver_2tum1_3tum2_4pv_5venous.nii.gz"
IMAGE = FOLDER / "ct.nii.gz"
REGIONS = (("lesion", "L1", 2), ("lesion", "L2", 3), ("liver", "", 1), ("portal_vein", "", 4))

pytestmark = pytest.mark.skipif(not IMAGE.is_file(), reason="no 3D-IRCADb-01 in ../shared/data")


def test_portal_phase_alone_gives_whole_sizes_and_says_what_is_missing(place) -> None:
    head = "patient_id,timepoint,date,phase,region,lesion_id,image,mask,label"
    lines = [
        f"case17,pre,2020-01-01,portal,{region},{lesion},{IMAGE},{LABELS},{label}"
        for region, lesion, label in REGIONS
    ]
    place.write("cohort.csv", "\n".join([head, *lines]) + "\n")
    words = ("-o", "m.csv", "--montage", "pictures", "--allow-outside")
    answer = place.rhcc("measure", "cohort.csv", *words)
    assert answer.code == 0, answer.err
    assert "no_arterial 2" in answer.out
    table = pd.read_csv(place.folder / "m.csv").set_index("lesion_id")
    assert table["volume_ml"].tolist() == pytest.approx([85.6, 78.6], abs=0.1)
    assert table["longest_mm"].tolist() == pytest.approx([65.7, 78.3], abs=0.1)
    assert table["mean_hu"].between(50, 110).all()
    assert (table["contrast_to_liver_portal_hu"] < 0).all()  # washed out against the liver
    viable = ["viable_mm", "viable_volume_ml", "necrotic_fraction", "viable_mm_k_plus"]
    assert table[viable].isna().all(axis=None)
    assert table["note"].str.contains("no arterial phase").all()
    assert table["role"].tolist() == ["target", "target"]
    assert len(list((place.folder / "pictures").glob("*.png"))) == 2
