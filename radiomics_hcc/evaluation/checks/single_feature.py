"""HCC009: a single feature that all but is the label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.positive_class import positive_classes
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity, Stage
from radiomics_hcc.evaluation.outcomes import FloatArray, IntArray, name_some
from radiomics_hcc.evaluation.ranking import concordance

FEWEST_PATIENTS = 20  # below this a high AUC of one of a thousand features is chance


@dataclass(frozen=True)
class SingleFeature(Check):
    """AUC of each feature by itself, and of its being empty; C-index where classes are ordered.

    Parameters
    ----------
    suspicious
        An AUC above this, in either direction, is rather leakage than biology.
    """

    kind: ClassVar[str] = "single_feature"
    code: ClassVar[str] = "HCC009"
    title: ClassVar[str] = "A single feature tells the label"
    severity: ClassVar[Severity] = "serious"
    stage: ClassVar[Stage] = "before"
    needs: ClassVar[tuple[str, ...]] = ("features", "labels")

    suspicious: float = 0.95

    def judge(self, given: CheckInput) -> Finding:
        """Score every numeric column, and every column's missingness."""
        features = pd.DataFrame(given.features)
        codes = _codes(given.labels.reindex(features.index), given.classes)
        numeric = features.select_dtypes(["number", "bool"])
        if (codes >= 0).sum() < FEWEST_PATIENTS or len(np.unique(codes[codes >= 0])) < 2:
            return self.not_checked(f"needs {FEWEST_PATIENTS} labelled patients of two classes")
        values = numeric.to_numpy(float, na_value=np.nan)
        found = self._suspects(values, codes, [str(name) for name in numeric.columns])
        is_empty = features.isna().to_numpy(float)
        found += self._suspects(is_empty, codes, [f"{name} being empty" for name in features])
        aside = features.shape[1] - numeric.shape[1]
        remark = f" Of columns of words ({aside}) only the empty cells were seen." if aside else ""
        if not found:
            return self.finding("ok", f"No feature has an AUC above {self.suspicious}.{remark}")
        return self.finding(
            "serious",
            f"The label can be told from one feature alone: {name_some(found)}. Look for the "
            f"label's own scan among the sources.{remark}",
        )

    def _suspects(self, values: FloatArray, codes: IntArray, names: list[str]) -> list[str]:
        scores = (_auc(column, codes) for column in values.T)
        return [
            f"{name} (AUC {score:.2f})"
            for name, score in zip(names, scores, strict=True)
            if score > self.suspicious
        ]


def _codes(labels: pd.Series, classes: tuple[str, ...]) -> IntArray:
    """0 and 1 where there is a positive class, else the place of the class; -1 unlabelled."""
    positive = positive_classes(classes)
    place = {
        name: code if positive is None else int(name not in positive)
        for code, name in enumerate(classes)
    }
    return np.array([place.get(label, -1) for label in labels], dtype=np.intp)


def _auc(column: FloatArray, codes: IntArray) -> float:
    """AUC in the direction that is above one half; NaN for too few patients or one class."""
    is_known = np.isfinite(column) & (codes >= 0)
    if is_known.sum() < FEWEST_PATIENTS:
        return float("nan")
    once = np.ones((1, int(is_known.sum())))
    score = float(concordance(codes[is_known], column[is_known], once)[0])
    return max(score, 1.0 - score)
