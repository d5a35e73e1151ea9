"""HCC010: the site or the scanner tells the label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.association import levels_of, permuted_chi_square
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity, Stage
from radiomics_hcc.evaluation.checks.site_features import predicts_site
from radiomics_hcc.evaluation.outcomes import FloatArray, IntArray
from radiomics_hcc.evaluation.ranking import concordance

SEED: Final = 10  # the check must say the same every time
FEWEST_PATIENTS: Final = 20


@dataclass(frozen=True)
class SiteLabel(Check):
    """Association of every context column with the label, and of the features with the column.

    Covariates of the harmonisation and columns of days are left out.

    Parameters
    ----------
    suspicious
        P of the permuted chi-square, times the columns, below which it is a warning. It is also
        how often a site that means nothing is warned of.
    strong
        Cramer's V from which it is serious.
    permutations
        Of the patients.
    """

    kind: ClassVar[str] = "site_label"
    code: ClassVar[str] = "HCC010"
    title: ClassVar[str] = "Site or scanner tells the label"
    severity: ClassVar[Severity] = "serious"
    stage: ClassVar[Stage] = "before"
    needs: ClassVar[tuple[str, ...]] = ("context", "labels")

    suspicious: float = 0.01
    strong: float = 0.5
    permutations: int = 2000

    def judge(self, given: CheckInput) -> Finding:
        """Test every column against the label, then the features against every column."""
        columns, apart = _columns(given)
        if not columns:
            said = f" ({', '.join(apart)} names every patient apart)" if apart else ""
            return self.not_checked(f"no site or scanner is known{said}")
        codes = given.codes(next(iter(columns.values())).index).to_numpy()
        if len(codes) < FEWEST_PATIENTS or len(np.unique(codes)) < 2:
            return self.not_checked(f"needs {FEWEST_PATIENTS} labelled patients of two classes")
        found = [
            self._judged(name, levels, codes, len(columns)) for name, levels in columns.items()
        ]
        told = [sentence for _, sentence in found]
        told += [
            f"harmonising by {name} takes the label's share of the features away, or invents one"
            for name, (severity, _) in zip(columns, found, strict=True)
            if name == given.harmonise_batch and severity != "ok"
        ]
        predicted = [name for name in columns if _is_predicted(given, columns[name])]
        if predicted:
            told.append(f"the features tell {', '.join(predicted)}")
        worst = max((severity for severity, _ in found), key=["ok", "warning", "serious"].index)
        if worst == "ok" and predicted:
            worst = "note"
        return self.finding(worst, f"Beside the features, {'; '.join(told)}.")

    def _judged(
        self, name: str, levels: pd.Series, codes: IntArray, columns: int
    ) -> tuple[Severity, str]:
        places = pd.factorize(levels, sort=True)[0]
        p_value, cramers_v = permuted_chi_square(
            places, codes, permutations=self.permutations, seed=SEED
        )
        p_value = min(1.0, p_value * columns)
        told = f"V {cramers_v:.2f}, AUC of it alone {_auc(places, codes):.2f}, p {p_value:.2g}"
        if p_value >= self.suspicious:
            return "ok", f"{name} is not shown to go with the label ({told})"
        severity: Severity = "serious" if cramers_v >= self.strong else "warning"
        return severity, f"{name} tells the label ({told})"


def _columns(given: CheckInput) -> tuple[dict[str, pd.Series], list[str]]:
    """Context columns of labelled patients as levels, and those that tell every patient apart."""
    context = pd.DataFrame(given.context)
    labelled = context[given.codes(context.index).to_numpy() >= 0]
    kept, apart = {}, []
    for name in labelled.columns:
        column = labelled[name]
        if name in given.harmonise_covariates or _holds_days(column):
            continue
        levels = levels_of(column)
        if levels.nunique() > max(2, len(levels) // 2):
            apart.append(str(name))
        elif levels.nunique() > 1:
            kept[str(name)] = levels
    return kept, apart


def _holds_days(column: pd.Series) -> bool:
    days = pd.api.types.is_datetime64_any_dtype(column)
    return bool(days or str(column.name).endswith("_date"))


def _auc(places: IntArray, codes: IntArray) -> float:
    """AUC (C-index) of the mean class of each level, on the patients that it was taken from."""
    sums = np.bincount(places, weights=codes.astype(float))
    scores: FloatArray = -(sums / np.bincount(places))[places]
    return float(concordance(codes, scores, np.ones((1, len(codes))))[0])


def _is_predicted(given: CheckInput, levels: pd.Series) -> bool:
    if given.features is None:
        return False
    both = levels.index.intersection(given.features.index)
    if len(both) < FEWEST_PATIENTS:
        return False
    return predicts_site(given.features.loc[both], levels[both], seed=SEED)
