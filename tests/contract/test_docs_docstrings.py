"""The examples in docstrings do what they say."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "radiomics_hcc"
WITH_EXAMPLES = [
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted(PACKAGE.rglob("*.py"))
    if any(
        ">>>" in line and "+SKIP" not in line
        for line in path.read_text(encoding="utf-8").splitlines()
    )
]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_of_a_module_run(name: str) -> None:
    failed, tried = doctest.testmod(import_module(name))
    assert tried
    assert failed == 0


def test_there_are_examples() -> None:
    assert len(WITH_EXAMPLES) >= 40
