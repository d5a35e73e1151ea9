"""HCC015: features that were selected on all patients, before any split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.association import rank_p_values, unrepeated
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity, Stage
from radiomics_hcc.evaluation.outcomes import FloatArray, name_some

TUNING: Final = 0.5  # Storey's lambda: p-values above it come from unrelated columns
SIGNIFICANT: Final = 0.05


@dataclass(frozen=True)
class SelectedBeforeSplit(Check):
    """Share of the columns that are unrelated to the label, by Storey's estimate [1]_.

    pi0 = #(p > 0.5) / (0.5 m) over the p-values (Kruskal-Wallis) of m columns of which none
    repeats another, radiomic ones where it is known which are. A table of measurements always
    has many unrelated columns; one from which the best were picked has none.

    Parameters
    ----------
    least_unrelated
        pi0 up to which the table is suspected.
    most_related
        Share of the columns with p < 0.05 that must be reached as well.
    fewest_columns
        Fewer are not judged.

    References
    ----------
    .. [1] Storey. Journal of the Royal Statistical Society B 64 (2002) 479-498.
    """

    kind: ClassVar[str] = "selected_before_split"
    code: ClassVar[str] = "HCC015"
    title: ClassVar[str] = "Selected before the split"
    severity: ClassVar[Severity] = "serious"
    stage: ClassVar[Stage] = "before"
    needs: ClassVar[tuple[str, ...]] = ("features", "labels")

    least_unrelated: float = 0.1
    most_related: float = 0.5
    fewest_columns: int = 10

    def judge(self, given: CheckInput) -> Finding:
        """Estimate the share of unrelated columns, and look what the sidecar names beyond them."""
        gone = _left_out(given)
        p_values = _p_values(given)
        if len(p_values) < self.fewest_columns:
            if gone:
                return self.finding("note", f"{gone}; say how they were chosen.")
            return self.not_checked(f"needs {self.fewest_columns} columns that differ")
        unrelated = min(1.0, float((p_values > TUNING).mean()) / (1.0 - TUNING))
        related = float((p_values < SIGNIFICANT).mean())
        told = (
            f"{related:.0%} of {len(p_values)} different columns go with the label by themselves "
            f"(p < {SIGNIFICANT}), about {unrelated:.0%} are unrelated to it"
        )
        if unrelated <= self.least_unrelated and related >= self.most_related:
            so = f"{told}: as if they had been picked on all patients"
            return self.finding("serious" if gone else "warning", f"{so}{_also(gone)}.")
        return self.finding("note" if gone else "ok", f"{told}{_also(gone)}.")


def _p_values(given: CheckInput) -> FloatArray:
    """P-values of the columns of which none repeats another, those that have one."""
    features = pd.DataFrame(given.features).astype(float)
    radiomic = [name for name in features.columns if name in given.timepoints]
    features = features[radiomic] if radiomic else features
    codes = given.codes(features.index).to_numpy()
    labelled, codes = features[codes >= 0], codes[codes >= 0]
    if len(np.unique(codes)) < 2:
        return np.empty(0)
    p_values = rank_p_values(labelled[unrepeated(labelled)], codes)
    return p_values[np.isfinite(p_values)]


def _left_out(given: CheckInput) -> str:
    if not given.left_out:
        return ""
    listed = name_some(given.left_out)
    return f"The sidecar of the feature table names {len(given.left_out)} more features ({listed})"


def _also(gone: str) -> str:
    return f". {gone}" if gone else ""
