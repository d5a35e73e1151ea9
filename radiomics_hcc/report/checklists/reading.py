"""Guideline files: TOML with a head and one table per item."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Final

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.report.checklists.evidence import FORMS, place_of
from radiomics_hcc.report.checklists.items import PLACEHOLDER, Case, Checklist, How, Item
from radiomics_hcc.report.checklists.places import EITHER, ROOTS

NAMES: Final = ("clear", "metrics", "tripod_ai", "claim_2024", "probast_ai", "ibsi")
"""The guidelines, in the order in which they are shown."""
HEAD: Final[Mapping[str, type]] = {
    "name": str,
    "full_name": str,
    "year": int,
    "doi": str,
    "items_expected": int,
}
ITEM: Final[Mapping[str, type]] = {"number": str, "section": str, "label": str, "how": str}
LISTS: Final = ("evidence", "quotes", "applies", "unless")
OPTIONAL: Final = frozenset({*LISTS, "says", "cases", "weight"})


def all_checklists() -> tuple[str, ...]:
    """Name every guideline, in the order in which they are shown."""
    return NAMES


def read_checklist(name: str) -> Checklist:
    """Read a guideline.

    Raises
    ------
    InputError
        Where there is none of that name, or with everything that is wrong in its file.
    """
    if name not in NAMES:
        remedy = f"there are: {', '.join(NAMES)}"
        raise InputError([Problem(name, "is no checklist", remedy)])
    file = resources.files("radiomics_hcc.report.checklists").joinpath(f"{name}.toml")
    return parse_checklist(file.read_text(encoding="utf-8"), name)


def parse_checklist(text: str, name: str) -> Checklist:
    """Turn the text of a guideline file into a checklist.

    Parameters
    ----------
    text
        TOML: the head, then `[[item]]` tables.
    name
        What the head must call itself; also said in errors.

    Raises
    ------
    InputError
        With every missing or unknown key, number that occurs twice, wrong count, place that no
        record has, and quotation of what is no evidence.
    """
    where = f"{name}.toml"
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError([Problem(where, f"is no TOML: {error}")]) from error
    rows = data.pop("item", [])
    problems = [*_head_problems(data, name, len(rows)), *_number_problems(rows)]
    for row in rows:
        problems += _item_problems(row)
    if problems:
        raise InputError((Problem(f"{where} {each}", "") for each in problems), "checklist")
    return Checklist(**data, items=tuple(_item(row) for row in rows))


def _head_problems(data: Mapping[str, object], name: str, count: int) -> Iterator[str]:
    yield from _key_problems("head", data, HEAD, frozenset({"note"}))
    if data.get("name", name) != name:
        yield f"head: name is {data['name']!r}"
    if data.get("items_expected", count) != count:
        yield f"head: items_expected is {data['items_expected']}, there are {count} items"


def _number_problems(rows: list[dict[str, object]]) -> Iterator[str]:
    counts = Counter(row.get("number") for row in rows)
    yield from (
        f"item {number}: occurs {many} times" for number, many in counts.items() if many > 1
    )


def _key_problems(
    where: str, row: Mapping[str, object], needed: Mapping[str, type], optional: frozenset[str]
) -> Iterator[str]:
    for key, kind in needed.items():
        if not isinstance(row.get(key), kind) or row[key] == "":
            yield f"{where}: {key} is missing or no {kind.__name__}"
    for key in row.keys() - needed.keys() - optional:
        yield f"{where}: unknown key {key!r}"


def _item_problems(row: Mapping[str, object]) -> Iterator[str]:
    where = f"item {row.get('number')}"
    known = list(_key_problems(where, row, ITEM, OPTIONAL))
    known += [
        f"{where}: {key} is no list of texts" for key in LISTS if not _is_texts(row.get(key, []))
    ]
    weight = row.get("weight", 1.0)
    if not isinstance(weight, float) or weight <= 0:
        known.append(f"{where}: weight is no positive number")
    if not _is_cases(row.get("cases", [])):
        known.append(f"{where}: cases is no list of {{when, says}}")
    if row.get("how") not in list(How):
        known.append(f"{where}: how is none of {', '.join(How)}")
    yield from known or _evidence_problems(where, _item(row))


def _evidence_problems(where: str, item: Item) -> Iterator[str]:
    if (item.how is How.MANUAL) == bool(item.evidence):
        yield f"{where}: {item.how} and evidence do not go together"
    conditions = [*item.applies, *item.unless, *(case.when for case in item.cases)]
    places = [place_of(each) for each in (*item.evidence, *item.quotes, *conditions)]
    for place in places:
        for each in place.split(EITHER):
            if each.strip().split(".")[0] not in ROOTS:
                yield f"{where}: no record has {each.strip()!r}"
    for sentence in item.sentences:
        for found in PLACEHOLDER.finditer(sentence):
            if found["place"] not in places:
                yield f"{where}: quotes {found['place']!r}, which is not among its evidence"
            if found["form"] not in (None, *FORMS):
                yield f"{where}: unknown form {found['form']!r}"


def _item(row: Mapping[str, object]) -> Item:
    cases = row.get("cases", [])
    weight = row.get("weight")
    return Item(
        number=str(row["number"]),
        section=str(row["section"]),
        label=str(row["label"]),
        how=How(str(row["how"])),
        evidence=_texts(row, "evidence"),
        quotes=_texts(row, "quotes"),
        says=str(row.get("says", "")),
        cases=tuple(Case(**each) for each in cases) if isinstance(cases, list) else (),
        applies=_texts(row, "applies"),
        unless=_texts(row, "unless"),
        weight=weight if isinstance(weight, float) else None,
    )


def _texts(row: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = row.get(key, [])
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def _is_cases(value: object) -> bool:
    keys = {"when", "says"}
    return isinstance(value, list) and all(
        isinstance(each, dict) and each.keys() == keys and _is_texts(list(each.values()))
        for each in value
    )


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
