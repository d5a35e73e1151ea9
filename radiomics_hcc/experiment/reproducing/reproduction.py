"""What came of repeating a run: a line for everything that was compared."""

from __future__ import annotations

import html
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.experiment.reproducing.line import ALIKE, Line, Part, Verdict

NOT_COMPARED: Final = (
    "times, identities and the command line of a run, the number of processors, folders, figures "
    "(drawn from the tables) and the bytes of a model file, which hold times"
)
ENDINGS: Final = (".json", ".csv", ".md")
COLUMNS: Final = (
    *("part", "item", "verdict", "then", "now"),
    *("cells", "differing", "largest_difference", "note"),
)


@dataclass(frozen=True, eq=False)
class Reproduction:
    """A run and its repetition, thing by thing.

    Parameters
    ----------
    run_id, name
        Of the run.
    experiment
        The experiment file, or the folder, that the run was repeated from; no folders before it.
    tolerance
        Two numbers a, b are within it where |a - b| <= tolerance * max(1, |a|, |b|).
    lines
        In the order of the parts.
    kept_as
        Identity of the repetition where it was kept as a run of its own.
    was_run
        Whether the procedure was run; otherwise only what it starts from was compared.
    """

    run_id: str
    name: str
    experiment: str
    tolerance: float
    lines: tuple[Line, ...]
    kept_as: str = ""
    was_run: bool = True

    @property
    def is_equal(self) -> bool:
        """Whether inputs and results are equal, to the last bit or within the tolerance."""
        return not any(line.is_difference for line in self.lines)

    def frame(self) -> pd.DataFrame:
        """One row per compared thing.

        `part, item, verdict, then, now, cells, differing, largest_difference, note`, see `Line`.
        """
        rows = [
            (
                *(str(each.part), each.item, str(each.verdict), each.then, each.now),
                *(each.cells, each.differing, each.largest, each.note),
            )
            for each in self.lines
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def headline(self) -> str:
        """The result in one sentence."""
        compared = [line for line in self.lines if line.part is Part.TABLE and line.then]
        cells = sum(line.cells for line in compared)
        if not self.was_run:
            return "Inputs are equal" if self.is_equal else "Inputs are not those of the run"
        if not self.is_equal:
            differing = [line for line in self.lines if line.is_difference]
            return f"Run {self.run_id} was not reproduced: {len(differing)} things differ"
        exactly = all(line.verdict is not Verdict.WITHIN for line in self.lines)
        how = "to the last bit" if exactly else f"within {self.tolerance:g}"
        return f"Run {self.run_id} was reproduced: {cells} cells of {len(compared)} tables {how}"

    def sentences(self) -> list[str]:
        """The headline, a count of every part, and every line that is not equal."""
        told = [self.headline()]
        for part in Part:
            lines = [line for line in self.lines if line.part is part]
            alike = sum(line.verdict in ALIKE for line in lines)
            if lines:
                told.append(f"{part}: {alike} of {len(lines)} equal")
            told += [f"  {line.sentence()}" for line in lines if line.verdict is not Verdict.EQUAL]
        kept = [f"the repetition was kept as run {self.kept_as}"] if self.kept_as else []
        return [*told, *kept, f"not compared: {NOT_COMPARED}"]

    def to_json(self) -> dict[str, object]:
        """As JSON values; the largest difference is null where there is none."""
        lines = self.frame().to_dict(orient="records")
        for line in lines:
            largest = float(line["largest_difference"])
            line["largest_difference"] = (
                None if math.isnan(largest) else "infinite" if math.isinf(largest) else largest
            )
        return {
            "run_id": self.run_id,
            "name": self.name,
            "experiment": self.experiment,
            "headline": self.headline(),
            "is_equal": self.is_equal,
            "was_run": self.was_run,
            "tolerance": self.tolerance,
            "kept_as": self.kept_as,
            "not_compared": NOT_COMPARED,
            "lines": lines,
        }

    def write(self, path: Path) -> Path:
        """Write JSON, CSV or Markdown by the file's ending.

        Raises
        ------
        InputError
            For another ending.
        """
        check_ending(path)
        texts = {".json": self._json, ".csv": self._csv, ".md": self._markdown}
        path.write_text(texts[path.suffix](), encoding="utf-8")
        return path

    def _json(self) -> str:
        return json.dumps(self.to_json(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def _csv(self) -> str:
        return str(self.frame().to_csv(index=False, float_format="%.17g", lineterminator="\n"))

    def _markdown(self) -> str:
        head = f"# Reproduction of {_cell(self.name)}\n\n{_cell(self.headline())}.\n\n"
        columns = ["part", "item", "verdict", "then", "now", "note"]
        rows = self.frame()[columns].astype(str).to_numpy().tolist()
        table = [columns, ["---"] * len(columns), *rows]
        lines = "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in table)
        return f"{head}{lines}\n\nNot compared: {NOT_COMPARED}.\n"

    def _repr_html_(self) -> str:
        frame = self.frame()
        shown = frame[frame["verdict"] != Verdict.EQUAL].to_html(index=False, na_rep="")
        return f"<p>{html.escape(self.headline())}</p>{shown}"


def check_ending(path: Path) -> None:
    """Refuse a name under which nothing can be written, before any work is done.

    Raises
    ------
    InputError
        For an ending other than `ENDINGS`.
    """
    if path.suffix not in ENDINGS:
        remedy = f"end it in {', '.join(ENDINGS)}"
        raise InputError([Problem(str(path), "is no name for a reproduction", remedy)])


def _cell(text: str) -> str:
    """A word inside a Markdown table."""
    for mark in ("\\", "|", "<", "`"):
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
