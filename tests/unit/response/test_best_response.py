from datetime import date
from fractions import Fraction

import pytest

from radiomics_hcc.domain.response import (
    ResponseAssessment,
    ResponseClass,
    ResponseTable,
    UnorderedResponse,
)
from radiomics_hcc.errors import InputError
from radiomics_hcc.response.best_response import best

WORDS = {str(word): word for word in (*ResponseClass, *UnorderedResponse)}


def course(patient_id, *visits, baseline=0):
    """Assessments with these (day, response)."""
    return tuple(
        ResponseAssessment(
            patient_id=patient_id,
            reader="A",
            baseline=baseline,
            assessment=day,
            baseline_sum=Fraction(30),
            nadir_sum=Fraction(30),
            current_sum=Fraction(30),
            target_response=WORDS[word],
            non_target_response=UnorderedResponse.NA,
            new_lesion=False,
            response=WORDS[word],
            reason="as seen",
        )
        for day, word in visits
    )


def best_word(*visits, **options):
    (patient,) = best(ResponseTable("recist11", course("P1", *visits)), **options).patients
    return str(patient.best_response)


def test_best_is_the_best_until_progression():
    assert best_word((40, "SD"), (80, "PR"), (120, "PD")) == "PR"
    assert best_word((40, "SD"), (80, "PD"), (120, "CR")) == "SD"
    assert best_word((40, "NE"), (80, "PD")) == "PD"
    assert best_word((40, "NE"), (80, "NE")) == "NE"
    assert best_word((40, "NE"), (80, "NON-CR/NON-PD")) == "NON-CR/NON-PD"


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        ([(40, "CR"), (80, "CR")], "CR"),
        ([(40, "CR"), (67, "CR")], "SD"),
        ([(40, "CR"), (68, "CR")], "CR"),
        ([(40, "CR"), (80, "PR")], "PR"),
        ([(40, "PR"), (80, "CR")], "PR"),
        ([(40, "PR"), (80, "NE"), (120, "PR")], "PR"),
        ([(40, "PR"), (80, "SD")], "SD"),
        ([(40, "PR"), (80, "PD")], "SD"),
        ([(40, "PR"), (80, "PD"), (120, "PR")], "SD"),
        ([(40, "PD")], "PD"),
    ],
)
def test_confirmation_at_four_weeks(visits, expected):
    assert best_word(*visits, confirmation_days=28) == expected


def test_stable_disease_seen_too_early_is_not_evaluable():
    assert best_word((30, "SD"), stable_minimum_days=42) == "NE"
    assert best_word((42, "SD"), stable_minimum_days=42) == "SD"
    assert best_word((30, "SD"), (80, "PD"), stable_minimum_days=42) == "PD"


def test_time_to_progression_counts_to_the_first_progression():
    (patient,) = best(ResponseTable("r", course("P1", (40, "SD"), (80, "PD"), (99, "PD")))).patients
    assert (patient.progressed, patient.ttp_days) == (True, 80)


def test_without_progression_time_ends_at_the_last_evaluable_assessment():
    (patient,) = best(ResponseTable("r", course("P1", (40, "SD"), (80, "NE")))).patients
    assert (patient.progressed, patient.ttp_days) == (False, 40)


def test_time_counts_from_the_start_of_treatment_where_given():
    visits = course("P1", (date(2026, 3, 1), "PD"), baseline=date(2026, 1, 1))
    table = ResponseTable("r", visits)
    assert best(table).patients[0].ttp_days == 59
    assert best(table, starts={"P1": date(2026, 1, 30)}).patients[0].ttp_days == 30


def test_start_of_another_sort_is_an_input_error():
    with pytest.raises(InputError, match="another sort"):
        best(ResponseTable("r", course("P1", (40, "SD"))), starts={"P1": date(2026, 1, 1)})


def test_rates_keep_everyone_in_the_denominator():
    rows = [
        *course("P1", (40, "CR")),
        *course("P2", (40, "SD")),
        *course("P3", (40, "NE")),
    ]
    rates = best(ResponseTable("r", tuple(rows), (("P4", "A"),))).rates()
    assert rates.loc[0, "patients"] == 4
    assert rates.loc[0, "objective_response_rate"] == 0.25
    assert rates.loc[0, "disease_control_rate"] == 0.5


def test_patient_without_follow_up_has_a_row():
    table = best(ResponseTable("r", (), (("P4", "A"),)))
    frame = table.frame()
    assert frame.loc[0, "best_response"] == "NE"
    assert frame["ttp_days"].isna().all()
    assert "P4" in table._repr_html_()
