"""HCC001: what is proved about the order of columns and label."""

from __future__ import annotations

import pandas as pd
import pytest

from radiomics_hcc.evaluation.checks.check import CheckInput
from radiomics_hcc.evaluation.checks.look_ahead import LookAhead


def judged(*rows: tuple[int, str, str, str]):
    order = pd.DataFrame(list(rows), columns=["columns", "where", "proof", "what"])
    return LookAhead()(CheckInput(order=order))


@pytest.mark.parametrize("proof", ["dates", "described"])
def test_columns_that_dates_prove_or_that_only_describe_are_fine(proof):
    assert judged((40, "40 columns at 'pre'", proof, "")).severity == "ok"


@pytest.mark.parametrize(
    ("proof", "words"),
    [("name", "7 resting on the name"), ("assumed", "7 taken to be known at baseline")],
)
def test_what_is_only_believed_is_a_note_with_its_number(proof, words):
    finding = judged((40, "40 columns at 'pre'", "dates", ""), (7, "7 columns", proof, ""))
    assert finding.severity == "note"
    assert "40 proved by dates" in finding.sentence
    assert words in finding.sentence


def test_forbidden_columns_are_serious_and_are_named():
    finding = judged((3, "3 columns (a, b, c) at 'post'", "forbidden", "made after treatment"))
    assert finding.severity == "serious"
    assert "3 columns (a, b, c) at 'post': made after treatment." in finding.sentence
