from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.experiment import run as run_module
from radiomics_hcc.experiment.run import run

# Phantoms that several test files draw are imported by name.
sys.path.insert(0, str(Path(__file__).parent))

CONFIG = """\
schema_version: 1
name: small
question: Does texture tell the response?
intent: pretreatment_prediction
seed: 3
cohort: {patients: patients.csv}
features: {table: features.csv}
target:
  column: responder
  merge: {OR: [1], nonOR: [0]}
models:
  - {kind: ordinal_logistic}
validation: {outer: 2, repeats: 1, inner: 2, resamples: 100}
execution: {tracker: runs}
"""


@dataclass(frozen=True)
class Study:
    """A small experiment on disk: 24 patients `001` to `024`, two features, one of them tells."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "study.yaml"

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.folder / name, dtype={"patient_id": str})

    def write(self, name: str, frame: pd.DataFrame) -> None:
        frame.to_csv(self.folder / name, index=False)

    def edit(self, old: str, new: str) -> None:
        text = self.config.read_text()
        assert old in text
        self.config.write_text(text.replace(old, new))

    def run(self, *settings: str) -> RunRecord:
        return run(self.config, settings)


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run_module, "figures", lambda _record: {})  # drawn in other tests
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    small = Study(tmp_path)
    small.config.write_text(CONFIG)
    generator = np.random.default_rng(11)
    names = [f"{number:03d}" for number in range(1, 25)]
    responder = np.arange(24) % 2
    features = {
        "patient_id": names,
        "original_shape_MeshVolume": generator.uniform(1, 90, 24),
        "original_glcm_Contrast": responder + generator.normal(0, 0.4, 24),
    }
    clinical = {
        "patient_id": names,
        "age": generator.integers(40, 80, 24),
        "sex": np.where(generator.random(24) < 0.5, "m", "f"),
        "responder": responder,
    }
    small.write("features.csv", pd.DataFrame(features))
    small.write("patients.csv", pd.DataFrame(clinical))
    return small
