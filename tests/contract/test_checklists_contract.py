"""Every item of every guideline is ticked by its evidence alone."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.record import InputFile, ModelFile, RunRecord, RunStatus
from radiomics_hcc.experiment.config import ExperimentConfig
from radiomics_hcc.report.checklists.checklist import (
    Checklist,
    Item,
    State,
    all_checklists,
    answer,
    read_checklist,
)
from radiomics_hcc.report.checklists.evidence import is_there, place_of
from radiomics_hcc.report.checklists.items import How
from radiomics_hcc.report.checklists.places import EITHER
from radiomics_hcc.report.checklists.score import score_of
from radiomics_hcc.report.private_edition.tables import RULES

EMPTY = RunRecord("", "", "", "", RunStatus.COMPLETED, "")
ITEMS = {
    "clear": 58,
    "metrics": 30,
    "tripod_ai": 52,
    "claim_2024": 44,
    "probast_ai": 48,
    "ibsi": 104,
}
"""16 and 18 signalling questions of PROBAST+AI and 14 judgements; IBSI's 76 numbers by letters."""


@cache
def known(name: str) -> Checklist:
    return read_checklist(name)


EVERY_ITEM = [
    pytest.param(name, item, id=f"{name}-{item.number}")
    for name in all_checklists()
    for item in known(name).items
]


def answered(name: str, item: Item, record: RunRecord) -> State:
    (found,) = answer(replace(known(name), items=(item,)), record)
    return found.state


def with_places(places: tuple[str, ...], alternative: int = 0) -> RunRecord:
    """A record that holds something at these places and nothing else."""
    record = EMPTY
    for place in places:
        parts = place.partition("=")[0].split(EITHER)
        wanted = place.partition("=")[2].split(",")[0].replace("*", "").strip()
        record = put(record, parts[min(alternative, len(parts) - 1)].strip(), wanted or "x")
    return record


def put(record: RunRecord, place: str, value: str) -> RunRecord:
    root, _, rest = place.partition(".")
    if root in ("config", "summary", "provenance"):
        return replace(record, **{root: nested(dict(getattr(record, root)), rest, value)})
    if root == "tables":
        name, _, column = rest.partition(".")
        frame = record.tables.get(name, pd.DataFrame({"row": [0]}))
        frame = frame.assign(**{column: [value]}) if column else frame
        return replace(record, tables={**record.tables, name: frame})
    if root == "findings":
        code, _, part = rest.partition(".")
        severity = value if part == "severity" else "ok"
        found = Finding(code or "HCC001", severity, "What was found.")  # type: ignore[arg-type]
        return replace(record, findings=(*record.findings, found))
    if root == "models":
        card = nested(dict(record.models[0].card) if record.models else {}, rest[5:], value)
        return replace(record, models=(ModelFile("elastic_net", b"x", "ab", card),))
    if root == "inputs":
        return replace(record, inputs=(*record.inputs, InputFile(rest, "file", "ab")))
    if root == "figures":
        return replace(record, figures={**record.figures, rest: b"<svg/>"})
    return replace(record, **{root: value})


def nested(content: dict[str, object], path: str, value: str) -> dict[str, object]:
    if not path:
        return content or {"x": value}
    key, _, rest = path.partition(".")
    below = content.get(key, {})
    inner = dict(below) if isinstance(below, dict) else {}
    return {**content, key: nested(inner, rest, value) if rest else value}


@pytest.mark.parametrize("name", all_checklists())
def test_guideline_has_all_its_items(name: str) -> None:
    assert len(known(name).items) == known(name).items_expected == ITEMS[name]


@pytest.mark.parametrize("name", all_checklists())
def test_empty_record_answers_nothing(name: str) -> None:
    assert {each.state for each in answer(known(name), EMPTY)} == {State.AUTHOR}


