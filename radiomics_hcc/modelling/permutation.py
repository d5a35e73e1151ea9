"""Permutation test: how often labels without meaning do as well through the whole procedure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.modelling.candidates import Candidate
from radiomics_hcc.modelling.crossval import cross_validate
from radiomics_hcc.modelling.pipeline import NOTHING_SHARED
from radiomics_hcc.modelling.preparation import Preparation
from radiomics_hcc.modelling.splits import derive_seed
from radiomics_hcc.modelling.targets import Target
from radiomics_hcc.modelling.validation import Progress, Validation

PERMUTATION_STREAM: Final = 990_001
"""Keeps the seeds of permutations apart from those of folds."""


@dataclass(frozen=True, eq=False)
class PermutationTest:
    """The score of the real labels among the scores of permuted ones.

    Parameters
    ----------
    model
        Name of the candidate.
    observed
        Score with the real labels, one repeat of the outer folds.
    permuted : array of shape (permutations,)
        Scores with permuted labels, by the same procedure.
    """

    model: str
    observed: float
    permuted: NDArray[np.float64]

    @property
    def p_value(self) -> float:
        """(b + 1) / (m + 1) with b of m permutations at least as good as the real labels.

        NaN where some score is undefined: it could be taken for the best or the worst.
        """
        if not (np.isfinite(self.observed) and np.isfinite(self.permuted).all()):
            return float("nan")
        as_good = int((self.permuted >= self.observed).sum())
        return (as_good + 1) / (len(self.permuted) + 1)


def permutation_test(
    candidate: Candidate,
    table: PatientTable,
    *,
    target: Target,
    validation: Validation,
    score: Callable[[Predictions], float],
    preparation: Preparation = NOTHING_SHARED,
    jobs: int = 1,
    progress: Progress | None = None,
) -> PermutationTest:
    """Permute the patients' labels and run the whole nested procedure again, many times.

    The vector of labels is permuted over patients, so that lesions of a patient keep one label.
    Real and permuted labels go through one repeat of the outer folds each, whatever
    `validation.repeats` says; the number of permutations is `validation.permutations`. Each
    permutation is dealt by its own number, so that the result does not depend on `jobs`.

    Parameters
    ----------
    score
        Larger is better; takes the out-of-fold predictions. With several jobs it must be a
        function of a module, because it travels to other processes.
    preparation
        As in the cross-validation; fitted anew for every permutation.
    jobs
        Worker processes, one permutation each.
    progress
        Told after every permutation.
    """
    procedure = _Procedure(candidate, table, replace(validation, repeats=1), preparation)
    targets = (
        permute_labels(target, validation.seed, number) for number in range(validation.permutations)
    )
    tasks = (delayed(procedure.score)(labels, score) for labels in (target, *targets))
    scores: list[float] = []
    for value in Parallel(n_jobs=jobs, return_as="generator")(tasks):
        scores.append(value)
        if progress is not None and len(scores) > 1:
            progress(len(scores) - 1, validation.permutations)
    return PermutationTest(candidate.name, scores[0], np.array(scores[1:], dtype=np.float64))


@dataclass(frozen=True, eq=False)
class _Procedure:
    """Everything of the nested procedure but the labels."""

    candidate: Candidate
    table: PatientTable
    validation: Validation
    preparation: Preparation

    def score(self, target: Target, score: Callable[[Predictions], float]) -> float:
        """The score of one repeat of the outer folds with these labels."""
        run = cross_validate(
            [self.candidate],
            self.table,
            target=target,
            validation=self.validation,
            preparation=self.preparation,
        )[0]
        return score(run.predictions)


def permute_labels(target: Target, seed: int, number: int) -> Target:
    """Deal the labels anew over the patients; reader labels and dates no longer apply."""
    generator = np.random.default_rng(derive_seed(seed, PERMUTATION_STREAM, number))
    ordered = target.labels.sort_index()
    shuffled = generator.permutation(ordered.to_numpy(dtype=object))
    labels = pd.Series(shuffled, index=ordered.index, dtype=ordered.dtype)
    unread = pd.DataFrame(index=ordered.index)
    return replace(
        target, labels=labels, dates=target.dates.reindex(ordered.index), reader_labels=unread
    )
