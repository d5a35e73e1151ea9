"""TRIPOD+AI, CLAIM 2024 and PROBAST+AI: official numbers, and no claim beyond the evidence."""

from dataclasses import replace

import pandas as pd
import pytest

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.report.checklists.checklist import State, answer, read_checklist
from radiomics_hcc.report.checklists.items import How

TRIPOD_PARTS = {
    3: "abc", 5: "ab", 6: "abc", 8: "abc", 9: "abc", 12: "abcdefg", 18: "abcdef", 20: "abc",
    23: "ab", 27: "abc",
}  # fmt: skip
QUESTIONS = {"Dev": {1: 3, 2: 4, 3: 4, 4: 5}, "Eval": {1: 3, 2: 4, 3: 4, 4: 7}}
NAMES = ("tripod_ai", "claim_2024", "probast_ai")


def numbers_of(name):
    return [item.number for item in read_checklist(name).items]


def answers_of(name, record):
    return {each.number: each for each in answer(read_checklist(name), record)}


def test_tripod_has_27_items_with_52_parts():
    expected = [f"{item}{part}" for item in range(1, 28) for part in TRIPOD_PARTS.get(item, " ")]
    assert numbers_of("tripod_ai") == [number.strip() for number in expected]
    assert len(expected) == 52


def test_claim_has_44_items():
    assert numbers_of("claim_2024") == [str(number) for number in range(1, 45)]


@pytest.mark.parametrize(("part", "count"), [("Dev", 16), ("Eval", 18)])
def test_probast_has_16_and_18_signalling_questions(part, count):
    expected = [
        f"{part} {domain}.{number}"
        for domain, questions in QUESTIONS[part].items()
        for number in range(1, questions + 1)
    ]
    asked = [number for number in numbers_of("probast_ai") if number.startswith(part)]
    assert [number for number in asked if "." in number] == expected
    assert len(expected) == count


def test_probast_rates_applicability_of_the_first_three_domains():
    rated = [number for number in numbers_of("probast_ai") if "applicability" in number]
    assert rated == [f"{part} {n} applicability" for part in ("Dev", "Eval") for n in (1, 2, 3)]


def test_the_software_never_answers_for_an_assessor(run):
    items = read_checklist("probast_ai").items
    assert all(item.how is not How.AUTO for item in items)
    assert all(item.how is How.MANUAL for item in items if "Rating" in item.label)
    states = {each.state for each in answers_of("probast_ai", run).values()}
    assert states <= {State.PARTLY, State.AUTHOR}


@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_judges(name):
    for item in read_checklist(name).items:
        told = " ".join(item.sentences).lower()
        assert "low risk" not in told
        assert "validation" not in told.replace("cross-validation", "").replace(
            "config.validation", ""
        )


@pytest.mark.parametrize("name", NAMES)
def test_a_run_that_recorded_nothing_documents_nothing(name):
    nothing = RunRecord("id", "n", "q?", "i", RunStatus.FAILED, "now")
    states = {each.state for each in answers_of(name, nothing).values()}
    assert State.DOCUMENTED not in states


def test_funding_ethics_and_registration_stay_with_the_author(run):
    tripod, claim = answers_of("tripod_ai", run), answers_of("claim_2024", run)
    left = [tripod[number] for number in ("17", "18a", "18b", "18d", "19")]
    left += [claim[number] for number in ("11", "34", "44")]
    assert {each.state for each in left} == {State.AUTHOR}


def test_external_testing_is_never_claimed_by_the_software(run):
    assert answers_of("claim_2024", run)["33"].state is State.PARTLY
    inside = {k: v for k, v in run.tables.items() if not k.startswith("external")}
    without = answers_of("claim_2024", replace(run, tables=inside))
    assert without["33"].state is State.AUTHOR


def test_features_from_a_table_are_not_said_to_be_blind(run):
    as_table = replace(run, summary={**run.summary, "engine": "table"})
    told = answers_of("probast_ai", as_table)["Dev 2.3"].sentence
    assert "never sees labels" not in told
    assert "not recorded" in told


def made_with(run, **states):
    """The run with splits, a version of the package, and git states by `git` and `code`."""
    provenance = {**run.provenance, "packages": {"radiomics-hcc": "0.1.0"}, **states}
    tables = {**run.tables, "splits": pd.DataFrame({"patient_id": ["p1"], "fold": [0]})}
    return replace(run, provenance=provenance, tables=tables)


CODE_ITEMS = [("tripod_ai", "12g"), ("tripod_ai", "18f"), ("claim_2024", "43"), ("clear", "56")]


@pytest.mark.parametrize(("name", "number"), CODE_ITEMS)
def test_the_code_is_that_of_the_package_not_of_the_folder_of_the_experiment(run, name, number):
    folder = {"commit": "f01de4", "dirty": False}
    code = {"commit": "9f8e7d6c", "dirty": True}
    told = answers_of(name, made_with(run, git=folder, code=code))[number].sentence
    assert "commit 9f8e7d6c with changes that were not committed" in told
    assert "f01de4" not in told
    clean = made_with(run, git=folder, code={**code, "dirty": False})
    told = answers_of(name, clean)[number].sentence
    assert "9f8e7d6c" in told
    assert "not committed" not in told
    installed = made_with(run, git=folder, code={"commit": None, "dirty": None})
    told = answers_of(name, installed)[number].sentence
    assert "radiomics_hcc 0.1.0" in told
    assert "commit" not in told


ABOUT_TIME = [("tripod_ai", "3b"), ("claim_2024", "3"), ("claim_2024", "6"), ("claim_2024", "41")]
ABOUT_TIME += [("metrics", "3"), ("clear", "18")]


@pytest.mark.parametrize(("name", "number"), ABOUT_TIME)
def test_an_allowed_scan_of_the_label_is_told_where_the_intent_is(run, name, number):
    summary = {**run.summary, "intent": "Only scans from before the treatment enter."}
    before = replace(run, summary={**summary, "incorporation_justification": None})
    allowed = replace(run, summary={**summary, "incorporation_justification": "a reading aid"})
    assert "scan" not in answers_of(name, before)[number].sentence.replace("Only scans from", "")
    told = answers_of(name, allowed)[number].sentence
    assert "a reading aid" in told
    assert "from the scan" in told
    assert "Only scans from before" not in told


AUTHORS_PART = [
    ("12e", "why these measures"),
    ("13", "why is the author's"),
    ("15", "why patients are classified"),
    ("20a", "follow-up time"),
    ("23a", "which subgroups are key"),
]


@pytest.mark.parametrize(("number", "left"), AUTHORS_PART)
def test_reasons_that_a_run_cannot_know_are_left_to_the_author(number, left):
    (item,) = (each for each in read_checklist("tripod_ai").items if each.number == number)
    assert item.how is How.SEMI
    assert all(left in sentence.lower() for sentence in item.sentences)


@pytest.mark.parametrize("code", ["HCC003", "HCC015", "HCC016", "HCC017"])
def test_a_split_is_not_proper_where_something_knew_the_outcome_before(code):
    (item,) = (each for each in read_checklist("metrics").items if each.number == "18")
    assert f"findings.{code}.severity = ok, note" in item.evidence


def test_the_region_of_features_from_a_table_is_not_known(run):
    features = {**run.config.get("features", {}), "per_patient": "largest_lesion"}
    measured = replace(run, config={**run.config, "features": features})
    as_table = replace(measured, summary={**run.summary, "engine": "table"})
    assert "the author's to say" in answers_of("ibsi", as_table)["1"].sentence
    assert "as segmented" in answers_of("ibsi", measured)["1"].sentence
