"""HCC006: no better than size alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity
from radiomics_hcc.evaluation.compare import standing
from radiomics_hcc.evaluation.verdict import corrected_p, spoken


@dataclass(frozen=True)
class BeyondSize(Check):
    """Whether the primary model beats the reference, by interval and corrected test.

    Parameters
    ----------
    metric
        The metric in which they are compared.
    """

    kind: ClassVar[str] = "beyond_size"
    code: ClassVar[str] = "HCC006"
    title: ClassVar[str] = "No better than size alone"
    severity: ClassVar[Severity] = "serious"

    metric: str = "auc"

    def judge(self, given: CheckInput) -> Finding:
        """Read the comparison of the primary model with the reference."""
        reference = spoken(given.reference)
        if given.primary == given.reference:
            return self.finding("note", f"The primary model is {reference} itself.")
        rows = given.of_primary(given.comparisons)
        rows = rows[(rows["reference"] == given.reference) & (rows["metric"] == self.metric)]
        if rows.empty:
            return self.not_checked(f"no comparison of {given.primary} with {reference}")
        row = rows.iloc[0]
        held = standing(row)
        limits = f"{row['low']:.2f} to {row['high']:.2f}"
        change = f"difference {row['difference']:.2f}, {limits}, {corrected_p(row['p_holm'])}"
        if held == "better":
            return self.finding("ok", f"{given.primary} is better than {reference} ({change}).")
        if held == "worse":
            return self.finding("serious", f"{given.primary} is worse than {reference} ({change}).")
        return self.finding(
            "warning", f"{given.primary} is not shown to be better than {reference} ({change})."
        )
