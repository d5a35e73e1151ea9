from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.cli import main
from radiomics_hcc.datasets.synthetic import SyntheticSettings, synthesise_cohort

PATIENTS = 20
PARAMETERS = "featureClass: {shape: [], firstorder: [], glcm: [Contrast, Idm, JointEntropy]}\n"
CONFIG = """\
schema_version: 1
name: story
question: Do pre-treatment features tell the response?
intent: pretreatment_prediction
seed: 5
cohort: {images: cohort/cohort.csv, patients: cohort/patients.csv, phase: arterial}
features: {params: params.yaml, timepoints: [pre]}
clinical: [age, child_pugh]
target:
  measurements: cohort/measurements.csv
  merge: {OR: [CR, PR], nonOR: [SD, PD]}
models:
  - {kind: elastic_net, features: 2}
validation: {outer: 2, repeats: 2, inner: 2, resamples: 100}
execution: {report: results/report.html}
"""
STUDY = """\
schema_version: 1
name: study
question: Does a texture before treatment tell the objective response?
intent: pretreatment_prediction
seed: 11
cohort: {patients: patients.csv}
features: {table: features.csv, timepoints: [pre]}
clinical: [age]
target:
  columns: {a: reader_a, b: reader_b}
  readers: unanimous
  merge: {OR: [OR], nonOR: [nonOR]}
models:
  - {kind: elastic_net, features: 2}
validation: {outer: 2, repeats: 2, inner: 2, resamples: 100, importance: 0}
execution: {report: null}
"""


@dataclass(frozen=True)
class Answer:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


Rhcc = Callable[..., Answer]


@dataclass(frozen=True)
class Place:
    """A working folder with the command line in it."""

    folder: Path

    def rhcc(self, *words: object) -> Answer:
        """Run `rhcc` with these words, here."""
        out, err, code = io.StringIO(), io.StringIO(), 0
        argv = ["rhcc", *map(str, words)]
        with (
            chdir(self.folder),
            redirect_stdout(out),
            redirect_stderr(err),
            patch.object(sys, "argv", argv),
        ):
            try:
                main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
        return Answer(code, out.getvalue(), err.getvalue())

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def write(self, name: str, content: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def table(self, name: str) -> pd.DataFrame:
        """A CSV file with every cell as it is written."""
        return pd.read_csv(self.folder / name, dtype=str, keep_default_na=False)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """An empty working folder."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return Place(tmp_path)


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A working folder with a coarse synthetic cohort of the patients `001` to `020`."""
    place = Place(tmp_path_factory.mktemp("story"))
    cohort = place.folder / "cohort"
    synthesise_cohort(cohort, SyntheticSettings.small(PATIENTS))
    for name in ("cohort.csv", "patients.csv", "measurements.csv"):
        table = place.table(f"cohort/{name}")
        table["patient_id"] = table["patient_id"].str.removeprefix("SYN_")
        table.to_csv(cohort / name, index=False)
    place.write("params.yaml", PARAMETERS)
    place.write("story.yaml", CONFIG)
    return place


def write_study(place: Place, patients: int = 40) -> None:
    """A study as two tables: scans and ages of patients `P00` and on, labels by two readers.

    The last patient has no label, the one before no scan.
    """
    generator = np.random.default_rng(20261120)
    names = [f"P{number:02d}" for number in range(patients)]
    texture = generator.normal(size=patients)
    words = np.where(texture + generator.normal(size=patients) > 0, "OR", "nonOR").astype(object)
    other = np.where(generator.random(patients) < 0.1, "nonOR", words)
    words[-1], other[-1] = "", ""
    features = pd.DataFrame(
        {
            "patient_id": names,
            "timepoint": "pre",
            "date": "2020-01-02",
            "lesion_id": "1",
            "original_shape_VoxelVolume": generator.uniform(500, 5000, patients),
            "original_glcm_Contrast": texture,
            "original_firstorder_Entropy": generator.normal(size=patients),
        }
    )
    clinical = {
        "patient_id": names,
        "treatment_date": "2020-01-10",
        "age": generator.integers(45, 85, patients),
        "reader_a": words,
        "reader_a_date": "2020-03-01",
        "reader_b": other,
        "reader_b_date": "2020-03-05",
    }
    features.drop(index=patients - 2).to_csv(place.folder / "features.csv", index=False)
    pd.DataFrame(clinical).to_csv(place.folder / "patients.csv", index=False)
    place.write("study.yaml", STUDY)


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A working folder with a study of 40 patients, and one run of it in the folder `run`."""
    place = Place(tmp_path_factory.mktemp("study"))
    write_study(place)
    answer = place.rhcc("run", "study.yaml", "--set", "execution.tracker=runs")
    assert answer.code == 0, answer.err
    (folder,) = (place.folder / "runs").iterdir()
    folder.rename(place.folder / "run")
    return place
