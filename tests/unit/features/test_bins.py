"""Grey levels of a cohort before extraction, and what happens with very many."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from radiomics_hcc.domain.cohort import Case, Cohort, Patient, Status
from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features.bins import COLUMNS, grey_level_counts, level_counts
from radiomics_hcc.features.native_engine import NativeEngine
from radiomics_hcc.features.parameters import compatible_parameters, make_parameters

GRID = Geometry((6, 7, 8), (2.0, 1.0, 1.0))
TEXTURES = {
    "featureClass": dict.fromkeys(["firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm"])
}


@dataclass
class MadeImages:
    """Images in place of files; a name that is not there cannot be read."""

    ranges_hu: dict[str, tuple[float, float]]
    reads: list[str] = field(default_factory=list)

    def read_volume(self, path: Path) -> Volume:
        self.reads.append(path.name)
        low, high = self.ranges_hu[path.name]
        return Volume(np.linspace(low, high, 336).reshape(GRID.size), GRID)

    def read_mask(self, path: Path, label: int | str) -> Mask:
        return Mask(np.ones(GRID.size, np.bool_), GRID)


def cohort(reader: MadeImages, *images: str) -> Cohort:
    cases = tuple(
        Case("p", "pre", Path(image), Path("mask"), lesion_id=f"L{number}", reader=reader)
        for number, image in enumerate(images, 1)
    )
    return Cohort(cases, {"p": Patient("p")})


def test_levels_are_those_of_the_range():
    reader = MadeImages({"wide": (0.0, 999.0), "narrow": (50.0, 149.0), "widest": (0.0, 9999.0)})
    table = grey_level_counts(cohort(reader, "wide", "narrow", "widest"), compatible_parameters())
    assert list(table.columns[-len(COLUMNS) :]) == list(COLUMNS)
    assert list(table["levels"]) == [40, 4, 400]
    assert list(table["levels_spanned"]) == [40, 4, 400]
    assert list(table["levels_present"]) == [40, 4, 336]
    assert list(table["advice"]) == ["", "fewer than 16", "more than 128"]
    assert list(table["voxels"]) == [336] * 3
    assert table["bin_width_for_64"].iloc[0] == pytest.approx(999 / 64)


def test_levels_below_a_fixed_origin_are_not_spanned():
    parameters = make_parameters({"setting": {"binOrigin": -100}})
    row = grey_level_counts(cohort(MadeImages({"ct": (50.0, 149.0)}), "ct"), parameters).iloc[0]
    assert (row["levels"], row["levels_spanned"]) == (10, 4)


def test_every_image_has_a_row_and_a_refused_one_does_not_hide_the_others():
    parameters = make_parameters(
        {"imageType": {"Original": {}, "Square": {"binWidth": 0.001}, "SquareRoot": {}}}
    )
    table = grey_level_counts(cohort(MadeImages({"ct": (0.0, 900.0)}), "ct"), parameters)
    assert list(table["image"]) == ["original", "square", "squareroot"]
    assert list(table["advice"]) == ["", "refused", ""]
    refused = table.iloc[1]
    assert "image square: binWidth 0.001 gives 900,000 grey levels" in refused["reason"]
    assert refused["bin_width_for_64"] == pytest.approx(900 / 64)
    assert table["levels"].isna().tolist() == [False, True, False]


def test_failing_and_absent_cases_are_rows_with_a_reason():
    reader = MadeImages({"ct": (0.0, 900.0)})
    made = cohort(reader, "gone", "ct")
    absent = Case("p", "post", None, None, lesion_id="L1", status=Status.ABSENT)
    merged = Case("p", "post", None, None, lesion_id="L2", status=Status.MERGED)
    cases = (*made.cases, absent, merged)
    table = grey_level_counts(Cohort(cases, made.patients), compatible_parameters())
    assert [bool(reason) for reason in table["reason"]] == [True, False, True, True]
    assert list(table["reason"].iloc[2:]) == [
        "the lesion is absent",
        "the lesion has merged with another",
    ]
    assert list(table["status"]) == ["present", "present", "absent", "merged"]


def test_image_with_several_lesions_is_read_once():
    reader = MadeImages({"ct": (0.0, 900.0), "other": (0.0, 1.0)})
    grey_level_counts(cohort(reader, "ct", "ct", "other"), compatible_parameters())
    assert reader.reads == ["ct", "other"]


def test_constant_region_has_one_level_and_no_width_to_advise():
    image = Volume(np.full(GRID.size, 40.0), GRID)
    mask = Mask(np.ones(GRID.size, np.bool_), GRID)
    (count,) = level_counts(image, mask, compatible_parameters())
    assert (count.levels, count.levels_present) == (1, 1)
    assert np.isnan(count.bin_width_for_64)


def many_levels(n: int) -> tuple[Volume, Mask]:
    """A region in which every one of n grey levels of width 1 occurs."""
    geometry = Geometry((20, 30, -(-n // 600) + 2), (1.0, 1.0, 1.0))
    voxels = int(np.prod(geometry.size))
    values = np.random.default_rng(1).permutation(np.arange(voxels) % n).astype(np.float64)
    inside = Mask(np.ones(geometry.size, np.bool_), geometry)
    return Volume(values.reshape(geometry.size), geometry), inside


def test_three_thousand_grey_levels_are_measured():
    classes = {**TEXTURES["featureClass"], "glcm": ["JointEntropy", "Contrast"]}  # MCC is slow
    parameters = make_parameters({"featureClass": classes, "setting": {"binWidth": 1}})
    image, mask = many_levels(3_000)
    found = {f.name: f.value for f in NativeEngine().extract(image, mask, parameters).features}
    assert found["original_firstorder_Entropy"] == pytest.approx(np.log2(3_000), abs=0.1)
    assert all(np.isfinite(value) for value in found.values())


def test_twenty_thousand_grey_levels_are_refused_before_any_matrix():
    parameters = make_parameters({**TEXTURES, "setting": {"binWidth": 1}})
    image, mask = many_levels(20_000)
    with pytest.raises(ExtractionError, match=r"gives 19,999 grey levels .* a binWidth of 312"):
        NativeEngine().extract(image, mask, parameters)
