"""A JSON value as flat keys, so that two of them can be compared one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from radiomics_hcc.experiment.reproducing.line import Line, Part, told


def leaves(value: object, key: str = "") -> dict[str, str]:
    """Every value inside a JSON value by its dotted key, as JSON writes it.

    Examples
    --------
    >>> leaves({"seed": 5, "models": [{"kind": "elastic_net"}]})
    {'seed': '5', 'models.0.kind': '"elastic_net"'}
    """
    return dict(_walk(value, key))


def compare_leaves(part: Part, then: object, now: object) -> Iterator[Line]:
    """One line per key of either value, in the order of the first one's keys."""
    before, after = leaves(then), leaves(now)
    for key in dict.fromkeys([*before, *after]):
        yield told(part, key, before.get(key), after.get(key))


def _walk(value: object, key: str) -> Iterator[tuple[str, str]]:
    inside: Mapping[object, object] = {}
    if isinstance(value, Mapping):
        inside = value
    elif isinstance(value, list | tuple):
        inside = dict(enumerate(value))
    if not inside:
        yield key, json.dumps(value, default=str, ensure_ascii=False)
    for name, part in inside.items():
        yield from _walk(part, f"{key}.{name}" if key else str(name))
