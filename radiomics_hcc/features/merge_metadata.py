"""The sidecars of the parts of an extraction as the sidecar of the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from radiomics_hcc.features.shard import SHARD_KEY
from radiomics_hcc.features.verify import Agreement

OF_THE_PART: Final = ("files_sha256", "ibsi_ids", "notes", "summary", "verification")
"""What tells of the cases of a part; all else must be the same in every part."""

FUNCTIONAL: Final = "functional"
FUNCTIONAL_OF_THE_PART: Final = ("flags", "failed")


def differing_keys(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """Keys of two sidecars that must be the same and are not."""
    left, right = _of_the_whole(one), _of_the_whole(other)
    keys = dict.fromkeys([*left, *right])
    return [key for key in keys if left.get(key) != right.get(key)]


def joined_metadata(parts: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Join sidecars that agree in everything that must be the same.

    Parameters
    ----------
    parts
        In the order of their first rows, each with its `Shard.note`.
    """
    places = {name: place for part in parts for name, place in _section(part, SHARD_KEY)["places"]}
    joined: dict[str, object] = {}
    for key, value in parts[0].items():
        sections = [_section(part, key) for part in parts if isinstance(part.get(key), Mapping)]
        if key == "files_sha256":
            joined[key] = _in_order(_union(sections), places)
        elif key == "ibsi_ids":
            joined[key] = _union(sections)
        elif key == "notes":
            joined[key] = dict(sorted(sum(map(Counter, sections), Counter()).items()))
        elif key == "summary":
            joined[key] = _summary(sections, places)
        elif key == "verification":
            joined[key] = _agreement([Agreement(**section) for section in sections]).to_json()
        elif key == FUNCTIONAL:
            joined[key] = _functional(sections)
        elif key != SHARD_KEY:
            joined[key] = value
    return joined


def _of_the_whole(metadata: Mapping[str, object]) -> dict[str, object]:
    kept = {key: value for key, value in metadata.items() if key not in (*OF_THE_PART, SHARD_KEY)}
    functional = kept.get(FUNCTIONAL)
    if isinstance(functional, Mapping):
        kept[FUNCTIONAL] = {
            key: value for key, value in functional.items() if key not in FUNCTIONAL_OF_THE_PART
        }
    return kept


def _section(metadata: Mapping[str, object], key: str) -> dict[str, Any]:
    section = metadata[key]
    assert isinstance(section, Mapping)
    return dict(section)


def _union(sections: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {key: value for section in sections for key, value in section.items()}


def _in_order(by_case: Mapping[str, Any], places: Mapping[str, int]) -> dict[str, Any]:
    return dict(sorted(by_case.items(), key=lambda entry: places[entry[0]]))


def _summary(sections: Sequence[Mapping[str, Any]], places: Mapping[str, int]) -> dict[str, Any]:
    failed = [entry for section in sections for entry in section["failed"]]
    counts = {
        key: sum(section[key] for section in sections) for key in sections[0] if key != "failed"
    }
    return {**counts, "failed": sorted(failed, key=lambda entry: places[entry["case"]])}


def _functional(sections: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    flags = _union(section["flags"] for section in sections)
    failed = [entry for section in sections for entry in section["failed"]]
    return {**sections[0], "flags": flags, "failed": failed}


def _agreement(parts: Sequence[Agreement]) -> Agreement:
    """How far two engines differed in any part."""
    worst = max(parts, key=lambda part: part.largest_difference if part.features else -1.0)
    by_class: dict[str, float] = {}
    for part in parts:
        for group, difference in part.by_class.items():
            by_class[group] = max(difference, by_class.get(group, 0.0))
    return Agreement(
        engine=worst.engine,
        other=worst.other,
        cases=tuple(case for part in parts for case in part.cases),
        features=sum(part.features for part in parts),
        largest_difference=worst.largest_difference,
        feature=worst.feature,
        case=worst.case,
        by_class=by_class,
        only_one=tuple(value for part in parts for value in part.only_one),
        failed=tuple(failure for part in parts for failure in part.failed),
    )
