"""HCC002: empty cells that tell the label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.association import boundary_p
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity, Stage
from radiomics_hcc.evaluation.outcomes import name_some

REASONS_SHOWN: Final = 2


@dataclass(frozen=True)
class InformativeMissingness(Check):
    """Whether patients with an empty cell have other labels than patients without.

    Columns that are empty in the same patients are one pattern; each pattern is tested once, by
    Fisher's exact test at every boundary of the classes, and p is multiplied by the patterns.

    Parameters
    ----------
    suspicious
        Corrected p from which it is a warning.
    certain
        Corrected p from which it is serious.
    """

    kind: ClassVar[str] = "informative_missingness"
    code: ClassVar[str] = "HCC002"
    title: ClassVar[str] = "Informative missingness"
    severity: ClassVar[Severity] = "serious"
    stage: ClassVar[Stage] = "before"
    needs: ClassVar[tuple[str, ...]] = ("rows", "labels")

    suspicious: float = 0.05
    certain: float = 0.001

    def judge(self, given: CheckInput) -> Finding:
        """Test every pattern of empty cells against the label."""
        rows = pd.DataFrame(given.rows)
        empty = rows.isna().groupby(level=0).any()
        codes = given.codes(empty.index).to_numpy()
        empty, codes = empty[codes >= 0], codes[codes >= 0]
        patterns = _patterns(empty)
        if not patterns:
            return self.finding("ok", "No column is empty in some patients and filled in others.")
        p_values = [
            min(1.0, boundary_p(empty[columns[0]].to_numpy(), codes) * len(patterns))
            for columns in patterns
        ]
        told = [
            _told(given, empty, columns, p_value)
            for columns, p_value in sorted(zip(patterns, p_values, strict=True), key=lambda x: x[1])
            if p_value < self.suspicious
        ]
        if not told:
            return self.finding(
                "ok", f"None of {len(patterns)} patterns of empty cells goes with the label."
            )
        return self.finding(
            "serious" if min(p_values) < self.certain else "warning",
            f"Empty cells tell the label: {name_some(told)}. A model learns who has no value.",
        )


def _patterns(empty: pd.DataFrame) -> list[list[str]]:
    """Columns by the patients in whom they are empty; never-empty and always-empty ones left."""
    groups: dict[bytes, list[str]] = {}
    for name in empty.columns:
        column = empty[name].to_numpy()
        if 0 < column.sum() < len(column):
            groups.setdefault(np.packbits(column).tobytes(), []).append(name)
    return list(groups.values())


def _told(given: CheckInput, empty: pd.DataFrame, columns: list[str], p_value: float) -> str:
    is_empty = empty[columns[0]]
    labels = given.labels.reindex(empty.index)
    counts = [
        f"{int((labels[is_empty] == name).sum())} of {int((labels == name).sum())} {name}"
        for name in given.classes
    ]
    more = f" and {len(columns) - 1} more" if len(columns) > 1 else ""
    why = _reasons(given.reasons, columns, empty.index[is_empty])
    return f"{columns[0]}{more}, empty in {', '.join(counts)} (p {p_value:.2g}{why})"


def _reasons(reasons: pd.DataFrame | None, columns: list[str], patients: pd.Index) -> str:
    """The most frequent reasons of these cells, as `; because ...`."""
    if reasons is None or reasons.empty:
        return ""
    own = reasons[reasons["column"].isin(columns) & reasons["patient_id"].isin(patients)]
    words = [str(reason) for reason in own["reason"].value_counts().index[:REASONS_SHOWN]]
    return f"; because {' / '.join(words)}" if words else ""
