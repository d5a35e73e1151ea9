"""Progress of an extraction: what is told, and a bar or plain lines that show it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import (
    Progress as Bar,
)

OutcomeWord = Literal["ok", "cached", "absent", "failed"]
PLAIN_LINES = 10  # about so many lines stand in for the bar where there is no terminal


class Progress(Protocol):
    """Is told how an extraction goes."""

    def start(self, total: int) -> None:
        """So many cases there are."""

    def advance(self, outcome: OutcomeWord, case: str) -> None:
        """One more case is done."""

    def note(self, sentence: str) -> None:
        """Something that takes time, or that the user should know."""

    def finish(self) -> None:
        """No more cases come, whether all are done or not."""


@dataclass
class Silent:
    """Shows nothing."""

    def start(self, total: int) -> None:
        """Do nothing."""

    def advance(self, outcome: OutcomeWord, case: str) -> None:
        """Do nothing."""

    def note(self, sentence: str) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Do nothing."""


@dataclass
class ConsoleProgress:
    """A bar with the time left, hits and failures on a terminal; a line now and then elsewhere.

    Parameters
    ----------
    console
        Where to write; by default the standard error stream.
    what
        What is made of the cases.
    """

    console: Console = field(default_factory=lambda: Console(stderr=True))
    what: str = "features"
    total: int = field(default=0, init=False)
    counts: Counter[str] = field(default_factory=Counter, init=False)
    bar: Bar | None = field(default=None, init=False)
    task: TaskID = field(default=TaskID(0), init=False)

    def start(self, total: int) -> None:
        """Show the bar, or the first line."""
        self.total = total
        self.counts.clear()
        if self.console.is_terminal:
            self.bar = _bar(self.console)
            self.task = self.bar.add_task(self.what, total=total, counts="")
            self.bar.start()
        else:
            self._write(f"{self.what}: {total} to do")

    def advance(self, outcome: OutcomeWord, case: str) -> None:
        """Move the bar; name a failure at once."""
        self.counts[outcome] += 1
        if outcome == "failed":
            self._write(f"failed: {case}")
        if self.bar is not None:
            self.bar.update(self.task, advance=1, counts=self._counts())
        elif self._is_due():
            self._write(f"{self.what}: {self.counts.total()} of {self.total} ({self._counts()})")

    def note(self, sentence: str) -> None:
        """Write it above the bar."""
        self._write(sentence)

    def finish(self) -> None:
        """Take the bar off."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None

    def _is_due(self) -> bool:
        done = self.counts.total()
        return done == self.total or done % max(1, self.total // PLAIN_LINES) == 0

    def _counts(self) -> str:
        return ", ".join(f"{count} {word}" for word, count in sorted(self.counts.items()))

    def _write(self, line: str) -> None:
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)


def _bar(console: Console) -> Bar:
    return Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[counts]}"),
        console=console,
    )
