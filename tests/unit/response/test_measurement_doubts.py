"""Doubts about a measurement stand beside the response that rests on it."""

from __future__ import annotations

import pandas as pd

from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.mrecist import MRECIST


def answers(*flags: str, role: str = "target"):
    columns = ["patient_id", "assessment", "lesion_id", "role", "viable_mm", "flags"]
    rows = [("p", day, "L1", "target", 40, said) for day, said in enumerate(flags)]
    rows += [("p", 0, "L2", role, 30, ""), ("p", 1, "L2", role, 30, "lipiodol_unsubtracted")]
    frame = pd.DataFrame(rows, columns=columns)
    return assess(Measurements.from_frame(frame), MRECIST()).assessments


def test_lipiodol_in_a_target_stands_beside_the_response() -> None:
    (first, second) = answers("", "no_subtraction; lipiodol_unsubtracted", "")
    (flag,) = first.flags
    assert flag.startswith("lipiodol_unsubtracted: ")
    assert flag.endswith("(L1 at this visit, L2 at this visit)")
    assert second.flags == ()


def test_doubt_at_the_baseline_stays_with_every_response() -> None:
    (first, second) = answers("phase_mismatch: stated portal", "", "", role="non_target")
    assert [row.flags[0].endswith("(L1 at baseline)") for row in (first, second)] == [True, True]
    assert len(first.flags) == 1  # a non-target is not in the sum
