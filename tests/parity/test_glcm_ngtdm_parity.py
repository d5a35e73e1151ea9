"""GLCM and NGTDM against PyRadiomics and against IBSI's reference values."""

from __future__ import annotations

import csv
import logging
import warnings
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray
from scipy import ndimage

from radiomics_hcc.features import glcm, ngtdm
from radiomics_hcc.features.directions import directions
from radiomics_hcc.features.glcm_counts import pair_matrices
from radiomics_hcc.features.grey_levels import GreyLevels, grey_levels
from radiomics_hcc.features.names import FEATURES
from radiomics_hcc.features.texture_settings import TextureSettings
from radiomics_hcc.imaging.region import bounding_box

radiomics_glcm = pytest.importorskip("radiomics.glcm")
radiomics_ngtdm = pytest.importorskip("radiomics.ngtdm")

SPACING_MM = (1.5, 0.8, 0.9)
ORACLES = {"glcm": radiomics_glcm.RadiomicsGLCM, "ngtdm": radiomics_ngtdm.RadiomicsNGTDM}
OURS = {"glcm": glcm.measure, "ngtdm": ngtdm.measure}
IBSI = Path(__file__).parents[2].parent / "shared" / "data" / "ibsi"
IBSI_TAGS = {
    "MaximumProbability": "joint_max",
    "JointAverage": "joint_avg",
    "SumSquares": "joint_var",
    "JointEntropy": "joint_entr",
    "DifferenceAverage": "diff_avg",
    "DifferenceVariance": "diff_var",
    "DifferenceEntropy": "diff_entr",
    "SumAverage": "sum_avg",
    "SumVariance": "sum_var",
    "SumEntropy": "sum_entr",
    "JointEnergy": "energy",
    "Contrast": "contrast",
    "Dissimilarity": "dissimilarity",
    "Id": "inv_diff",
    "Idn": "inv_diff_norm",
    "Idm": "inv_diff_mom",
    "Idmn": "inv_diff_mom_norm",
    "InverseVariance": "inv_var",
    "Correlation": "corr",
    "Autocorrelation": "auto_corr",
    "ClusterTendency": "clust_tend",
    "ClusterShade": "clust_shade",
    "ClusterProminence": "clust_prom",
    "Imc1": "info_corr1",
    "Imc2": "info_corr2",
}


def ball(n_levels: int, side: int = 22) -> NDArray[np.int32]:
    """A ball of smooth noise, levels 1 to n_levels, 0 outside; most levels at its margin occur."""
    generator = np.random.default_rng(n_levels)
    z, y, x = np.indices((side, side, side)) - side / 2 + 0.5
    noise = ndimage.gaussian_filter(generator.normal(size=(side, side, side)), 1.0)
    noise = np.floor((noise - noise.min()) / np.ptp(noise) * n_levels).astype(np.int32) + 1
    noise[z**2 + y**2 + x**2 > (side / 2) ** 2] = 0
    return cut(np.minimum(noise, n_levels))


def ragged(share: float) -> NDArray[np.int32]:
    """A region full of holes, with gaps between its levels."""
    generator = np.random.default_rng(5)
    levels = generator.choice([1, 2, 5, 11], size=(7, 8, 9)).astype(np.int32)
    return cut(np.where(generator.random(levels.shape) < share, levels, 0))


def outliers() -> NDArray[np.int32]:
    """A ball in which two rare levels touch little but each other."""
    levels = ball(12, 40)
    places = np.argwhere(levels > 0)
    (z, y, x), last = places[0], places[-1]
    levels[z, y, x], levels[tuple(last)] = 60, 90
    return levels


def cut(levels: NDArray[np.int32]) -> NDArray[np.int32]:
    """To the bounding box, with 1 as the lowest level."""
    levels = levels[bounding_box(levels > 0)]
    return np.where(levels > 0, levels - levels[levels > 0].min() + 1, 0).astype(np.int32)


