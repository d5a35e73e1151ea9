"""The files that a repetition would read, beside those that the run read."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from radiomics_hcc.domain.cohort import Region
from radiomics_hcc.domain.record import InputFile
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.experiment import inputs
from radiomics_hcc.experiment.feature_source import cases_needed, read_table_of
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.experiment.named_files import named_files
from radiomics_hcc.experiment.planned_tests import second_cohorts
from radiomics_hcc.experiment.reproducing.line import Line, Part, Verdict
from radiomics_hcc.features.cache import FileDigests


def missing_files(experiment: Experiment) -> list[Problem]:
    """Files that the configuration names and that are not there."""
    named = named_files(experiment.resolved())
    return [
        Problem(".".join(map(str, place)), f"{Path(text).name} is not there", "see --data")
        for place, text in named.items()
        if not experiment.path(text).is_file()
    ]


def compare_inputs(then: Sequence[InputFile], experiment: Experiment) -> list[Line]:
    """One line per file of the run, then the tables that only the repetition would read.

    Every file is digested anew; nothing is measured. Images of cases that the run could not
    measure have no digest in its record, and are not compared.

    Raises
    ------
    InputError
        Where named files are not there (all of them are listed), or a table cannot be read.
    """
    problems = missing_files(experiment)
    if problems:
        raise InputError(problems, "the inputs of the run are not there")
    before = {(file.name, file.file): file.sha256 for file in then}
    given = given_files(experiment, before)
    now = {(file.name, file.file): file.sha256 for file in given}
    return [_line(key, before.get(key, ""), now.get(key, "")) for key in {**before, **now}]


def given_files(experiment: Experiment, wanted: Container[tuple[str, str]]) -> Iterator[InputFile]:
    """Digest the tables that the experiment would read, and the images among `wanted`.

    Parameters
    ----------
    wanted
        Role and name of the image files that are digested.
    """
    yield from _files_of(experiment, wanted)
    for name, other in second_cohorts(experiment):
        for file in _files_of(other, wanted, f"{name}."):
            yield replace(file, name=f"{name}.{file.name}")


def _files_of(
    experiment: Experiment, wanted: Container[tuple[str, str]], prefix: str = ""
) -> Iterator[InputFile]:
    """Those of one cohort; `prefix` stands before the roles of the wanted files."""
    cohort = inputs.read_cohort(experiment, check="tables")
    if experiment.config.features.table is not None:
        yield from inputs.input_files(experiment, cohort, read_table_of(experiment))
        return
    yield from inputs.input_files(experiment, cohort, FeatureTable(pd.DataFrame()))
    digests = FileDigests()
    for case in cases_needed(experiment, cohort).select(regions=[Region.LESION]).cases:
        for part, path in case.files.items():
            if (f"{prefix}{part}", case.name) in wanted and path.exists():
                yield InputFile(part, case.name, digests.of(path))


def refuse_changed(lines: Iterable[Line]) -> None:
    """Refuse inputs that are not those of the run.

    Raises
    ------
    InputError
        With every one of them.
    """
    remedy = "give the run's own files, or allow other inputs with --allow-changed-inputs"
    problems = [
        Problem(line.item, line.note or _words(line.verdict), remedy)
        for line in lines
        if line.is_difference
    ]
    if problems:
        raise InputError(problems, "the inputs are not those of the run")


def _line(key: tuple[str, str], then: str, now: str) -> Line:
    role, file = key
    if then == now:
        verdict = Verdict.EQUAL
    else:
        verdict = Verdict.DIFFERS if then and now else Verdict.GONE if then else Verdict.NEW
    return Line(Part.INPUT, f"{role} {file}", verdict, then[:12], now[:12])


def _words(verdict: Verdict) -> str:
    words = {
        Verdict.DIFFERS: "has other bytes than it had",
        Verdict.GONE: "was read by the run and is not there",
        Verdict.NEW: "was not read by the run",
    }
    return words[verdict]
