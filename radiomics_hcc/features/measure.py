"""Measure the regions of one image: what runs in a worker process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from threadpoolctl import threadpool_limits

from radiomics_hcc.domain.cohort import Case
from radiomics_hcc.domain.volume import Volume
from radiomics_hcc.errors import InputError, RadiomicsHCCError
from radiomics_hcc.features.cache import write_measurement
from radiomics_hcc.features.engine import Engine
from radiomics_hcc.features.measurement import Measurement
from radiomics_hcc.features.parameters import Parameters

MM3_PER_ML: Final = 1000.0
# One bad image, mask or region must not stop the others, whatever an engine raises for it.
CASE_ERRORS: Final = (
    RadiomicsHCCError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class Task:
    """A case to be measured, and the key of its place in the cache."""

    index: int
    case: Case
    key: str


@dataclass(frozen=True)
class Outcome:
    """What came of a case: a measurement, or the reason why there is none."""

    index: int
    measurement: Measurement | None = None
    reason: str = ""


@dataclass(frozen=True)
class Measure:
    """Measures the regions of one image, which is read once.

    Parameters
    ----------
    engine, parameters
        What measures, and how.
    cache
        Folder that keeps every measurement as soon as it is made; none keeps nothing.
    """

    engine: Engine
    parameters: Parameters
    cache: Path | None = None

    def __call__(self, tasks: Sequence[Task]) -> list[Outcome]:
        """Measure cases that share their image; a failure is an outcome with a reason."""
        with threadpool_limits(limits=1):
            try:
                image = tasks[0].case.read_image()
            except CASE_ERRORS as error:
                return [Outcome(task.index, reason=reason_of(error)) for task in tasks]
            return [self._outcome(task, image) for task in tasks]

    def _outcome(self, task: Task, image: Volume) -> Outcome:
        try:
            measurement = self._measure(task.case, image)
            if self.cache is not None:
                write_measurement(self.cache, task.key, measurement)
        except CASE_ERRORS as error:
            return Outcome(task.index, reason=reason_of(error))
        return Outcome(task.index, measurement)

    def _measure(self, case: Case, image: Volume) -> Measurement:
        mask = case.read_mask()
        extracted = self.engine.extract(image, mask, self.parameters)
        voxels = int(np.count_nonzero(mask.array))
        return Measurement(
            voxels=voxels,
            volume_ml=voxels * mask.geometry.voxel_volume_mm3 / MM3_PER_ML,
            features=extracted.features,
            notes=extracted.notes,
        )


def reason_of(error: BaseException) -> str:
    """Say an error in one line."""
    if isinstance(error, InputError):
        return "; ".join(str(problem) for problem in error.problems)
    if isinstance(error, RadiomicsHCCError):
        return str(error)
    if isinstance(error, MemoryError):
        return "out of memory"
    return " ".join(f"{type(error).__name__}: {error}".split())
