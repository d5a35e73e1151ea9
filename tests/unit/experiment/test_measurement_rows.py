"""Rows of `measurements.csv` from what was read of each lesion."""

from __future__ import annotations

from datetime import date

from radiomics_hcc.domain.cohort import Study
from radiomics_hcc.experiment.measuring.reading import LesionReading, Outcome
from radiomics_hcc.experiment.measuring.rows import measurement_frame, with_missing
from radiomics_hcc.experiment.measuring.visits import MeasuredVisit
from radiomics_hcc.response.measurements import Measurements

DAYS = {"pre": date(2020, 1, 5), "post": date(2020, 3, 1), "late": date(2020, 6, 1)}
VISITS = tuple(
    MeasuredVisit(Study("p", name, day, ()), day.isoformat(), name == "pre")
    for name, day in DAYS.items()
)


def reading(timepoint: str, lesion: str = "L1", outcome=Outcome.MEASURED, **values: float):
    sizes = {"longest_mm": 30.0, **values} if outcome is Outcome.MEASURED else {}
    return LesionReading("p", timepoint, lesion, outcome, phase="arterial", values=sizes)


def table(*readings: LesionReading):
    frame = measurement_frame(with_missing(readings, VISITS), VISITS, "images")
    Measurements.from_frame(frame)  # is a table that the criteria can read
    return frame.set_index(["lesion_id", "assessment"])


def test_numbers_are_written_to_a_hundredth_of_a_millimetre() -> None:
    rows = table(reading("pre", viable_mm=12.34567, mean_hu=101.239, necrotic_fraction=0.43219))
    row = rows.loc[("L1", "2020-01-05")]
    assert (row["longest_mm"], row["viable_mm"]) == ("30.00", "12.35")
    assert (row["mean_hu"], row["necrotic_fraction"]) == ("101.24", "0.4322")
    assert row["viable_perpendicular_mm"] == ""


def test_lesion_without_a_row_at_a_later_visit_is_not_evaluable_and_said() -> None:
    rows = table(reading("pre"), reading("post", "L2", contrast_to_liver_arterial_hu=-20.0))
    missing = rows.loc[("L1", "2020-03-01")]
    assert (missing["role"], missing["status"]) == ("target", "not_evaluable")
    assert "no row of it" in missing["note"]
    assert ("L2", "2020-01-05") not in rows.index
    assert rows.loc[("L2", "2020-06-01"), "status"] == "not_evaluable"


def test_vanished_lesion_keeps_its_role() -> None:
    rows = table(reading("pre"), reading("post", outcome=Outcome.ABSENT), reading("late"))
    assert list(rows["status"]) == ["measured", "absent", "measured"]
    assert set(rows["role"]) == {"target"}


def test_failed_lesion_of_the_baseline_is_not_new_later() -> None:
    rows = table(reading("pre", outcome=Outcome.FAILED), reading("post"), reading("late"))
    assert list(rows["role"]) == ["target"] * 3


def test_new_nodule_has_the_finding_that_its_attenuation_tells() -> None:
    typical = {"contrast_to_liver_arterial_hu": 30.0, "contrast_to_liver_portal_hu": -12.0}
    rows = table(reading("pre"), reading("post", "L2", **typical), reading("late", "L2"))
    new = rows.loc["L2"]
    assert list(new["role"]) == ["new", "new"]
    assert list(new["finding"]) == ["typical", ""]
    assert list(new["status"]) == ["measured", "equivocal"]
    assert list(new["flags"]) == ["finding_measured", "finding_unclear"]
    assert "+30 HU arterial" in new["note"].iloc[0]


def test_baseline_without_any_lesion_stays_the_baseline() -> None:
    rows = table(reading("post", "L1"), reading("late", "L1"))
    assert list(rows["status"]) == ["absent", "equivocal", "equivocal"]
    assert set(rows["role"]) == {"new"}
