"""Out-of-fold predictions as arrays that metrics can compute with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.domain.evaluation import PREDICTION_KEYS, Predictions
from radiomics_hcc.domain.positive_class import positive_classes, summed
from radiomics_hcc.errors import InputError, Problem

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.intp]

PROBABILITY_TOLERANCE: Final = 1e-6
MOST_PROBABLE: Final = 0.5  # of two classes, the more probable one begins here
SHOWN_AT_MOST: Final = 5


@dataclass(frozen=True, eq=False)
class Outcomes:
    """One model's out-of-fold predictions; n patients, r repeats, k classes.

    Parameters
    ----------
    model
        The model's name.
    classes
        Class names, best first.
    patients
        Shape (n,): patient ids in ascending order.
    labels
        Shape (n,): place of each patient's class in `classes`.
    probabilities
        Shape (r, n, k): probability of each class.
    folds
        Shape (r, n): the fold in which a patient was tested. Random folds are numbered; a fold
        that is named by a word is a group of patients, such as a site, that was tested whole.
    thresholds
        Shape (r, n): the probability of the positive class from which the patient's own training
        fold calls positive; None where no fold chose any.
    """

    model: str
    classes: tuple[str, ...]
    patients: NDArray[np.object_]
    labels: IntArray
    probabilities: FloatArray
    folds: NDArray[np.object_]
    thresholds: FloatArray | None = None

    @property
    def has_named_folds(self) -> bool:
        """Whether the folds are groups, such as sites, and not random splits of the patients."""
        return any(isinstance(fold, str) for fold in self.folds.flat)

    @property
    def repeats(self) -> int:
        """How many times each patient was predicted."""
        return len(self.probabilities)

    def two_class(self) -> Outcomes | None:
        """The same predictions as positive class against the rest.

        Two classes stay as they are. Of more, the positive class is objective response and its
        probability P(CR) + P(PR). Without response words there is no such view: None.
        """
        positive = positive_classes(self.classes)
        if positive is None or len(self.classes) == 2:
            return self if positive else None
        is_positive = np.isin(self.classes, positive)
        chance = summed(self.probabilities[:, :, is_positive])
        return replace(
            self,
            classes=("+".join(positive), "other"),
            labels=np.where(is_positive[self.labels], 0, 1).astype(np.intp),
            probabilities=np.stack([chance, 1.0 - chance], axis=2),
        )

    def cut_points(self) -> FloatArray:
        """Where positive begins, shape (r, n): 0.5 where no threshold was chosen."""
        if self.thresholds is None:
            return np.full(self.folds.shape, MOST_PROBABLE)
        return np.where(np.isnan(self.thresholds), MOST_PROBABLE, self.thresholds)

    def called_positive(self) -> NDArray[np.bool_]:
        """Whether each patient of a two-class view is called positive, shape (r, n)."""
        return np.asarray(self.probabilities[:, :, 0] >= self.cut_points())

    def split_after(self, place: int) -> Outcomes:
        """The classes up to this place, the better ones, against those behind it.

        The threshold stays where the better ones are the positive class of `two_class`.
        """
        better, worse = self.classes[: place + 1], self.classes[place + 1 :]
        chance = summed(self.probabilities[:, :, : place + 1])
        return replace(
            self,
            classes=("+".join(better), "+".join(worse)),
            labels=np.where(self.labels <= place, 0, 1).astype(np.intp),
            probabilities=np.stack([chance, 1.0 - chance], axis=2),
            thresholds=self.thresholds if better == positive_classes(self.classes) else None,
        )


def read_outcomes(predictions: Predictions) -> Outcomes:
    """Check predictions and bring them to arrays; the order of the rows does not matter.

    Raises
    ------
    InputError
        Listing every problem: missing columns, patients twice or absent in a repeat, labels that
        are unknown or change, probabilities that are none.
    """
    frame, classes = predictions.frame, predictions.classes
    absent = [n for n in (*PREDICTION_KEYS, *predictions.probability_columns) if n not in frame]
    problems = [Problem(f"column {name}", "is missing") for name in absent]
    if not problems:
        problems = [*_row_problems(predictions), *_label_problems(frame, classes)]
    if problems:
        raise InputError(problems, f"predictions of {predictions.model}")
    ordered = frame.sort_values(["repeat", "patient_id"], kind="stable")
    shape = (ordered["repeat"].nunique(), ordered["patient_id"].nunique())
    place = {name: code for code, name in enumerate(classes)}
    return Outcomes(
        predictions.model,
        tuple(classes),
        ordered["patient_id"].to_numpy(dtype=object)[: shape[1]],
        np.array([place[label] for label in ordered["label"][: shape[1]]], dtype=np.intp),
        ordered[predictions.probability_columns].to_numpy(float).reshape(*shape, len(classes)),
        ordered["fold"].to_numpy(dtype=object).reshape(shape),
        _thresholds(ordered, shape),
    )


def two_class_outcomes(predictions: Predictions) -> Outcomes:
    """Read predictions in the two-class view.

    Raises
    ------
    InputError
        Where the predictions are unusable, have no positive class, or only one class occurs.
    """
    outcomes = read_outcomes(predictions)
    seen = outcomes.two_class()
    if seen is None:
        what = f"{', '.join(outcomes.classes)} have no positive class"
        raise InputError([Problem("classes", what, "merge them into two")])
    if len(np.unique(seen.labels)) < 2:
        raise InputError([Problem("labels", "all patients have the same class")])
    return seen


def _thresholds(ordered: pd.DataFrame, shape: tuple[int, int]) -> FloatArray | None:
    if "threshold" not in ordered or ordered["threshold"].isna().all():
        return None
    return np.asarray(ordered["threshold"], dtype=float).reshape(shape)


def _row_problems(predictions: Predictions) -> Iterator[Problem]:
    frame = predictions.frame
    if frame.empty or len(predictions.classes) < 2:
        yield Problem("", "at least one row and two classes are needed")
    for patient, repeat in frame.loc[
        frame.duplicated(["patient_id", "repeat"]), ["patient_id", "repeat"]
    ].itertuples(index=False):
        yield Problem(
            f"patient {patient}", f"has two rows in repeat {repeat}", "average a patient's lesions"
        )
    if "threshold" in frame:
        cuts = pd.to_numeric(frame["threshold"], errors="coerce")
        is_none = frame["threshold"].notna() & ~((cuts >= 0) & np.isfinite(cuts))
        if is_none.any():
            who = name_some(frame["patient_id"][is_none].unique().tolist())
            yield Problem("threshold", f"is no number from 0 on for patients {who}")
    counts = frame.groupby("patient_id")["repeat"].nunique()
    for patient, count in counts[counts < frame["repeat"].nunique()].items():
        yield Problem(
            f"patient {patient}", f"was predicted in {count} of {frame['repeat'].nunique()} repeats"
        )
    values = frame[predictions.probability_columns].to_numpy(float)
    is_wrong = ~(np.abs(values.sum(axis=1) - 1.0) <= PROBABILITY_TOLERANCE)
    is_wrong |= ~((values >= 0) & (values <= 1)).all(axis=1)
    if is_wrong.any():
        who = name_some(frame["patient_id"][is_wrong].unique().tolist())
        yield Problem(
            "probabilities", f"are outside 0 to 1 or do not add up to 1 for patients {who}"
        )


def _label_problems(frame: pd.DataFrame, classes: Sequence[str]) -> Iterator[Problem]:
    unknown = frame.loc[~frame["label"].isin(classes), ["patient_id", "label"]].drop_duplicates()
    for patient, label in unknown.itertuples(index=False):
        yield Problem(f"patient {patient}", f"label {label!r} is none of {', '.join(classes)}")
    kinds = frame.groupby("patient_id")["label"].nunique(dropna=False)
    for patient in kinds.index[kinds > 1]:
        yield Problem(f"patient {patient}", "has different labels in different rows")


def name_some(names: Sequence[object]) -> str:
    """Write the first names of a list, and how many more there are."""
    shown = ", ".join(str(name) for name in names[:SHOWN_AT_MOST])
    more = len(names) - SHOWN_AT_MOST
    return f"{shown} and {more} more" if more > 0 else shown
