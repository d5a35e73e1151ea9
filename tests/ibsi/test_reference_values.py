"""Every IBSI reference value is met: digital phantom, configurations A to E, IBSI 2 phase 2."""

from __future__ import annotations

import pytest
from reference_tags import column_of
from reference_values import (
    CONFIGURATIONS,
    FILTER_IDS,
    FILTERS,
    IS_THERE,
    MISSING,
    TABLES,
    half_last_digit,
    measured,
    phase_2_measured,
    phase_2_references,
    phase_2_settings,
    references,
    rows,
)
from workflow_values import workflow_references, workflow_values

from radiomics_hcc.features.ibsi.catalogue import IBSI_CLASSES
from radiomics_hcc.imaging.filters.ibsi import PHASE_2

needs_data = pytest.mark.skipif(not IS_THERE, reason=MISSING)
CT_CONFIGURATIONS = [name for name in CONFIGURATIONS if name != "dig_phantom"]
# Which features no table gives a value for.
WITHOUT_REFERENCE = {
    "VolumeDensityOrientedMinimumBoundingBox",
    "AreaDensityOrientedMinimumBoundingBox",
    "VolumeDensityMinimumVolumeEnclosingEllipsoid",
    "AreaDensityMinimumVolumeEnclosingEllipsoid",
    "AreaUnderIntensityVolumeHistogram",
}


@needs_data
@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_every_feature_lies_within_the_tolerance(configuration: str) -> None:
    found = measured(configuration)
    outside = {
        name: (found[name].value, one.printed, one.tolerance)
        for name, one in references(configuration).items()
        if not one.holds(found[name].value)
    }
    assert outside == {}


@needs_data
@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_every_feature_of_ibsi_has_a_reference_in_every_aggregation(configuration: str) -> None:
    compared = references(configuration)
    without = {name for name in measured(configuration) if name not in compared}
    assert {name.rsplit("_", 1)[1] for name in without} == WITHOUT_REFERENCE


@needs_data
@pytest.mark.parametrize("configuration", CT_CONFIGURATIONS)
def test_image_and_region_are_those_of_the_tables(configuration: str) -> None:
    found, wanted = workflow_values(configuration), workflow_references(configuration)
    outside = {tag: found[tag] for tag, one in wanted.items() if not one.holds(found[tag])}
    assert len(wanted) == 60
    assert outside == {}


@needs_data
@pytest.mark.parametrize("filter_id", FILTER_IDS)
def test_every_statistic_of_a_response_lies_within_the_tolerance(filter_id: str) -> None:
    found, wanted = phase_2_measured(filter_id), phase_2_references(filter_id)
    outside = {
        name: (found[name].value, one.printed, one.tolerance)
        for name, one in wanted.items()
        if not one.holds(found[name].value)
    }
    assert len(wanted) >= 17
    assert outside == {}


@needs_data
@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_every_tag_is_a_feature_or_describes_image_or_region(configuration: str) -> None:
    tags = [row["tag"] for row in rows(TABLES / f"ibsi_1_{configuration}.csv")]
    assert all(column_of(tag) or tag.endswith(("_img", "_roi")) for tag in tags)


@pytest.mark.parametrize("filter_id", FILTERS)
def test_parameter_file_gives_the_filter_of_the_table(filter_id: str) -> None:
    section = phase_2_settings(filter_id).responses["response"].filter
    assert section.step(by_slice=filter_id.endswith("A")) == PHASE_2[filter_id]


def test_ids_of_ibsi_are_four_characters_and_of_one_feature_each() -> None:
    ids = [ibsi_id for names in IBSI_CLASSES.values() for ibsi_id in names.values()]
    assert len(ids) == len(set(ids)) == 174
    assert all(len(one) == 4 and one.isupper() for one in ids if not one.isdigit())


@pytest.mark.parametrize(
    ("printed", "half"),
    [("2.15", 0.005), ("567", 0.5), ("1490", 5), ("3", 0.005), ("-50", 0.05), ("0", 0.005)],
)
def test_rounding_is_half_a_unit_of_the_third_digit(printed: str, half: float) -> None:
    assert half_last_digit(printed) == pytest.approx(half)
