"""The same predictions scored against each reader's labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.intervals import percentile_interval
from radiomics_hcc.evaluation.metrics import metrics_for
from radiomics_hcc.evaluation.outcomes import Outcomes, read_outcomes
from radiomics_hcc.evaluation.resampling import bootstrap_scores, draw_resamples
from radiomics_hcc.evaluation.widening import widened_for

READER_COLUMNS: Final = (
    "model",
    "reader",
    "metric",
    "estimate",
    "low",
    "high",
    "method",
    "patients",
    "unread",
)


def score_readers(
    predictions: Predictions,
    readers: pd.DataFrame,
    *,
    metrics: Sequence[str] | None = None,
    auc_widening: float = 1.0,
    resamples: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Score one model against every reader in turn.

    The model is the one that was trained on the declared labels; only what it is compared with
    changes. A reader is scored on the patients that he or she labelled.

    Parameters
    ----------
    predictions
        Out-of-fold predictions.
    readers
        Index `patient_id`, one column of labels per reader, empty where a patient was not read.
        Patients without a prediction are left aside.
    auc_widening
        By how much the intervals of the AUC are wider because tested patients train the other
        folds, see `widening_factor`.

    Returns
    -------
    pandas.DataFrame
        `READER_COLUMNS`; `unread` counts the predicted patients without a label of this reader.

    Raises
    ------
    InputError
        Listing patients with two rows, labels that are none of the classes, readers who
        labelled no predicted patient.
    """
    outcomes = read_outcomes(predictions)
    names = metrics_for(outcomes.classes, metrics)
    check_readers(outcomes, readers)
    rows: list[tuple[object, ...]] = []
    for reader in readers.columns:
        seen = _as_read(outcomes, readers[reader])
        counts = draw_resamples(seen.labels, resamples, seed)
        unread = len(outcomes.labels) - len(seen.labels)
        for metric in names:
            scores = widened_for(metric, bootstrap_scores(seen, metric, counts), auc_widening)
            score = percentile_interval(scores)
            limits = (score.estimate, score.low, score.high, score.method)
            rows.append((outcomes.model, reader, metric, *limits, len(seen.labels), unread))
    return pd.DataFrame(rows, columns=list(READER_COLUMNS))


def check_readers(outcomes: Outcomes, readers: pd.DataFrame) -> None:
    """Refuse labels of readers that cannot be laid beside the predictions.

    Raises
    ------
    InputError
        Listing patients with two rows, labels that are none of the classes, readers who
        labelled no predicted patient.
    """
    twice = readers.index[readers.index.duplicated()].unique()
    problems = [Problem(f"patient {patient}", "has two rows of reader labels") for patient in twice]
    for reader, labels in readers.items():
        given = labels.dropna()
        problems += [
            Problem(
                f"reader {reader}, patient {patient}",
                f"label {label!r} is none of {', '.join(outcomes.classes)}",
                "merge it as the target's labels were, or leave it empty",
            )
            for patient, label in given[~given.isin(outcomes.classes)].items()
        ]
        if not given.index.isin(outcomes.patients).any():
            problems.append(Problem(f"reader {reader}", "labelled no patient with a prediction"))
    if problems:
        raise InputError(problems, "labels of the readers")


def _as_read(outcomes: Outcomes, labels: pd.Series) -> Outcomes:
    given = labels.reindex(outcomes.patients)
    is_read = given.notna().to_numpy()
    place = {name: code for code, name in enumerate(outcomes.classes)}
    return replace(
        outcomes,
        patients=outcomes.patients[is_read],
        labels=np.array([place[label] for label in given[is_read]], dtype=np.intp),
        probabilities=outcomes.probabilities[:, is_read],
        folds=outcomes.folds[:, is_read],
        thresholds=None if outcomes.thresholds is None else outcomes.thresholds[:, is_read],
    )
