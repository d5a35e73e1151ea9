"""Which tests on other patients an experiment asks for, and on whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.experiment.config import SecondCohortSection, TestingSection
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.experiment.procedure import design_of, preparation_of, validation_of
from radiomics_hcc.modelling.candidates import Candidate
from radiomics_hcc.modelling.second_cohort import with_second_cohort
from radiomics_hcc.modelling.targets import Target
from radiomics_hcc.modelling.testing import check_elsewhere
from radiomics_hcc.modelling.testing_designs import Design, SecondCohort

Labelled: TypeAlias = tuple[PatientTable, Target]
Reader: TypeAlias = Callable[[Experiment], Labelled]


@dataclass(frozen=True, eq=False)
class PlannedTest:
    """One test on other patients, before it is carried out.

    Parameters
    ----------
    name
        What tables call it.
    design
        Who is trained on and who is tested.
    table, target
        Of the patients of both sides.
    """

    name: str
    design: Design
    table: PatientTable
    target: Target


def planned_tests(
    experiment: Experiment, first: Labelled, *, candidates: Sequence[Candidate], read: Reader
) -> tuple[PlannedTest, ...]:
    """Every test that the experiment asks for, each found to be feasible.

    Parameters
    ----------
    first
        Table and target of the experiment's own patients, of the same patients.
    candidates
        Models and baselines; none where features are not measured yet.
    read
        Reads table and target of a second cohort, given the experiment on its files.

    Raises
    ------
    InputError
        With every problem of every test, under its place in the file.
    """
    planned, problems = [], []
    for number, section in enumerate(experiment.config.testing):
        try:
            test = _planned(experiment, first, section, read)
            _check(experiment, test, candidates)
        except InputError as error:
            problems += _placed(error, f"testing.{number} {section.kind}")
        else:
            planned.append(test)
    if problems:
        raise InputError(problems, "tests on other patients")
    return tuple(planned)


def _planned(
    experiment: Experiment, first: Labelled, section: TestingSection, read: Reader
) -> PlannedTest:
    design = design_of(section)
    if isinstance(section, SecondCohortSection) and isinstance(design, SecondCohort):
        _check_files(experiment, section)
        second = read(of_second_cohort(experiment, section))
        return PlannedTest(section.name, design, *with_second_cohort(first, second, design=design))
    return PlannedTest(_name_of(section), design, *first)


def _check_files(experiment: Experiment, section: SecondCohortSection) -> None:
    """Refuse a second cohort that does not name what the first was read from."""
    problems = []
    if section.images is None and section.table is None:
        problems.append(Problem("", "names neither images nor table", "give one of them"))
    if experiment.config.target.measurements is not None and section.measurements is None:
        what = "names no measurements, from which the first cohort's labels come"
        problems.append(Problem("", what, "give its measurements.csv"))
    if experiment.config.target.label_columns and section.patients is None:
        what = "names no patients, in which the first cohort's labels stand"
        problems.append(Problem("", what, "give its patients.csv"))
    if problems:
        raise InputError(problems)


def _check(experiment: Experiment, test: PlannedTest, candidates: Sequence[Candidate]) -> None:
    check_elsewhere(
        candidates,
        test.table,
        target=test.target,
        design=test.design,
        validation=validation_of(experiment),
        preparation=preparation_of(experiment, test.table if candidates else None),
    )


def _placed(error: InputError, place: str) -> list[Problem]:
    return [
        replace(problem, where=f"{place}: {problem.where}" if problem.where else place)
        for problem in error.problems
    ]


def of_second_cohort(experiment: Experiment, section: SecondCohortSection) -> Experiment:
    """The same experiment on the second cohort's files."""
    config = experiment.config
    files = {
        "cohort": config.cohort.model_copy(
            update={"images": section.images, "patients": section.patients}
        ),
        "features": config.features.model_copy(update={"table": section.table}),
        "target": config.target.model_copy(update={"measurements": section.measurements}),
    }
    if section.table is not None:
        files["features"] = files["features"].model_copy(update={"params": None})
    return replace(experiment, config=config.model_copy(update=files))


def second_cohorts(experiment: Experiment) -> list[tuple[str, Experiment]]:
    """Name of each second cohort, and the experiment on its files."""
    return [
        (section.name, of_second_cohort(experiment, section))
        for section in experiment.config.testing
        if isinstance(section, SecondCohortSection)
    ]


def _name_of(section: TestingSection) -> str:
    if isinstance(section, SecondCohortSection):
        return section.name
    return f"{section.kind}({section.column})"
