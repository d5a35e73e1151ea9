"""The files that a configuration names, by their places in it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

PATH_KEYS: Final = (
    ("cohort", "images"),
    ("cohort", "patients"),
    ("features", "params"),
    ("features", "table"),
    ("reliability", "table"),
    ("target", "measurements"),
)
"""Keys of an experiment that name a file."""

TESTING: Final = "testing"
TESTING_KEYS: Final = ("images", "patients", "table", "measurements")
"""Keys of every item of `testing` that name a file."""

Place: TypeAlias = tuple[str | int, ...]


def named_files(config: Mapping[str, object]) -> dict[Place, str]:
    """Every file that a resolved configuration names, by its place."""
    return dict(_named(config))


def with_files(
    config: Mapping[str, object], choose: Callable[[Place, str], str]
) -> dict[str, object]:
    """A copy of the configuration in which every named file is what `choose` makes of it."""
    result = copy.deepcopy(dict(config))
    for place, text in named_files(config).items():
        *parents, last = place
        section: object = result
        for name in parents:
            section = section[name]  # type: ignore[index]  # named_files went this way
        assert isinstance(section, dict)
        section[last] = choose(place, text)
    return result


def _named(config: Mapping[str, object]) -> Iterator[tuple[Place, str]]:
    for section, key in PATH_KEYS:
        yield from _text(config.get(section), (section,), key)
    tests = config.get(TESTING)
    for number, test in enumerate(tests if isinstance(tests, list | tuple) else ()):
        for key in TESTING_KEYS:
            yield from _text(test, (TESTING, number), key)


def _text(section: object, place: Place, key: str) -> Iterator[tuple[Place, str]]:
    if isinstance(section, Mapping) and isinstance(section.get(key), str):
        yield (*place, key), str(section[key])
