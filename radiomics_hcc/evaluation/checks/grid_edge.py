"""HCC013: the best hyper-parameter lies at the edge of its grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity
from radiomics_hcc.evaluation.outcomes import name_some

NATURAL_BOUNDS: Final[Mapping[str, tuple[float, ...]]] = {
    "l1_ratio": (0.0, 1.0),
    "max_features": (1.0,),
    "min_samples_leaf": (1.0,),
    "n_neighbors": (1.0,),
    "subsample": (1.0,),
}
"""Ends beyond which a parameter has no meaning."""


@dataclass(frozen=True)
class GridEdge(Check):
    """How often the inner folds choose the first or the last value of a grid, primary model only.

    An end that is a natural bound, such as an `l1_ratio` of 0 or 1, is no edge.

    Parameters
    ----------
    often
        Share of the outer folds at the same edge from which it is a warning.
    """

    kind: ClassVar[str] = "grid_edge"
    code: ClassVar[str] = "HCC013"
    title: ClassVar[str] = "Hyper-parameter at the edge of its grid"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("parameters",)

    often: float = 0.5

    def judge(self, given: CheckInput) -> Finding:
        """Count the folds at either edge of each parameter."""
        parameters = pd.DataFrame(given.parameters)
        if not {"value", "lowest", "highest"} <= set(parameters.columns):
            return self.not_checked("the ends of the grids are not told")
        own = given.of_primary(parameters)
        numbers = own.assign(
            **{name: pd.to_numeric(own[name], errors="coerce") for name in _NUMBERS}
        ).dropna(subset=list(_NUMBERS))
        searched = numbers[numbers["lowest"] < numbers["highest"]]
        if searched.empty:
            return self.not_checked(f"{given.primary} has no grid of numbers")
        told = [sentence for share, sentence in _edges(searched) if share >= self.often]
        if told:
            return self.finding(
                "warning", f"{given.primary} may want values beyond its grid: {name_some(told)}."
            )
        count = searched["parameter"].nunique()
        return self.finding(
            "ok", f"None of {count} parameters lies at an edge in {self.often:.0%} of the folds."
        )


_NUMBERS: Final = ("value", "lowest", "highest")


def _edges(searched: pd.DataFrame) -> Iterator[tuple[float, str]]:
    """Share of the folds at each edge that is none by nature."""
    for name, rows in searched.groupby("parameter", sort=True):
        short = str(name).rsplit("__", maxsplit=1)[-1]
        for side in ("lowest", "highest"):
            is_edge = (rows["value"] == rows[side]) & ~rows[side].isin(
                NATURAL_BOUNDS.get(short, ())
            )
            share = float(is_edge.mean())
            yield (
                share,
                f"{name} at its {side} ({rows[side].iloc[0]:g}) in {share:.0%} of the folds",
            )
