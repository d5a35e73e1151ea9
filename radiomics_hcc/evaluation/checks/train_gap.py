"""HCC014: much better on training patients than on others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity


@dataclass(frozen=True)
class TrainGap(Check):
    """Mean AUC on the training patients minus the out-of-fold AUC, of the primary model.

    Parameters
    ----------
    small
        Up to this gap all is well.
    large
        From this gap serious; in between a warning.
    """

    kind: ClassVar[str] = "train_gap"
    code: ClassVar[str] = "HCC014"
    title: ClassVar[str] = "Overfitted"
    severity: ClassVar[Severity] = "serious"
    needs: ClassVar[tuple[str, ...]] = ("train_scores",)

    small: float = 0.10
    large: float = 0.25

    def judge(self, given: CheckInput) -> Finding:
        """Subtract the out-of-fold AUC from the mean training AUC."""
        trained = given.of_primary(pd.DataFrame(given.train_scores))["train_auc"].dropna()
        auc = given.metric_row("auc")
        if trained.empty or auc is None or pd.isna(auc["estimate"]):
            return self.not_checked(f"needs AUC in training and out of fold for {given.primary}")
        gap = trained.mean() - auc["estimate"]
        sentence = (
            f"{given.primary} has AUC {trained.mean():.2f} on training patients and "
            f"{auc['estimate']:.2f} on others"
        )
        if gap <= self.small:
            return self.finding("ok", f"{sentence}.")
        return self.finding(
            "serious" if gap >= self.large else "warning",
            f"{sentence}: {gap:.2f} of it is overfitting.",
        )
