"""The synthetic cohort on disk: bytes, tables, images."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.datasets.nifti import read_labels, read_volume
from radiomics_hcc.datasets.synthetic import SyntheticSettings, synthesise_cohort
from radiomics_hcc.errors import InputError

PATIENTS = 8
# Published ranges (late arterial, portal), widened by 4 HU for calibration and tissue texture.
HU_RANGES = {
    ("liver", "arterial"): (65, 85),
    ("liver", "portal"): (100, 120),
    ("aorta", "arterial"): (250, 350),
    ("aorta", "portal"): (150, 180),
    ("portal_vein", "arterial"): (90, 150),
    ("portal_vein", "portal"): (150, 180),
    ("lesion", "arterial"): (85, 120),
    ("lesion", "portal"): (95, 110),
}
HU_ALLOWANCE = 4.0


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("synthetic")
    return synthesise_cohort(directory, SyntheticSettings.small(PATIENTS)).parent


def read(directory: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(directory / name, dtype={"label": "Int64"})


def digests(directory: Path) -> dict[str, str]:
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def test_same_settings_give_same_bytes(cohort: Path, tmp_path: Path) -> None:
    synthesise_cohort(tmp_path, SyntheticSettings.small(PATIENTS))
    assert digests(tmp_path) == digests(cohort)


def test_another_seed_gives_other_images(cohort: Path, tmp_path: Path) -> None:
    synthesise_cohort(tmp_path, SyntheticSettings.small(1, seed=8))
    image = "SYN_001/pre_arterial.nii.gz"
    assert digests(tmp_path)[image] != digests(cohort)[image]


def test_patients_depend_neither_on_their_number_nor_on_jobs(cohort: Path, tmp_path: Path) -> None:
    synthesise_cohort(tmp_path, SyntheticSettings.small(2), jobs=2)
    few, many = digests(tmp_path), digests(cohort)
    images = [name for name in few if name.endswith(".nii.gz")]
    assert len(images) == 2 * 8
    assert all(few[name] == many[name] for name in images)
    for table in ("cohort.csv", "patients.csv", "measurements.csv", "truth.csv"):
        start = (tmp_path / table).read_text(encoding="utf-8")
        assert (cohort / table).read_text(encoding="utf-8").startswith(start)


def test_every_image_lies_on_the_grid_of_its_mask(cohort: Path) -> None:
    geometry = SyntheticSettings.small().geometry
    table = read(cohort, "cohort.csv")
    for name in {*table.image, *table["mask"].dropna()}:
        assert read_volume(cohort / name).geometry.differences(geometry) == [], name


def test_every_named_label_is_drawn_and_no_other(cohort: Path) -> None:
    table = read(cohort, "cohort.csv")
    for mask, rows in table[table.status == "present"].groupby("mask"):
        assert set(read_labels(cohort / str(mask)).labels) == set(rows.label), mask


def test_images_are_whole_hounsfield_units_of_air_to_bone(cohort: Path) -> None:
    image = read_volume(cohort / "SYN_001/pre_portal.nii.gz").array
    assert image.dtype == np.int16
    assert image.min() >= -1024
    assert np.median(image[:, 0, :]) == pytest.approx(-1000, abs=8)
    assert 300 < np.percentile(image, 99.9) < 700


@pytest.mark.parametrize("phase", ["arterial", "portal"])
@pytest.mark.parametrize("region", ["liver", "aorta", "portal_vein", "lesion"])
def test_mean_attenuation_before_treatment_keeps_to_published_ranges(
    cohort: Path, region: str, phase: str
) -> None:
    table = read(cohort, "cohort.csv")
    chosen = table[(table.timepoint == "pre") & (table.region == region) & (table.phase == phase)]
    low, high = HU_RANGES[region, phase]
    means = [attenuation(cohort, row) for _, row in chosen.iterrows()]
    assert len(means) >= PATIENTS
    assert min(means) > low - HU_ALLOWANCE
    assert max(means) < high + HU_ALLOWANCE


def attenuation(cohort: Path, row: pd.Series) -> float:
    """Median HU of a region; of the liver without its lesions."""
    labels = read_labels(cohort / row["mask"]).array
    inside = labels == row["label"]
    if row["region"] == "liver":
        inside &= read_labels(cohort / row["mask"].replace("organs", "lesions")).array == 0
    return float(np.median(read_volume(cohort / row["image"]).array[inside]))


def test_vanished_lesion_has_a_row_without_mask(cohort: Path) -> None:
    table, truth = read(cohort, "cohort.csv"), read(cohort, "truth.csv")
    absent = table[table.status == "absent"]
    gone = truth[truth.post_pattern == "absent"]
    assert len(gone) > 0
    assert set(zip(gone.patient_id, gone.lesion_id, strict=True)) == set(
        zip(absent.patient_id, absent.lesion_id, strict=True)
    )
    assert absent[["mask", "label"]].isna().all(axis=None)
    assert (absent.timepoint == "post").all()


def test_new_lesion_has_rows_after_treatment_only(cohort: Path) -> None:
    table, truth = read(cohort, "cohort.csv"), read(cohort, "truth.csv")
    new = truth[truth.role == "new_typical"]
    rows = table[table.lesion_id.isin(new.lesion_id) & table.patient_id.isin(new.patient_id)]
    assert len(rows) == 2 * len(new) > 0
    assert set(rows.timepoint) == {"post"}
    assert set(rows.status) == {"present"}


def test_cohort_rows_are_complete_in_both_phases(cohort: Path) -> None:
    table, truth = read(cohort, "cohort.csv"), read(cohort, "truth.csv")
    lesions = table[table.region == "lesion"]
    expected = len(truth) + int((~truth.role.str.startswith("new")).sum())
    assert len(lesions) == 2 * expected
    assert not table.duplicated(["patient_id", "timepoint", "phase", "region", "lesion_id"]).any()
    assert not table.image.str.startswith("/").any()


def test_treatment_lies_between_the_scans(cohort: Path) -> None:
    days = read(cohort, "cohort.csv").groupby(["patient_id", "timepoint"]).date.first().unstack()
    treated = read(cohort, "patients.csv").set_index("patient_id").treatment_date
    assert (days.pre < treated).all()
    assert (treated < days.post).all()
    gaps = [date.fromisoformat(b) - date.fromisoformat(a) for a, b in days[["pre", "post"]].values]
    assert all(30 <= gap.days <= 212 for gap in gaps)


def test_clinical_table_has_one_row_per_patient_and_no_label(cohort: Path) -> None:
    patients = read(cohort, "patients.csv")
    assert patients.patient_id.is_unique
    assert len(patients) == PATIENTS
    assert not patients.isna().any(axis=None)
    forbidden = re.compile("response|pattern|texture|viable")
    assert not [name for name in patients.columns if forbidden.search(name)]


def test_all_wrong_settings_are_named_at_once(tmp_path: Path) -> None:
    settings = SyntheticSettings(0, -1, -0.5, (10, 144, 192), (3.0, 1.5, 9.0))
    with pytest.raises(InputError) as caught:
        synthesise_cohort(tmp_path / "none", settings, jobs=0)
    text = str(caught.value)
    named = ("patients", "seed", "signal", "spacing_mm", "size along z", "jobs")
    assert all(word in text for word in named)
    assert not (tmp_path / "none").exists()
