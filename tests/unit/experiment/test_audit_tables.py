import pandas as pd
import pytest

from radiomics_hcc.experiment.assessing.audit_tables import (
    class_counts,
    criteria_agreement,
    criteria_cross_tables,
    flag_table,
    reader_agreement,
)
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.best_response import best
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.mrecist import MRECIST
from radiomics_hcc.response.recist11 import RECIST11

# By reader R1 mRECIST says PR, PR, SD, CR of A, B, C, D; RECIST 1.1 says SD of all of them.
SIZES = {
    "R1": {"A": (48, 20), "B": (48, 20), "C": (48, 45), "D": (48, 0)},
    "R2": {"A": (48, 20), "B": (48, 45), "C": (48, 45), "D": (48, 0)},
}


@pytest.fixture
def measurements():
    rows = [
        {"patient_id": patient, "reader": reader, "assessment": day, "longest_mm": whole,
         "viable_mm": viable, "lesion_id": "L1", "role": "target", "flags": flags}
        for reader, patients in SIZES.items()
        for patient, sizes in patients.items()
        for day, (whole, viable), flags in ((0, (50, 50), ""), (60, sizes, "no_subtraction"))
    ]  # fmt: skip
    return Measurements.from_frame(pd.DataFrame(rows))


@pytest.fixture
def tables(measurements):
    return [assess(measurements, MRECIST()), assess(measurements, RECIST11())]


def test_counts_per_criterion_reader_and_word(tables) -> None:
    counts = class_counts(tables).set_index("response")
    own = counts[(counts["criterion"] == "mrecist") & (counts["reader"] == "R1")]
    other = counts[(counts["criterion"] == "recist11") & (counts["reader"] == "R2")]
    assert own["assessments"].to_dict() == {"PR": 2, "SD": 1, "CR": 1}
    assert other["assessments"].to_dict() == {"SD": 4}


def test_criteria_are_compared_reader_by_reader(tables) -> None:
    found = criteria_agreement(tables)
    shares = found[found["statistic"] == "percent agreement"].set_index("reader")
    assert shares["estimate"].to_dict() == {"R1": 0.25, "R2": 0.5}
    assert (shares["criteria"] == "mrecist, recist11").all()
    assert (shares["patients"] == 4).all()


def test_cross_tables_count_every_patient_of_a_reader_once(tables) -> None:
    found = criteria_cross_tables(tables)
    own = found[found["reader"] == "R1"].set_index(["first_response", "second_response"])
    assert own["patients"].to_dict() == {("CR", "SD"): 1, ("PR", "SD"): 2, ("SD", "SD"): 1}


def test_one_criterion_has_nothing_to_be_compared_with(tables) -> None:
    assert criteria_agreement(tables[:1]).empty
    assert criteria_cross_tables(tables[:1]).empty


def test_readers_agree_in_words_best_responses_and_sums(tables) -> None:
    found = reader_agreement(tables[0], best(tables[0]))
    assert list(dict.fromkeys(found["of"])) == [
        "response, first follow-up",
        "best overall response",
        "baseline sum, first follow-up",
        "change from baseline, %, first follow-up",
    ]
    pair = found[found["statistic"] == "percent agreement"].set_index(["of", "readers"])["estimate"]
    assert pair["response, first follow-up", "R1, R2"] == 0.75


def test_flags_of_lesions_and_of_assessments_stand_in_one_table(measurements, tables) -> None:
    found = flag_table(measurements, tables)
    assert (found["flag"] == "no_subtraction").sum() == 8
    assert (found.loc[found["flag"] == "no_subtraction", "lesion_id"] == "L1").all()
    assert not found.duplicated(["patient_id", "reader", "assessment", "lesion_id", "flag"]).any()
