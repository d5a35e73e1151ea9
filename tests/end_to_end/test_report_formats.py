"""`rhcc report` as a user meets it: three formats, and the private edition of a real run."""

import json
import re

import pytest

from radiomics_hcc.experiment.history import load_run
from radiomics_hcc.report.private import SUMMARY
from radiomics_hcc.report.private_edition.tables import RULES


def test_the_suffix_decides_the_format(study):
    for name in ("formats/r.md", "formats/r.json"):
        answer = study.rhcc("report", "run", "-o", name)
        assert (answer.code, answer.out.strip()) == (0, name), answer.err
    assert study.text("formats/r.md").startswith("# Does a texture before treatment tell")
    assert json.loads(study.text("formats/r.json"))["run"]["name"] == "study"
    assert (study.folder / "formats/r_files/roc.svg").is_file()


def test_another_suffix_is_refused_before_the_run_is_read(study):
    answer = study.rhcc("report", "nothing of that name", "-o", "formats/r.pdf")
    assert answer.code == 1
    assert ".pdf is no format of a report; end it in one of .html" in answer.err


@pytest.fixture(scope="module")
def private_report(study):
    answer = study.rhcc("report", "run", "-o", "formats/p.json", "--private")
    assert answer.code == 0, answer.err
    return study.text("formats/p.json")


def test_the_private_edition_names_no_patient_date_or_file(study, private_report):
    open_report = study.text("formats/r.json")
    for telling in (r"\bP\d\d\b", r"\b20\d\d-[01]\d-[0-3]\d", r"patients\.csv"):
        assert re.search(telling, open_report)
        assert not re.search(telling, private_report)
    assert re.search(r"\bP\d\d\d\b", private_report)


def test_every_table_and_entry_of_a_real_run_has_a_rule(study):
    record = load_run(str(study.folder / "run"))
    assert set(record.tables) <= set(RULES)
    assert set(record.summary) <= set(SUMMARY)
