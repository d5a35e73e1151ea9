"""`patients.csv` beside a cohort."""

from __future__ import annotations

from datetime import date

import pytest

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.errors import InputError


@pytest.fixture
def patients(cohort_csv, table_of):
    """The patients of a table of these rows, loaded with the cohort."""

    def load(header, *rows):
        table_of(cohort_csv.parent, *rows, header=header, name="patients.csv")
        return load_cohort(cohort_csv, check="tables").patients

    return load


@pytest.fixture
def refused(cohort_csv, table_of, problems_of):
    def problems(header, *rows):
        table_of(cohort_csv.parent, *rows, header=header, name="patients.csv")
        return problems_of(cohort_csv, check="tables")

    return problems


def test_treatment_dates_and_clinical_columns_have_their_types(patients):
    header = "patient_id,treatment,treatment_date,age,afp,bclc,response,response_date"
    rows = (
        "P1,TACE,2024-01-20,61,12.5,B,PR,2024-03-02",
        "P2,TACE,2024-02-10,58,1e4,C,SD,2024-04-01",
    )
    first, second = patients(header, *rows).values()
    assert (first.treatment, first.treatment_date) == ("TACE", date(2024, 1, 20))
    assert first.clinical == {
        "age": 61,
        "afp": 12.5,
        "bclc": "B",
        "response": "PR",
        "response_date": date(2024, 3, 2),
    }
    assert isinstance(first.clinical["age"], int)
    assert second.clinical["afp"] == 10_000.0


@pytest.mark.parametrize("empty", ["", "NA", "NaN", "n/a"])
def test_empty_cell_is_absent_and_leaves_the_column_numeric(patients, empty):
    read = patients("patient_id,afp,treatment_date", f"P1,{empty},{empty}", "P2,3,2024-02-10")
    assert read["P1"].clinical == {}
    assert read["P1"].treatment_date is None
    assert read["P2"].clinical == {"afp": 3}


def test_one_word_among_numbers_makes_the_column_text(patients):
    read = patients("patient_id,afp,thrombus", "P1,<400,None", "P2,12,main")
    assert [patient.clinical["afp"] for patient in read.values()] == ["<400", "12"]
    assert read["P1"].clinical["thrombus"] == "None"


def test_words_that_python_takes_for_numbers_stay_words(patients):
    read = patients("patient_id,code", "P1,1_000", "P2,inf")
    assert [patient.clinical["code"] for patient in read.values()] == ["1_000", "inf"]


def test_patient_without_a_case_is_kept(patients):
    assert list(patients("patient_id", "P3", "P1", "P2")) == ["P3", "P1", "P2"]


def test_patient_of_the_cohort_without_a_row(refused):
    assert refused("patient_id,age", "P1,61") == [
        "cohort.csv:6: patient 'P2' has no row in patients.csv; add one"
    ]


def test_patient_who_comes_twice(refused):
    assert refused("patient_id", "P1", "P2", "P1") == [
        "patients.csv:4: patient 'P1' comes twice, first at patients.csv:2; keep one row"
    ]


def test_empty_patient(refused):
    assert refused("patient_id,age", "P1,1", ",2", "P2,3") == [
        "patients.csv:3: patient_id is empty; fill it in"
    ]


@pytest.mark.parametrize("column", ["treatment_date", "response_date"])
def test_bad_date(refused, column):
    assert refused(f"patient_id,{column}", "P1,20/01/2024", "P2,") == [
        f"patients.csv:2: {column} '20/01/2024' is no date; write it as YYYY-MM-DD"
    ]


def test_column_of_patients_is_missing(refused):
    assert refused("patient,age", "P1,61") == [
        "patients.csv:1: column 'patient_id' is missing; did you mean 'patient'?"
    ]


def test_semicolons_in_the_table_of_patients(refused):
    (problem,) = refused("patient_id;age", "P1;61")
    assert problem.startswith("patients.csv:1: the columns are separated by semicolons")


def test_pre_scan_after_the_treatment(refused):
    assert refused("patient_id,treatment_date", "P1,2024-01-05", "P2,") == [
        "cohort.csv:2: the pre scan of 2024-01-10 comes after the treatment of 2024-01-05; "
        "correct the dates or the time point"
    ]


def test_post_scan_before_the_treatment(refused):
    assert refused("patient_id,treatment_date", "P1,2024-03-02", "P2,") == [
        "cohort.csv:4: the post scan of 2024-03-01 comes before the treatment of 2024-03-02; "
        "correct the dates or the time point"
    ]


def test_scan_on_the_day_of_treatment_is_fine(patients):
    assert len(patients("patient_id,treatment_date", "P1,2024-01-10", "P2,2024-02-02")) == 2


def test_problems_of_both_tables_come_together_cohort_first(cohort_csv, table_of, problems_of):
    folder = cohort_csv.parent
    table_of(folder, "P1,pre,,m.nii", header="patient_id,timepoint,image,mask")
    table_of(folder, "P1,soon", "P1,", header="patient_id,treatment_date", name="patients.csv")
    problems = problems_of(cohort_csv, check="tables")
    places = [problem.split(": ")[0] for problem in problems]
    assert places == ["cohort.csv:2", "patients.csv:2", "patients.csv:3"]


def test_table_of_patients_elsewhere(cohort_csv, table_of, tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    path = table_of(folder, "P1,TACE", "P2,RFA", header="patient_id,treatment", name="people.csv")
    cohort = load_cohort(str(cohort_csv), str(path), check="tables")
    assert [patient.treatment for patient in cohort.patients.values()] == ["TACE", "RFA"]
    assert cohort.sources == (cohort_csv, path)


def test_table_of_patients_that_is_asked_for_must_be_there(cohort_csv):
    with pytest.raises(InputError, match=r"nobody\.csv: cannot be read"):
        load_cohort(cohort_csv, cohort_csv.with_name("nobody.csv"), check="tables")
