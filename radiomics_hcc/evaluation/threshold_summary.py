"""The thresholds that were chosen inside training, over the outer folds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.evaluation.outcomes import FloatArray, Outcomes, read_outcomes

THRESHOLD_COLUMNS: Final = (
    "model",
    "rule",
    "folds",
    "mean",
    "sd",
    "minimum",
    "maximum",
    "note",
)
NONE_CHOSEN: Final = "no threshold was chosen: the most probable class decides"


def threshold_summary(predictions: Sequence[Predictions], *, rule: str = "") -> pd.DataFrame:
    """How much the threshold of each model varies between the outer folds.

    A threshold that jumps from fold to fold says that the calls of the final model would change
    with a few other training patients.

    Parameters
    ----------
    predictions
        One per model; `frame` with the column `threshold` where there is one.
    rule
        How thresholds were chosen, such as `youden`.

    Returns
    -------
    pandas.DataFrame
        `THRESHOLD_COLUMNS`, one row per model. `folds` counts those that chose a threshold, in
        all repeats; `sd` is empty with one fold. Models without a threshold keep their row, and
        `note` says what decides.
    """
    rows = []
    for each in predictions:
        outcomes = read_outcomes(each)
        chosen, folds = thresholds_by_fold(outcomes)
        note = "" if len(chosen) == folds else f"{folds - len(chosen)} of {folds} folds chose none"
        if not len(chosen):
            empty = [np.nan] * 4
            rows.append((each.model, "", 0, *empty, NONE_CHOSEN))
            continue
        spread = float(chosen.std(ddof=1)) if len(chosen) > 1 else np.nan
        limits = (float(chosen.min()), float(chosen.max()))
        rows.append((each.model, rule, len(chosen), float(chosen.mean()), spread, *limits, note))
    return pd.DataFrame(rows, columns=list(THRESHOLD_COLUMNS))


def thresholds_by_fold(outcomes: Outcomes) -> tuple[FloatArray, int]:
    """One threshold per fold that chose one, and how many folds there are in all repeats."""
    cuts = np.full(outcomes.folds.shape, np.nan)
    if outcomes.thresholds is not None:
        cuts = outcomes.thresholds
    each = [
        float(row[folds == fold][0])
        for row, folds in zip(cuts, outcomes.folds, strict=True)
        for fold in np.unique(folds)
    ]
    found = np.asarray(each)
    return found[np.isfinite(found)], len(found)
