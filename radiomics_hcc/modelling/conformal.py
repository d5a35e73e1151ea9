"""Conformal prediction sets from out-of-fold probabilities, contiguous for ordered classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import ClassVar, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.domain.step import Step
from radiomics_hcc.errors import InputError, Problem

OR: Final = " or "
"""Stands between the classes of a set."""

VALIDITY: Final = (
    "validity: the share is over patients who are exchangeable with those of the training data, "
    "not for each patient or subgroup; the calibrating patients were predicted by the fold models "
    "of the nested cross-validation, not by this refit, so that the share holds approximately and "
    "has no finite-sample guarantee"
)


@dataclass(frozen=True)
class Conformal(Step):
    """How prediction sets are made.

    Parameters
    ----------
    level
        Share of new patients whose class the set should hold, between 0.5 and 1.
    by_class
        Whether every class is calibrated by its own patients (label-conditional, or Mondrian):
        the share then holds within each class, at the price of larger sets.
    """

    kind: ClassVar[str] = "conformal"
    level: float = 0.9
    by_class: bool = False

    def __post_init__(self) -> None:
        if not 0.5 <= self.level < 1.0:
            raise InputError(
                [Problem("conformal.level", f"is {self.level}", "use a share such as 0.9")]
            )


@dataclass(frozen=True, eq=False)
class PredictionSets:
    """Limits of the scores, ready to be applied to new patients.

    Parameters
    ----------
    conformal
        How they were made.
    classes
        Class names, best first.
    limits : array of shape (classes,)
        Largest score with which a class enters the set; infinite where the calibrating patients
        are too few for the level, so that the class always enters.
    patients
        Calibrating patients by class.
    """

    conformal: Conformal
    classes: tuple[str, ...]
    limits: NDArray[np.float64]
    patients: dict[str, int]

    def members(self, probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which classes each patient's set holds, shape (patients, classes).

        The most probable class is always a member, and so is every class between two members.
        """
        inside = set_scores(probabilities) <= self.limits
        inside[np.arange(len(inside)), probabilities.argmax(axis=1)] = True
        from_left = np.logical_or.accumulate(inside, axis=1)
        from_right = np.logical_or.accumulate(inside[:, ::-1], axis=1)[:, ::-1]
        return np.asarray(from_left & from_right)

    def words(self, probabilities: NDArray[np.float64]) -> list[str]:
        """Each patient's set, such as `CR or PR`."""
        return [
            OR.join(name for name, is_member in zip(self.classes, row, strict=True) if is_member)
            for row in self.members(probabilities)
        ]

    def sentences(self) -> list[str]:
        """The level, what it rests on, how far it can be trusted."""
        way = "calibrated within each class" if self.conformal.by_class else "over all classes"
        counts = ", ".join(f"{name} {count}" for name, count in self.patients.items())
        told = [
            f"prediction sets at level {self.conformal.level:g}, {way}, from the out-of-fold "
            f"predictions of {sum(self.patients.values())} patients ({counts})",
            VALIDITY,
        ]
        always = [
            name
            for name, limit in zip(self.classes, self.limits, strict=True)
            if not np.isfinite(limit)
        ]
        if always:
            told.append(
                f"too few patients to leave out {', '.join(always)} at this level: "
                "such a class is in every set"
            )
        return told


