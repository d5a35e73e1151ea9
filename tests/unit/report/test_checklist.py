"""What a run answers to the items of a guideline."""

from dataclasses import replace

import pandas as pd
import pytest

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.record import InputFile, RunRecord, RunStatus
from radiomics_hcc.errors import InputError
from radiomics_hcc.report.checklists.checklist import State, answer, answers_frame, read_checklist
from radiomics_hcc.report.checklists.reading import parse_checklist

HEAD = 'name = "own"\nfull_name = "Own"\nyear = 2024\ndoi = "10.1/x"\nitems_expected = {count}\n'


def item(number="1", how="auto", **given):
    known = {"number": number, "section": "Data", "label": "A label", "how": how, **given}
    return "[[item]]\n" + "".join(f"{key} = {value!r}\n" for key, value in known.items())


def checklist(*items, count=None):
    return parse_checklist(HEAD.format(count=count or len(items)) + "".join(items), "own")


def record(**given):
    return RunRecord("id", "name", "Does it work?", "", RunStatus.COMPLETED, "now", **given)


def answered(text, run):
    (found,) = answer(checklist(text), run)
    return found


TWO = record(
    config={"seed": 0, "clinical": [], "validation": {"outer": 5}, "phase": "arterial"},
    summary={"settings": {"setting": {"binWidth": 25.0, "normalize": False}}},
    tables={
        "counts": pd.DataFrame({"label": ["OR", "nonOR"], "patients": [41, 43]}),
        "empty": pd.DataFrame({"reason": []}),
    },
    findings=(
        Finding("HCC005", "warning", "Few patients."),
        Finding("HCC008", "note", "Not checked (unstable): needs reliability."),
    ),
    inputs=(InputFile("mask", "a.nii", "ab"), InputFile("mask", "b.nii", "cd")),
)


def test_item_with_its_evidence_is_documented_and_quotes_it():
    found = answered(
        item(evidence=["config.validation.outer"], says="{config.validation.outer} outer folds."),
        TWO,
    )
    assert (found.state, found.sentence) == (State.DOCUMENTED, "5 outer folds.")
    assert found.evidence == ("config.validation.outer",)


def test_item_without_one_of_its_evidences_stays_with_the_author():
    found = answered(item(evidence=["config.seed", "tables.metrics.low"], says="x"), TWO)
    assert (found.state, found.evidence) == (State.AUTHOR, ())
    assert found.sentence == "Not in this record: table metrics (low)."


def test_half_answered_item_is_never_documented():
    assert answered(item(how="semi", evidence=["config.seed"]), TWO).state is State.PARTLY


def test_manual_item_stays_with_the_author():
    assert answered(item(how="manual"), TWO).state is State.AUTHOR


@pytest.mark.parametrize(
    "place",
    [
        *("tables.empty", "tables.counts.reason", "config.clinical", "models", "figures.roc.svg"),
        *("findings.HCC001", "summary.engine", "config.seed.deeper", "inputs.image"),
    ],
)
def test_what_is_empty_or_unknown_is_no_evidence(place):
    assert answered(item(evidence=[place]), TWO).state is State.AUTHOR


def test_seed_of_zero_and_a_no_are_facts():
    places = ["config.seed", "summary.settings.setting.normalize"]
    found = answered(item(evidence=places, says="{config.seed}, {" + places[1] + "}"), TWO)
    assert (found.state, found.sentence) == (State.DOCUMENTED, "0, no")


def test_check_that_could_not_be_made_is_no_evidence():
    assert answered(item(evidence=["findings.HCC005"]), TWO).state is State.DOCUMENTED
    assert answered(item(evidence=["findings.HCC008"]), TWO).state is State.AUTHOR
    severity = item(evidence=["findings.HCC008.severity = note"])
    assert answered(severity, TWO).state is State.AUTHOR


@pytest.mark.parametrize(("pattern", "state"), [("ok, warn*", "documented"), ("ok", "author to")])
def test_evidence_can_ask_for_a_value(pattern, state):
    found = answered(item(evidence=[f"findings.HCC005.severity = {pattern}"]), TWO)
    assert found.state.startswith(state)


def test_one_of_two_places_is_enough():
    place = "summary.settings.setting.binCount | summary.settings.setting.binWidth"
    assert answered(item(evidence=[place], says="{" + place + "} HU"), TWO).sentence == "25 HU"


