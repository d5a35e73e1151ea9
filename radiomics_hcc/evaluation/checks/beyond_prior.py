"""HCC007: no better than the class shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity

NO_INFORMATION_AUC = 0.5


@dataclass(frozen=True)
class BeyondPrior(Check):
    """Whether the primary model knows more than how frequent each class is.

    Ranking is judged against AUC 0.5, which is what the class shares alone reach.
    Probabilities are judged by the scaled Brier score, 0 for the class shares.
    """

    kind: ClassVar[str] = "beyond_prior"
    code: ClassVar[str] = "HCC007"
    title: ClassVar[str] = "No better than the prior"
    severity: ClassVar[Severity] = "serious"

    def judge(self, given: CheckInput) -> Finding:
        """Read the interval of the AUC, then the scaled Brier score."""
        auc, scaled_brier = given.metric_row("auc"), given.metric_row("scaled_brier")
        if auc is None or not auc["low"] <= auc["high"]:
            return self.not_checked(f"no AUC with an interval for {given.primary}")
        reached = f"AUC {auc['estimate']:.2f}, {auc['low']:.2f} to {auc['high']:.2f}"
        if auc["low"] <= NO_INFORMATION_AUC:
            return self.finding(
                "serious",
                f"{given.primary} is not shown to rank patients better than chance ({reached}).",
            )
        if scaled_brier is not None and scaled_brier["estimate"] <= 0:
            return self.finding(
                "warning",
                f"{given.primary} ranks better than chance ({reached}), but its probabilities are "
                f"no better than the class shares (scaled Brier {scaled_brier['estimate']:.2f}).",
            )
        return self.finding("ok", f"{given.primary} ranks better than chance ({reached}).")
