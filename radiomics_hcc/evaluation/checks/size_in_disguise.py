"""HCC012: selected features that are size in disguise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity
from radiomics_hcc.evaluation.outcomes import name_some


@dataclass(frozen=True)
class SizeInDisguise(Check):
    """Rank correlation with size of the features that the primary model keeps selecting.

    Parameters
    ----------
    correlation
        Spearman's rho from which a feature counts as size [1]_.
    frequency
        Share of the outer folds from which a feature counts as selected.

    References
    ----------
    .. [1] Welch et al. Radiotherapy and Oncology 130 (2019) 2-9.
    """

    kind: ClassVar[str] = "size_in_disguise"
    code: ClassVar[str] = "HCC012"
    title: ClassVar[str] = "Size in disguise"
    severity: ClassVar[Severity] = "warning"
    needs: ClassVar[tuple[str, ...]] = ("selected", "features", "size_column")

    correlation: float = 0.8
    frequency: float = 0.5

    def judge(self, given: CheckInput) -> Finding:
        """Correlate every steadily selected column with the size column."""
        features = pd.DataFrame(given.features)
        chosen = given.of_primary(pd.DataFrame(given.selected))
        steady = chosen.loc[chosen["frequency"] >= self.frequency, "feature"]
        numeric = features.select_dtypes(["number", "bool"]).astype(float)
        names = [name for name in steady if name in numeric and name != given.size_column]
        if not names:
            return self.not_checked("no feature other than size is steadily selected")
        size = numeric[given.size_column]
        rho = pd.Series({name: rank_correlation(numeric[name], size) for name in names})
        sized = rho[rho.abs() >= self.correlation]
        if sized.empty:
            return self.finding("ok", f"None of {len(names)} selected features follows size.")
        listed = name_some([f"{name} (rho {value:.2f})" for name, value in sized.items()])
        return self.finding(
            "warning", f"{len(sized)} of {len(names)} selected features follow size: {listed}."
        )


def rank_correlation(first: pd.Series, second: pd.Series) -> float:
    """Spearman's rho over the rows that have both; NaN where one of them is constant there."""
    ranks = pd.DataFrame({"first": first, "second": second}).dropna().rank()
    if (ranks.nunique() < 2).any():
        return float("nan")
    return float(ranks["first"].corr(ranks["second"]))
