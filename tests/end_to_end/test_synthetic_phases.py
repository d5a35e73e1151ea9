"""Contrast phases of the synthetic cohort from the command line."""

from __future__ import annotations

import pandas as pd

PHASES = ["unenhanced", "arterial", "portal", "delayed"]


def test_phases_are_made_and_confirmed_by_their_attenuation(place) -> None:
    made = place.rhcc("synth", "made", "--patients", 1, "--phases", ",".join(PHASES))
    assert made.code == 0, made.err
    checked = place.rhcc("phases", "made/cohort.csv", "-o", "made/checked.csv")
    assert checked.code == 0, checked.err
    evidence = pd.read_csv(place.folder / "made/checked_phases.csv")
    assert list(evidence["phase"]) == PHASES * 2
    assert set(evidence["finding"]) == {"confirmed"}


def test_unknown_phase_and_long_shift_are_refused_together(place) -> None:
    words = ("--phases", "arterial,portal,venous", "--breath-shift-mm", 99)
    answer = place.rhcc("synth", "made", "--patients", 1, *words)
    assert answer.code == 1
    assert "unknown phase 'venous'" in answer.err
    assert "breath_shift_mm: is 99.0" in answer.err
    assert not (place.folder / "made").exists()