@pytest.mark.parametrize(("name", "item"), EVERY_ITEM)
def test_item_is_ticked_by_its_evidence_and_by_nothing_less(name: str, item: Item) -> None:
    if item.how is How.MANUAL:
        assert answered(name, item, EMPTY) is State.AUTHOR
        return
    item = replace(item, applies=(), unless=())
    ticked = State.DOCUMENTED if item.how is How.AUTO else State.PARTLY
    for alternative in (0, 1):
        record = with_places(item.evidence, alternative)
        assert answered(name, item, record) is ticked
        assert all(is_there(record, place_of(place)) for place in item.evidence)
    for place in item.evidence:
        others = tuple(each for each in item.evidence if each != place)
        if not is_there(with_places(others), place_of(place)):
            assert answered(name, item, with_places(others)) is State.AUTHOR


@pytest.mark.parametrize("status", [RunStatus.STARTED, RunStatus.FAILED])
@pytest.mark.parametrize("name", all_checklists())
def test_run_that_did_not_complete_answers_nothing(name: str, status: RunStatus) -> None:
    places = tuple(place for item in known(name).items for place in item.evidence)
    broken = replace(with_places(places), status=status)
    found = answer(known(name), broken)
    assert {each.state for each in found} == {State.AUTHOR}
    told = {each.sentence for each in found if each.sentence}
    assert told == {"The run did not complete: its record is evidence of nothing."}


@pytest.mark.parametrize(("name", "item"), EVERY_ITEM)
def test_sentence_of_an_item_has_no_open_quotation(name: str, item: Item) -> None:
    asked = replace(item, applies=(), unless=())
    (found,) = answer(replace(known(name), items=(asked,)), with_places(item.evidence))
    assert "{" not in found.sentence
    assert found.sentence or item.how is How.MANUAL


@pytest.mark.parametrize(("name", "item"), EVERY_ITEM)
def test_places_of_an_item_are_places_that_runs_have(name: str, item: Item) -> None:
    conditions = (*item.applies, *item.unless, *(case.when for case in item.cases))
    for place in (*item.evidence, *item.quotes, *conditions):
        for each in place_of(place).split(EITHER):
            root, _, rest = each.strip().partition(".")
            if root == "tables":
                assert rest.partition(".")[0] in RULES
            if root == "config":
                assert_in_schema(rest)


def assert_in_schema(path: str) -> None:
    """The experiment file has the key; below optional sections the schema is looked up."""
    schema = ExperimentConfig.model_json_schema()
    part = schema
    for key in path.split(".") if path else ():
        below = part.get("properties", {})
        assert key in below, path
        part = resolved(below[key], schema["$defs"])


def resolved(part: dict, definitions: dict) -> dict:
    options = [part, *part.get("anyOf", []), *part.get("allOf", [])]
    named = [each["$ref"].rpartition("/")[2] for each in options if "$ref" in each]
    return definitions[named[0]] if named else part


def test_weights_of_metrics_are_those_of_the_publication() -> None:
    weights = {item.number: item.weight for item in known("metrics").items}
    assert sum(weights.values()) == pytest.approx(1)
    largest = {"3": 0.0919, "27": 0.0749, "2": 0.0735, "11": 0.0622, "18": 0.0599}
    assert {number: weights[number] for number in largest} == largest
    assert min(weights, key=lambda number: weights[number]) in {"28", "29", "30"}


def test_score_counts_documented_weight_among_what_applies() -> None:
    checklist = known("metrics")
    assert score_of(checklist, answer(checklist, EMPTY)).documented == 0
    asked = [item for item in checklist.items if item.number in ("17", "22", "28", "30")]
    some = replace(checklist, items=tuple(asked))
    places = (
        "tables.metrics",
        "tables.calibration_errors.measure",
        "models.model",
        "models.sha256",
    )
    score = score_of(some, answer(some, with_places(places)))
    # 22 documented, 30 partly, 28 the author's, 17 not applicable: 0.0176, 0.0075, 0.0075
    assert score.documented == pytest.approx(100 * 0.0176 / 0.0326)
    assert score.partly == score.author == pytest.approx(100 * 0.0075 / 0.0326)
    assert "At least 53 %" in score.sentence
    assert "add up to 47 %" in score.sentence


@pytest.mark.parametrize("name", ["clear", "ibsi"])
def test_guideline_without_weights_has_no_score(name: str) -> None:
    assert score_of(known(name), answer(known(name), EMPTY)) is None
