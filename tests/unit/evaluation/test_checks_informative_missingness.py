"""HCC002: empty cells that tell the label."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from radiomics_hcc.evaluation.checks.association import boundary_p
from radiomics_hcc.evaluation.checks.check import CheckInput
from radiomics_hcc.evaluation.checks.informative_missingness import InformativeMissingness

PATIENTS = [f"p{number:02d}" for number in range(60)]
LABELS = pd.Series(["CR"] * 15 + ["PR"] * 15 + ["SD"] * 30, index=PATIENTS)


def judged(reasons: pd.DataFrame | None = None, **empty: list[int]):
    rows = pd.DataFrame({name: np.arange(60.0) for name in empty}, index=PATIENTS)
    for name, places in empty.items():
        rows.iloc[places, rows.columns.get_loc(name)] = np.nan
    given = CheckInput(labels=LABELS, class_names=("CR", "PR", "SD"), rows=rows, reasons=reasons)
    return InformativeMissingness()(given)


def test_empty_texture_of_complete_responders_is_serious_and_says_why():
    empty = list(range(12))
    reasons = pd.DataFrame(
        [(PATIENTS[place], "texture", "the lesion is absent") for place in empty],
        columns=["patient_id", "column", "reason"],
    )
    finding = judged(reasons, texture=empty)
    assert finding.severity == "serious"
    assert "empty in 12 of 15 CR, 0 of 15 PR, 0 of 30 SD" in finding.sentence
    assert "because the lesion is absent" in finding.sentence


def test_weaker_association_is_a_warning():
    # 5 of 15 against 0 of 45: Fisher's p 0.0005, twice for two boundaries.
    p_value = 2 * stats.fisher_exact([[5, 0], [10, 45]]).pvalue
    assert 0.001 < p_value < 0.05
    assert judged(texture=[0, 1, 2, 3, 4]).severity == "warning"


def test_cells_that_are_empty_in_every_class_alike_are_fine():
    assert judged(texture=[0, 15, 30, 31]).severity == "ok"


def test_columns_with_the_same_empty_patients_are_one_pattern():
    finding = judged(a=[0, 20, 40], b=[0, 20, 40], c=[1, 21, 41])
    assert "None of 2 patterns" in finding.sentence


def test_columns_that_are_never_or_always_empty_are_no_pattern():
    finding = judged(full=[], none=list(range(60)))
    assert finding.severity == "ok"
    assert "No column is empty in some" in finding.sentence


def test_more_patterns_ask_for_a_smaller_p():
    alone = judged(texture=[0, 1, 2, 3, 4])
    others = {f"f{number}": [number, number + 1] for number in range(59)}
    assert alone.severity == "warning"
    assert judged(texture=[0, 1, 2, 3, 4], **others).severity == "ok"


def test_p_of_two_classes_is_fishers():
    marked = np.array([True] * 6 + [False] * 14)
    codes = np.array([0] * 8 + [1] * 12)
    expected = stats.fisher_exact([[6, 0], [2, 12]]).pvalue
    assert boundary_p(marked, codes) == pytest.approx(expected)


def test_p_of_a_single_class_is_one():
    assert boundary_p(np.array([True, False]), np.array([0, 0])) == 1.0
