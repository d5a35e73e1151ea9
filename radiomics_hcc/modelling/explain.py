"""Importance of groups of columns over the outer folds of a candidate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import pandas as pd
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.positive_class import positive_classes
from radiomics_hcc.domain.step import Step
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.candidates import Candidate
from radiomics_hcc.modelling.crossval import labelled_rows
from radiomics_hcc.modelling.importance import (
    CORRELATION,
    PERMUTATIONS,
    Groups,
    feature_groups,
    group_importance,
    groups_frame,
)
from radiomics_hcc.modelling.outer_fold import LabelledRows, Plan, fit_candidate
from radiomics_hcc.modelling.pipeline import NOTHING_SHARED
from radiomics_hcc.modelling.preparation import Preparation
from radiomics_hcc.modelling.splits import Split, derive_seed
from radiomics_hcc.modelling.targets import Target
from radiomics_hcc.modelling.validation import Validation

PERMUTATION_STREAM: Final = 990_005
"""Keeps the seeds of permutations apart from those of fits."""


@dataclass(frozen=True)
class GroupImportance(Step):
    """How importance is measured.

    Parameters
    ----------
    correlation
        Absolute Spearman correlation from which columns count as one group.
    permutations
        Per group and fold.
    repeats
        Repeats of the outer folds that are fitted again; no more than the validation has.
    """

    kind: ClassVar[str] = "group_importance"
    correlation: float = CORRELATION
    permutations: int = PERMUTATIONS
    repeats: int = 1

    def __post_init__(self) -> None:
        problems = [
            Problem(f"importance.{name}", f"is {getattr(self, name)}", "use 1 or more")
            for name in ("permutations", "repeats")
            if getattr(self, name) < 1
        ]
        if not 0.0 < self.correlation <= 1.0:
            what = f"is {self.correlation}"
            problems.append(Problem("importance.correlation", what, "use a share such as 0.7"))
        if problems:
            raise InputError(problems)


@dataclass(frozen=True, eq=False)
class Explanation:
    """Importance by group and fold.

    Parameters
    ----------
    groups
        `group, feature`: the columns of every group.
    drops
        `model, repeat, fold, group, metric, score, permuted, drop`.
    """

    groups: pd.DataFrame
    drops: pd.DataFrame


def explain(
    candidate: Candidate,
    table: PatientTable,
    *,
    target: Target,
    validation: Validation,
    preparation: Preparation = NOTHING_SHARED,
    how: GroupImportance | None = None,
    jobs: int = 1,
) -> Explanation:
    """Fit the outer folds of a candidate again and measure the groups on their test patients.

    The folds and fits are those of `cross_validate`. The groups are made once, from the features
    of all patients and without any label, so that folds can be averaged; nothing is fitted on
    them. The result does not depend on `jobs`.

    Parameters
    ----------
    candidate
        The model and its columns.
    table, target
        Of the same patients.
    preparation
        As in the cross-validation.
    how
        Correlation, permutations, repeats.
    jobs
        Worker processes.

    Raises
    ------
    InputError
        As `cross_validate` does.
    """
    how = how or GroupImportance()
    validation.check(target.labels)
    data = labelled_rows([candidate], table, target, preparation=preparation)
    groups = feature_groups(data.rows[list(candidate.columns)], how.correlation)
    splits = [
        split
        for split in validation.folds.split(data.rows.index, data.labels)
        if split.repeat < how.repeats
    ]
    tasks = (
        delayed(_fold)(candidate, data, groups, split=split, validation=validation, how=how)
        for split in splits
    )
    drops = pd.concat(Parallel(n_jobs=jobs)(tasks), ignore_index=True)
    drops.insert(0, "model", candidate.name)
    return Explanation(groups_frame(groups), drops)


def _fold(
    candidate: Candidate,
    data: LabelledRows,
    groups: Groups,
    *,
    split: Split,
    validation: Validation,
    how: GroupImportance,
) -> pd.DataFrame:
    """Fit one outer fold and measure every group on its test patients."""
    seed = split.seed(validation.seed)
    positive = positive_classes(data.classes) or ()
    with threadpool_limits(1):
        train = data.rows.iloc[split.train_rows]
        fitted = fit_candidate(candidate, data, train, plan=Plan.of(validation, seed))
        test = data.rows.iloc[split.test_rows][data.columns_of(candidate)]
        found = group_importance(
            fitted.found.pipeline,
            test,
            data.codes(test),
            groups,
            seed=derive_seed(seed, PERMUTATION_STREAM),
            permutations=how.permutations,
            positive=tuple(data.classes.index(name) for name in positive),
        )
    found.insert(0, "fold", split.fold)
    found.insert(0, "repeat", split.repeat)
    return found
