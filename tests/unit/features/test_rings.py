"""Rings around the lesions of a cohort: which cases there are, what they read, how they fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from extraction_doubles import MeanEngine

from radiomics_hcc.datasets.nifti import FileReader, write_labels, write_volume
from radiomics_hcc.domain.cohort import Case, Cohort, Status
from radiomics_hcc.domain.peritumoural import ring_region, ring_width_mm
from radiomics_hcc.domain.volume import Geometry, Volume
from radiomics_hcc.errors import ExtractionError, InputError
from radiomics_hcc.features import engines
from radiomics_hcc.features.cache import CacheKeys
from radiomics_hcc.features.extract import Extraction
from radiomics_hcc.features.parameters import make_parameters
from radiomics_hcc.features.rings import rings_without_liver, with_rings

GRID = Geometry((1, 21, 41), (1.0, 1.0, 1.0))
LESION_1, LESION_2, LIVER = (0, 10, 10), (0, 10, 15), slice(0, 31)
EDGE = 40  # beside the liver


@pytest.fixture
def patient(tmp_path):
    """Two lesions of one voxel, 5 mm apart, a third outside the liver, and the liver."""
    lesions, liver = np.zeros(GRID.size, np.uint8), np.zeros(GRID.size, np.uint8)
    lesions[LESION_1], lesions[LESION_2], lesions[0, 0, EDGE] = 1, 2, 3
    liver[..., LIVER] = 1
    image = np.arange(liver.size, dtype=np.int16).reshape(GRID.size)
    write_volume(Volume(image, GRID), tmp_path / "ct.nii.gz")
    write_labels(lesions, GRID, tmp_path / "lesions.nii.gz")
    write_labels(liver, GRID, tmp_path / "liver.nii.gz")
    lesion = Case(
        "p",
        "pre",
        tmp_path / "ct.nii.gz",
        tmp_path / "lesions.nii.gz",
        lesion_id="1",
        phase="arterial",
        reader=FileReader(),
    )
    whole = replace(lesion, region="liver", lesion_id="", mask=tmp_path / "liver.nii.gz")
    others = [replace(lesion, label=label, lesion_id=str(label)) for label in (2, 3)]
    return Cohort((lesion, *others, whole), {})


def rings_of(cohort: Cohort, *widths_mm: float) -> list[Case]:
    return list(with_rings(cohort, *widths_mm).cases[len(cohort.cases) :])


@pytest.fixture
def first_ring(patient) -> Case:
    return rings_of(patient, 4.0)[0]


def test_every_lesion_has_a_ring_of_every_width_and_the_liver_has_none(patient):
    rings = rings_of(patient, 4.0, 2.5)
    assert [(case.region, case.lesion_id) for case in rings] == [
        (region, lesion) for region in ("ring_4mm", "ring_2.5mm") for lesion in ("1", "2", "3")
    ]
    assert with_rings(patient, 4.0).cases[:4] == patient.cases


def test_ring_keeps_out_of_the_neighbour_and_shares_with_it(patient):
    first, second = (case.read_mask().array[0] for case in rings_of(patient, 4.0)[:2])
    assert np.flatnonzero(first[10]).tolist() == [6, 7, 8, 9, 11, 12]
    assert np.flatnonzero(second[10]).tolist() == [13, 14, 16, 17, 18, 19]
    assert not (first & second).any()


def test_ring_is_clipped_to_the_liver_of_its_image(patient):
    wide = rings_of(patient, 30.0)[1].read_mask().array
    assert wide[..., LIVER].any()
    assert not wide[..., LIVER.stop :].any()


def test_without_a_liver_the_ring_is_not_clipped_and_that_is_known(patient):
    cohort = with_rings(patient.select(regions=["lesion"]), 30.0)
    assert len(rings_without_liver(cohort)) == 3
    assert cohort.cases[4].read_mask().array[..., LIVER.stop :].any()
    assert rings_without_liver(with_rings(patient, 30.0)) == []


@pytest.mark.parametrize(
    "elsewhere", [{"timepoint": "post"}, {"phase": "portal"}, {"patient_id": "q"}]
)
def test_masks_of_another_image_do_not_count(patient, elsewhere):
    lesion, *others = patient.cases
    moved = [replace(case, **elsewhere) for case in others]
    (ring, *_) = rings_of(replace(patient, cases=(lesion, *moved)), 4.0)
    assert ring.ring.others == ring.ring.liver == ()


def test_ring_of_which_nothing_is_left_fails_with_a_reason(patient):
    with pytest.raises(ExtractionError, match="no liver outside the lesions lies within 4 mm"):
        rings_of(patient, 4.0)[2].read_mask()


def test_ring_of_an_absent_lesion_is_absent(patient):
    lesion, second, *rest = patient.cases
    vanished = replace(second, status=Status.ABSENT)
    first, gone, *_ = rings_of(replace(patient, cases=(lesion, vanished, *rest)), 4.0)
    assert (gone.is_absent, gone.mask, gone.ring) == (True, None, None)
    assert np.flatnonzero(first.read_mask().array[0, 10]).tolist() == [6, 7, 8, 9, 11, 12, 13, 14]


@pytest.mark.parametrize("width_mm", [0.0, -2.0, np.nan, np.inf])
def test_width_that_is_no_positive_number_is_refused(patient, width_mm):
    with pytest.raises(InputError, match="positive width"):
        with_rings(patient, width_mm)


def test_region_that_is_there_already_is_not_made_again(patient):
    with pytest.raises(InputError, match="'ring_4mm' already"):
        with_rings(with_rings(patient, 4.0), 4.0)


@pytest.mark.parametrize(("width_mm", "name"), [(10, "ring_10mm"), (2.5, "ring_2.5mm")])
def test_name_of_the_region_tells_the_width(width_mm, name):
    assert ring_region(width_mm) == name
    assert ring_width_mm(name) == width_mm
    assert ring_width_mm("lesion") is None


def key_of(case: Case) -> str:
    return CacheKeys(MeanEngine(), make_parameters({})).of(case)


def test_keys_of_lesion_and_rings_differ(patient):
    cases = [patient.cases[0], *rings_of(patient, 4.0, 5.0)]
    assert len({key_of(case) for case in cases}) == len(cases)


def test_key_of_a_ring_does_not_depend_on_the_order_of_the_table(patient, first_ring):
    lesion, *others = patient.cases
    turned = rings_of(replace(patient, cases=(lesion, *others[::-1])), 4.0)[0]
    assert key_of(turned) == key_of(first_ring)


def test_key_of_a_ring_changes_with_the_masks_around_it(patient, first_ring, tmp_path):
    known = {key_of(first_ring)}
    known.add(key_of(rings_of(patient.select(regions=["lesion"]), 4.0)[0]))
    fewer = replace(patient, cases=(patient.cases[0], *patient.cases[2:]))
    known.add(key_of(rings_of(fewer, 4.0)[0]))
    smaller = np.zeros(GRID.size, np.uint8)
    smaller[..., :5] = 1
    write_labels(smaller, GRID, tmp_path / "liver.nii.gz")
    known.add(key_of(first_ring))
    assert len(known) == 4


def test_extraction_measures_rings_and_names_all_their_files(patient, monkeypatch, tmp_path):
    monkeypatch.setitem(engines.ENGINES, "mean", MeanEngine)
    cohort = with_rings(patient, 4.0)
    measured = Extraction(
        make_parameters({}), "mean", cache=tmp_path / "cache", regions=("ring_4mm",)
    )
    table = measured(cohort)
    first, _, outside = table.data.to_dict(orient="records")
    array = cohort.cases[4].read_mask().array
    assert first["voxels"] == array.sum()
    assert first["original_firstorder_Mean"] == pytest.approx(np.flatnonzero(array).mean())
    assert np.isnan(outside["voxels"])
    assert "the ring is empty" in table.reasons["reason"].to_list()[-1]
    assert list(table.metadata["files_sha256"]["p pre arterial ring_4mm 1"]) == [
        *("image", "mask", "liver_1", "other_1", "other_2")
    ]
    assert measured(cohort).metadata["summary"]["cached"] == 2
