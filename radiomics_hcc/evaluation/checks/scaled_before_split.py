"""HCC016: columns that were scaled on all patients, before any split."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity, Stage
from radiomics_hcc.evaluation.outcomes import name_some

TOLERANCE: Final = 1e-4  # a scaled table that was written with four digits
ROUNDING: Final = 1e-9  # ends of a range are as exact as numbers are
FEWEST_VALUES: Final = 10
QUARTILES: Final = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class ScaledBeforeSplit(Check):
    """Columns with mean 0 and SD 1, minimum 0 and maximum 1, or median 0 and IQR 1.

    Looked at over the patients that the models learn from, and over every row that was measured:
    numbers come out so exactly only where they were scaled over exactly these rows.

    Parameters
    ----------
    fewest
        Columns of one kind from which it is serious; some shares run from 0 to 1 by themselves.
    """

    kind: ClassVar[str] = "scaled_before_split"
    code: ClassVar[str] = "HCC016"
    title: ClassVar[str] = "Scaled before the split"
    severity: ClassVar[Severity] = "serious"
    stage: ClassVar[Stage] = "before"
    needs: ClassVar[tuple[str, ...]] = ("rows",)

    fewest: int = 3

    def judge(self, given: CheckInput) -> Finding:
        """Look for scaled columns in every table that the numbers may have been scaled in."""
        rows = pd.DataFrame(given.rows)
        tables = [rows, rows[~rows.index.duplicated()]]
        tables += [] if given.measured is None else [given.measured]
        found: dict[str, list[str]] = {}
        for table in tables:
            for words, names in _scaled(table):
                found[words] = list(dict.fromkeys([*found.get(words, []), *names]))
        told = [
            f"{words} in {len(names)} columns ({name_some(names)})"
            for words, names in found.items()
            if len(names) >= self.fewest
        ]
        if told:
            return self.finding(
                "serious",
                f"Columns were scaled over all patients: {'; '.join(told)}. The test patients "
                "are in the scale.",
            )
        return self.finding("ok", "No columns look scaled over all patients.")


def _scaled(table: pd.DataFrame) -> Iterator[tuple[str, list[str]]]:
    numbers = table.select_dtypes("number").astype(float)
    usable = numbers.loc[:, (numbers.count() >= FEWEST_VALUES) & (numbers.nunique() > 2)]
    if usable.empty:
        return
    is_unit = np.logical_or(*(_near(usable.std(ddof=lost), 1.0) for lost in (0, 1)))
    yield "mean 0 and SD 1", _names(_near(usable.mean(), 0.0) & is_unit)
    yield (
        "minimum 0 and maximum 1",
        _names(_near(usable.min(), 0.0, ROUNDING) & _near(usable.max(), 1.0, ROUNDING)),
    )
    low, middle, high = (usable.quantile(share) for share in QUARTILES)
    yield "median 0 and IQR 1", _names(_near(middle, 0.0) & _near(high - low, 1.0))


def _near(values: pd.Series, wanted: float, tolerance: float = TOLERANCE) -> pd.Series:
    return (values - wanted).abs() <= tolerance


def _names(is_so: pd.Series) -> list[str]:
    return [str(name) for name in is_so.index[is_so]]
