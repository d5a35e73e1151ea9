"""HCC008: selected features that move with the mask."""

from __future__ import annotations

import pandas as pd
import pytest

from radiomics_hcc.evaluation.checks.check import CheckInput
from radiomics_hcc.evaluation.checks.unstable_features import UnstableFeatures


@pytest.fixture
def judged(drawn):
    def judge(reliability: dict[str, float] | None):
        model = drawn(model="elastic_net")
        selected = pd.DataFrame(
            {"model": "elastic_net", "feature": ["a", "b", "c"], "frequency": [0.9, 0.6, 0.2]}
        )
        return UnstableFeatures()(
            CheckInput(
                "elastic_net", {"elastic_net": model}, selected=selected, reliability=reliability
            )
        )

    return judge


def test_selected_feature_below_the_limit_is_a_warning(judged):
    finding = judged({"a": 0.9, "b": 0.74, "c": 0.1})
    assert finding.severity == "warning"
    assert finding.sentence == "1 of 2 selected features change with the mask: b (ICC 0.74)."


def test_rarely_selected_feature_does_not_count(judged):
    assert judged({"a": 0.9, "b": 0.75, "c": 0.1}).severity == "ok"


def test_selected_features_without_an_icc_are_told(judged):
    assert "1 selected columns have no ICC." in judged({"a": 0.9, "b": float("nan")}).sentence


def test_without_a_reliability_table_it_says_so(judged):
    assert judged(None).sentence.endswith("needs reliability.")
    assert judged({"z": 0.9}).severity == "note"
