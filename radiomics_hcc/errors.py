"""The error family: everything that a user can mend is a `RadiomicsHCCError`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input: where it is, what was found, what to do."""

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        sentence = f"{self.where}: {self.what}" if self.where else self.what
        return f"{sentence}; {self.remedy}" if self.remedy else sentence


class RadiomicsHCCError(Exception):
    """Base of every error that this package raises on purpose."""


class InputError(RadiomicsHCCError):
    """A table, image or file cannot be used; lists every problem at once.

    Parameters
    ----------
    problems
        All that was found, in the order of the input.
    title
        One line that says what was being read.
    """

    def __init__(self, problems: Iterable[Problem | str], title: str = "") -> None:
        self.problems = tuple(p if isinstance(p, Problem) else Problem("", p) for p in problems)
        self.title = title
        lines = [str(problem) for problem in self.problems]
        if title:
            count = f"{len(lines)} problem{'s' if len(lines) != 1 else ''}"
            lines = [f"{title}: {count}", *(f"  {line}" for line in lines)]
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[object, ...]:
        """Cross a process border whole."""
        return (type(self), (self.problems, self.title))


class ConfigError(InputError):
    """An experiment or parameter file breaks its schema; places are `file:line:column`."""


class LeakageError(InputError):
    """The declared intent forbids columns that were asked for."""


class ExtractionError(RadiomicsHCCError):
    """Features of one case cannot be computed; the others go on."""


class TrackingError(RadiomicsHCCError):
    """A run cannot be written, found or read."""


class ModelFileError(RadiomicsHCCError):
    """A model file is damaged, foreign or not to be trusted."""