def test_tables_and_columns_are_quoted_in_words():
    says = "{tables.counts} rows: {tables.counts: rows}; {tables.counts.label}; {inputs} files"
    text = item(evidence=["tables.counts", "tables.counts.label", "inputs"], says=says)
    assert answered(text, TWO).sentence == "2 rows: OR 41, nonOR 43; OR, nonOR; 2 files"


def test_names_of_a_mapping_are_quoted_without_what_they_hold():
    text = item(evidence=["config"], says="{config: names}; {config}")
    said = "seed, clinical, validation, phase; seed 0, clinical, validation outer 5, phase arterial"
    assert answered(text, TWO).sentence == said


def test_long_columns_are_cut_and_counted():
    table = pd.DataFrame({"feature": [f"f{number}" for number in range(20)]})
    run = replace(TWO, tables={"features": table})
    says = "{tables.features.feature} of {tables.features.feature: count}"
    found = answered(item(evidence=["tables.features.feature"], says=says), run)
    assert found.sentence == "f0, f1, f2, f3, f4, f5, f6, f7 and 12 more of 20"


def test_quoted_braces_of_a_value_stay_as_they_are():
    run = replace(TWO, summary={"verdict": "worth {config.seed} <b>"})
    found = answered(item(evidence=["summary.verdict"], says="{summary.verdict}"), run)
    assert found.sentence == "worth {config.seed} <b>"


@pytest.mark.parametrize(
    ("condition", "state"),
    [
        ({"applies": ["config.phase = portal"]}, State.NOT_APPLICABLE),
        ({"applies": ["config.phase = art*"]}, State.DOCUMENTED),
        ({"applies": ["config.clinical"]}, State.NOT_APPLICABLE),
        ({"applies": ["summary.modality = MR"]}, State.DOCUMENTED),
        ({"unless": ["config.phase"]}, State.NOT_APPLICABLE),
        ({"unless": ["summary.modality = CT"]}, State.DOCUMENTED),
        ({"unless": ["config.seed"]}, State.DOCUMENTED),
    ],
)
def test_only_what_is_known_makes_an_item_not_applicable(condition, state):
    assert answered(item(evidence=["config.validation"], **condition), TWO).state is state


def test_first_case_that_holds_speaks():
    given = item(evidence=["config"], says="neither").rstrip()
    cases = '[{when = "summary.engine", says = "engine"}, {when = "config.phase", says = "phase"}]'
    assert answered(f"{given}\ncases = {cases}\n", TWO).sentence == "phase"


def test_answers_are_a_table_in_the_order_of_the_guideline():
    text = (item("2", evidence=["config.seed", "config.phase"]), item("1", how="manual"))
    found = answers_frame(answer(checklist(*text), TWO))
    assert found["number"].tolist() == ["2", "1"]
    assert found["evidence"].tolist() == ["config.seed; config.phase", ""]
    assert found["state"].tolist() == ["documented", "author to complete"]


def test_everything_wrong_with_a_file_is_told_at_once():
    text = HEAD.format(count=9).replace('doi = "10.1/x"\n', "extra = 1\n")
    text += item("1", evidence=["tabels.metrics"], says="{config.seed} {config.seed: sum}")
    text += item("1", how="manual", evidence=["config.seed"])
    text += item("2", how="magic") + item("3") + item("4", evidence="config.seed")
    text += "[[item]]\nnumber = '5'\nsection = ''\nhow = 'manual'\ntypo = 1\n"
    text += item("6", how="manual", weight="much") + item("7", how="manual", cases=["x"])
    with pytest.raises(InputError) as caught:
        parse_checklist(text, "other")
    told = str(caught.value)
    for part in (
        "head: doi is missing",
        "head: unknown key 'extra'",
        "head: name is 'own'",
        "items_expected is 9, there are 8 items",
        "item 1: occurs 2 times",
        "item 1: no record has 'tabels.metrics'",
        "quotes 'config.seed', which is not among its evidence",
        "unknown form 'sum'",
        "item 1: manual and evidence do not go together",
        "item 2: how is none of auto, semi, manual",
        "item 3: auto and evidence do not go together",
        "item 4: evidence is no list of texts",
        "item 5: section is missing",
        "item 5: label is missing",
        "item 5: unknown key 'typo'",
        "item 6: weight is no positive number",
        "item 7: cases is no list of {when, says}",
    ):
        assert part in told


def test_broken_toml_is_one_plain_error():
    with pytest.raises(InputError, match=r"own\.toml: is no TOML"):
        parse_checklist("name = ", "own")


def test_unknown_checklist_lists_the_known_ones():
    with pytest.raises(InputError, match=r"strobe: is no checklist; there are: clear, metrics"):
        read_checklist("strobe")
