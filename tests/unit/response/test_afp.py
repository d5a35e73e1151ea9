from fractions import Fraction

import pytest

from radiomics_hcc.domain.response import MarkerResponse, UnorderedResponse
from radiomics_hcc.errors import ConfigError, InputError
from radiomics_hcc.response.afp import AFPResponse
from radiomics_hcc.response.assess import assess


def samples(*values, **cells):
    """AFP at days 0, 60, 120, ...; None is not evaluable."""
    return [
        {"assessment": 60 * visit, "lesion_id": "AFP", "role": "marker", "afp_ng_ml": value}
        | {"status": "not_evaluable" if value is None else None}
        | cells
        for visit, value in enumerate(values)
    ]


@pytest.fixture
def response(assessed):
    """Words of the follow-ups of one patient with these values."""
    return lambda criterion, *values: [
        str(row.response) for row in assessed(criterion, samples(*values))
    ]


@pytest.mark.parametrize(
    ("baseline", "current", "expected"),
    [
        (100, 80, "non-responder"),
        (100, "79.99", "responder"),
        (100, "80.01", "non-responder"),
        (100, 0, "responder"),
        (100, 250, "non-responder"),
        (20, 15, "responder"),
        ("19.99", 1, "NA"),
        (0, 0, "NA"),
    ],
)
def test_fall_must_be_more_than_20_percent_of_at_least_20_ng_per_ml(
    baseline, current, expected, response
):
    assert response(AFPResponse(), baseline, current) == [expected]


def test_floats_do_not_move_the_boundary(response):
    assert response(AFPResponse(), "31.5", "25.2") == ["non-responder"]
    assert response(AFPResponse(decrease_inclusive=True), "31.5", "25.2") == ["responder"]


def test_variant_of_half_from_200_on(response):
    variant = AFPResponse(response_decrease_percent=50, baseline_minimum_ng_ml=200)
    assert response(variant, 400, 200) == ["non-responder"]
    assert response(variant, 400, 199) == ["responder"]
    assert response(variant, 199, 1) == ["NA"]


def test_row_has_the_values_as_sums_and_the_change_in_words(assessed):
    _, row = assessed(AFPResponse(), samples(400, 100, 150))
    assert (row.baseline_sum, row.nadir_sum, row.current_sum) == (400, 100, 150)
    assert row.change_from_baseline == Fraction(-5, 8)
    assert row.reason == (
        "AFP 150 ng/mL against 400 at baseline (-62.5 %): fallen by more than 20 %; responder."
    )
    assert row.non_target_response is UnorderedResponse.NA


def test_printed_change_never_contradicts_the_word(assessed):
    (row,) = assessed(AFPResponse(), samples(10_000, 8001))
    assert "(-19.99 %): not fallen" in row.reason


@pytest.mark.parametrize("values", [(400, None), (None, 100)])
def test_missing_value_is_not_evaluable(values, assessed):
    (row,) = assessed(AFPResponse(), samples(*values))
    assert row.response is UnorderedResponse.NE
    assert "missing" in row.reason


def test_blood_is_compared_on_its_own_days(measurements_of):
    lesion = [{"assessment": day, "longest_mm": 40} for day in (0, 60)]
    blood = [
        row | {"assessment": day} for row, day in zip(samples(400, 100), (-2, 58), strict=True)
    ]
    table = assess(measurements_of(lesion + blood), AFPResponse())
    assert [(row.baseline, row.assessment) for row in table] == [(-2, 58)]
    assert table.assessments[0].response is MarkerResponse.RESPONDER


def test_patient_without_a_second_value_is_named(measurements_of):
    rows = [*samples(400, 100), *samples(300, patient_id="P2")]
    rows += [{"patient_id": "P3", "assessment": day, "longest_mm": 40} for day in (0, 60)]
    table = assess(measurements_of(rows), AFPResponse())
    assert table.without_follow_up == (("P2", ""), ("P3", ""))


def test_table_without_blood_values_is_refused(measurements_of):
    with pytest.raises(InputError, match="has no AFP value"):
        assess(measurements_of([{"longest_mm": 40}]), AFPResponse())


@pytest.mark.parametrize(
    "parameters",
    [
        {"response_decrease_percent": 0},
        {"response_decrease_percent": 120},
        {"response_decrease_percent": "20"},
        {"baseline_minimum_ng_ml": -1},
        {"baseline_minimum_ng_ml": float("nan")},
        {"decrease_inclusive": "no"},
    ],
)
def test_impossible_parameter_is_refused(parameters):
    with pytest.raises(ConfigError):
        AFPResponse(**parameters)


def test_readers_of_images_owe_no_blood_values_but_patients_do(measurements_of):
    image = {"reader": "A", "longest_mm": 40}
    table = assess(
        measurements_of(
            [
                image,
                image | {"reader": "B"},
                {"lesion_id": "AFP", "role": "marker", "afp_ng_ml": 400},
                {"lesion_id": "AFP", "role": "marker", "afp_ng_ml": 100, "assessment": 60},
                image | {"patient_id": "P2"},
            ]
        ),
        AFPResponse(),
    )
    assert [(row.patient_id, row.reader) for row in table] == [("P1", "")]
    assert table.without_follow_up == (("P2", ""),)
