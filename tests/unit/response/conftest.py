from collections.abc import Callable

import pandas as pd
import pytest

from radiomics_hcc.domain.response import ResponseAssessment
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.criterion import Criterion
from radiomics_hcc.response.measurements import Measurements

Cells = dict[str, object]
DEFAULTS: Cells = {"patient_id": "P1", "assessment": 0, "lesion_id": "L1", "role": "target"}


@pytest.fixture
def measurements_of() -> Callable[[list[Cells]], Measurements]:
    """Measurements from rows that name only what matters to the test."""
    return lambda rows: Measurements.from_frame(pd.DataFrame([DEFAULTS | row for row in rows]))


@pytest.fixture
def assessed(
    measurements_of: Callable[[list[Cells]], Measurements],
) -> Callable[[Criterion, list[Cells]], tuple[ResponseAssessment, ...]]:
    """All assessed follow-ups of such rows."""
    return lambda criterion, rows: assess(measurements_of(rows), criterion).assessments


@pytest.fixture
def single_target(assessed) -> Callable[..., list[str]]:
    """Target responses of one liver target with these sizes at days 0, 60, 120, ..."""

    def responses(criterion: Criterion, *sizes: object) -> list[str]:
        rows = [
            {"assessment": 60 * visit, "longest_mm": size, "viable_mm": size}
            for visit, size in enumerate(sizes)
        ]
        return [str(row.target_response) for row in assessed(criterion, rows)]

    return responses
