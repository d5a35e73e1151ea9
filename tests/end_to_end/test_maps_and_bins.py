"""Feature maps and the report of grey levels, from the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from radiomics_hcc.datasets.nifti import read_volume, write_labels, write_volume
from radiomics_hcc.domain.volume import Geometry, Volume

GRID = Geometry((12, 24, 24), (2.5, 1.0, 1.0))
CONTRAST, ENTROPY = "original_glcm_Contrast", "original_firstorder_Entropy"
TABLE = """\
patient_id,timepoint,date,phase,region,lesion_id,image,mask,label,status
p,pre,2020-01-01,arterial,lesion,L1,ct.nii.gz,lesions.nii.gz,1,present
p,pre,2020-01-01,arterial,lesion,L2,ct.nii.gz,lesions.nii.gz,2,present
p,pre,2020-01-01,arterial,liver,,ct.nii.gz,liver.nii.gz,1,present
p,post,2020-02-01,arterial,lesion,L1,,,,absent
"""
PARAMETERS = "setting: {binWidth: 5, minimumROISize: 30}\nvoxelSetting: {initValue: -1}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two lesions in one image; the second is smaller than `minimumROISize`."""
    folder = tmp_path_factory.mktemp("maps")
    intensities = np.random.default_rng(5).normal(80, 30, GRID.size).astype(np.int16)
    lesions = np.zeros(GRID.size, np.uint8)
    lesions[3:8, 4:12, 4:12] = 1
    lesions[3:5, 16:19, 16:19] = 2
    write_volume(Volume(intensities, GRID), folder / "ct.nii.gz")
    write_labels(lesions, GRID, folder / "lesions.nii.gz")
    write_labels(np.ones(GRID.size, np.uint8), GRID, folder / "liver.nii.gz")
    (folder / "cohort.csv").write_text(TABLE)
    (folder / "first.csv").write_text("".join(TABLE.splitlines(keepends=True)[:2]))
    (folder / "params.yaml").write_text(PARAMETERS)
    return folder


def rhcc(place, verb: str, folder: Path, table: str, *words: object):
    return place.rhcc(verb, folder / table, "--params", folder / "params.yaml", *words)


def test_maps_are_written_and_listed_and_a_failing_case_does_not_stop_the_others(place, folder):
    words = ("--features", f"{CONTRAST}, {ENTROPY}", "-o", "out/maps")
    answer = rhcc(place, "maps", folder, "cohort.csv", *words)
    assert answer.code == 1
    assert "failed: p pre arterial lesion L2: the region is too small" in answer.err
    assert answer.out.strip() == "1 failed: out/maps"
    listing = place.table("out/maps/maps.csv")
    assert list(listing["feature"]) == [CONTRAST, ENTROPY, "", ""]
    assert list(listing["status"]) == ["present", "present", "present", "absent"]
    for _, row in listing.head(2).iterrows():
        volume = read_volume(place.folder / "out/maps" / row["file"])
        inside = volume.array != -1
        assert inside.sum() == int(row["voxels"]) == 5 * 8 * 8
        assert float(row["median"]) == pytest.approx(np.median(volume.array[inside]))
        assert volume.geometry.origin_mm == (3.0, 3.0, 5.0)
    assert listing["file"].iloc[0] == f"p_pre_arterial_lesion_L1_{CONTRAST}.nii.gz"


def test_maps_of_another_region(place, folder):
    words = ("--features", ENTROPY, "--region", "liver", "-o", "maps")
    answer = rhcc(place, "maps", folder, "cohort.csv", *words)
    assert answer.code == 0, answer.err
    assert list(place.table("maps/maps.csv")["region"]) == ["liver"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--features", "original_glcm_Contrst"), "did you mean 'Contrast'"),
        (("--features", "original_shape_MeshVolume"), "a shape has no map"),
        (("--features", ENTROPY, "--region", "livver"), "no case of 'livver'"),
    ],
)
def test_mistake_in_the_words_of_maps_is_told_before_any_work(place, folder, words, told):
    answer = rhcc(place, "maps", folder, "cohort.csv", *words, "-o", "maps")
    assert answer.code == 1
    assert told in answer.err
    assert not (place.folder / "maps").exists()


def test_bins_tells_the_levels_of_every_lesion(place, folder):
    answer = rhcc(place, "bins", folder, "first.csv", "-o", "bins.csv")
    assert answer.code == 0, answer.err
    levels = int(place.table("bins.csv")["levels_spanned"].iloc[0])
    assert f"original: {levels} / {levels} / {levels} grey levels" in answer.out
    assert "outside 16 to 128" not in answer.out
    (place.folder / "coarse.yaml").write_text("setting: {binWidth: 25}\n")
    coarse = place.rhcc("bins", folder / "first.csv", "--params", "coarse.yaml", "-o", "bins.csv")
    row = place.table("bins.csv").iloc[0]
    width = (float(row["maximum"]) - float(row["minimum"])) / 64
    named = f"p pre arterial lesion L1 ({row['levels_spanned']}; binWidth {width:.3g} would give 64"
    assert f"outside 16 to 128: {named}" in coarse.out


def test_bins_names_a_lesion_that_would_be_refused(place, folder):
    (place.folder / "fine.yaml").write_text("setting: {binWidth: 0.001}\n")
    answer = place.rhcc("bins", folder / "first.csv", "--params", "fine.yaml", "-o", "bins.csv")
    assert answer.code == 1
    assert "failed: p pre arterial lesion L1: image original: binWidth 0.001 gives" in answer.err
    assert "gives 64" in answer.err
    assert place.table("bins.csv")["advice"].iloc[0] == "refused"


def test_bins_without_a_parameter_file_takes_the_defaults(place, folder):
    answer = place.rhcc("bins", folder / "cohort.csv", "-o", "bins.csv")
    assert answer.code == 0, answer.err
    assert list(place.table("bins.csv")["image"]) == ["original", "original", ""]


@pytest.mark.parametrize(
    "words", [("bins", "-o", "x.csv"), ("maps", "--features", ENTROPY, "-o", "x")]
)
def test_settings_of_ibsi_are_refused(place, folder, words):
    place.write("ibsi.yaml", "ibsi: {discretisation: {bin_count: 32}}\n")
    answer = place.rhcc(words[0], folder / "cohort.csv", "--params", "ibsi.yaml", *words[1:])
    assert answer.code == 1
    assert "give a PyRadiomics parameter file" in answer.err
