"""What is wrong with the parts of a sharded extraction, all of it at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.features.merge_metadata import differing_keys
from radiomics_hcc.features.shard import SHARD_KEY

NOTE_KEYS: Final = ("index", "count", "cases", "cohort_sha256", "places")
TITLE: Final = "the parts cannot be joined"


def check_parts(tables: Mapping[str, FeatureTable]) -> None:
    """Refuse what is not every part of one extraction, each once.

    Raises
    ------
    InputError
        With every problem of every part.
    """
    unknown = list(_without_note(tables))
    if unknown or not tables:
        raise InputError(unknown or [Problem("shards", "none is given")], TITLE)
    problems = [*_parts(tables), *_agreement(tables), *_rows(tables)]
    if problems:
        raise InputError(problems, TITLE)


def _without_note(tables: Mapping[str, FeatureTable]) -> Iterator[Problem]:
    """Tables that do not say which part they are."""
    remedy = "give tables of `rhcc extract --shard i/N`, each with its sidecar JSON beside it"
    for name, table in tables.items():
        note = table.metadata.get(SHARD_KEY)
        if not isinstance(note, dict) or any(key not in note for key in NOTE_KEYS):
            yield Problem(name, "does not say which part of an extraction it is", remedy)


def _parts(tables: Mapping[str, FeatureTable]) -> Iterator[Problem]:
    """Parts that come twice, are of another number of parts, or are missing."""
    notes = {name: _note(table) for name, table in tables.items()}
    counts = Counter(note["count"] for note in notes.values())
    count = counts.most_common(1)[0][0]
    by_index: dict[object, list[str]] = {}
    for name, note in notes.items():
        if note["count"] == count:
            by_index.setdefault(note["index"], []).append(name)
        else:
            what = f"is part {note['index']}/{note['count']}, others are parts of {count}"
            yield Problem(name, what, "give the parts of one extraction")
    for index, names in by_index.items():
        for name in names[1:]:
            yield Problem(name, f"is part {index}/{count}, as is {names[0]}", "give each part once")
    assert isinstance(count, int)
    for index in range(1, count + 1):
        if index not in by_index:
            remedy = f"run rhcc extract --shard {index}/{count}"
            yield Problem(f"part {index}/{count}", "is missing", remedy)


def _agreement(tables: Mapping[str, FeatureTable]) -> Iterator[Problem]:
    """What must be the same in all parts: cohort, settings, engine, versions."""
    (first, reference), *others = tables.items()
    for name, table in others:
        one, other = _note(reference), _note(table)
        if any(one[key] != other[key] for key in ("cases", "cohort_sha256")):
            what = f"is of another cohort than {first} ({other['cases']} and {one['cases']} cases)"
            yield Problem(name, what, "extract all parts of the same table")
        for key in differing_keys(reference.metadata, table.metadata):
            remedy = "extract all parts with the same command and version"
            yield Problem(name, f"has another {key} than {first}", remedy)


def _rows(tables: Mapping[str, FeatureTable]) -> Iterator[Problem]:
    """Tables whose rows are not those that their part measured."""
    for name, table in tables.items():
        places = _note(table)["places"]
        assert isinstance(places, list)
        words = table.data[["patient_id", "timepoint", "phase", "region", "lesion_id"]]
        rows = [
            " ".join(word for word in row if word)
            for row in words.astype(str).itertuples(index=False)
        ]
        if rows != [case for case, _ in places]:
            what = f"has {len(rows)} rows that are not the {len(places)} of its part"
            yield Problem(name, what, "take table and sidecar of the same extraction")


def _note(table: FeatureTable) -> dict[str, object]:
    note = table.metadata[SHARD_KEY]
    assert isinstance(note, dict)
    return note
