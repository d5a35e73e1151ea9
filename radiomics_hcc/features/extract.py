"""Features of a whole cohort: cached, in several processes, and no case lost in silence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from radiomics_hcc.domain.cohort import Case, Cohort, Region
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.features.assemble import Measured, feature_table
from radiomics_hcc.features.cache import CacheKeys, open_cache, read_measurement
from radiomics_hcc.features.engine import DEFAULT_ENGINE
from radiomics_hcc.features.engines import find_engine
from radiomics_hcc.features.measure import CASE_ERRORS, Measure, Outcome, Task, reason_of
from radiomics_hcc.features.parameters import Parameters, parameters_for, read_parameters
from radiomics_hcc.features.pool import run_groups
from radiomics_hcc.features.progress import OutcomeWord, Progress, Silent
from radiomics_hcc.features.shard import SHARD_KEY, WHOLE, Shard
from radiomics_hcc.features.verify import OTHER_ENGINE, verify
from radiomics_hcc.imaging.compiled import telling_compilation

COMPILING: Final = "compiling the feature engine for this machine, once (under half a minute)"


@dataclass(frozen=True)
class Extraction:
    """How features are extracted; its call does it.

    Parameters
    ----------
    parameters
        What to compute; none takes the defaults for the engine and the cohort's modality.
    engine
        Name in the table of engines.
    jobs
        Worker processes, one thread each. With one, everything is done in this process, which a
        crash in compiled code would end; with more, only the case concerned fails.
    cache
        Folder where measurements are kept by content and found again; none keeps nothing.
    regions
        Regions of interest to measure.
    shard
        The part of the cohort to do, where several machines share it.
    verify
        How many of the measured lesions are measured with the other engine as well.
    """

    parameters: Parameters | None = None
    engine: str = DEFAULT_ENGINE
    jobs: int = 1
    cache: Path | None = None
    regions: tuple[str, ...] = (Region.LESION,)
    shard: Shard = WHOLE
    verify: int = 0

    def __call__(self, cohort: Cohort, progress: Progress | None = None) -> FeatureTable:
        """Measure every case; the table has a row for each, also for those that fail.

        Values do not depend on the number of jobs, nor on what the cache holds.

        Parameters
        ----------
        cohort
            Its images are read one at a time per worker, each once.
        progress
            Is told of every case.

        Returns
        -------
        FeatureTable
            Rows in the order of the cohort. `metadata["summary"]` counts the cases measured,
            found in the cache, absent, and names those that failed (see `summary_of`);
            `metadata["verification"]` tells how far the other engine differs; `metadata["shard"]`,
            of a part alone, which part it is of what.

        Raises
        ------
        InputError
            Where the engine is not there, no case is asked for, the cache cannot be made, or the
            label of the parameter file and the cohort's disagree. A case that fails raises
            nothing.
        """
        engine = find_engine(self.engine)
        parameters = self.parameters or parameters_for(cohort, self.engine)
        asked = self._asked(cohort, parameters)
        cases = [case for case in asked if self.shard.has(case)]
        keys = CacheKeys(engine, parameters)
        if self.cache is not None:
            open_cache(self.cache)
        teller = progress or Silent()
        found: list[Measured | None] = [None] * len(cases)
        teller.start(len(cases))
        try:
            for word, outcome in self._outcomes(cases, keys, teller):
                case = cases[outcome.index]
                found[outcome.index] = Measured(case, word, outcome.measurement, outcome.reason)
                teller.advance(word, case.name)
        finally:
            teller.finish()
        measured = [done for done in found if done is not None]
        table = self._verified(feature_table(measured, keys), measured, keys)
        if self.shard.count == 1:
            return table
        return replace(table, metadata={**table.metadata, SHARD_KEY: self.shard.note(asked)})

    def _verified(
        self, table: FeatureTable, measured: Sequence[Measured], keys: CacheKeys
    ) -> FeatureTable:
        """Add to the table how far the other engine differs on some of its lesions."""
        if not self.verify:
            return table
        other = find_engine(OTHER_ENGINE[keys.engine.name])
        cases = [done.case for done in measured if done.measurement is not None]
        agreement = verify(cases, keys.engine, other, keys.parameters, self.verify)
        return replace(table, metadata={**table.metadata, "verification": agreement.to_json()})

    def _asked(self, cohort: Cohort, parameters: Parameters) -> Sequence[Case]:
        """The cases of the whole cohort that are asked for, whatever the shard."""
        if self.jobs < 1:
            raise InputError([Problem("jobs", f"at least 1, found {self.jobs}")])
        asked = cohort.select(regions=self.regions).cases
        if not asked:
            there = sorted({case.region for case in cohort.cases})
            remedy = (
                f"regions in the cohort: {', '.join(there)}" if there else "the cohort is empty"
            )
            raise InputError([Problem("regions", f"no case of {', '.join(self.regions)}", remedy)])
        _check_labels(asked, parameters)
        return asked

    def _outcomes(
        self, cases: Sequence[Case], keys: CacheKeys, teller: Progress
    ) -> Iterator[tuple[OutcomeWord, Outcome]]:
        """Settle what needs no image, then measure the rest."""
        tasks = []
        for index, case in enumerate(cases):
            if case.is_absent:
                yield "absent", Outcome(index, reason=case.absence)
                continue
            try:
                task = Task(index, case, keys.of(case))
            except CASE_ERRORS as error:
                yield "failed", Outcome(index, reason=reason_of(error))
                continue
            known = read_measurement(self.cache, task.key) if self.cache else None
            if known is None:
                tasks.append(task)
            else:
                yield "cached", Outcome(index, known)
        work = Measure(keys.engine, keys.parameters, self.cache)
        with telling_compilation(partial(teller.note, COMPILING)):
            if tasks and self.jobs > 1:  # else every process would compile for itself
                keys.engine.warm_up(keys.parameters)
            for outcome in run_groups(_by_image(tasks, self.jobs), work, self.jobs):
                yield ("ok" if outcome.measurement else "failed"), outcome


def extract(
    cohort: Cohort,
    parameters: Parameters | Path | str | None = None,
    *,
    engine: str = DEFAULT_ENGINE,
    jobs: int = 1,
    cache: Path | str | None = None,
    regions: Sequence[str] = (Region.LESION,),
    progress: Progress | None = None,
) -> FeatureTable:
    """Extract the features of a cohort's lesions; `Extraction` has the further choices.

    Parameters
    ----------
    cohort
        What to measure.
    parameters
        A PyRadiomics parameter file, or what `read_parameters` made of it; by default
        those of `parameters_for`.
    engine, jobs, cache, regions
        As in `Extraction`.
    progress
        Is told of every case.

    Returns
    -------
    FeatureTable
        One row per case, see `Extraction`.
    """
    if parameters is not None and not isinstance(parameters, Parameters):
        parameters = read_parameters(parameters)
    kept = None if cache is None else Path(cache)
    return Extraction(parameters, engine, jobs, kept, tuple(regions))(cohort, progress)


def _by_image(tasks: Sequence[Task], jobs: int) -> list[list[Task]]:
    """Tasks that share their image, in lots small enough that every worker has one."""
    images: dict[Path | None, list[Task]] = {}
    for task in tasks:
        images.setdefault(task.case.image, []).append(task)
    lot = max(1, math.ceil(len(tasks) / jobs))
    return [
        group[start : start + lot]
        for group in images.values()
        for start in range(0, len(group), lot)
    ]


def _check_labels(cases: Sequence[Case], parameters: Parameters) -> None:
    """Refuse a label in the parameter file where the cohort says 1, given or by default."""
    wanted = parameters.label
    if wanted in (None, 1):
        return
    problems = [
        Problem(
            case.source or case.name,
            f"label {case.label}, but {parameters.source} asks for label {wanted}",
            "write the label into the cohort and take it out of the parameter file",
        )
        for case in cases
        if case.label == 1 and not case.is_absent
    ]
    if problems:
        raise InputError(problems, "labels")