def set_scores(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each class is from the most probable one, in probability that is passed on the way.

    The set of a patient grows from the most probable class to the more probable neighbour (the
    better class of two that are equal), so that it stays contiguous. The score of a class is the
    probability of the classes that entered before it plus half its own. This is the adaptive
    score of Romano et al. [1]_ on the ordered sets of Lu et al. [2]_, at the middle of its
    randomisation, so that the same patient gets the same set.

    Parameters
    ----------
    probabilities : array of shape (patients, classes)
        In the order of the classes.

    Returns
    -------
    array of shape (patients, classes)
        Between 0 and 1.

    References
    ----------
    .. [1] Romano, Sesia, Candes. Advances in Neural Information Processing Systems 33 (2020).
    .. [2] Lu, Angelopoulos, Pomerantz. Medical Image Computing and Computer Assisted Intervention
       (2022) 545-554.
    """
    patients, classes = probabilities.shape
    rows = np.arange(patients)
    padded = np.pad(probabilities, ((0, 0), (1, 1)), constant_values=-1.0)
    low = high = probabilities.argmax(axis=1)
    entered, mass = low, np.zeros(patients)
    scores = np.empty_like(probabilities)
    for _ in range(classes):
        own = probabilities[rows, entered]
        scores[rows, entered] = mass + own / 2.0
        mass = mass + own
        goes_better = padded[rows, low] >= padded[rows, high + 2]
        entered = np.clip(np.where(goes_better, low - 1, high + 1), 0, classes - 1)
        low, high = np.minimum(low, entered), np.maximum(high, entered)
    return scores


def calibrate(
    out_of_fold: pd.DataFrame, classes: Sequence[str], conformal: Conformal
) -> PredictionSets:
    """Take the limits of the scores from out-of-fold predictions.

    A patient counts once, whatever the number of repeats: the limit is the quantile of all
    scores in which every repeat of a patient weighs 1 / repeats. With n patients its level is
    ceil((n + 1) level) / n [1]_; where that is above 1 the limit is infinite.

    Parameters
    ----------
    out_of_fold
        Of one model: `patient_id, label`, then `p_<class>` for every class; one row per patient
        and repeat.
    classes
        Class names, best first.
    conformal
        Level, and whether by class.

    Raises
    ------
    InputError
        Where columns are missing, cells are empty, or labels are none of the classes.

    References
    ----------
    .. [1] Vovk, Gammerman, Shafer. Algorithmic Learning in a Random World (2005).
    """
    names = [f"p_{name}" for name in classes]
    _check(out_of_fold, classes, names)
    place = {name: code for code, name in enumerate(classes)}
    labels = out_of_fold["label"].map(place).to_numpy(dtype=np.intp)
    scores = set_scores(out_of_fold[names].to_numpy(dtype=np.float64))
    own = scores[np.arange(len(labels)), labels]
    patients = out_of_fold["patient_id"]
    weights = 1.0 / patients.groupby(patients).transform("size").to_numpy(dtype=np.float64)
    groups = [labels == code if conformal.by_class else labels >= 0 for code in place.values()]
    limits = [_limit(own[group], weights[group], conformal.level) for group in groups]
    counted = out_of_fold.groupby("label")["patient_id"].nunique()
    return PredictionSets(
        conformal,
        tuple(classes),
        np.array(limits),
        {name: int(counted.get(name, 0)) for name in classes},
    )


def _limit(scores: NDArray[np.float64], weights: NDArray[np.float64], level: float) -> float:
    """Weighted quantile of the scores of n patients at ceil((n + 1) level) of them."""
    patients = round(float(weights.sum()))
    needed = ceil(round((patients + 1) * level, 9))
    if needed > patients:
        return float("inf")
    order = np.argsort(scores, kind="stable")
    reached = np.cumsum(weights[order])
    return float(scores[order][np.searchsorted(np.round(reached, 9), needed)])


def _check(out_of_fold: pd.DataFrame, classes: Sequence[str], names: Sequence[str]) -> None:
    absent = [name for name in ("patient_id", "label", *names) if name not in out_of_fold]
    problems = [Problem(f"column {name}", "is missing") for name in absent]
    if not absent:
        strange = sorted(set(out_of_fold["label"].astype(str)) - set(classes))
        problems += [Problem(f"label {name!r}", "is none of the classes") for name in strange]
        if out_of_fold[list(names)].isna().any(axis=None):
            problems.append(Problem("probabilities", "have empty cells"))
        if out_of_fold.empty:
            problems.append(Problem("out-of-fold predictions", "there are none"))
    if problems:
        raise InputError(problems, "conformal prediction sets")
