from datetime import date
from fractions import Fraction

import pytest

from radiomics_hcc.domain.response import (
    ImmuneResponse,
    MarkerResponse,
    ResponseAssessment,
    ResponseClass,
    ResponseTable,
    TreatmentResponseCategory,
    UnorderedResponse,
)
from radiomics_hcc.errors import InputError
from radiomics_hcc.response.best_response import best

ENUMERATIONS = (
    ResponseClass,
    UnorderedResponse,
    ImmuneResponse,
    MarkerResponse,
    TreatmentResponseCategory,
)
WORDS = {str(word): word for words in ENUMERATIONS for word in words}


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
    rates = best(ResponseTable("r", tuple(rows), (("P4", "A"),))).rates().set_index("rate")
    assert set(rates["patients"]) == {4}
    assert rates.loc["objective_response_rate", "estimate"] == 0.25
    assert rates.loc["disease_control_rate", "estimate"] == 0.5


def test_patient_without_follow_up_has_a_row():
    table = best(ResponseTable("r", (), (("P4", "A"),)))
    frame = table.frame()
    assert frame.loc[0, "best_response"] == "NE"
    assert frame["ttp_days"].isna().all()
    assert "P4" in table._repr_html_()


def best_of(*visits, criterion="recist11", **options):
    (patient,) = best(ResponseTable(criterion, course("P1", *visits)), **options).patients
    return patient


def test_stable_minimum_counts_from_the_start_of_treatment():
    visits = [(42, "SD")]
    assert best_word(*visits, stable_minimum_days=42, starts={"P1": 1}) == "NE"
    assert best_word(*visits, stable_minimum_days=41, starts={"P1": 1}) == "SD"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("CR", "CR", "CR"),
        ("CR", "PR", "PR"),
        ("CR", "SD", "SD"),
        ("CR", "PD", "SD"),
        ("CR", "NE", "SD"),
        ("PR", "CR", "PR"),
        ("PR", "PR", "PR"),
        ("PR", "SD", "SD"),
        ("PR", "PD", "SD"),
        ("PR", "NE", "SD"),
        ("NE", "NE", "NE"),
    ],
)
def test_confirmation_by_table_3_of_recist(first, second, expected):
    assert best_word((60, first), (100, second), confirmation_days=28) == expected


@pytest.mark.parametrize(
    ("second", "expected"), [("PD", "PD"), ("NE", "NE"), ("SD", "SD"), ("CR", "CR")]
)
def test_unconfirmed_response_that_was_seen_too_early_for_stable_disease(second, expected):
    options = {"confirmation_days": 28, "stable_minimum_days": 70}
    assert best_word((60, "CR"), (100, second), **options) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("iCR iCR iPR iUPD iCPD", "iCR"),
        ("iCR iUPD NE iUPD iCPD", "iCR"),
        ("iUPD iPR iCR iUPD iCPD", "iCR"),
        ("iUPD NE iCR iCR NE", "iCR"),
        ("iUPD iPR iPR iUPD iCPD", "iPR"),
        ("iUPD iPR iUPD NE NE", "iPR"),
        ("iUPD iSD iPR iSD iUPD", "iPR"),
        ("iUPD NE iPR iUPD iCPD", "iPR"),
        ("iUPD iSD iSD iUPD iCPD", "iSD"),
        ("iUPD iSD NE NE iSD", "iSD"),
        ("iUPD iCPD iCR iPR iSD", "iCPD"),
        ("iUPD iUPD iCPD iSD iPR", "iCPD"),
        ("iUPD NE NE NE NE", "iUPD"),
        ("NON-iCR/NON-iUPD iUPD iCPD iCPD iCPD", "NON-iCR/NON-iUPD"),
    ],
)
def test_best_response_by_table_3_of_irecist(words, expected):
    visits = [(60 * index, word) for index, word in enumerate(words.split(), start=1)]
    assert best_word(*visits) == expected


@pytest.mark.parametrize(
    ("words", "progressed", "day"),
    [
        ("iSD iUPD iCPD", True, 120),
        ("iUPD iUPD iCPD", True, 60),
        ("iUPD NE iCPD", True, 60),
        ("iSD iSD iUPD iPR iPR iUPD iCPD", True, 360),
        ("iUPD iSD iUPD iSD", False, 240),
        ("iUPD iPR NE", False, 120),
        ("iSD iUPD NE", True, 120),
        ("iSD iSD NE", False, 120),
    ],
)
def test_immune_progression_is_dated_to_the_first_of_its_unbroken_block(words, progressed, day):
    visits = [(60 * index, word) for index, word in enumerate(words.split(), start=1)]
    patient = best_of(*visits)
    assert (patient.progressed, patient.ttp_days) == (progressed, day)
    assert (patient.pfs_event, patient.pfs_days) == (progressed, day)


