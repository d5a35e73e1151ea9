"""The demo on a coarse cohort: everything made in its folder, and used again."""

from __future__ import annotations

from pathlib import Path

import pytest

from radiomics_hcc.datasets.synthetic import SyntheticSettings
from radiomics_hcc.experiment import demo as demo_module
from radiomics_hcc.experiment.demo import made_cohort, written_config
from radiomics_hcc.experiment.gather import Talk
from radiomics_hcc.experiment.load import load_experiments

SETTINGS = SyntheticSettings.small(1)


class Said(list):
    """Collects the sentences of a run."""

    def talk(self) -> Talk:
        return Talk(self.append)


def test_same_cohort_is_used_again(tmp_path: Path) -> None:
    said = Said()
    path = made_cohort(tmp_path, SETTINGS, 1, said.talk())
    image = next(tmp_path.glob("*/*.nii.gz"))
    written = image.stat().st_mtime_ns
    assert made_cohort(tmp_path, SETTINGS, 1, said.talk()) == path
    assert image.stat().st_mtime_ns == written
    assert "used again" in said[-1]


def test_other_settings_make_the_cohort_anew(tmp_path: Path) -> None:
    said = Said()
    made_cohort(tmp_path, SETTINGS, 1, said.talk())
    before = next(tmp_path.glob("*/*.nii.gz")).read_bytes()
    made_cohort(tmp_path, SyntheticSettings.small(1, seed=8), 1, said.talk())
    assert next(tmp_path.glob("*/*.nii.gz")).read_bytes() != before


def test_cohort_whose_table_is_gone_is_made_anew(tmp_path: Path) -> None:
    path = made_cohort(tmp_path, SETTINGS, 1, Talk())
    path.unlink()
    assert made_cohort(tmp_path, SETTINGS, 1, Talk()).is_file()


def test_interrupted_cohort_does_not_pass_for_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_cohort(tmp_path, SETTINGS, 1, Talk())

    def interrupted(*_arguments: object, **_options: object) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo_module, "synthesise_cohort", interrupted)
    with pytest.raises(KeyboardInterrupt):
        made_cohort(tmp_path, SyntheticSettings.small(1, seed=8), 1, Talk())
    monkeypatch.undo()
    said = Said()
    made_cohort(tmp_path, SETTINGS, 1, said.talk())
    assert "making a synthetic cohort" in said[-1]


def test_config_of_the_demo_names_files_of_its_folder(tmp_path: Path) -> None:
    (experiment,) = load_experiments(written_config(tmp_path))
    cohort = experiment.config.cohort
    assert experiment.path(cohort.images or "") == (tmp_path / "cohort" / "cohort.csv").resolve()
    assert experiment.path(cohort.patients or "").parent == (tmp_path / "cohort").resolve()


def test_example_is_the_demo(tmp_path: Path) -> None:
    packaged = Path(demo_module.__file__).with_name("demo.yaml")
    example = Path(__file__).parents[3] / "experiments" / "demo.yaml"
    assert example.read_text() == packaged.read_text()
