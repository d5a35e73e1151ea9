"""HCC011: scans of different contrast phases."""

from __future__ import annotations

import pandas as pd

from radiomics_hcc.evaluation.checks.check import CheckInput
from radiomics_hcc.evaluation.checks.mixed_phases import MixedPhases


def judged(*scans: tuple[str, str, str]):
    frame = pd.DataFrame(list(scans), columns=["patient_id", "timepoint", "phase"])
    return MixedPhases()(CheckInput(phases=frame))


def test_one_phase_for_all_is_fine():
    finding = judged(("A", "pre", "arterial"), ("B", "pre", "arterial"))
    assert finding.severity == "ok"
    assert "arterial" in finding.sentence


def test_patients_in_different_phases_are_counted():
    finding = judged(("A", "pre", "arterial"), ("B", "pre", "arterial"), ("C", "pre", "portal"))
    assert finding.severity == "warning"
    assert "patients at pre: arterial 2, portal 1" in finding.sentence


def test_an_unknown_phase_beside_known_ones_is_mixed():
    assert "unknown 1" in judged(("A", "pre", "arterial"), ("B", "pre", "")).sentence


def test_the_same_two_phases_in_everybody_are_fine():
    scans = [(name, "pre", phase) for name in "AB" for phase in ("arterial", "portal")]
    assert judged(*scans).severity == "ok"


def test_a_patient_without_a_phase_in_common_over_time_is_named():
    finding = judged(
        ("A", "pre", "arterial"),
        ("A", "post", "portal"),
        ("B", "pre", "arterial"),
        ("B", "post", "arterial"),
    )
    assert "no phase in common over time in A" in finding.sentence


def test_a_change_between_two_phases_is_named():
    scans = [("A", "delta_relative(pre,post)", "arterial->portal")]
    assert "no phase in common over time in A" in judged(*scans).sentence


def test_several_lesions_of_a_scan_count_once():
    assert (
        judged(("A", "pre", "portal"), ("A", "pre", "portal"), ("B", "pre", "portal")).severity
        == "ok"
    )


def test_unknown_phases_of_everybody_are_not_judged():
    assert judged(("A", "pre", ""), ("B", "pre", "")).severity == "note"