REGIONS = {
    "ball of 8 levels": ball(8),
    "ball of 60 levels": ball(60),
    "ragged": ragged(0.5),
    "almost empty": ragged(0.04),
    "outliers": outliers(),
    "plane": cut(ball(8)[10:11]),
    "few voxels": np.array([[[1, 2, 2, 3]], [[1, 0, 0, 4]]], dtype=np.int32),
    "constant": np.ones((3, 4, 5), dtype=np.int32),
}
SETTINGS = {
    "defaults": TextureSettings(SPACING_MM),
    "two distances": TextureSettings(SPACING_MM, distances=(1, 2)),
    "distance 3": TextureSettings(SPACING_MM, distances=(3,)),
    "slices": TextureSettings(SPACING_MM, slice_axis=0),
    "sagittal, ordered": TextureSettings(SPACING_MM, slice_axis=2, is_symmetrical=False),
    "ordered": TextureSettings(SPACING_MM, is_symmetrical=False),
    "euclidean": TextureSettings(SPACING_MM, weighting_norm="euclidean"),
    "manhattan": TextureSettings(SPACING_MM, distances=(1, 2), weighting_norm="manhattan"),
    "infinity": TextureSettings(SPACING_MM, is_symmetrical=False, weighting_norm="infinity"),
    "no_weighting": TextureSettings(SPACING_MM, weighting_norm="no_weighting"),
}


def region(levels: NDArray[np.int32], border: int = 3) -> GreyLevels:
    return grey_levels(levels[levels > 0], levels > 0, border=border)


def theirs(family: str, levels: NDArray[np.int32], how: TextureSettings) -> dict[str, float]:
    image = SimpleITK.GetImageFromArray(levels.astype(np.float64))
    mask = SimpleITK.GetImageFromArray((levels > 0).astype(np.uint8))
    image.SetSpacing(how.spacing_mm[::-1])
    mask.SetSpacing(how.spacing_mm[::-1])
    settings = {
        "binWidth": 1,
        "distances": list(how.distances),
        "force2D": how.slice_axis is not None,
        "force2Ddimension": how.slice_axis or 0,
        "weightingNorm": how.weighting_norm,
        "symmetricalGLCM": how.is_symmetrical,
    }
    logging.getLogger("radiomics").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = ORACLES[family](image, mask, **settings).execute()
    return {name: float(np.real(value)) for name, value in found.items()}


@pytest.mark.parametrize("how", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("levels", REGIONS.values(), ids=REGIONS)
@pytest.mark.parametrize("family", OURS)
def test_same_as_pyradiomics(family: str, levels: NDArray[np.int32], how: TextureSettings):
    expected = theirs(family, levels, how)
    found = OURS[family](region(levels), how, FEATURES[family])
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


def reference_values(prefix: str) -> dict[str, tuple[float, float]]:
    path = IBSI / "mirp_ibsi_1_reference_values" / "ibsi_1_dig_phantom.csv"
    if not path.exists():
        pytest.skip("the IBSI reference values are not there")
    with path.open(encoding="utf-8") as lines:
        rows = [row for row in csv.reader(lines, delimiter=";") if row[2].startswith(prefix)]
    return {tag: (float(value), float(tolerance)) for value, tolerance, tag in rows}


def digital_phantom() -> GreyLevels:
    folder = IBSI / "ibsi_1_digital_phantom" / "nifti"
    image, mask = (
        SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(folder / part)))
        for part in ("image/phantom.nii.gz", "mask/mask.nii.gz")
    )
    return grey_levels(image[mask > 0].astype(np.int32), mask > 0)


def check_published(found: dict[str, float], published: dict[str, tuple[float, float]]) -> None:
    """Within the tolerance, or within the rounding to three digits where that is zero."""
    for name, (value, tolerance) in published.items():
        assert found[name] == pytest.approx(value, rel=5e-3, abs=tolerance), name


@pytest.mark.parametrize("merging", ["3D_avg", "3D_comb"])
def test_glcm_of_ibsi_digital_phantom(merging: str):
    published = reference_values("cm_")
    levels = digital_phantom()
    [(_, matrices)] = pair_matrices(levels, directions((1,)), is_symmetrical=True)
    if merging == "3D_comb":
        matrices = matrices.sum(axis=0, keepdims=True)
    rows = glcm.features_of_each(matrices, levels.values, levels.highest)
    found = {name: float(row.mean()) for name, row in rows.items()}
    assert found.keys() == IBSI_TAGS.keys()
    check_published(
        found, {name: published[f"cm_{tag}_{merging}"] for name, tag in IBSI_TAGS.items()}
    )


def test_ngtdm_of_ibsi_digital_phantom():
    published = reference_values("ngt_")
    levels = digital_phantom()
    how = TextureSettings((2.0, 2.0, 2.0))
    n, s = ngtdm.count_differences(levels, how, is_isolated_counted=False)
    found = ngtdm.ngtdm_features(n, s, levels.values)
    check_published(found, {name: published[f"ngt_{name.lower()}_3D"] for name in found})
