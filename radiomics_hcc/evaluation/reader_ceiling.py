"""Agreement of a model with each reader, beside the agreement of the readers with each other."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.evaluation.agreement import NOT_READ
from radiomics_hcc.evaluation.decisions import decided, quadratic_kappa
from radiomics_hcc.evaluation.intervals import percentile_interval
from radiomics_hcc.evaluation.outcomes import FloatArray, IntArray, Outcomes, read_outcomes
from radiomics_hcc.evaluation.readers import check_readers
from radiomics_hcc.evaluation.resampling import resample_weights

CEILING_COLUMNS: Final = (
    "first",
    "second",
    "statistic",
    "estimate",
    "low",
    "high",
    "patients",
    "note",
)
STATISTIC: Final = "quadratic-weighted kappa"
EVERY_READER: Final = "readers (mean)"
ONE_WORD: Final = "one of them uses a single class, or nobody was read by both"
LONE_READER: Final = "one reader: how well readers agree is not known"


def reader_ceiling(
    predictions: Predictions, readers: pd.DataFrame, *, resamples: int = 1000, seed: int = 0
) -> pd.DataFrame:
    """Kappa of the model with each reader and of the readers with each other.

    A model can hardly agree better with a reader than readers agree with each other. All rows
    rest on the same resamples of patients, so the last one, the mean of the model's kappas minus
    the mean of the readers', has a paired interval.

    Parameters
    ----------
    predictions
        Out-of-fold predictions. The model's class is the most probable one, of two classes the
        one at the threshold chosen in training; its kappa is averaged over the repeats.
    readers
        Index `patient_id`, one column of labels per reader, empty where a patient was not read.

    Returns
    -------
    pandas.DataFrame
        `CEILING_COLUMNS`: each reader with the model, each pair of readers, the two means, and
        their difference. Of two classes quadratic weights are those of plain kappa. A kappa
        without a meaning is empty and `note` says why. A majority label counts each reader's own
        vote, so that the model has learned a little from every reader it is compared with.

    Raises
    ------
    InputError
        As in `score_readers`.
    """
    outcomes = read_outcomes(predictions)
    check_readers(outcomes, readers)
    codes = _codes(outcomes, readers)
    weights = resample_weights(outcomes, resamples, seed)
    model = _decisions(outcomes)
    of_model = {
        (outcomes.model, name): np.mean([_kappa(code, chance, weights) for chance in model], axis=0)
        for name, code in codes.items()
    }
    of_readers = {
        (one, other): _kappa(codes[one], _one_hot(outcomes, codes[other]), weights)
        for one, other in combinations(codes, 2)
    }
    patients = {name: code != NOT_READ for name, code in codes.items()}
    rows = [_row(pair, scores, int(patients[pair[1]].sum())) for pair, scores in of_model.items()]
    rows += [
        _row(pair, scores, int((patients[pair[0]] & patients[pair[1]]).sum()))
        for pair, scores in of_readers.items()
    ]
    rows += _means(outcomes, of_model, of_readers)
    return pd.DataFrame(rows, columns=list(CEILING_COLUMNS))


def _codes(outcomes: Outcomes, readers: pd.DataFrame) -> dict[str, IntArray]:
    """Every reader's classes of the predicted patients; `NOT_READ` where empty."""
    place = {name: code for code, name in enumerate(outcomes.classes)}
    known = readers.reindex(outcomes.patients)
    return {
        str(name): np.array([place.get(word, NOT_READ) for word in known[name]], dtype=np.intp)
        for name in known.columns
    }


def _decisions(outcomes: Outcomes) -> FloatArray:
    """The model's class in every repeat, as 1 for the class, shape (r, n, k)."""
    if len(outcomes.classes) == 2 and outcomes.thresholds is not None:
        return decided(outcomes)
    return outcomes.probabilities


def _one_hot(outcomes: Outcomes, codes: IntArray) -> FloatArray:
    """1 for the class that was read; nothing for a patient who was not read."""
    return np.asarray(codes[:, np.newaxis] == np.arange(len(outcomes.classes)), dtype=float)


def _kappa(codes: IntArray, chance: FloatArray, weights: FloatArray) -> FloatArray:
    """Kappa on the patients that both have read, one per row of the weights."""
    is_read = (codes != NOT_READ) & (chance.sum(axis=1) > 0)
    if not is_read.any():
        return np.full(len(weights), np.nan)
    return quadratic_kappa(codes[is_read], chance[is_read], weights[:, is_read])


def _row(pair: tuple[str, str], scores: FloatArray, patients: int | None) -> tuple[object, ...]:
    found = percentile_interval(scores)
    note = "" if np.isfinite(found.estimate) else ONE_WORD
    told = pd.NA if patients is None else patients
    return (*pair, STATISTIC, found.estimate, found.low, found.high, told, note)


def _means(
    outcomes: Outcomes,
    of_model: Mapping[tuple[str, str], FloatArray],
    of_readers: Mapping[tuple[str, str], FloatArray],
) -> list[tuple[object, ...]]:
    model = np.mean(list(of_model.values()), axis=0)
    first = _row((outcomes.model, EVERY_READER), model, None)
    between, difference = (EVERY_READER, EVERY_READER), ("difference", "of the means")
    if not of_readers:
        empty = (STATISTIC, np.nan, np.nan, np.nan, pd.NA, LONE_READER)
        return [first, (*between, *empty), (*difference, *empty)]
    readers = np.mean(list(of_readers.values()), axis=0)
    return [first, _row(between, readers, None), _row(difference, model - readers, None)]
