"""Where an experiment's features come from: its images, or a table that was extracted before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.domain.cohort import Cohort, Region
from radiomics_hcc.domain.delta import check_anchors
from radiomics_hcc.domain.grey_level_anchor import anchor_dependent_columns
from radiomics_hcc.domain.phase_pairs import check_phases
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.domain.table import (
    EMPTY_WORDS,
    EXACT_NUMBERS,
    TEXT_KEYS,
    FeatureTable,
    complete_keys,
)
from radiomics_hcc.errors import InputError, LeakageError, Problem
from radiomics_hcc.experiment.config import FeatureSection
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.experiment.measuring.functional import measured_features
from radiomics_hcc.experiment.measuring.measure import Measuring
from radiomics_hcc.features.extract import Extraction
from radiomics_hcc.features.parameters import Parameters, parameters_for, read_parameters
from radiomics_hcc.features.progress import Progress
from radiomics_hcc.features.verify import default_count

IDENTITY: Final = "patient_id"


def measure_features(
    experiment: Experiment, cohort: Cohort, progress: Progress | None = None
) -> FeatureTable:
    """Extract the features that the experiment needs, or read the table that it names."""
    section, execution = experiment.config.features, experiment.config.execution
    if section.table is not None:
        return read_table_of(experiment)
    check_changes(experiment, cohort)
    extraction = Extraction(
        read_settings(experiment),
        engine=section.engine,
        jobs=execution.jobs,
        cache=Path(execution.cache) if execution.cache else None,
        verify=default_count() if execution.verify is None else execution.verify,
    )
    table = extraction(cases_needed(experiment, cohort), progress)
    return with_functional_asked(table, experiment, cohort, jobs=execution.jobs)


def with_functional_asked(
    table: FeatureTable, experiment: Experiment, cohort: Cohort, *, jobs: int
) -> FeatureTable:
    """Add functional values to extracted features where the experiment asks for them.

    All phases of the cohort are used, whatever phase the experiment chooses.
    """
    if not experiment.config.features.functional:
        return table
    return measured_features(table, cohort, Measuring(jobs=jobs))


def read_settings(experiment: Experiment) -> Parameters | None:
    """Read the parameter file of the features, where one is named."""
    params = experiment.config.features.params
    return read_parameters(experiment.path(params)) if params else None


def check_changes(experiment: Experiment, cohort: Cohort) -> None:
    """Refuse changes that may not enter before anything is measured.

    Raises
    ------
    InputError
        As `FeatureTable.delta` would, after the extraction.
    """
    section = experiment.config.features
    if section.delta and not section.allow_other_phase:
        phase = experiment.config.cohort.phase
        lesions = cohort.select(phases=[phase] if phase else None, regions=[Region.LESION])
        check_phases(lesions.frame(), *section.between)
    if not section.delta or section.allow_anchor_dependent:
        return
    parameters = read_settings(experiment) or parameters_for(cohort, section.engine)
    check_anchors(anchor_dependent_columns(_columns(parameters), parameters.to_json()))


def _columns(parameters: Parameters) -> list[str]:
    """Columns that come of the parameters, one for each image type."""
    if parameters.ibsi is not None:
        # Loads every class of IBSI, for which other experiments should not wait.
        from radiomics_hcc.features.ibsi.measure import columns

        return list(columns(parameters.ibsi))
    return [
        f"{image_type.lower()}_{word}_{feature}"
        for image_type in parameters.image_types
        for word in parameters.feature_classes
        for feature in parameters.wanted(word)
    ]


def cases_needed(experiment: Experiment, cohort: Cohort) -> Cohort:
    """The cases at the time points and in the phase that the experiment uses.

    Raises
    ------
    InputError
        For every time point without a lesion in that phase.
    """
    section, phase = experiment.config.features, experiment.config.cohort.phase
    timepoints = dict.fromkeys([*section.timepoints, *(section.between if section.delta else ())])
    needed = cohort.select(timepoints=timepoints, phases=[phase] if phase else None)
    there = {case.timepoint for case in needed.cases if case.region == Region.LESION}
    missing = [name for name in timepoints if name not in there]
    if missing:
        phases = ", ".join(sorted({case.phase for case in cohort.cases if case.phase}))
        remedy = f"there are: time points {', '.join(cohort.timepoints)}; phases {phases or 'none'}"
        where = f" in phase {phase!r}" if phase else ""
        raise InputError(
            Problem("cohort", f"no lesion at time point {name!r}{where}", remedy)
            for name in missing
        )
    return needed


def read_table_of(experiment: Experiment) -> FeatureTable:
    """Read the feature table that the experiment names.

    Raises
    ------
    LeakageError
        Where the label is among its features.
    InputError
        As `read_feature_table` does.
    """
    section, labels = experiment.config.features, experiment.config.target.label_columns
    table = read_feature_table(experiment.path(section.table or ""), section)
    found = [label for label in labels if label in table.features]
    if found:
        remedy = "name it under features.exclude, or the features by features.prefix"
        raise LeakageError(
            Problem(f"feature {label!r}", "is the label itself", remedy) for label in found
        )
    return table


def read_feature_table(path: Path, section: FeatureSection) -> FeatureTable:
    """Read a feature table, long or with one row per patient, as the section describes it.

    Raises
    ------
    InputError
        Where a column or an identity is missing, or a feature is not a number.
    """
    table = FeatureTable.read(path) if section.patient_id == IDENTITY else _renamed(path, section)
    wanted = [
        name
        for name in table.features
        if name.startswith(section.prefix) and name not in section.exclude
    ]
    problems = [*_identity_problems(path, table), *_word_problems(path, table, wanted)]
    if not wanted:
        problems.append(Problem(str(path), f"no feature begins with {section.prefix!r}"))
    if problems:
        raise InputError(problems, "feature table")
    keys = [name for name in table.data.columns if name not in table.features]
    return FeatureTable(
        table.data[[*keys, *wanted]],
        {"engine": "table", "file": path.name, **table.metadata},
        table.reasons[table.reasons["feature"].isin([*wanted, "*"])],
    )


def _renamed(path: Path, section: FeatureSection) -> FeatureTable:
    """Read a table whose identity column has another name; it has no sidecar."""
    identity = section.patient_id
    try:
        frame = pd.read_parquet(path) if path.suffix == ".parquet" else _read_csv(path, identity)
        if identity in frame.columns:
            others = frame.drop(columns=IDENTITY, errors="ignore")
            return FeatureTable(complete_keys(others.rename(columns={identity: IDENTITY})))
    except (OSError, ValueError) as error:
        raise InputError([Problem(str(path), f"is no feature table: {error}")]) from error
    remedy = did_you_mean(identity, [str(name) for name in frame.columns])
    raise InputError([Problem(str(path), f"has no column {identity!r}", remedy)])


def _read_csv(path: Path, identity: str) -> pd.DataFrame:
    """Read a table; identities stay as written, `001` and `NA` too."""
    words = [identity, *TEXT_KEYS]
    numbers = [name for name in pd.read_csv(path, nrows=0).columns if name not in words]
    return pd.read_csv(
        path,
        dtype=dict.fromkeys(words, str),
        na_values={name: list(EMPTY_WORDS) for name in numbers},
        keep_default_na=False,
        **EXACT_NUMBERS,
    )


def _identity_problems(path: Path, table: FeatureTable) -> Iterator[Problem]:
    for row in table.data.index[table.data[IDENTITY] == ""]:
        yield Problem(f"{path}: row {row + 1}", "says no patient", "fill in the identity")


def _word_problems(path: Path, table: FeatureTable, wanted: list[str]) -> Iterator[Problem]:
    """Features of which a cell is a word, with the first such cell."""
    for name in wanted:
        column = table.data[name]
        numbers = pd.to_numeric(column, errors="coerce")
        words = column[column.notna() & numbers.isna()]
        if not words.empty:
            patient = table.data.loc[words.index[0], IDENTITY]
            what = f"is not a column of numbers: {words.iloc[0]!r} of patient {patient}"
            remedy = "correct the cell, or leave the column out by features.exclude or prefix"
            yield Problem(f"{path}: {name}", what, remedy)
