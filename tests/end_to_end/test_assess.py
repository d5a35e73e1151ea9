"""`rhcc assess` as a user meets it: criteria beside each other, readers, patients, the audit."""

import base64
import re

import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.experiment.assessing.assessment import AssessmentOptions
from radiomics_hcc.experiment.assessing.audit import audit
from radiomics_hcc.response.measurements import read_measurements
from radiomics_hcc.response.mrecist import MRECIST

TABLES = {
    *("response", "best", "rates", "times", "criteria", "class_counts", "criteria_cross_tables"),
    *("criteria_agreement", "criteria_not_assessed", "agreement", "reader_discordance"),
    *("targets", "flags", "patients_without_follow_up", "warnings"),
}
SMALL = """\
patient_id,assessment,lesion_id,role,longest_mm,viable_mm
A,2024-01-10,L1,target,50,50
A,2024-03-10,L1,target,62,20
B,2024-01-10,L1,target,40,40
"""
PATIENTS = """\
patient_id,treatment,treatment_date,death_date
A,nivolumab,2024-01-20,2024-06-30
B,TACE,2024-01-20,
"""


@pytest.fixture
def small(place):
    """Two patients without readers, one of them without a follow-up."""
    place.write("m.csv", SMALL)
    place.write("patients.csv", PATIENTS)
    return place


@pytest.fixture(scope="module")
def audited(story):
    """The synthetic cohort, three readers, audited."""
    answer = story.rhcc(
        *("assess", "cohort/measurements.csv", "--readers", "majority", "--best"),
        *("--patients", "cohort/patients.csv", "-o", "out/audited.csv", "--audit", "out/audit"),
    )
    assert answer.code == 0, answer.err
    return story


def test_other_criteria_stand_beside_with_what_drives_a_difference(small) -> None:
    answer = small.rhcc("assess", "m.csv", "--beside", "recist11", "-o", "r.csv")
    assert answer.code == 0, answer.err
    (row,) = small.table("r.csv").to_dict("records")
    assert (row["response"], row["response_recist11"], row["discordant"]) == ("PR", "PD", "True")
    assert row["drivers"].startswith("mrecist PR (targets -60.0 % from baseline); recist11 PD")


def test_pseudoprogression_is_flagged_though_nobody_asked_for_mrecist(small) -> None:
    small.rhcc("assess", "m.csv", "--criterion", "recist11", "-o", "r.csv")
    (row,) = small.table("r.csv").to_dict("records")
    assert row["response"] == "PD"
    assert row["flags"].startswith("pseudoprogression: recist11 PD by size alone (+24.0 %")


def test_patients_give_starts_deaths_and_the_recommended_criterion(small) -> None:
    answer = small.rhcc("assess", "m.csv", "--patients", "patients.csv", "--best", "-o", "r.csv")
    rows = small.table("r.csv").set_index("patient_id")
    assert rows.loc["A", ["ttp_days", "pfs_event", "pfs_days"]].tolist() == ["50", "True", "162"]
    assert rows.loc["B", "best_response"] == "NE"
    assert "note: patient A: nivolumab (checkpoint inhibitor): recist11" in answer.err
    assert "TACE" not in answer.err


def test_dates_that_cannot_be_are_named_and_not_used(small) -> None:
    small.write(
        "patients.csv",
        "patient_id,treatment,treatment_date,death_date\nA,TACE,2024-05-01,2024-02-01\n",
    )
    answer = small.rhcc("assess", "m.csv", "--patients", "patients.csv", "--best", "-o", "r.csv")
    assert answer.code == 0, answer.err
    assert "treatment_date is not before the first follow-up: A" in answer.err
    assert "death_date is before an assessment and not used: A" in answer.err
    assert "has no row of B" in answer.err
    assert small.table("r.csv").set_index("patient_id").loc["A", "ttp_days"] == "60"


def test_day_numbers_cannot_be_counted_from_dates(small) -> None:
    small.write("m.csv", SMALL.replace("2024-01-10", "0").replace("2024-03-10", "60"))
    answer = small.rhcc("assess", "m.csv", "--patients", "patients.csv", "--best", "-o", "r.csv")
    assert answer.code == 0, answer.err
    assert "assessments are day numbers" in answer.err


def test_consensus_asks_for_readers_and_a_known_rule(small) -> None:
    lonely = small.rhcc("assess", "m.csv", "--readers", "majority", "-o", "r.csv")
    unknown = small.rhcc("assess", "m.csv", "--readers", "most", "-o", "r.csv")
    assert (lonely.code, unknown.code) == (1, 1)
    assert "the table has one reader" in lonely.err
    assert "use majority, median, unanimous" in unknown.err


def test_what_another_criterion_lacks_is_said(small) -> None:
    answer = small.rhcc("assess", "m.csv", "--beside", "recist11,who", "-o", "r.csv")
    assert answer.code == 1
    assert "perpendicular_mm" in answer.err


