from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.datasets.nifti import read_labels, read_volume
from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.imaging.contrast_phase import PHASE_RANGES, contrast_phase, phase_of

REAL_CT = Path(__file__).parents[4] / "shared/data/ircadb01_case17"
LABELS = "labels_1liver_2tum1_3tum2_4pv_5venous.nii.gz"
GRID = Geometry((6, 30, 30), (5.0, 1.0, 1.0))
USUAL = {
    "unenhanced": {"aorta": 40, "portal_vein": 42, "liver": 60},
    "arterial": {"aorta": 300, "portal_vein": 120, "liver": 73},
    "portal": {"aorta": 160, "portal_vein": 168, "liver": 112},
    "delayed": {"aorta": 128, "portal_vein": 130, "liver": 90},
}


@pytest.mark.parametrize("phase", USUAL)
def test_usual_attenuation_tells_every_phase(phase):
    assert phase_of(USUAL[phase]).phase == phase


@pytest.mark.parametrize(
    ("hu", "phase"),
    [
        ({"aorta": 250, "portal_vein": 169}, "arterial"),  # 81 HU apart
        ({"aorta": 220, "portal_vein": 140}, "portal"),  # exactly 80 HU apart is not arterial
        ({"aorta": 300, "portal_vein": 45, "liver": 58}, "arterial"),  # early arterial
        ({"aorta": 60, "portal_vein": 60}, "unenhanced"),
        ({"aorta": 300}, "arterial"),
        ({"aorta": 170}, "portal"),
        ({"aorta": 45}, "unenhanced"),
        ({"portal_vein": 180}, "portal"),
        ({"portal_vein": 177, "liver": 102}, "portal"),
        ({"liver": 118}, "portal"),
    ],
)
def test_some_regions_are_enough_where_they_leave_one_phase(hu, phase):
    assert phase_of(hu).phase == phase


@pytest.mark.parametrize(
    ("hu", "possible"),
    [
        ({"liver": 62}, ("unenhanced", "arterial")),
        ({"liver": 100}, ("portal", "delayed")),
        ({"portal_vein": 45, "liver": 58}, ("unenhanced", "arterial")),
        ({"aorta": 140, "portal_vein": 142, "liver": 98}, ("portal", "delayed")),
        ({"portal_vein": 130, "liver": 90}, ("arterial", "delayed")),
    ],
)
def test_what_cannot_be_told_apart_stays_unknown(hu, possible):
    found = phase_of(hu)
    assert (found.phase, found.possible) == ("", possible)
    assert "cannot be told apart" in found.sentence


@pytest.mark.parametrize(
    "hu",
    [
        {"aorta": 300, "portal_vein": 120, "liver": 118},
        {"aorta": 60, "portal_vein": 165},  # masks the wrong way round, or no vessels
        {"aorta": 300, "portal_vein": 290, "liver": 70},
        {"aorta": 125, "portal_vein": 128, "liver": 112},  # a small dose of contrast, perhaps
    ],
)
def test_regions_that_disagree_say_so(hu):
    found = phase_of(hu)
    assert (found.phase, found.possible) == ("", ())
    assert "disagree" in found.sentence


def test_nothing_measured_is_unknown_and_contradicts_nothing():
    found = phase_of({})
    assert (found.phase, found.possible) == ("", ())
    assert not found.contradicts("arterial")
    assert "neither" in found.sentence


def test_stated_phase_is_contradicted_only_by_evidence():
    arterial = phase_of(USUAL["arterial"])
    assert arterial.contradicts("portal")
    assert not arterial.contradicts("arterial")
    assert not arterial.contradicts("")
    assert not phase_of({"liver": 100}).contradicts("delayed")


def test_sentence_tells_every_number():
    sentence = phase_of(USUAL["arterial"]).sentence
    assert sentence.startswith("arterial: ")
    for part in ("aorta 300 HU", "portal vein 120 HU", "liver 73 HU", "+180 HU"):
        assert part in sentence


@settings(deadline=None, max_examples=80)
@given(
    st.dictionaries(st.sampled_from(sorted(PHASE_RANGES)), st.floats(-200, 500), min_size=1),
    st.sampled_from(sorted(PHASE_RANGES)),
)
def test_another_region_never_adds_a_phase(hu, dropped):
    fewer = {region: value for region, value in hu.items() if region != dropped}
    if fewer:
        assert set(phase_of(hu).possible) <= set(phase_of(fewer).possible)


def box(z: slice, y: slice, x: slice) -> Mask:
    array = np.zeros(GRID.size, dtype=bool)
    array[z, y, x] = True
    return Mask(array, GRID)


def test_vessels_are_measured_without_their_rim_and_the_liver_without_lesions():
    aorta = box(slice(1, 5), slice(3, 11), slice(3, 11))
    liver = box(slice(0, 6), slice(14, 30), slice(0, 30))
    lesion = box(slice(0, 6), slice(14, 30), slice(0, 18))
    array = np.full(GRID.size, -50.0)
    array[aorta.array] = 150
    array[1:5, 4:10, 4:10] = 290  # partial volume leaves the middle
    array[liver.array] = 70
    array[lesion.array] = 130
    found = contrast_phase(Volume(array, GRID), {"aorta": aorta, "liver": liver}, lesions=lesion)
    assert dict(found.hu) == {"aorta": 290.0, "liver": 70.0}
    assert found.phase == "arterial"


def test_vessel_too_thin_to_erode_is_measured_whole():
    thin = box(slice(0, 6), slice(3, 5), slice(3, 5))
    array = np.zeros(GRID.size)
    array[thin.array] = 170
    assert contrast_phase(Volume(array, GRID), {"aorta": thin}).hu["aorta"] == 170


def test_empty_masks_nan_and_other_regions_are_left_out():
    empty = Mask(np.zeros(GRID.size, dtype=bool), GRID)
    regions = {"aorta": empty, "liver": box(slice(0, 6), slice(0, 9), slice(0, 9)), "spleen": empty}
    found = contrast_phase(Volume(np.full(GRID.size, np.nan), GRID), regions)
    assert found.hu == {}


def test_liver_that_is_all_lesion_is_measured_with_it():
    liver = box(slice(0, 6), slice(5, 20), slice(5, 20))
    found = contrast_phase(Volume(np.full(GRID.size, 60.0), GRID), {"liver": liver}, lesions=liver)
    assert found.hu["liver"] == 60


def test_real_portal_venous_ct_without_an_aorta():
    if not REAL_CT.is_dir():
        pytest.skip(f"needs {REAL_CT}")
    volume, labels = read_volume(REAL_CT / "ct.nii.gz"), read_labels(REAL_CT / LABELS)
    tumours = Mask(np.isin(labels.array, (2, 3)), labels.geometry)
    liver = Mask(np.isin(labels.array, (1, 2, 3)), labels.geometry)
    vein = labels.mask(4)
    assert contrast_phase(volume, {"liver": liver, "portal_vein": vein}, lesions=tumours).phase == (
        "portal"
    )
    alone = contrast_phase(volume, {"liver": liver}, lesions=tumours)
    assert (alone.phase, alone.possible) == ("", ("portal", "delayed"))
