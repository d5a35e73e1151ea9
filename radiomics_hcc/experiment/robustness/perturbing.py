"""Every variant of every lesion of a cohort, in several processes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from radiomics_hcc.domain.cohort import Case, Cohort
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.experiment.robustness.variants import MeasureVariants
from radiomics_hcc.features.assemble import Measured, feature_table
from radiomics_hcc.features.cache import CacheKeys
from radiomics_hcc.features.extract import COMPILING
from radiomics_hcc.features.measure import CASE_ERRORS, Outcome, Task, reason_of
from radiomics_hcc.features.native_engine import NativeEngine
from radiomics_hcc.features.parameters import Parameters
from radiomics_hcc.features.pool import run_groups
from radiomics_hcc.features.progress import OutcomeWord, Progress, Silent
from radiomics_hcc.imaging.compiled import telling_compilation
from radiomics_hcc.imaging.perturb.plan import VariantPlan

FEWEST_TOGETHER: Final = 8  # variants that share the reading of an image and its supervoxels
REASONS_TOLD: Final = 2  # the same reason with other numbers is another one


@dataclass(frozen=True)
class Perturbing:
    """Measures the variants of a cohort's lesions with the native engine.

    Parameters
    ----------
    plan
        The variants.
    parameters
        What to extract; not IBSI's.
    jobs
        Worker processes, one thread each.
    """

    plan: VariantPlan
    parameters: Parameters
    jobs: int = 1

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise InputError([Problem("jobs", f"at least 1, found {self.jobs}")])
        if self.parameters.ibsi is not None:
            what = "has the key `ibsi`, which perturbing does not know"
            raise InputError(
                [Problem(self.parameters.source, what, "give a PyRadiomics parameter file")]
            )

    def __call__(self, cohort: Cohort, progress: Progress | None = None) -> dict[str, FeatureTable]:
        """Measure every case as it is and perturbed.

        Values do not depend on the number of jobs.

        Parameters
        ----------
        cohort
            All its cases are measured.
        progress
            Is told of every measurement.

        Returns
        -------
        dict of FeatureTable
            By the number of the variant, `0` for the lesions as they are, `1` to `plan.variants`;
            each with a row for every case, in the order of the cohort, also for those that fail.
        """
        keys = CacheKeys(NativeEngine(), self.parameters)
        teller = progress or Silent()
        every = self.plan.variants + 1
        found: dict[int, Measured] = {}
        teller.start(len(cohort.cases) * every)
        try:
            for word, outcome in self._outcomes(cohort.cases, keys, teller):
                case = cohort.cases[outcome.index // every]
                found[outcome.index] = Measured(case, word, outcome.measurement, outcome.reason)
                teller.advance(word, f"{case.name} variant {outcome.index % every}")
        finally:
            teller.finish()
        return {
            str(variant): feature_table(
                [found[place * every + variant] for place in range(len(cohort.cases))], keys
            )
            for variant in range(every)
        }

    def _outcomes(
        self, cases: Sequence[Case], keys: CacheKeys, teller: Progress
    ) -> Iterator[tuple[OutcomeWord, Outcome]]:
        """Settle what needs no image, then measure the rest."""
        every = self.plan.variants + 1
        tasks: list[list[Task]] = []
        for place, case in enumerate(cases):
            numbers = range(place * every, (place + 1) * every)
            if case.is_absent:
                yield from (("absent", Outcome(number, reason=case.absence)) for number in numbers)
                continue
            try:
                key = keys.of(case)
            except CASE_ERRORS as error:
                reason = reason_of(error)
                yield from (("failed", Outcome(number, reason=reason)) for number in numbers)
                continue
            tasks.append([Task(number, case, key) for number in numbers])
        work = MeasureVariants(keys.engine, self.parameters, self.plan)
        with telling_compilation(partial(teller.note, COMPILING)):
            if tasks and self.jobs > 1:  # else every process would compile for itself
                keys.engine.warm_up(self.parameters)
            for outcome in run_groups(_lots(tasks, self.jobs), work, self.jobs):
                yield ("ok" if outcome.measurement else "failed"), outcome


def _lots(tasks: Sequence[Sequence[Task]], jobs: int) -> list[Sequence[Task]]:
    """Variants of one case together, in lots small enough that every worker has some."""
    total = sum(map(len, tasks))
    lot = max(FEWEST_TOGETHER, math.ceil(total / (2 * jobs)))
    return [group[start : start + lot] for group in tasks for start in range(0, len(group), lot)]


def failures(tables: Mapping[str, FeatureTable]) -> list[str]:
    """The cases that failed, each with the variants concerned and the reasons."""
    together: dict[str, dict[str, str]] = {}
    for name, table in tables.items():
        summary = table.metadata.get("summary")
        for entry in summary["failed"] if isinstance(summary, dict) else ():
            together.setdefault(entry["case"], {})[name] = entry["reason"]
    return [
        f"{case}: {len(reasons)} of {len(tables)} measurements ({', '.join(reasons)}): "
        f"{_joined(list(dict.fromkeys(reasons.values())))}"
        for case, reasons in together.items()
    ]


def _joined(reasons: Sequence[str]) -> str:
    """The first reasons, and how many more there are."""
    more = len(reasons) - REASONS_TOLD
    return "; ".join([*reasons[:REASONS_TOLD], *([f"and {more} more"] if more > 0 else [])])
