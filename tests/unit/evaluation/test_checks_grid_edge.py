"""HCC013: the best hyper-parameter at the edge of its grid."""

from __future__ import annotations

import pandas as pd
import pytest

from radiomics_hcc.evaluation.checks.check import CheckInput
from radiomics_hcc.evaluation.checks.grid_edge import GridEdge


@pytest.fixture
def judged(drawn):
    def judge(values: list[object], name: str = "C", lowest=0.01, highest=10.0, model="svm"):
        table = pd.DataFrame(
            {"model": model, "repeat": 0, "fold": range(len(values)), "parameter": name}
        ).assign(value=values, lowest=lowest, highest=highest)
        return GridEdge()(CheckInput("svm", {"svm": drawn(model="svm")}, parameters=table))

    return judge


def test_values_within_the_grid_are_fine(judged):
    assert judged([0.1, 1.0, 1.0, 10.0]).severity == "ok"


@pytest.mark.parametrize(("edge", "word"), [(0.01, "lowest (0.01)"), (10.0, "highest (10)")])
def test_half_of_the_folds_at_one_edge_is_a_warning(judged, edge, word):
    finding = judged([edge, edge, 1.0, 0.1])
    assert finding.severity == "warning"
    assert f"C at its {word} in 50% of the folds" in finding.sentence


def test_folds_at_either_edge_are_not_added_up(judged):
    assert judged([0.01, 10.0, 1.0, 0.1]).severity == "ok"


@pytest.mark.parametrize("name", ["l1_ratio", "model__l1_ratio"])
def test_a_natural_bound_is_no_edge(judged, name):
    assert judged([1.0, 1.0, 0.0, 0.0], name, 0.0, 1.0).severity == "ok"


def test_an_edge_short_of_the_natural_bound_is_one(judged):
    assert judged([0.9, 0.9, 0.9], "l1_ratio", 0.1, 0.9).severity == "warning"


def test_a_parameter_of_words_or_of_one_value_has_no_edge(judged):
    assert judged(["sqrt", "log2"], "max_features", None, None).severity == "note"
    assert judged([1.0, 1.0], "C", 1.0, 1.0).severity == "note"


def test_other_models_do_not_count(judged):
    assert judged([10.0, 10.0], model="forest").severity == "note"


def test_without_the_ends_of_the_grid_it_says_so(drawn):
    table = pd.DataFrame({"model": ["svm"], "parameter": ["C"], "value": [1.0]})
    finding = GridEdge()(CheckInput("svm", {"svm": drawn(model="svm")}, parameters=table))
    assert "the ends of the grids are not told" in finding.sentence