def test_audit_without_readers_tells_of_patients_without_follow_up(small) -> None:
    answer = small.rhcc("assess", "m.csv", "-o", "r.csv", "--audit", "audit")
    assert answer.code == 0, answer.err
    assert small.table("audit/patients_without_follow_up.csv")["patient_id"].tolist() == ["B"]
    assert small.table("audit/agreement.csv").empty
    refused = small.table("audit/criteria_not_assessed.csv").set_index("criterion")["reason"]
    assert "perpendicular_mm" in refused["who"]
    page = small.text("audit/response.html")
    assert "Patients without follow-up, by reader (1 rows)" in page
    assert 'id="readers"' not in page


def test_a_baseline_alone_can_be_audited(place) -> None:
    place.write("m.csv", "\n".join(SMALL.splitlines()[:2]) + "\n")
    answer = place.rhcc("assess", "m.csv", "-o", "r.csv", "--audit", "audit")
    assert answer.code == 0, answer.err
    assert "no assessment; without follow-up: 1" in answer.out
    assert place.table("audit/best.csv")["best_response"].tolist() == ["NE"]


def test_consensus_rows_stand_beside_those_of_the_readers(audited) -> None:
    table = audited.table("out/audited.csv")
    assert sorted(set(table["reader"])) == ["R1", "R2", "R3", "majority"]
    consensus = table[table["reader"] == "majority"]
    assert len(consensus) == 20
    assert consensus["reason"].str.startswith("Majority of 3 of 3 readers: ").all()


def test_audit_writes_every_table_and_figure(audited) -> None:
    folder = audited.folder / "out" / "audit"
    assert {path.stem for path in folder.glob("*.csv")} == TABLES
    figures = {path.name for path in folder.glob("*.svg")}
    assert figures == {"waterfall.svg", "spider.svg", "swimmer.svg"}


def test_page_needs_nothing_from_outside_and_says_what_it_is_not(audited) -> None:
    page = audited.text("out/audit/response.html")
    addresses = re.findall(r'(?:src|href)="([^"#][^"]*)"', page)
    assert addresses
    assert all(address.startswith("data:") for address in addresses)
    assert page.count("not a medical device") >= 2
    assert "<script" not in page


def test_page_carries_the_same_table_as_the_folder(audited) -> None:
    page = audited.text("out/audit/response.html")
    found = re.search(
        r'href="data:text/csv;charset=utf-8;base64,([^"]+)" download="criteria.csv"', page
    )
    assert found is not None
    assert base64.b64decode(found[1]).decode() == audited.text("out/audit/criteria.csv")


def test_same_measurements_same_bytes(audited) -> None:
    audited.rhcc(
        *("assess", "cohort/measurements.csv", "--readers", "majority", "--best"),
        *("--patients", "cohort/patients.csv", "-o", "out/again.csv", "--audit", "out/again"),
    )
    for path in sorted((audited.folder / "out" / "audit").iterdir()):
        assert path.read_bytes() == (audited.folder / "out" / "again" / path.name).read_bytes()


def test_text_of_the_table_is_escaped_on_the_page(place) -> None:
    place.write("m.csv", SMALL.replace("A,", "<b>A</b>,").replace("B,", "<i>B</i>,"))
    assert place.rhcc("assess", "m.csv", "-o", "r.csv", "--audit", "audit").code == 0
    page = place.text("audit/response.html")
    assert "<b>A</b>" not in page
    assert "&lt;b&gt;A&lt;/b&gt;" in page


def test_python_gives_the_same_tables(audited) -> None:
    measurements = read_measurements(audited.folder / "cohort" / "measurements.csv")
    options = AssessmentOptions.of("majority", None, 0)
    found = audit(measurements, MRECIST(), options=options)
    assert found.frame("criteria").to_csv(index=False) == audited.text("out/audit/criteria.csv")
    assert "majority of readers" in found._repr_html_()
    with pytest.raises(InputError, match="did you mean 'criteria'"):
        found.frame("criterai")


def test_day_numbers_stay_whole_beside_patients_without_follow_up(place) -> None:
    place.write(
        "m.csv",
        "patient_id,assessment,lesion_id,role,viable_mm\n"
        "A,0,L1,target,50\nA,60,L1,target,20\nA,120,L1,target,10\nB,0,L1,target,40\n",
    )
    answer = place.rhcc("assess", "m.csv", "--best", "-o", "r.csv")
    rows = place.table("r.csv")
    assert rows["assessment"].tolist()[:2] == ["60", "120"]
    assert rows["baseline"].tolist()[:2] == ["0", "0"]
    assert "1 patients, 2 assessments by mrecist: PR 2; without follow-up: 1" in answer.out
