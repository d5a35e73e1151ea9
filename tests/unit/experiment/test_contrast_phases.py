from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
from lesion_phantom import Phantom

from radiomics_hcc import cli
from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.datasets.synthetic import SyntheticSettings, synthesise_cohort
from radiomics_hcc.errors import InputError
from radiomics_hcc.experiment.contrast_phases import check_phases

LESION = ((-35.0, -10.0, 10.0), 16.0)
PHASES = ("unenhanced", "arterial", "portal", "delayed")
ORGANS = ("liver", "aorta", "portal_vein")


@pytest.fixture
def phantom(tmp_path: Path) -> Phantom:
    """A patient in four phases, of which the table tells none."""
    drawn = Phantom(tmp_path)
    drawn.visit("pre", [[LESION]], phases=PHASES, ids=["L1"], organs=ORGANS)
    state(drawn, dict.fromkeys(PHASES, ""))
    return drawn


def state(phantom: Phantom, phases: dict[str, str]) -> None:
    """Write other phases to the rows of images, by the image's true phase."""
    for row in phantom.rows:
        true = str(row["image"]).removesuffix(".nii.gz").rsplit("_", maxsplit=1)[-1]
        row["phase"] = phases.get(true, row["phase"])


def findings(path: Path) -> dict[str, tuple[str, str]]:
    rows = check_phases(path).frame().to_dict(orient="records")
    return {
        row["image"].removesuffix(".nii.gz").rsplit("_", maxsplit=1)[-1]: (
            row["phase"],
            row["finding"],
        )
        for row in rows
    }


def rhcc(*words: str | Path) -> int:
    """Exit code of the command."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["rhcc", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    return int(ended.value.code or 0)


def test_four_empty_phases_are_filled(phantom, tmp_path):
    path = phantom.write()
    assert findings(path) == {phase: (phase, "filled") for phase in PHASES}
    check_phases(path).write(tmp_path / "filled.csv")
    filled = pd.read_csv(tmp_path / "filled.csv")
    assert (filled["phase"] == filled["image"].str.extract(r"_([a-z]+)\.nii")[0]).all()
    assert len(load_cohort(tmp_path / "filled.csv")) == 16


def test_right_phases_are_confirmed(phantom):
    state(phantom, {phase: phase for phase in PHASES})
    assert findings(phantom.write()) == {phase: (phase, "confirmed") for phase in PHASES}


def test_wrong_phase_stands_and_is_flagged(phantom, tmp_path, capsys):
    state(phantom, {"arterial": "portal", "portal": "arterial"})
    path = phantom.write()
    found = findings(path)
    assert found["arterial"] == ("portal", "phase_mismatch")
    assert found["portal"] == ("arterial", "phase_mismatch")
    assert rhcc("phases", path, "-o", tmp_path / "out.csv") == 1
    told = capsys.readouterr()
    assert (
        "phase_mismatch: P1 pre P1_pre_arterial.nii.gz: stated portal, arterial: aorta 30"
        in told.out
    )
    assert (tmp_path / "out_phases.csv").is_file()
    assert rhcc("phases", path, "-o", tmp_path / "out.csv", "--allow-mismatch") == 0


def test_liver_alone_leaves_some_phases_unknown(phantom):
    phantom.rows = [row for row in phantom.rows if row["region"] in ("lesion", "liver")]
    found = findings(phantom.write())
    assert found["portal"] == ("portal", "filled")
    assert found["unenhanced"] == found["arterial"] == found["delayed"] == ("", "phase_unknown")


def test_stated_phase_that_the_evidence_allows_is_compatible(phantom):
    phantom.rows = [row for row in phantom.rows if row["region"] in ("lesion", "liver")]
    state(phantom, {phase: phase for phase in PHASES})
    assert findings(phantom.write())["arterial"] == ("arterial", "compatible")


def test_masks_of_another_phase_serve_on_the_same_grid(phantom):
    phantom.rows = [
        row
        for row in phantom.rows
        if row["region"] == "lesion" or str(row["image"]).endswith("_arterial.nii.gz")
    ]
    assert set(findings(phantom.write()).values()) == {(phase, "filled") for phase in PHASES}


def test_phase_that_a_visit_would_have_twice_is_not_filled(phantom):
    again = Phantom(phantom.folder)
    again.visit("again", [[LESION]], phases=("arterial",), ids=["L1"], organs=ORGANS)
    phantom.rows += [{**row, "timepoint": "pre", "phase": ""} for row in again.rows]
    evidence = check_phases(phantom.write()).evidence
    twice = evidence[evidence["finding"] == "phase_twice"]
    assert twice["phase"].tolist() == ["", ""]
    assert twice["possible"].tolist() == ["arterial", "arterial"]


def test_image_with_two_phases_is_refused(phantom):
    state(phantom, {"arterial": "arterial"})
    phantom.rows[5]["phase"] = "portal"
    with pytest.raises(InputError, match=r"P1_pre_arterial\.nii\.gz is portal here and arterial"):
        check_phases(phantom.write())


def test_other_modalities_are_left_alone(phantom):
    for row in phantom.rows:
        row["modality"] = "MR"
    assert {finding for _, finding in findings(phantom.write()).values()} == {"not_ct"}


def test_every_image_of_the_synthetic_cohort_is_confirmed(tmp_path):
    path = synthesise_cohort(tmp_path, SyntheticSettings.small(1))
    evidence = check_phases(path).evidence
    assert len(evidence) >= 4
    assert set(evidence["finding"]) == {"confirmed"}