def test_reason_tells_when_a_progression_was_confirmed_or_why_it_counts_without():
    assert "confirmed at day 100" in best_of((60, "iUPD"), (100, "iCPD")).reason
    assert "neither confirmed nor followed by" in best_of((60, "iUPD")).reason


def test_confirmation_of_immune_responses():
    assert best_word((60, "iCR"), (100, "iPR"), confirmation_days=28) == "iPR"
    assert best_word((60, "iPR"), (80, "iPR"), confirmation_days=28) == "iSD"


@pytest.mark.parametrize(
    ("visits", "word", "progressed", "day"),
    [
        ([(60, "PD"), (88, "SD"), (120, "PR")], "PR", False, 120),
        ([(60, "PD"), (87, "SD")], "PD", True, 60),
        ([(60, "PD"), (88, "PD"), (120, "PR")], "PD", True, 60),
        ([(60, "PD"), (100, "SD"), (140, "PD")], "SD", True, 140),
        ([(60, "SD"), (100, "PD")], "SD", True, 100),
    ],
)
def test_negated_progression_of_imrecist_ends_nothing(visits, word, progressed, day):
    patient = best_of(*visits, criterion="imrecist")
    assert str(patient.best_response) == word
    assert (patient.progressed, patient.ttp_days) == (progressed, day)


def test_progression_free_survival_ends_with_death_or_progression():
    dead = best_of((60, "SD"), deaths={"P1": 100})
    assert (dead.progressed, dead.ttp_days) == (False, 60)
    assert (dead.pfs_event, dead.pfs_days) == (True, 100)
    both = best_of((60, "PD"), deaths={"P1": 100})
    assert (both.pfs_event, both.pfs_days) == (True, 60)
    neither = best_of((60, "SD"), (100, "NE"))
    assert (neither.pfs_event, neither.pfs_days) == (False, 60)


def test_nothing_evaluable_is_censored_at_day_0_of_treatment():
    patient = best_of((60, "NE"), starts={"P1": 10})
    assert (patient.ttp_days, patient.pfs_days) == (0, 0)


def test_death_without_follow_up_counts_from_the_start():
    table = ResponseTable("r", (), (("P1", "A"), ("P2", "A"), ("P3", "A")))
    found = best(table, starts={"P1": 0}, deaths={"P1": 30, "P2": 30}).patients
    assert [(p.pfs_event, p.pfs_days) for p in found] == [(True, 30), (True, None), (False, None)]
    assert "no start of treatment" in found[1].reason


def test_impossible_times_are_listed_at_once():
    rows = (*course("P1", (40, "SD")), *course("P2", (40, "SD")), *course("P3", (40, "SD")))
    table = ResponseTable("r", rows, (("P4", "A"),))
    starts = {"P1": 50, "P4": 9}
    deaths = {"P2": 39, "P3": date(2026, 1, 1), "P4": 8, "unknown": 3}
    with pytest.raises(InputError) as caught:
        best(table, starts=starts, deaths=deaths)
    assert [problem.where for problem in caught.value.problems] == ["P1", "P3", "P2", "P4"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("non-responder responder", "responder"),
        ("NE non-responder", "non-responder"),
        ("viable nonviable nonevaluable", "nonviable"),
        ("nonevaluable equivocal", "equivocal"),
    ],
)
def test_markers_and_categories_have_a_best_word_and_no_progression(words, expected):
    visits = [(60 * index, word) for index, word in enumerate(words.split(), start=1)]
    patient = best_of(*visits, deaths={"P1": 900})
    assert str(patient.best_response) == expected
    assert (patient.progressed, patient.ttp_days) == (False, None)
    assert (patient.pfs_event, patient.pfs_days) == (False, None)


def test_median_times_per_reader_and_endpoint():
    rows = [row for day in (30, 60, 90) for row in course(f"P{day}", (day, "PD"))]
    rows += course("P99", (100, "SD"))
    times = best(ResponseTable("r", tuple(rows), (("P4", "A"),)), deaths={"P99": 120}).times()
    assert list(times["endpoint"]) == ["ttp", "pfs"]
    assert list(times["patients"]) == [5, 5]
    assert list(times["untimed"]) == [1, 1]
    assert list(times["events"]) == [3, 4]
    assert list(times["median_days"]) == [60, 60]
