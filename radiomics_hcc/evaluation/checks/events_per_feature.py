"""HCC005: too many features for the patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity


@dataclass(frozen=True)
class EventsPerFeature(Check):
    """Events for each feature that the primary model uses, mean over the outer folds.

    A model that selects nothing uses every feature column.

    Parameters
    ----------
    enough
        Below this a warning; the rule was found for models without a penalty [1]_, so that it
        is strict with those of this package, which all have one.
    fewest
        Below this serious, with or without a penalty.

    References
    ----------
    .. [1] Peduzzi et al. Journal of Clinical Epidemiology 49 (1996) 1373-1379.
    """

    kind: ClassVar[str] = "events_per_feature"
    code: ClassVar[str] = "HCC005"
    title: ClassVar[str] = "Too many features for the patients"
    severity: ClassVar[Severity] = "serious"

    enough: float = 10.0
    fewest: float = 2.0

    def judge(self, given: CheckInput) -> Finding:
        """Divide the limiting sample size by the features used."""
        used = _features_used(given)
        if not used:
            return self.not_checked("needs selected features or the feature table")
        events = limiting_sample_size(given.labels)
        found = f"{events:.0f} events for {used:.1f} features"
        each = events / used
        if each >= self.enough:
            return self.finding("ok", f"{found} used on average: {each:.1f} for each.")
        return self.finding(
            "serious" if each < self.fewest else "warning",
            f"{found} used on average: {each:.1f} for each, where {self.enough:.0f} are the usual "
            "rule; expect overfitting.",
        )


def limiting_sample_size(labels: pd.Series) -> float:
    """Patients that count when features are budgeted.

    Of two classes the smaller one, of more n - sum(n_k^3) / n^2 for ordered classes [1]_.

    References
    ----------
    .. [1] Harrell. Regression Modeling Strategies, 2nd ed. (2015), table 4.1.
    """
    counts = labels.value_counts()
    if len(counts) <= 2:
        return float(counts.min()) if len(counts) == 2 else 0.0
    return float(counts.sum() - (counts**3).sum() / counts.sum() ** 2)


def _features_used(given: CheckInput) -> float | None:
    if given.selected is not None:
        chosen = given.of_primary(given.selected)["frequency"]
        if len(chosen):
            return float(chosen.sum())
    return None if given.features is None else float(given.features.shape[1])
