"""Which measured lesions become targets."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from radiomics_hcc.domain.cohort import Study
from radiomics_hcc.errors import RadiomicsHCCError
from radiomics_hcc.experiment.measuring.reading import LesionReading, Outcome
from radiomics_hcc.experiment.measuring.rows import measurement_frame
from radiomics_hcc.experiment.measuring.target_roles import check_roles, with_roles
from radiomics_hcc.experiment.measuring.visits import MeasuredVisit
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.mrecist import MRECIST

VISITS = tuple(
    MeasuredVisit(Study("p", name, day, ()), day.isoformat(), name == "pre")
    for name, day in (("pre", date(2020, 1, 5)), ("post", date(2020, 3, 1)))
)


def lesion(timepoint: str, name: str, size_mm: float) -> LesionReading:
    sizes = {"longest_mm": size_mm, "viable_mm": size_mm, "slice_mm": 3.0}
    return LesionReading("p", timepoint, name, Outcome.MEASURED, values=sizes)


def failed(timepoint: str, name: str) -> LesionReading:
    return LesionReading("p", timepoint, name, Outcome.FAILED, reason="the file is damaged")


def table(*readings: LesionReading) -> pd.DataFrame:
    return with_roles(measurement_frame(readings, VISITS, "images"), "mrecist")


def roles(rows: pd.DataFrame) -> dict[str, str]:
    return dict(zip(rows["lesion_id"], rows["role"], strict=True))


def test_baseline_that_could_not_be_read_is_not_evaluable_and_not_without_targets() -> None:
    rows = table(failed("pre", "L1"), lesion("post", "L1", 30.0))
    assert roles(rows) == {"L1": "target"}
    (row,) = assess(Measurements.from_frame(rows), MRECIST()).assessments
    assert str(row.response) == "NE"


def test_failed_lesion_may_be_the_target_that_the_small_ones_are_not() -> None:
    pre = (failed("pre", "L1"), lesion("pre", "L2", 8.0))
    rows = table(*pre, lesion("post", "L1", 30.0), lesion("post", "L2", 8.0))
    assert roles(rows) == {"L1": "target", "L2": "non_target"}


def test_failed_lesion_beside_a_target_is_a_non_target_with_its_reason() -> None:
    pre = (failed("pre", "L1"), lesion("pre", "L2", 28.0))
    rows = table(*pre, lesion("post", "L1", 30.0), lesion("post", "L2", 20.0))
    assert roles(rows) == {"L1": "non_target", "L2": "target"}
    assert "not evaluable at the baseline" in rows.loc[rows["lesion_id"] == "L1", "note"].iloc[0]


@pytest.mark.parametrize("kind", ["recist", "lirads_tr"])
def test_criterion_that_chooses_nothing_is_refused(kind: str) -> None:
    with pytest.raises(RadiomicsHCCError, match=kind):
        check_roles(kind)
