"""Calibration slope and intercept, by logistic regression on the logit of the prediction."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.special import logit

from radiomics_hcc.evaluation.outcomes import FloatArray, IntArray
from radiomics_hcc.evaluation.weighted_logistic import WeightedLogistic

CLIP: Final = 1e-6  # probabilities 0 and 1 have no logit


def calibration_slope(
    labels: IntArray, probabilities: FloatArray, weights: FloatArray
) -> FloatArray:
    """Slope b of logit P(positive) = a + b logit(p): 1 is right, below 1 is overfitted.

    NaN where the predictions are all alike or separate the classes perfectly.

    References
    ----------
    .. [1] Cox. Biometrika 45 (1958) 562-565.
    .. [2] Van Calster et al. BMC Medicine 17 (2019) 230.
    """
    predictor = clipped_logits(probabilities)
    design = np.stack([np.ones_like(predictor), predictor], axis=1)
    return WeightedLogistic(design, labels == 0, np.zeros_like(predictor)).fit(weights)[:, 1]


def calibration_intercept(
    labels: IntArray, probabilities: FloatArray, weights: FloatArray
) -> FloatArray:
    """Intercept a of logit P(positive) = a + logit(p): 0 is right, above 0 predicts too low.

    The slope is held at 1 (calibration in the large). NaN where only one class has weight.
    """
    predictor = clipped_logits(probabilities)
    return WeightedLogistic(np.ones((len(labels), 1)), labels == 0, predictor).fit(weights)[:, 0]


def clipped_logits(probabilities: FloatArray) -> FloatArray:
    """Logit of the positive class's probability (n,), from probabilities (n, 2)."""
    return np.asarray(logit(np.clip(probabilities[:, 0], CLIP, 1.0 - CLIP)), dtype=float)
