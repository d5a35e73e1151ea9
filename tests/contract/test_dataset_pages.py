"""The scripts of the pages on data sets work, on the data where these are."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import SimpleITK

import radiomics_hcc as rh

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
TABLE = DATA / "hcc_tace_seg" / "hcc_tace_seg_clinical_v2.csv"
SERIES = DATA / "hcc_tace_seg_dicom"
SCRIPT = re.compile(r"^```py\n(.*?)^```", re.MULTILINE | re.DOTALL)


def scripts(page: str) -> list[str]:
    return SCRIPT.findall((ROOT / "docs" / "datasets" / f"{page}.md").read_text("utf-8"))


def carry_out(script: str) -> None:
    exec(compile(script, "script of the page", "exec"), {})


@pytest.mark.skipif(not TABLE.is_file(), reason="the clinical table is not on this machine")
def test_the_sums_of_hcc_tace_seg_are_assessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RHCC_DATA", str(DATA))
    carry_out(scripts("hcc_tace_seg")[0])
    page = (ROOT / "docs" / "datasets" / "hcc_tace_seg.md").read_text("utf-8")
    [command] = re.findall(r"^\$ rhcc (assess .*)$", page, re.MULTILINE)
    [answer] = re.findall(r"^```text\n(.*by mrecist.*)\n```", page, re.MULTILINE)
    program = [sys.executable, "-c", "from radiomics_hcc.cli import main; main()"]
    done = subprocess.run([*program, *command.split()], check=True, capture_output=True, text=True)
    told = (done.stdout + done.stderr).splitlines()
    assert answer in told
    assert sum("is it in cm?" in line for line in told) == 6


@pytest.mark.skipif(not SERIES.is_dir(), reason="the DICOM series is not on this machine")
def test_a_dicom_series_becomes_one_file_for_each_acquisition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dicom").symlink_to(SERIES)
    carry_out(scripts("hcc_tace_seg")[1])
    [path] = Path("nifti").iterdir()
    image = SimpleITK.ReadImage(str(path))
    assert image.GetSize() == (512, 512, 89)
    assert image.GetSpacing() == pytest.approx((0.703125, 0.703125, 2.5))
    middle = SimpleITK.GetArrayViewFromImage(image)[44]
    assert middle.min() < -900  # air, so that the rescale intercept was applied
    assert 0 < np.median(middle[middle > -200]) < 200


def test_files_named_as_in_waw_tace_become_a_cohort(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scan = np.random.default_rng(1).normal(80, 20, (8, 10, 12)).astype("int16")
    drawn = np.zeros(scan.shape, dtype="uint8")
    drawn[2:6, 2:7, 3:9] = 1
    for patient, lesions in {"5": 1, "12": 2}.items():
        folder = Path("waw_tace", patient)
        folder.mkdir(parents=True)
        SimpleITK.WriteImage(
            SimpleITK.GetImageFromArray(scan), str(folder / f"{patient}_1_scan.nii.gz")
        )
        for lesion in range(1, lesions + 1):
            path = folder / f"{patient}_1_{lesion}_tumor_seg.nrrd"
            SimpleITK.WriteImage(SimpleITK.GetImageFromArray(drawn), str(path))
    carry_out(scripts("waw_tace")[0])
    cohort = rh.load_cohort("waw_tace/cohort.csv")
    named = [(case.patient_id, case.lesion_id, case.phase) for case in cohort.cases]
    assert sorted(named) == [
        ("12", "L1", "arterial"),
        ("12", "L2", "arterial"),
        ("5", "L1", "arterial"),
    ]
    assert len(rh.extract(cohort).frame()) == 3


def test_the_columns_of_a_cohort_on_a_page_are_columns_of_a_cohort(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "datasets" / "ircadb01.md").read_text("utf-8")
    rows = re.findall(r"^```text\n(patient_id,.*?)^```", page, re.MULTILINE | re.DOTALL)[0]
    path = tmp_path / "cohort.csv"
    path.write_text(rows, encoding="utf-8")
    columns = pd.read_csv(path).columns
    data_page = (ROOT / "data" / "README.md").read_text("utf-8")
    assert [name for name in columns if f"| {name} |" not in data_page] == []


def test_pages_say_what_cannot_be_done_yet() -> None:
    index = (ROOT / "docs" / "datasets" / "index.md").read_text("utf-8")
    assert "no verb that fetches a data set" in index
    assert "DICOM SEG and RTSTRUCT are not read" in index
