r"""Intervals of a cross-validated AUC, widened for patients who also trained the other folds.

The patient bootstrap holds the fits. But in cross-validation every tested patient has trained the
models of the other folds: a cohort that happens to separate well does so in training and in test.
For a linear score along the difference of class means, with z its separation in standard errors,
out of fold :math:`z_{cv} = z_{train} - q / z_{train}` for q features, so that an error of the
training separation returns

.. math:: 1 + q / z_{train}^2 = 2 - z_{cv} / z_{train}

fold in the out-of-fold score. Where nothing is to be learned z_train^2 is chi-squared with q
degrees of freedom, and the standard error of z_cv grows by about :math:`\sqrt{2}`, which bounds
the factor. AUC minus 0.5 stands for z. Derived for linear scores, and simulated
(`benchmarks/validity/interval_coverage.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from radiomics_hcc.evaluation.outcomes import FloatArray

MOST: Final = float(np.sqrt(2.0))
CHANCE: Final = 0.5
WIDENED_METRIC: Final = "auc"


def widening_factor(out_of_fold_auc: float, training_auc: float) -> float:
    """How much wider an interval of the AUC has to be: 2 - gain out of fold / gain in training.

    Parameters
    ----------
    out_of_fold_auc
        The cross-validated AUC.
    training_auc
        AUC of the fitted models on their own training patients, mean over the outer folds.

    Returns
    -------
    float
        Between 1 (no optimism) and the square root of 2, which is also given where the training
        AUC is unknown or not above 0.5.

    Examples
    --------
    >>> widening_factor(0.75, 0.75), widening_factor(0.75, 0.8)
    (1.0, 1.1666666666666667)
    """
    if not (np.isfinite(training_auc) and np.isfinite(out_of_fold_auc)) or training_auc <= CHANCE:
        return MOST
    kept = (out_of_fold_auc - CHANCE) / (training_auc - CHANCE)
    return float(np.clip(2.0 - kept, 1.0, MOST))


def widening_factors(
    scores: Mapping[tuple[str, str], FloatArray], training_auc: Mapping[str, float] | None
) -> dict[tuple[str, str], float]:
    """Factor by model and metric: 1 but for the AUC of models whose training AUC was asked for.

    Parameters
    ----------
    scores
        `bootstrap_scores` by model and metric.
    training_auc
        By model, NaN where unknown; None widens nothing.
    """
    known = training_auc or {}
    return {
        (model, metric): widening_factor(float(values[0]), known[model])
        if metric == WIDENED_METRIC and model in known
        else 1.0
        for (model, metric), values in scores.items()
    }


def widened(scores: FloatArray, factor: float) -> FloatArray:
    """Scores (1 + b,) with the resamples spread around the first one, the estimate."""
    return np.asarray(scores[0] + factor * (scores - scores[0]))


def widened_for(metric: str, scores: FloatArray, auc_widening: float) -> FloatArray:
    """The scores as they are, those of the AUC spread by the factor."""
    return widened(scores, auc_widening) if metric == WIDENED_METRIC else scores
