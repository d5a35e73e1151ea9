"""Training on some patients and testing on others: sites, later patients, a second cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.candidates import Candidate
from radiomics_hcc.modelling.crossval import (
    ModelRun,
    check_harmonisation,
    labelled_rows,
    run_splits,
)
from radiomics_hcc.modelling.outer_fold import TABLES, LabelledRows
from radiomics_hcc.modelling.pipeline import NOTHING_SHARED
from radiomics_hcc.modelling.preparation import Preparation
from radiomics_hcc.modelling.splits import Split, derive_seed
from radiomics_hcc.modelling.targets import Target
from radiomics_hcc.modelling.testing_designs import Design, Round
from radiomics_hcc.modelling.validation import Progress, Validation

TESTING_STREAM: Final = 990_004
"""Keeps the seeds of tests on other patients apart from those of folds."""

GROUP_COLUMNS: Final = ("design", "group", "is_tested", "trained", "tested")


@dataclass(frozen=True, eq=False)
class _Judged:
    """A round, and why it cannot be carried out; empty where it can."""

    round: Round
    hindrance: str


def validate_elsewhere(
    candidates: Sequence[Candidate],
    table: PatientTable,
    *,
    target: Target,
    design: Design,
    validation: Validation,
    preparation: Preparation = NOTHING_SHARED,
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[ModelRun]:
    """Repeat the whole search on one side of a design and predict the other side.

    Nothing of a tested patient reaches the fit: grid, threshold and calibration are chosen in
    inner folds of the training side. Groups whose training side is too small are left out and
    named by `tested_groups`.

    Parameters
    ----------
    candidates
        Models and baselines.
    table, target
        Of the same patients, see `match`; for a second cohort see `with_second_cohort`.
    design
        Who is trained on and who is tested.
    validation
        Gives the inner folds, the rule of the threshold and the seed.
    preparation
        Harmonisation and reliability, fitted on the training side.
    progress
        Told of every training side: done, all.

    Returns
    -------
    list of ModelRun
        In the order of `candidates`; `repeat` is 0 and `fold` the name of the tested group.

    Raises
    ------
    InputError
        Where no group can be tested, or as `cross_validate` does.
    """
    data = labelled_rows(candidates, table, target, preparation=preparation)
    rounds, splits = _checked_rounds(data, table, target, design=design, validation=validation)
    seeded = _seeded(validation)
    runs = run_splits(
        candidates, data, splits=splits, validation=seeded, jobs=jobs, progress=progress
    )
    return [_named(run, rounds) for run in runs]


def check_elsewhere(
    candidates: Sequence[Candidate],
    table: PatientTable,
    *,
    target: Target,
    design: Design,
    validation: Validation,
    preparation: Preparation = NOTHING_SHARED,
) -> None:
    """Refuse before any fit what `validate_elsewhere` cannot carry out.

    Raises
    ------
    InputError
        As `validate_elsewhere` does.
    """
    data = labelled_rows(candidates, table, target, preparation=preparation)
    _checked_rounds(data, table, target, design=design, validation=validation)


def _checked_rounds(
    data: LabelledRows,
    table: PatientTable,
    target: Target,
    *,
    design: Design,
    validation: Validation,
) -> tuple[list[Round], list[Split]]:
    rounds = _feasible(design, table, target, validation)
    splits = [_split(each, number, data.rows.index) for number, each in enumerate(rounds)]
    check_harmonisation(data, table, splits, _seeded(validation))
    return rounds, splits


def _seeded(validation: Validation) -> Validation:
    """The same procedure with seeds of its own."""
    return replace(validation, seed=derive_seed(validation.seed, TESTING_STREAM))


def tested_groups(
    design: Design, table: PatientTable, target: Target, *, validation: Validation
) -> pd.DataFrame:
    """Who is tested, after training on how many, and what hinders it.

    Returns
    -------
    DataFrame
        `design, group, is_tested, trained, tested`, one column of tested patients per class, and
        `note`: why a group is not tested, or what its test cannot tell. Patients on neither side
        have a row of their own.
    """
    rows: list[dict[str, object]] = []
    for judged in _judged(design, table, target, validation):
        for name, patients in judged.round.tested.items():
            counts = target.labels.loc[patients].value_counts()
            rows.append(
                {
                    "group": name,
                    "is_tested": not judged.hindrance,
                    "trained": len(judged.round.trained),
                    "tested": len(patients),
                    **{each: int(counts.get(each, 0)) for each in target.classes},
                    "note": judged.hindrance or _limits(counts, target.classes),
                }
            )
    rows += _unplaced(design, table, target)
    frame = pd.DataFrame(rows).assign(design=design.kind)
    return frame[[*GROUP_COLUMNS, *target.classes, "note"]]


def _feasible(
    design: Design, table: PatientTable, target: Target, validation: Validation
) -> list[Round]:
    judged = _judged(design, table, target, validation)
    if not any(not each.hindrance for each in judged):
        problems = [
            Problem(f"group {', '.join(each.round.tested)}", each.hindrance) for each in judged
        ]
        raise InputError(problems, f"testing {design.kind}: no group can be tested")
    return [each.round for each in judged if not each.hindrance]


def _judged(
    design: Design, table: PatientTable, target: Target, validation: Validation
) -> list[_Judged]:
    rounds = design.rounds(table.restrict(target.labels.index))
    return [_Judged(each, _hindrance(each, target, validation)) for each in rounds]


def _hindrance(each: Round, target: Target, validation: Validation) -> str:
    """Why the training side cannot be searched; empty where it can."""
    counts = target.labels.loc[each.trained].value_counts()
    few = [
        f"{name} {counts.get(name, 0)}"
        for name in target.classes
        if counts.get(name, 0) < validation.inner
    ]
    if not few:
        return ""
    return (
        f"not tested: the training side has too few patients for {validation.inner} inner folds "
        f"({', '.join(few)})"
    )


def _limits(counts: pd.Series, classes: Sequence[str]) -> str:
    """What a tested group cannot tell."""
    absent = [name for name in classes if counts.get(name, 0) == 0]
    if not absent:
        return ""
    return f"nobody of class {', '.join(absent)}: discrimination within the group is not known"


def _unplaced(design: Design, table: PatientTable, target: Target) -> list[dict[str, object]]:
    """A row of the patients on neither side, where there are any."""
    patients = design.unplaced(table.restrict(target.labels.index))
    if not len(patients):
        return []
    counts = target.labels.loc[patients].value_counts()
    note = f"neither trained nor tested, because the value is empty: {', '.join(patients)}"
    return [
        {
            "group": "",
            "is_tested": False,
            "trained": 0,
            "tested": len(patients),
            **{each: int(counts.get(each, 0)) for each in target.classes},
            "note": note,
        }
    ]


def _split(each: Round, number: int, rows: pd.Index) -> Split:
    tested = pd.Index(np.concatenate(list(each.tested.values())))
    return Split(
        0, number, np.flatnonzero(rows.isin(each.trained)), np.flatnonzero(rows.isin(tested))
    )


def _named(run: ModelRun, rounds: Sequence[Round]) -> ModelRun:
    """Replace the number of a round by the name of what it tests."""
    group_of = {
        p: name for each in rounds for name, patients in each.tested.items() for p in patients
    }
    names = [each.name for each in rounds]
    frame = run.predictions.frame
    frame = frame.assign(fold=frame["patient_id"].map(group_of))
    tables = {
        name: getattr(run, name).assign(fold=[names[n] for n in getattr(run, name)["fold"]])
        for name in TABLES
        if name != "predictions"
    }
    predictions = Predictions(run.predictions.model, run.predictions.classes, frame)
    return replace(run, predictions=predictions, **tables)
