"""How far a new patient is from the patients that a model learned from."""

from __future__ import annotations

from typing import Final, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.covariance import ledoit_wolf
from sklearn.pipeline import Pipeline

from radiomics_hcc.modelling.pipeline import SCALING

BORDERLINE: Final = 0.05
"""Below this score a patient is as unusual as the least usual twentieth of the training
patients."""

FEWEST_PATIENTS: Final = 10
"""Below this number of training patients no distance is judged."""

GRID: Final = tuple(np.linspace(0.0, 1.0, 101).round(2).tolist())
"""Shares at which the distances of the training patients are kept."""

INSIDE, BORDER, OUTSIDE, UNKNOWN = "inside", "borderline", "outside", "not known"


class ApplicabilityCard(TypedDict):
    """What is kept of the training patients to judge a new one; JSON values, no patient's row.

    `columns` are the columns that the model takes, after every preparation, with their `means`
    and the inverse of their shrunk `covariance`; `distances` are quantiles, at the shares of
    `GRID`, of the distances of the training patients, each from the others.
    """

    columns: list[str]
    means: list[float]
    precision: list[list[float]]
    distances: list[float]
    patients: int


def model_columns(pipeline: Pipeline, rows: pd.DataFrame) -> pd.DataFrame | None:
    """What the model itself takes of these rows; None where that is not scaled numbers.

    Parameters
    ----------
    pipeline
        Fitted; its last stage is the model.
    rows
        What the pipeline takes, index `patient_id`.
    """
    if SCALING not in pipeline.named_steps:  # from there on columns are numbers without gaps
        return None
    return pd.DataFrame(pipeline[:-1].transform(rows), index=rows.index).astype(np.float64)


def applicability_card(pipeline: Pipeline, rows: pd.DataFrame) -> ApplicabilityCard | None:
    """Describe where the training patients lie in the columns that the model takes.

    The distance is Mahalanobis', with the covariance of the training rows shrunk by Ledoit and
    Wolf [1]_, so that it exists with more columns than patients. The distances that a new one is
    compared with are leave-one-out: mean and covariance are estimated anew without the patient
    whose distance is taken, as they are without a new patient. Of several rows of a patient the
    farthest counts.

    Parameters
    ----------
    pipeline
        Fitted on `rows`.
    rows
        The training rows, index `patient_id`.

    Returns
    -------
    dict
        None where the pipeline does not scale its columns (such as stacking), no column is left,
        or there are fewer than 10 patients.

    References
    ----------
    .. [1] Ledoit, Wolf. Journal of Multivariate Analysis 88 (2004) 365-411.
    """
    taken = model_columns(pipeline, rows)
    if taken is None or taken.shape[1] == 0 or taken.index.nunique() < FEWEST_PATIENTS:
        return None
    values = taken.to_numpy()
    means, precision = _centre(values)
    apart = _leave_one_out(values, taken.index)
    return ApplicabilityCard(
        columns=[str(name) for name in taken.columns],
        means=means.tolist(),
        precision=precision.tolist(),
        distances=np.quantile(apart, GRID).tolist(),
        patients=len(apart),
    )


def applicability(card: ApplicabilityCard, taken: pd.DataFrame) -> pd.Series:
    """Score between 0 and 1: how usual a patient is among the training patients.

    The share of training patients that are at least as far from the others as this patient is
    from them: 1 is nearer than all of them, 0 farther than all of them. Patients of the same
    population get every score equally often.

    Parameters
    ----------
    card
        From `applicability_card`.
    taken
        What the model takes, see `model_columns`; the farthest row of a patient counts.

    Returns
    -------
    Series
        Index `patient_id`, in the order of the patients.
    """
    values = taken[card["columns"]].to_numpy(dtype=np.float64)
    apart = _distances(values, np.array(card["means"]), np.array(card["precision"]))
    farthest = pd.Series(apart, index=taken.index).groupby(level=0, sort=False).max()
    return farthest.map(lambda distance: _share_beyond(distance, card["distances"]))


def _share_beyond(distance: float, known: list[float]) -> float:
    """Share of the known distances at or beyond this one, between their quantiles linear."""
    if distance > known[-1]:
        return 0.0
    if distance < known[0]:
        return 1.0
    return float(1.0 - np.interp(distance, known, GRID))


def applicability_word(score: float, *, is_beyond: bool) -> str:
    """The score in a word: `inside`, `borderline`, `outside`, or `not known` for NaN.

    Parameters
    ----------
    score
        From `applicability`.
    is_beyond
        Whether a value that the model uses lies far outside its training range; the patient is
        then borderline at best.
    """
    if np.isnan(score):
        return UNKNOWN
    if score == 0.0:
        return OUTSIDE
    return BORDER if score < BORDERLINE or is_beyond else INSIDE


def _centre(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and inverse of the shrunk covariance; a column that never varies counts for nothing."""
    covariance, _ = ledoit_wolf(values)
    return values.mean(axis=0), np.linalg.pinv(np.atleast_2d(covariance), hermitian=True)


def _leave_one_out(values: NDArray[np.float64], patients: pd.Index) -> NDArray[np.float64]:
    """Distance of every patient's farthest row from the rows of the other patients."""
    apart = []
    for patient in patients.unique():
        is_own = patients == patient
        apart.append(_distances(values[is_own], *_centre(values[~is_own])).max())
    return np.array(apart)


def _distances(
    values: NDArray[np.float64], means: NDArray[np.float64], precision: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mahalanobis distance of every row, shape (rows,)."""
    gaps = values - means
    squared = np.einsum("ij,jk,ik->i", gaps, precision, gaps)
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))
