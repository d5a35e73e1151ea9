"""HCC008: selected features that a change of the mask moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity
from radiomics_hcc.evaluation.outcomes import name_some


@dataclass(frozen=True)
class UnstableFeatures(Check):
    """ICC of the features that the primary model keeps selecting.

    Parameters
    ----------
    reliable
        ICC below which a feature is unstable; 0.75 begins "good" [1]_.
    frequency
        Share of the outer folds from which a feature counts as selected.

    References
    ----------
    .. [1] Koo, Li. Journal of Chiropractic Medicine 15 (2016) 155-163.
    """

    kind: ClassVar[str] = "unstable_features"
    code: ClassVar[str] = "HCC008"
    title: ClassVar[str] = "Unstable to a change of the mask"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("reliability", "selected")

    reliable: float = 0.75
    frequency: float = 0.5

    def judge(self, given: CheckInput) -> Finding:
        """Look the steadily selected features up among the ICCs."""
        icc = dict(given.reliability or {})
        chosen = given.of_primary(pd.DataFrame(given.selected))
        steady = [
            str(name) for name in chosen.loc[chosen["frequency"] >= self.frequency, "feature"]
        ]
        known = [name for name in steady if icc.get(name, float("nan")) == icc.get(name)]
        if not known:
            return self.not_checked("no steadily selected feature has an ICC")
        weak = [f"{name} (ICC {icc[name]:.2f})" for name in known if icc[name] < self.reliable]
        without = len(steady) - len(known)
        remark = f" {without} selected columns have no ICC." if without else ""
        if weak:
            told = f"{len(weak)} of {len(known)} selected features change with the mask"
            return self.finding("warning", f"{told}: {name_some(weak)}.{remark}")
        return self.finding(
            "ok",
            f"All {len(known)} selected features have an ICC of {self.reliable} or more.{remark}",
        )
