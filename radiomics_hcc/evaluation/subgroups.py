"""Scores by subgroup of patients: exploratory, never a reason to choose whom a model is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.evaluation.intervals import percentile_interval
from radiomics_hcc.evaluation.metrics import METRICS, metrics_for, score_repeats
from radiomics_hcc.evaluation.outcomes import FloatArray, Outcomes, read_outcomes
from radiomics_hcc.evaluation.resampling import resample_weights
from radiomics_hcc.evaluation.subgroup_levels import UNKNOWN, group_levels
from radiomics_hcc.evaluation.widening import widened_for

SUBGROUP_COLUMNS: Final = (
    "model",
    "variable",
    "level",
    "metric",
    "patients",
    "positives",
    "estimate",
    "low",
    "high",
    "difference",
    "difference_low",
    "difference_high",
    "note",
)
ALL: Final = "all patients"
FEWEST_OF_A_CLASS: Final = 10  # below, an interval says little more than that there are too few
TOO_FEW: Final = f"fewer than {FEWEST_OF_A_CLASS} patients of a class: not estimated"
REST_TOO_FEW: Final = f"the others have fewer than {FEWEST_OF_A_CLASS} patients of a class"
EXPLORATORY: Final = "exploratory: intervals are not corrected for the number of subgroups"


def subgroup_table(
    predictions: Predictions,
    groups: pd.DataFrame,
    *,
    metrics: Sequence[str] = ("auc",),
    auc_widening: float = 1.0,
    resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Score the same predictions in every level of every variable, and against all other patients.

    The model is that of all patients; only whom it is judged on changes. Many subgroups of few
    patients differ by chance: the table is for reading, not for testing.

    Parameters
    ----------
    predictions
        Out-of-fold predictions.
    groups
        Index `patient_id`, one row per patient: words, numbers (which are cut at their tertiles),
        or what `group_levels` made of them with declared cuts. Patients without a prediction are
        left aside, predicted patients without a row are of the level `unknown`.
    metrics
        Names from `METRICS`.
    auc_widening
        By how much the intervals of the AUC are wider because tested patients train the other
        folds, see `widening_factor`.
    resamples
        Resamples of all patients; a subgroup has in each the patients that were drawn.

    Returns
    -------
    pandas.DataFrame
        `SUBGROUP_COLUMNS`, all patients first, then every level of every variable. `positives`
        are of the two-class view, empty where there is none. `difference` is the level minus all
        other patients, unpaired. Where a class has fewer than 10 patients the row stays, without
        a score, and `note` says so.

    Raises
    ------
    InputError
        For unusable predictions, unknown metrics, patients with two rows of groups.
    """
    outcomes = read_outcomes(predictions)
    names = metrics_for(outcomes.classes, metrics)
    levels = group_levels(groups).reindex(outcomes.patients)
    sample = _Sample(outcomes, resample_weights(outcomes, resamples, seed), auc_widening)
    everybody = np.ones(len(outcomes.labels), dtype=bool)
    rows = [sample.row("all", ALL, metric, everybody) for metric in names]
    for variable, level, inside in _members(levels):
        rows += [sample.row(variable, level, metric, inside) for metric in names]
    return pd.DataFrame(rows, columns=list(SUBGROUP_COLUMNS))


def _members(levels: pd.DataFrame) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    for variable in levels.columns:
        column = levels[variable]
        words = column.astype(object).where(column.notna(), UNKNOWN)
        for level in dict.fromkeys([*column.cat.categories, UNKNOWN]):
            inside = (words == level).to_numpy(dtype=bool)
            if inside.any():
                yield str(variable), str(level), inside


@dataclass(frozen=True, eq=False)
class _Sample:
    """The predictions, and how often each patient counts: as they are, then by resample."""

    outcomes: Outcomes
    weights: FloatArray
    auc_widening: float

    def row(
        self, variable: str, level: str, metric: str, inside: NDArray[np.bool_]
    ) -> tuple[object, ...]:
        place = (self.outcomes.model, variable, level, metric, int(inside.sum()))
        two = self.outcomes.two_class()
        positives = pd.NA if two is None else int((two.labels[inside] == 0).sum())
        return (*place, positives, *self._judged(metric, inside))

    def _judged(self, metric: str, inside: NDArray[np.bool_]) -> tuple[object, ...]:
        if not self._is_enough(metric, inside):
            return (*[np.nan] * 6, TOO_FEW)
        scores = self._scores(metric, inside)
        found = self._limits(metric, scores)
        if inside.all():
            return (*found, *[np.nan] * 3, "")
        if not self._is_enough(metric, ~inside):
            return (*found, *[np.nan] * 3, f"{EXPLORATORY}; {REST_TOO_FEW}")
        difference = scores - self._scores(metric, ~inside)
        return (*found, *self._limits(metric, difference), EXPLORATORY)

    def _scores(self, metric: str, inside: NDArray[np.bool_]) -> FloatArray:
        held = score_repeats(self.outcomes, metric, self.weights * inside)
        return np.asarray(held.mean(axis=1))

    def _limits(self, metric: str, scores: FloatArray) -> tuple[float, float, float]:
        found = percentile_interval(widened_for(metric, scores, self.auc_widening))
        return found.estimate, found.low, found.high

    def _is_enough(self, metric: str, inside: NDArray[np.bool_]) -> bool:
        """Whether every class that the metric sees in all patients has enough in these."""
        labels = METRICS[metric].look_at(self.outcomes).labels
        each = [int((labels[inside] == code).sum()) for code in np.unique(labels)]
        return len(each) > 1 and min(each) >= FEWEST_OF_A_CLASS
