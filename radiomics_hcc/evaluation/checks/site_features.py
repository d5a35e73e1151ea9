"""Whether features tell from which site a patient comes."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.evaluation.outcomes import FloatArray, IntArray

PERMUTATIONS: Final = 200
SIGNIFICANT: Final = 0.05
BETTER_THAN_CHANCE: Final = 0.1  # balanced accuracy above one share; less moves no model


def predicts_site(features: pd.DataFrame, levels: pd.Series, *, seed: int) -> bool:
    """Whether a ridge classifier, each patient left out in turn, finds the site.

    The penalty makes features and noise equally large; the balanced accuracy is held against
    permuted sites.

    Parameters
    ----------
    features
        Numbers, one row per patient; an empty cell counts as the median.
    levels
        Site of each of these patients.
    """
    places = pd.factorize(levels, sort=True)[0]
    smoother = leave_one_out_smoother(features)
    if smoother is None or len(np.unique(places)) < 2:
        return False
    generator = np.random.default_rng(seed)
    shuffled = generator.permuted(np.tile(places, (PERMUTATIONS, 1)), axis=1)
    reached = _balanced_accuracy(smoother, places)
    chance = np.array([_balanced_accuracy(smoother, each) for each in shuffled])
    p_value = (1 + int((chance >= reached).sum())) / (PERMUTATIONS + 1)
    return bool(p_value < SIGNIFICANT and reached - chance.mean() > BETTER_THAN_CHANCE)


def leave_one_out_smoother(features: pd.DataFrame) -> FloatArray | None:
    """Matrix that takes an outcome to its left-out ridge predictions, shape (n, n).

    None where no column varies.
    """
    values = features.fillna(features.median()).astype(float)
    values = values.loc[:, (values.std() > 0) & np.isfinite(values).all()]
    if values.empty:
        return None
    scaled = ((values - values.mean()) / values.std()).to_numpy()
    kernel = scaled @ scaled.T / scaled.shape[1] + 1.0  # the constant is the intercept
    hat = kernel @ np.linalg.inv(kernel + np.eye(len(kernel)))
    own = np.diag(hat).copy()
    np.fill_diagonal(hat, 0.0)
    return np.asarray(hat / (1.0 - own)[:, np.newaxis])


def _balanced_accuracy(smoother: FloatArray, places: IntArray) -> float:
    """Mean over the sites of the share of patients that are found; rarer sites are weighted up."""
    members = np.eye(int(places.max()) + 1)[places]
    sizes = members.sum(axis=0)
    found = (smoother @ (members / sizes)).argmax(axis=1)
    return float(np.mean([(found[places == site] == site).mean() for site in np.unique(places)]))
