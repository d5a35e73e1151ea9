"""How models are validated: folds, repeats, inner folds, permutations, seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import pandas as pd

from radiomics_hcc.domain.step import Step, did_you_mean
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.splits import PatientKFold, check_class_sizes
from radiomics_hcc.modelling.thresholds import THRESHOLD_RULES

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the number of folds done and the number of all folds."""


@dataclass(frozen=True)
class Validation(Step):
    """Nested cross-validation: outer folds judge, inner folds choose the parameters.

    Parameters
    ----------
    outer
        Outer folds per repeat.
    repeats
        Repeats of the outer folds.
    inner
        Folds of the search within each training fold.
    permutations
        Permutations of the labels for the permutation test; 0 leaves it out.
    seed
        Same seed, same folds, models and permutations.
    threshold
        How the decision threshold is chosen inside training: `youden`, `sensitivity_90`,
        `prevalence` or `half`; see `thresholds`.
    """

    kind: ClassVar[str] = "nested"
    outer: int = 5
    repeats: int = 20
    inner: int = 4
    permutations: int = 0
    seed: int = 7
    threshold: str = "youden"

    def __post_init__(self) -> None:
        least = {"outer": 2, "repeats": 1, "inner": 2, "permutations": 0}
        problems = [
            Problem(f"validation.{name}", f"is {getattr(self, name)}", f"use {value} or more")
            for name, value in least.items()
            if getattr(self, name) < value
        ]
        if self.threshold not in THRESHOLD_RULES:
            remedy = did_you_mean(self.threshold, list(THRESHOLD_RULES))
            problems.append(Problem("validation.threshold", f"is {self.threshold!r}", remedy))
        if problems:
            raise InputError(problems)

    @property
    def folds(self) -> PatientKFold:
        """The outer folds."""
        return PatientKFold(self.outer, self.repeats, self.seed)

    def check(self, labels: pd.Series) -> None:
        """Refuse labels with a class too small for the outer, or for the inner folds.

        Raises
        ------
        InputError
            With the counts and what to do.
        """
        check_class_sizes(labels, self.outer)
        counts = labels.astype(str).value_counts()
        in_training = counts - -(-counts // self.outer)
        problems = [
            Problem(
                f"class {name}",
                f"has {count} patients in the smallest training fold for {self.inner} inner folds",
                "merge it with its neighbour, or use fewer inner or more outer folds",
            )
            for name, count in in_training.sort_index().items()
            if count < self.inner
        ]
        if problems:
            raise InputError(problems, "the patients cannot be dealt into inner folds")
