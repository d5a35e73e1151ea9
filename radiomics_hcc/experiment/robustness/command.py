"""Reliability of features from the files that a command line names, and what is written of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.domain.cohort import Cohort, Region, order_timepoints
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.reliability import POOR, WORDS
from radiomics_hcc.experiment.asked import load_asked
from radiomics_hcc.experiment.robustness.agreement import (
    agreement,
    missing_lesions,
    values_frame,
)
from radiomics_hcc.experiment.robustness.perturbing import Perturbing, failures
from radiomics_hcc.experiment.robustness.readers import Reader, measure_readers
from radiomics_hcc.features.parameters import Parameters
from radiomics_hcc.features.progress import ConsoleProgress
from radiomics_hcc.imaging.perturb.plan import UNCHANGED, VariantPlan

METADATA: Final = ("settings", "settings_sha256", "engine", "engine_version", "versions")


@dataclass(frozen=True)
class RobustnessFiles:
    """What is read and written.

    Parameters
    ----------
    output
        The table of reliability, a `.csv`; `_values.parquet` and `.json` go beside it.
    cohort
        `cohort.csv` whose lesions are perturbed; None where readers are compared.
    readers
        Readers to be compared, in place of perturbing.
    params
        A PyRadiomics parameter file; None takes the defaults.
    region, phase
        What is measured; the phase must be told where lesions have several.
    allow_outside
        Whether image paths may lead outside the folder of a table.
    """

    output: Path
    cohort: Path | None = None
    readers: tuple[Reader, ...] = ()
    params: Path | None = None
    region: str = Region.LESION
    phase: str = ""
    allow_outside: bool = False

    def __post_init__(self) -> None:
        problems = []
        if self.output.suffix != ".csv":
            problems.append(Problem(str(self.output), "is no name of a table", "end it in .csv"))
        if (self.cohort is None) == (not self.readers):
            what = "either a cohort is perturbed or readers are compared"
            problems.append(Problem("robustness", what, "give COHORT.csv, or --reader twice"))
        if problems:
            raise InputError(problems)


@dataclass(frozen=True, eq=False)
class Robustness:
    """How far features hold.

    Parameters
    ----------
    table
        One row per feature, time point and kind, see `agreement`.
    values
        Every measurement, with the column `variant`: its number or the reader.
    metadata
        JSON values: plan, parameters, engine, versions.
    failed, missing
        What could not be measured, and the lesions that some readers lack.
    """

    table: pd.DataFrame
    values: pd.DataFrame = field(repr=False)
    metadata: Mapping[str, object] = field(repr=False)
    failed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """The table of reliability as a DataFrame of its own."""
        return self.table.copy()

    def sentences(self) -> Iterator[str]:
        """What is missing, and how many features are how reliable at every time point."""
        yield from self.missing
        words = [*(word for _, word in WORDS), POOR]
        for timepoint, rows in self.table.groupby("timepoint", sort=False):
            counts = Counter(rows["reliability"])
            told = ", ".join(f"{counts[word]} {word}" for word in words)
            lesions = int(rows["lesions"].max())
            empty = f", {counts['']} without a value (see their notes)" if counts[""] else ""
            yield f"{timepoint} ({lesions} lesions): {told}{empty}"

    def write(self, path: Path) -> None:
        """Write the table, and beside it the values (Parquet) and the metadata (JSON)."""
        self.table.to_csv(path, index=False, float_format="%.6g")
        self.values.to_parquet(values_path(path), index=False)
        content = {**self.metadata, "failed": self.failed, "missing": self.missing}
        text = json.dumps(content, indent=2, default=str)
        path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")

    def _repr_html_(self) -> str:
        return str(self.table.head(20).to_html(index=False, float_format="{:.3g}".format))


def values_path(path: Path) -> Path:
    """Where every measurement lies: `robustness.csv` -> `robustness_values.parquet`."""
    return path.with_name(f"{path.stem}_values.parquet")


def measure_robustness(
    files: RobustnessFiles, plan: VariantPlan, *, resamples: int = 0, jobs: int = 1
) -> Robustness:
    """Measure lesions repeatedly and tell how far their features agree; writes the files.

    Parameters
    ----------
    files
        What is read and written.
    plan
        The variants; of no account where readers are compared.
    resamples
        Of patients, for the intervals; 0 for F-based ones. Their seed is that of the plan.
    jobs
        Worker processes.

    Raises
    ------
    InputError
        With everything that is wrong with the tables, the parameter file or the choices.
    """
    cohorts, parameters = _loaded(files)
    progress = ConsoleProgress()
    if files.readers:
        tables = measure_readers(cohorts, parameters, jobs, progress)
        compared = tables
        how: dict[str, object] = {"readers": {each.name: each.cohort for each in files.readers}}
    else:
        tables = Perturbing(plan, parameters, jobs)(cohorts[""], progress)
        compared = {name: table for name, table in tables.items() if name != str(UNCHANGED)}
        how = {"plan": plan.to_config()}
    found = Robustness(
        agreement(compared, _timepoints(cohorts), resamples=resamples, seed=plan.seed),
        values_frame(tables),
        {**how, "resamples": resamples, **_metadata(tables)},
        tuple(failures(tables)),
        tuple(missing_lesions(compared)) if files.readers else (),
    )
    found.write(files.output)
    return found


def _loaded(files: RobustnessFiles) -> tuple[dict[str, Cohort], Parameters]:
    """The cohorts by reader (an empty name for the only one), and the parameters of all."""
    named = {each.name: each.cohort for each in files.readers}
    paths = named if files.cohort is None else {"": files.cohort}
    asked = {
        name: load_asked(path, files.params, (files.region,), allow_outside=files.allow_outside)
        for name, path in paths.items()
    }
    parameters = {each.parameters.digest(): each.parameters for each in asked.values()}
    if len(parameters) > 1:
        what = "the cohorts are of several modalities, which no defaults fit at once"
        raise InputError([Problem("parameters", what, "give a parameter file")])
    cohorts = {name: each.cohort for name, each in asked.items()}
    return _of_phase(cohorts, files.phase), next(iter(parameters.values()))


def _of_phase(cohorts: Mapping[str, Cohort], phase: str) -> dict[str, Cohort]:
    """The cases of one phase: that asked for, or the only one."""
    there = sorted({case.phase for cohort in cohorts.values() for case in cohort.cases})
    if (phase and phase not in there) or (not phase and len(there) > 1):
        what = f"no lesion in {phase!r}" if phase else "lesions are measured in several phases"
        known = ", ".join(word or "(none)" for word in there)
        raise InputError([Problem("phase", what, f"choose one of {known}")])
    return {name: cohort.select(phases=[phase or there[0]]) for name, cohort in cohorts.items()}


def _timepoints(cohorts: Mapping[str, Cohort]) -> tuple[str, ...]:
    every = (case for cohort in cohorts.values() for case in cohort.cases)
    return order_timepoints((case.timepoint, case.date) for case in every)


def _metadata(tables: Mapping[str, FeatureTable]) -> dict[str, object]:
    metadata = next(iter(tables.values())).metadata
    return {name: metadata[name] for name in METADATA if name in metadata}
