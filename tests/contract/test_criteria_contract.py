"""What every criterion of the table must do; a new one is tested here without a change."""

import dataclasses
import inspect
from importlib.metadata import EntryPoint

import pandas as pd
import pytest

from radiomics_hcc.domain.response import RESPONSE_COLUMNS, ResponseWord
from radiomics_hcc.errors import ConfigError, InputError
from radiomics_hcc.report.figures.limits import limits_of
from radiomics_hcc.response import criteria as criteria_module
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.criteria import criteria, criterion_class
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.mrecist import MRECIST

EVERY = pytest.mark.parametrize("kind", sorted(criteria()))
LIMITED = pytest.mark.parametrize(
    "kind", sorted(kind for kind, criterion in criteria().items() if criterion.plot_limits)
)
SIZES = {
    "longest_mm": 40,
    "perpendicular_mm": 30,
    "viable_mm": 38,
    "viable_perpendicular_mm": 28,
    "volume_ml": 33.5,
    "viable_volume_ml": 30,
    "mean_hu": 90,
}


def measurements(*scales):
    rows = [
        {"patient_id": "P1", "assessment": 60 * visit, "lesion_id": "L1", "role": "target"}
        | {name: size * scale for name, size in SIZES.items()}
        | {"lirads_tr": "viable"}
        for visit, scale in enumerate(scales)
    ]
    rows += [
        {"patient_id": "P1", "assessment": 60 * visit, "lesion_id": "AFP", "role": "marker"}
        | {"afp_ng_ml": 400 * scale}
        for visit, scale in enumerate(scales)
    ]
    return Measurements.from_frame(pd.DataFrame(rows))


def offer(monkeypatch, kind, target):
    """Make it look as if an installed package offered a criterion."""
    entry = EntryPoint(kind, target, "radiomics_hcc.criteria")
    monkeypatch.setattr(
        criteria_module, "entry_points", lambda group: [entry] if group == entry.group else []
    )


@EVERY
def test_is_a_frozen_dataclass_with_defaults_named_by_its_kind(kind):
    criterion = criterion_class(kind)()
    assert criterion.kind == kind
    assert dataclasses.is_dataclass(criterion)
    assert type(criterion).__dataclass_params__.frozen
    assert hash(criterion) == hash(type(criterion)())


@EVERY
def test_goes_to_yaml_and_back(kind):
    criterion = criterion_class(kind)()
    assert criterion_class(kind).from_config(criterion.to_config()) == criterion


@EVERY
def test_unknown_parameter_is_refused(kind):
    with pytest.raises(InputError, match="unknown parameter"):
        criterion_class(kind).from_config({"kind": kind, "progresion": 5})


@EVERY
def test_gives_one_row_with_a_reason_per_follow_up(kind):
    table = assess(measurements(1, 0.6, 0.9), criterion_class(kind)())
    frame = table.frame()
    assert list(frame.columns) == list(RESPONSE_COLUMNS)
    assert list(frame["assessment"]) == [60, 120]
    assert (frame["reason"].str.len() > 10).all()
    assert all(isinstance(row.response, ResponseWord) for row in table)


@EVERY
def test_doubled_sizes_are_not_called_a_response(kind):
    (row,) = assess(measurements(1, 2), criterion_class(kind)()).assessments
    assert str(row.response).lstrip("i") not in ("CR", "PR", "SD")


@EVERY
def test_baseline_alone_gives_no_row(kind):
    assert criterion_class(kind)()(measurements(1).courses[0]) == ()


@EVERY
def test_published_limits_are_a_decrease_and_an_increase_in_per_cent(kind):
    limits = criterion_class(kind).plot_limits
    assert limits is None or -100 < limits[0] < 0 < limits[1]


@LIMITED
def test_figures_draw_the_published_limits(kind):
    assert limits_of(kind).lines == list(criterion_class(kind).plot_limits)


@LIMITED
def test_change_just_at_the_published_limits_begins_the_class(kind):
    """Half a per cent within the limits is SD; half a per cent outside is PR and PD."""
    criterion = criterion_class(kind)()
    decrease, increase = criterion.plot_limits
    words = [
        str(assess(resized(kind, percent), criterion).assessments[0].response)
        for percent in (decrease - 0.5, decrease + 0.5, increase - 0.5, increase + 0.5)
    ]
    immune = ["iPR", "iSD", "iSD", "iUPD"]
    assert words == (immune if kind == "irecist" else ["PR", "SD", "SD", "PD"])


def resized(kind, percent):
    """One target whose length and volume, and so every criterion's sum, change by so much."""
    narrow = {"perpendicular_mm": 10, "viable_perpendicular_mm": 10}
    lesion = {"patient_id": "P1", "lesion_id": "L1", "role": "target"} | SIZES | narrow
    rows = [lesion | {"assessment": day} for day in (0, 60)]
    for name in ("longest_mm", "viable_mm", "volume_ml", "viable_volume_ml"):
        rows[1][name] = round(rows[1][name] * (1 + percent / 100), 6)
    if kind == "mchoi" and percent < 0:
        rows[1]["mean_hu"] = 70  # size alone is no response there
    return Measurements.from_frame(pd.DataFrame(rows))


@EVERY
def test_says_what_it_is_and_where_it_was_published(kind):
    text = inspect.getdoc(criterion_class(kind)) or ""
    assert "References\n----------" in text
    assert "Parameters\n----------" in text


@EVERY
def test_may_be_named_by_its_kind_where_its_defaults_hold(kind):
    table = measurements(1, 0.6, 0.9)
    assert assess(table, kind) == assess(table, criterion_class(kind)())


def test_unknown_kind_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'mrecist'"):
        criterion_class("mrecst")


def test_an_installed_package_may_add_a_criterion(monkeypatch):
    offer(monkeypatch, "outside", "radiomics_hcc.response.mrecist:MRECIST")
    assert criterion_class("outside") is MRECIST


def test_two_criteria_of_one_kind_are_refused(monkeypatch):
    offer(monkeypatch, "mrecist", "elsewhere:Mine")
    with pytest.raises(ConfigError, match="exists already"):
        criteria()
