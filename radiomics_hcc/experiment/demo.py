"""The main job on a fresh machine: from a synthetic cohort to a tracked run and its report."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Final

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.datasets.synthetic import SyntheticSettings, synthesise_cohort
from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.experiment.gather import Talk
from radiomics_hcc.experiment.run import run
from radiomics_hcc.features.extract import extract
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.measurements import read_measurements
from radiomics_hcc.response.mrecist import MRECIST

DEMO_PATIENTS: Final = 96
"""So many that texture can be told from size, and so few that the demo takes minutes."""

HERE: Final = "${RHCC_DEMO:-../demo}/"
MADE: Final = "made.json"


def demo(
    directory: Path,
    settings: SyntheticSettings | None = None,
    *,
    jobs: int = 1,
    talk: Talk | None = None,
) -> RunRecord:
    """Run the whole story in a folder; what is already there and unchanged is used again.

    Leaves `cohort/`, `demo.yaml`, `features.parquet`, `changes.parquet`, `response.csv`,
    `mlflow.db` and `report.html`.

    Parameters
    ----------
    directory
        Made when missing.
    settings
        The synthetic cohort.
    jobs
        Worker processes.
    talk
        Where to tell how far it is.
    """
    talk = talk or Talk()
    wanted = settings or SyntheticSettings(patients=DEMO_PATIENTS)
    directory.mkdir(parents=True, exist_ok=True)
    cohort_csv = made_cohort(directory / "cohort", wanted, jobs, talk)
    talk.say("features before and after treatment")
    cohort = load_cohort(cohort_csv).select(phases=["arterial"])
    features = extract(cohort, jobs=jobs, cache=directory / "cache", progress=talk.extraction)
    features.write(directory / "features.parquet")
    features.delta("pre", "post").write(directory / "changes.parquet")
    talk.say("response by mRECIST")
    measurements = read_measurements(directory / "cohort" / "measurements.csv")
    assess(measurements, MRECIST()).write(directory / "response.csv")
    talk.say("models and baselines on the same splits")
    return run(written_config(directory), execution(directory, jobs), talk=talk)


def made_cohort(folder: Path, settings: SyntheticSettings, jobs: int, talk: Talk) -> Path:
    """Make the synthetic cohort, unless the same one is already there."""
    note, wanted = folder / MADE, json.dumps(asdict(settings), sort_keys=True)
    is_whole = note.is_file() and (folder / "cohort.csv").is_file()
    if is_whole and note.read_text(encoding="utf-8") == wanted:
        talk.say(f"synthetic cohort in {folder} used again")
        return folder / "cohort.csv"
    talk.say(f"making a synthetic cohort of {settings.patients} patients in {folder}")
    note.unlink(missing_ok=True)  # an interrupted cohort must not pass for the one before
    path = synthesise_cohort(folder, settings, jobs=jobs)
    note.write_text(wanted, encoding="utf-8")
    return path


def written_config(directory: Path) -> Path:
    """Write the demo's experiment file into its folder, with paths relative to it."""
    text = files("radiomics_hcc.experiment").joinpath("demo.yaml").read_text(encoding="utf-8")
    path = directory / "demo.yaml"
    path.write_text(text.replace(HERE, ""), encoding="utf-8")
    return path


def execution(directory: Path, jobs: int) -> list[str]:
    """Settings that keep everything that the demo makes in its folder."""
    return [
        f"execution.jobs={jobs}",
        f"execution.cache={json.dumps(str(directory / 'cache'))}",
        f"execution.tracker={json.dumps(f'sqlite:///{directory.resolve()}/mlflow.db')}",
        f"execution.report={json.dumps(str(directory / 'report.html'))}",
    ]
