"""What every response criterion is: parameters, a check, and a call on one course."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

from radiomics_hcc.domain.response import ResponseAssessment
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.measurement import Course
from radiomics_hcc.response.measurements import Measurements


class Criterion(Protocol):
    """A response criterion: a frozen dataclass whose fields are its parameters."""

    kind: ClassVar[str]
    """The word for it in YAML, on the command line and in tables."""

    reads_markers: ClassVar[bool]
    """Whether it judges blood values; the others never see rows with role `marker`."""

    plot_limits: ClassVar[tuple[float, float] | None]
    """Decrease and increase of the sum, in per cent, that its paper calls response and
    progression: the lines of a plot. None where there is no such pair."""

    def to_config(self) -> dict[str, object]:
        """Its kind and parameters, as in YAML."""

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Criterion:
        """Make it from its parameters."""

    def problems(self, measurements: Measurements) -> list[Problem]:
        """Say what the criterion needs and the table does not have."""

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """Assess one patient as one reader saw it: one answer per follow-up, in order of time."""
