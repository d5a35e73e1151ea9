"""Slopes of a fitted linear model, feature by feature."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.pipeline import Pipeline


def coefficients(pipeline: Pipeline, classes: Sequence[str]) -> list[dict[str, object]]:
    """Slopes of the last stage per feature that reaches it, in training standard deviations.

    A model with one slope per feature (two classes, or ordered ones) has one row per feature and
    names the last class: a positive slope moves towards the later, worse classes. A model with a
    slope per class has a row for each.

    Parameters
    ----------
    pipeline
        Fitted; its stages before the model scale the columns.
    classes
        Names of the classes, best first.

    Returns
    -------
    list of dict
        `feature, class, value`; empty where the model has no slopes. A slope of 0 is told.
    """
    slopes = getattr(pipeline[-1], "coef_", None)
    if slopes is None or len(pipeline) == 1:
        return []
    names = pipeline[:-1].get_feature_names_out()
    rows = np.atleast_2d(slopes)
    named = classes[-1:] if len(rows) == 1 else classes
    return [
        {"feature": str(feature), "class": name, "value": float(value)}
        for name, row in zip(named, rows, strict=True)
        for feature, value in zip(names, row, strict=True)
    ]
