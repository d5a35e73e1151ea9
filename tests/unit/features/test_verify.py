"""The other engine is asked, and what it says is told."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

from radiomics_hcc.domain.cohort import Case
from radiomics_hcc.domain.feature import Feature
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features.engine import Extracted
from radiomics_hcc.features.parameters import compatible_parameters, default_parameters
from radiomics_hcc.features.verify import Agreement, agreement_of, relative_difference, verify

GRID = Geometry((2, 2, 2), (1.0, 1.0, 1.0))


class Reader:
    def read_volume(self, _path):
        return Volume(np.zeros(GRID.size), GRID)

    def read_mask(self, _path, _label):
        return Mask(np.ones(GRID.size, dtype=bool), GRID)


@dataclass(frozen=True)
class Fixed:
    """An engine whose values are given."""

    values: dict[str, float]
    name: str = "fixed"
    version: str = "1"
    seen: list = None

    def extract(self, image, mask, parameters):
        if self.seen is not None:
            self.seen.append(parameters)
        if not self.values:
            raise ExtractionError("the region is refused")
        return Extracted(tuple(Feature(name, value) for name, value in self.values.items()))


def cases(count: int) -> list[Case]:
    return [
        Case(f"p{place}", "pre", "image", "mask", lesion_id="1", reader=Reader())
        for place in range(count)
    ]


ONE = {"original_glcm_Contrast": 1.0, "original_shape_Sphericity": 0.5}
OTHER = {"original_glcm_Contrast": 1.01, "original_shape_Sphericity": 0.5}


def test_largest_difference_is_told_by_class():
    found = verify(cases(3), Fixed(ONE), Fixed(OTHER), compatible_parameters(), 2)
    assert found.largest_difference == pytest.approx(0.01 / 1.01)
    assert found.feature == "original_glcm_Contrast"
    assert found.by_class == {"glcm": pytest.approx(0.01 / 1.01), "shape": 0.0}
    assert found.features == 4
    assert "of 2 lesions" in str(found)


def test_lesions_are_spread_over_the_cohort():
    found = verify(cases(9), Fixed(ONE), Fixed(ONE), compatible_parameters(), 3)
    assert [name.split()[0].strip(",") for name in found.cases] == [
        name.split()[0].strip(",") for name in (case.name for case in cases(9)[::4])
    ]


def test_value_of_one_engine_alone_is_named():
    missing = {**ONE, "original_glcm_Contrast": math.nan}
    found = verify(cases(1), Fixed(ONE), Fixed(missing), compatible_parameters(), 1)
    assert len(found.only_one) == 1
    assert found.only_one[0].endswith("original_glcm_Contrast")
    assert "1 values in one engine alone" in str(found)


def test_refused_lesion_is_told_and_does_not_stop():
    found = verify(cases(1), Fixed(ONE), Fixed({}), compatible_parameters(), 1)
    assert found.features == 0
    assert "the region is refused" in str(found)


def test_settings_of_ours_alone_are_left_out_on_both_sides():
    seen: list = []
    verify(cases(1), Fixed(ONE, seen=seen), Fixed(ONE, seen=seen), default_parameters(), 1)
    assert seen == [compatible_parameters()] * 2


def test_two_empty_values_are_no_difference():
    empty = dict.fromkeys(ONE, math.nan)
    found = verify(cases(1), Fixed(empty), Fixed(empty), compatible_parameters(), 1)
    assert (found.features, found.only_one) == (0, ())


@pytest.mark.parametrize(
    ("one", "other", "difference"), [(0, 0, 0), (1, 2, 0.5), (-1, 1, 2), (1e-17, 3e-17, 2e-8)]
)
def test_relative_difference(one, other, difference):
    assert relative_difference(one, other) == pytest.approx(difference)


def test_agreement_survives_the_sidecar():
    found = verify(cases(2), Fixed(ONE), Fixed(OTHER), compatible_parameters(), 2)
    table = FeatureTable(None, {"verification": found.to_json()})
    assert isinstance(agreement_of(table), Agreement)
    assert str(agreement_of(table)) == str(found)
    assert agreement_of(FeatureTable(None, {})) is None
