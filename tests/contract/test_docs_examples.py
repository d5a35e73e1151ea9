"""The Python and the experiment files of the pages work, beside a cohort like those they name."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import radiomics_hcc as rh
from radiomics_hcc.datasets.synthetic.settings import SMALL_SIZE, SMALL_SPACING_MM
from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.experiment.load import load_experiments
from radiomics_hcc.report.json_page import render_json

DOCS = Path(__file__).parents[2] / "docs"
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXPERIMENT = re.compile(r"^```yaml\n(schema_version: .*?)^```", re.MULTILINE | re.DOTALL)
PAGES = {
    str(path.relative_to(DOCS)): path.read_text(encoding="utf-8")
    for path in sorted(DOCS.rglob("*.md"))
    if not {"_build", "generated"} & set(path.relative_to(DOCS).parts)
}
WITH_PYTHON = [name for name, text in PAGES.items() if PYTHON.search(text)]
WITH_EXPERIMENT = [name for name, text in PAGES.items() if EXPERIMENT.search(text)]
A_RUN = re.compile(r'"(runs/[\w-]+)"')
STUDY = """
schema_version: 1
name: study
question: Does texture tell the response?
intent: pretreatment_prediction
seed: 3
cohort: {patients: table.csv}
features: {table: table.csv, prefix: original_}
target: {column: responder, merge: {OR: [1], nonOR: [0]}}
models: [{kind: ordinal_logistic}]
validation: {outer: 2, repeats: 1, inner: 2, resamples: 200, importance: 0}
execution: {tracker: "folder:runs", report: null}
"""
PATIENTS_WITH_ONE_LESION = ["SYN_002", "SYN_003"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`cohort.csv`, `measurements.csv`, `params.yaml` of a few patients, and a `report.json`."""
    place = tmp_path_factory.mktemp("pages")
    phases = ("unenhanced", "arterial", "portal")
    settings = rh.SyntheticSettings(3, 7, 1.0, SMALL_SIZE, SMALL_SPACING_MM, phases=phases)
    rh.synthesise_cohort(place, settings)
    for name in ("cohort.csv", "measurements.csv"):
        rows = pd.read_csv(place / name, dtype=str, keep_default_na=False)
        rows[rows["patient_id"].isin(PATIENTS_WITH_ONE_LESION)].to_csv(place / name, index=False)
    (place / "params.yaml").write_text("imageType: {Original: {}}\n")
    failed = RunRecord("r", "n", "Why?", "response_reading", RunStatus.FAILED, "")
    (place / "report.json").write_text(render_json(failed), encoding="utf-8")
    return place


def make_run(name: str) -> None:
    """A small tracked run under the name that a page gives it; its data lie in `study`."""
    Path("study").mkdir()
    responder = np.arange(24) % 2
    texture = responder + np.random.default_rng(1).normal(0, 0.6, 24)
    rows = {"patient_id": [f"P{n:02d}" for n in range(24)], "responder": responder}
    pd.DataFrame(rows | {"original_glcm_Contrast": texture}).to_csv("study/table.csv", index=False)
    Path("study/study.yaml").write_text(STUDY, encoding="utf-8")
    record = rh.run("study/study.yaml")
    Path("runs", record.run_id).rename(name)


@pytest.mark.parametrize("page", WITH_PYTHON)
def test_the_python_of_a_page_runs(
    page: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    for run in A_RUN.findall("".join(PYTHON.findall(PAGES[page]))):
        make_run(run)
    names: dict[str, object] = {}
    for block in PYTHON.findall(PAGES[page]):
        exec(compile(block, page, "exec"), names)
    assert len(names) > 1


@pytest.mark.parametrize("page", WITH_EXPERIMENT)
def test_the_experiment_of_a_page_is_one(page: str, tmp_path: Path) -> None:
    for number, text in enumerate(EXPERIMENT.findall(PAGES[page])):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text, encoding="utf-8")
        assert load_experiments(path)


def test_there_are_pages_with_examples() -> None:
    assert len(WITH_PYTHON) >= 14
    assert WITH_EXPERIMENT
