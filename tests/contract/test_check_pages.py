"""The examples on the pages of the checks do what they say."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[2] / "docs" / "checks"
WITH_EXAMPLES = [page.name for page in sorted(PAGES.glob("*.md")) if ">>>" in page.read_text()]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_of_a_page_run(name: str) -> None:
    failed, tried = doctest.testfile(str(PAGES / name), module_relative=False, encoding="utf-8")
    assert tried
    assert failed == 0
