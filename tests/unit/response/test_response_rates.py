import pytest
from statsmodels.stats.proportion import proportion_confint

from radiomics_hcc.domain.response import (
    ImmuneResponse,
    MarkerResponse,
    ResponseClass,
    TreatmentResponseCategory,
    UnorderedResponse,
)
from radiomics_hcc.response.response_rates import response_rates

CR, PR, SD, PD = ResponseClass
NE, NON = UnorderedResponse.NE, UnorderedResponse.NON_CR_NON_PD


def rates(*words, **more):
    return response_rates({"A": words, **more}).set_index(["reader", "rate"])


def test_counts_and_denominator_hold_everyone():
    found = rates(CR, PR, SD, NON, PD, NE).loc["A"]
    assert dict(found["count"]) == {
        "complete_response_rate": 1,
        "objective_response_rate": 2,
        "disease_control_rate": 4,
    }
    assert set(found["patients"]) == {6}
    assert found.loc["disease_control_rate", "estimate"] == pytest.approx(4 / 6)


@pytest.mark.parametrize(("responders", "patients"), [(0, 5), (1, 5), (22, 93), (5, 5)])
def test_intervals_are_wilsons(responders, patients):
    row = rates(*[CR] * responders, *[PD] * (patients - responders)).loc[
        ("A", "objective_response_rate")
    ]
    expected = proportion_confint(responders, patients, method="wilson")
    assert (row["low"], row["high"]) == pytest.approx(expected, abs=1e-12)


def test_words_of_irecist_count_as_those_of_recist():
    words = (ImmuneResponse.ICR, ImmuneResponse.IPR, ImmuneResponse.ISD)
    others = (ImmuneResponse.IUPD, ImmuneResponse.ICPD)
    found = rates(*words, *others).loc["A"]
    assert list(found["count"]) == [1, 2, 3]


def test_each_reader_has_rates():
    found = rates(CR, PD, B=[PD, PD])
    assert found.loc[("A", "objective_response_rate"), "count"] == 1
    assert found.loc[("B", "objective_response_rate"), "count"] == 0


def test_markers_and_categories_have_rates_of_their_own():
    marker = rates(MarkerResponse.RESPONDER, MarkerResponse.NON_RESPONDER, NE)
    assert marker.loc[("A", "marker_response_rate"), ["count", "patients"]].tolist() == [1, 3]
    category = rates(TreatmentResponseCategory.NONVIABLE, TreatmentResponseCategory.NONEVALUABLE)
    assert category.loc[("A", "nonviable_rate"), ["count", "patients"]].tolist() == [1, 2]
