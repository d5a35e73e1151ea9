"""What comes after the models were judged may fail, and must not lose what was computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.errors import RadiomicsHCCError

Made = TypeVar("Made")

FAILURES: Final = (RadiomicsHCCError, ValueError, ArithmeticError)
"""Inputs that cannot be used, and arithmetic that does not come to a number."""

NOT_MADE: Final = "NOT-MADE"
"""Code of the finding that names what is missing from a run."""


def attempt(what: str, make: Callable[[], Made], without: Made) -> tuple[Made, list[Finding]]:
    """Make a part of the record; where that fails, a finding says so and why.

    Parameters
    ----------
    what
        The part, as the sentence begins.
    make
        Makes it.
    without
        What stands in its place.
    """
    try:
        return make(), []
    except FAILURES as error:
        reason = " | ".join(line.strip() for line in str(error).splitlines() if line.strip())
        sentence = f"{what} could not be made, all else was kept: {reason}."
        return without, [Finding(NOT_MADE, "warning", sentence)]
