"""Harmonisation as a step of an experiment: which batch, which columns, which policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.domain.feature import feature_class
from radiomics_hcc.domain.patient_table import CONTEXT_PREFIX, Column
from radiomics_hcc.domain.step import Step
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.combat import ComBat
from radiomics_hcc.modelling.combat_checks import (
    SMALLEST_BATCH,
    UNSEEN,
    UNSEEN_REMEDY,
    batch_names,
    batch_problems,
    column_problems,
    word_problems,
)

SHAPE_CLASSES: Final = ("shape", "shape2D", "morphology")
"""Classes that measure the outline: a scanner does not change how large a tumour is."""


@dataclass(frozen=True)
class Harmonise(Step):
    """ComBat on the radiomic columns, fitted inside the training fold.

    Parameters
    ----------
    batch
        Column of the patients table: the site, the scanner, the protocol.
    covariates
        Clinical columns whose effect on the features is kept; never the outcome.
    reference
        Batch that the others are brought to; empty: the mean of all.
    unseen
        Patients of a batch that training never saw: `error`, `pass_through` (as measured) or
        `pooled` (corrected by the average of the known batches).
    empirical_bayes
        Whether the effects of a batch are shrunken over the features.
    mean_only
        Whether the scale stays as it is.
    smallest_batch
        Fewest training patients of a batch.

    Raises
    ------
    InputError
        For an unknown policy, a batch without a name or among the covariates, or fewer than 2
        patients.

    Examples
    --------
    >>> Harmonise("site", covariates=("age",)).transformer(["pre.original_glcm_Contrast"]).batch
    'context.site'
    """

    kind: ClassVar[str] = "combat"
    batch: str
    covariates: tuple[str, ...] = ()
    reference: str = ""
    unseen: str = "error"
    empirical_bayes: bool = True
    mean_only: bool = False
    smallest_batch: int = SMALLEST_BATCH

    def __post_init__(self) -> None:
        # YAML and JSON have lists; a tuple keeps the step frozen and hashable.
        object.__setattr__(self, "covariates", tuple(self.covariates))
        problems = word_problems("harmonise.unseen", self.unseen, UNSEEN)
        if not self.batch:
            problems.append(Problem("harmonise.batch", "is empty", "name the column of the site"))
        if self.smallest_batch < 2:
            what = f"is {self.smallest_batch}"
            problems.append(Problem("harmonise.smallest_batch", what, "use 2 or more"))
        if self.batch in self.covariates or len(set(self.covariates)) < len(self.covariates):
            what = "name the batch or a column twice"
            problems.append(Problem("harmonise.covariates", what, "name every column once"))
        if problems:
            raise InputError(problems)

    def transformer(self, columns: Sequence[str]) -> ComBat:
        """Make the unfitted transformer of these columns, see `harmonised_columns`.

        It takes rows with the columns `context.<batch>` and `context.<covariate>`, and gives
        them back without these.
        """
        return ComBat(
            batch=CONTEXT_PREFIX + self.batch,
            columns=tuple(columns),
            covariates=tuple(CONTEXT_PREFIX + name for name in self.covariates),
            reference=self.reference,
            unseen=self.unseen,
            empirical_bayes=self.empirical_bayes,
            mean_only=self.mean_only,
            smallest_batch=self.smallest_batch,
        )

    def check(self, context: pd.DataFrame, trainings: Iterable[NDArray[np.intp]] = ()) -> None:
        """Find out before any fit what would stop one.

        Parameters
        ----------
        context
            Index `patient_id`, one row per patient or lesion; batch and covariates as columns.
        trainings
            Row numbers of every training set, inner ones too; none: all rows.

        Raises
        ------
        InputError
            For columns that are not there, patients without a batch, batches that are too small
            in some training set (the fewest patients are told), batches that are missing in some
            training set where `unseen` is `error`, and a reference that is no batch.
        """
        problems = column_problems([self.batch, *self.covariates], list(context.columns))
        if not problems:
            problems = self._fold_problems(context, list(trainings))
        if problems:
            raise InputError(problems, f"harmonisation by {self.batch}")

    def _fold_problems(
        self, context: pd.DataFrame, trainings: Sequence[NDArray[np.intp]]
    ) -> list[Problem]:
        """Judge every batch by the fewest patients that a training set has of it."""
        batches = pd.Series(batch_names(context[self.batch]), index=context.index, dtype=object)
        everywhere = patients_of(batches)
        here = [patients_of(batches.iloc[rows]) for rows in trainings] or [everywhere]
        fewest = {
            name: min((counts[name] for counts in here if name in counts), default=count)
            for name, count in everywhere.items()
        }
        problems = batch_problems(fewest, self.smallest_batch)
        if self.unseen == "error":
            problems += [
                Problem(f"batch {name!r}", "some training set has no patient of it", UNSEEN_REMEDY)
                for name in everywhere
                if not all(name in counts for counts in here)
            ]
        if self.reference:
            problems += word_problems("harmonise.reference", self.reference, list(everywhere))
        return problems


def harmonised_columns(columns: Mapping[str, Column]) -> list[str]:
    """Names of the columns that a scanner may have changed: radiomic, neither shape nor size.

    Changes between time points are among them. IBSI's morphological class is left out as a whole.
    """
    return [
        name
        for name, column in columns.items()
        if column.kind == "radiomic"
        and not column.is_size
        and feature_class(column.feature) not in SHAPE_CLASSES
    ]


def patients_of(batches: pd.Series) -> dict[str, int]:
    """Number of patients (different values of the index) of each batch, by its name."""
    counts = pd.Series(batches.index.astype(str)).groupby(batches.to_numpy()).nunique()
    return {str(name): int(count) for name, count in counts.items()}
