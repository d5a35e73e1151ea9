import pytest

from radiomics_hcc.response.mrecist import MRECIST
from radiomics_hcc.response.recist11 import RECIST11


def pair(baseline, follow_up, viable=20, **cells):
    sizes = {"longest_mm": 50, "viable_mm": 40, "phase": baseline}
    return [
        sizes | cells,
        sizes | cells | {"assessment": 60, "viable_mm": viable} | {"phase": follow_up},
    ]


@pytest.mark.parametrize("phase", ["", "arterial", "late_arterial", "Arterial"])
def test_viable_size_of_the_arterial_phase_counts(assessed, phase):
    assert str(assessed(MRECIST(), pair(phase, phase))[0].response) == "PR"


@pytest.mark.parametrize("viable", [20, 0, 45])
def test_viable_size_of_another_phase_is_not_evaluable(assessed, viable):
    (row,) = assessed(MRECIST(), pair("arterial", "portal", viable))
    assert str(row.response) == "NE"
    assert "read in the phase 'portal', not in the arterial phase" in row.reason


def test_baseline_read_in_another_phase_is_not_evaluable(assessed):
    assert str(assessed(MRECIST(), pair("portal", "arterial"))[0].response) == "NE"


def test_another_phase_may_be_allowed_and_is_flagged(assessed):
    (row,) = assessed(MRECIST(allow_other_phase=True), pair("portal", "portal"))
    assert str(row.response) == "PR"
    assert row.flags == ("phase: viable size of L1 read in portal",)


def test_lesion_outside_the_liver_needs_no_arterial_phase(assessed):
    rows = pair("portal", "portal", site="lung")
    assert str(assessed(MRECIST(), rows)[0].response) == "SD"


def test_vanished_lesion_needs_no_phase(assessed):
    baseline, _ = pair("arterial", "portal")
    gone = {"assessment": 60, "status": "absent", "phase": "portal"}
    assert str(assessed(MRECIST(), [baseline, gone])[0].response) == "CR"


def test_recist_flags_a_phase_that_differs_from_the_baseline(assessed):
    (row,) = assessed(RECIST11(), pair("arterial", "portal"))
    assert str(row.response) == "SD"
    assert row.flags == ("phase: L1 read in portal, at baseline in arterial",)


@pytest.mark.parametrize("phases", [("portal", "portal"), ("", "portal"), ("arterial", "")])
def test_recist_flags_no_phase_that_is_the_same_or_not_stated(assessed, phases):
    assert assessed(RECIST11(), pair(*phases))[0].flags == ()
