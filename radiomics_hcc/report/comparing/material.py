"""What every section takes from a comparison: its tables, and how its models are marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from radiomics_hcc.domain.run_comparison import RunComparison
from radiomics_hcc.report.blocks import Fold, Picture, Table, csv_download, data_uri, table_of
from radiomics_hcc.report.figures.compare_marks import Marks
from radiomics_hcc.report.figures.forest import discrimination

SVG: Final = "image/svg+xml"
NEEDED: Final = ("patients", "labels", "classes")  # without them there is no paired difference
FEW: Final = 4
"""So many models have a column each on paper of A4; more of them get a row each."""


@dataclass(frozen=True, eq=False)
class Material:
    """A comparison and the marks of its models.

    Parameters
    ----------
    comparison
        The compared runs.
    marks
        Of every label, see `marks_of`.
    """

    comparison: RunComparison
    marks: Marks

    def frame(self, name: str) -> pd.DataFrame:
        """A table of the comparison, empty where there is none."""
        return self.comparison.tables().get(name, pd.DataFrame())

    @property
    def are_few(self) -> bool:
        """Whether every model can have a column of its own."""
        return len(self.marks) <= FEW

    @property
    def main_metric(self) -> str:
        """The metric that figures and verdict speak of: discrimination, else the first one."""
        metrics = self.frame("metrics")
        if metrics.empty:
            return ""
        found = discrimination(metrics)
        return str((found if len(found) else metrics)["metric"].iloc[0])

    def are_compared(self, left: object, right: object) -> bool:
        """Whether a paired difference of the two was computed, in either direction."""
        paired = self.frame("paired")
        if paired.empty:
            return False
        one = (paired["left"] == left) & (paired["right"] == right)
        other = (paired["left"] == right) & (paired["right"] == left)
        return bool((one | other).any())

    def rivals(self) -> pd.DataFrame:
        """Every pair once: `left, right, may_compare, are_compared`.

        Two models may be compared where patients, labels and classes are the same.
        """
        frame = self.frame("comparable")
        rows = (
            [
                (left, right, _may_compare(rows), self.are_compared(left, right))
                for (left, right), rows in frame.groupby(["left", "right"], sort=False)
            ]
            if len(frame)
            else []
        )
        return pd.DataFrame(rows, columns=["left", "right", "may_compare", "are_compared"])

    def rank_groups(self, metric: str) -> list[pd.DataFrame]:
        """Ranks in a metric, a table for each group of models that all compare, of two or more."""
        ranks = self.frame("ranks")
        if ranks.empty:
            return []
        own = ranks[ranks["metric"] == metric]
        groups = [rows.reset_index(drop=True) for _, rows in own.groupby("group", sort=False)]
        return [rows for rows in groups if len(rows) > 1]

    def name(self, label: object) -> str:
        """Letter and label."""
        return self.marks[str(label)].name

    def pair(self, row: pd.Series) -> str:
        """The two models of a row: `A: pre − B: delta`."""
        return f"{self.name(row['left'])} − {self.name(row['right'])}"

    def letters(self, row: pd.Series) -> str:
        """The letters of the two models of a row: `A and B`."""
        return " and ".join(self.marks[str(row[side])].letter for side in ("left", "right"))

    def named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The same table with letters before the labels."""
        return frame.assign(label=[self.name(label) for label in frame["label"]])


def _may_compare(rows: pd.DataFrame) -> bool:
    return bool(rows.loc[rows["aspect"].isin(NEEDED), "same"].all())


def picture(name: str, svg: bytes, *, alt: str, caption: str, data: pd.DataFrame) -> Picture:
    """A figure with the numbers behind it as a table and as CSV."""
    table = table_of(data, f"Data of the figure: {caption.split('.')[0]}")
    file = csv_download(f"compare_{name}.csv", data)
    return Picture(f"compare-{name}", data_uri(SVG, svg), alt, caption, table, file)


def folded(name: str, table: Table, frame: pd.DataFrame) -> Fold:
    """A long table that the reader opens, with its CSV."""
    return Fold(table.caption, (table, csv_download(f"{name}.csv", frame)))
