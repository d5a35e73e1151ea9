"""Splits whose unit is the patient; rows follow their patient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from radiomics_hcc.domain.step import Step
from radiomics_hcc.errors import InputError, Problem

RowNumbers: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Split:
    """One outer fold of one repeat.

    Parameters
    ----------
    repeat, fold
        Counted from 0.
    train_rows, test_rows
        Row numbers; all rows of a patient are on one side.
    """

    repeat: int
    fold: int
    train_rows: RowNumbers
    test_rows: RowNumbers

    def seed(self, base: int) -> int:
        """Seed of everything random within this fold, the same in whatever order folds run."""
        return derive_seed(base, self.repeat, self.fold)


@dataclass(frozen=True)
class PatientKFold(Step):
    """Repeated stratified K-fold over patients, expanded to their rows.

    The folds depend on the patients' names, their classes and the seed, not on the order of
    rows.

    Parameters
    ----------
    splits
        Folds per repeat.
    repeats
        How often the patients are dealt anew.
    seed
        Same seed, same folds.
    """

    kind: ClassVar[str] = "patient_k_fold"
    splits: int = 5
    repeats: int = 20
    seed: int = 7

    def __post_init__(self) -> None:
        problems = []
        if self.splits < 2:
            problems.append(Problem("splits", f"is {self.splits}", "use 2 folds or more"))
        if self.repeats < 1:
            problems.append(Problem("repeats", f"is {self.repeats}", "use 1 or more"))
        if problems:
            raise InputError(problems)

    def split(self, rows: pd.Index, labels: pd.Series) -> Iterator[Split]:
        """Deal the patients into folds.

        Parameters
        ----------
        rows
            Patient of each row.
        labels
            Class of each patient, index `patient_id`.

        Raises
        ------
        InputError
            Where a class has fewer patients than there are folds, or a row's patient no label.
        """
        unlabelled = rows.unique().difference(labels.index)
        if len(unlabelled):
            raise InputError(Problem(str(patient), "has no label") for patient in unlabelled)
        numbers = np.arange(len(rows))
        for repeat, fold, tested in self._deal(labels):
            is_test = rows.isin(tested)
            yield Split(repeat, fold, numbers[~is_test], numbers[is_test])

    def frame(self, labels: pd.Series) -> pd.DataFrame:
        """In which fold each patient is tested: `patient_id, repeat, fold`."""
        parts = [
            pd.DataFrame({"patient_id": tested, "repeat": repeat, "fold": fold})
            for repeat, fold, tested in self._deal(labels)
        ]
        return pd.concat(parts, ignore_index=True)

    def _deal(self, labels: pd.Series) -> Iterator[tuple[int, int, pd.Index]]:
        """Repeat, fold and the patients tested there."""
        check_class_sizes(labels, self.splits)
        ordered = labels.sort_index()
        classes = ordered.astype(str).to_numpy()
        for repeat in range(self.repeats):
            seed = derive_seed(self.seed, repeat)
            folds = StratifiedKFold(self.splits, shuffle=True, random_state=seed)
            for fold, (_, tested) in enumerate(folds.split(classes, classes)):
                yield repeat, fold, ordered.index[tested]


def inner_pairs(
    rows: pd.Index, labels: pd.Series, *, splits: int, seed: int
) -> list[tuple[RowNumbers, RowNumbers]]:
    """Explicit (train, test) row numbers for a search within a training fold, by patient.

    Parameters
    ----------
    rows
        Patient of each training row.
    labels
        Class of each patient; others than those of `rows` are ignored.
    """
    dealt = PatientKFold(splits, repeats=1, seed=seed)
    present = labels[labels.index.isin(rows)]
    return [(split.train_rows, split.test_rows) for split in dealt.split(rows, present)]


def check_class_sizes(labels: pd.Series, folds: int) -> None:
    """Refuse labels of which some class has fewer patients than there are folds."""
    counts = labels.astype(str).value_counts().sort_index()
    found = ", ".join(f"{name} {count}" for name, count in counts.items())
    problems = [
        Problem(
            f"class {name}",
            f"has {count} patients for {folds} folds (all classes: {found})",
            "merge it with its neighbour or use fewer folds",
        )
        for name, count in counts.items()
        if count < folds
    ]
    if len(counts) < 2:
        problems.append(Problem("target", f"has a single class ({found})", "nothing to learn"))
    if problems:
        raise InputError(problems, "the patients cannot be dealt into folds")


def derive_seed(base: int, *place: int) -> int:
    """Seed for a place in the procedure, independent of the order in which places are reached."""
    return int(np.random.SeedSequence([base, *place]).generate_state(1)[0])
