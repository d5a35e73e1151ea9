from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import scipy.special
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist, squareform

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.features import spatial_autocorrelation
from radiomics_hcc.features.bounding_bodies import ellipsoid, least_box, least_ellipsoid
from radiomics_hcc.features.morphology import IBSI_IDS, morphology_features
from radiomics_hcc.features.spatial_autocorrelation import moran_and_geary

IBSI = Path(__file__).parents[3].parent / "shared" / "data" / "ibsi"
TAGS = {
    "RNU0": "volume", "YEKZ": "vol_approx", "C0JK": "area_mesh", "2PR5": "av",
    "SKGS": "comp_1", "BQWJ": "comp_2", "KRCK": "sph_dispr", "QCFX": "sphericity",
    "25C7": "asphericity", "KLMA": "com", "L0JK": "diam", "TDIC": "pca_maj_axis",
    "P9VJ": "pca_min_axis", "7J51": "pca_least_axis", "Q3CK": "pca_elongation",
    "N17B": "pca_flatness", "PBX1": "vol_dens_aabb", "R59B": "area_dens_aabb",
    "6BDE": "vol_dens_aee", "RDD2": "area_dens_aee", "R3ER": "vol_dens_conv_hull",
    "7T7F": "area_dens_conv_hull", "99N0": "integ_int", "N365": "moran_i", "NPT7": "geary_c",
}  # fmt: skip
# Values of the IBSI manual (arXiv:1612.07003) of moderate consensus that the tables leave out.
ORIENTED_BOX = {"ZH1A": (0.869, 0.005), "IQYR": (0.866, 0.005)}
SPACING_MM = (2.5, 0.7, 1.3)


def read(folder: str) -> tuple[np.ndarray, np.ndarray, Geometry]:
    place = IBSI / folder / "nifti"
    if not place.is_dir():
        pytest.skip(f"no IBSI data in {place}")
    image = SimpleITK.ReadImage(str(place / "image" / "phantom.nii.gz"))
    mask = SimpleITK.ReadImage(str(place / "mask" / "mask.nii.gz"))
    array = SimpleITK.GetArrayFromImage(image)
    z, y, x = image.GetSpacing()[::-1]
    return array, SimpleITK.GetArrayFromImage(mask) > 0, Geometry(array.shape, (z, y, x))


def references(name: str) -> dict[str, tuple[float, float]]:
    path = IBSI / "mirp_ibsi_1_reference_values" / f"{name}.csv"
    with path.open(newline="") as lines:
        rows = {row["tag"]: row for row in csv.DictReader(lines, delimiter=";")}
    found = {key: rows[f"morph_{tag}"] for key, tag in TAGS.items()}
    return {key: (float(r["reference value"]), float(r["tolerance"])) for key, r in found.items()}


def outside(found: dict[str, float], expected: dict[str, tuple[float, float]]) -> dict[str, float]:
    """What is not within the tolerance, by IBSI id."""
    by_id = {IBSI_IDS[name]: value for name, value in found.items()}
    return {
        key: by_id[key]
        for key, (value, tolerance) in expected.items()
        if not abs(by_id[key] - value) <= tolerance
    }


def features(
    region: np.ndarray, image: np.ndarray, spacing_mm: tuple[float, float, float] = SPACING_MM
) -> dict[str, float]:
    grid = Geometry(region.shape, spacing_mm)
    mask = Mask(region, grid)
    return morphology_features(mask, mask, Volume(image, grid))


def direct(values: np.ndarray, places_mm: np.ndarray) -> tuple[float, float]:
    """Moran's I and Geary's C by the double sum over all pairs."""
    distances = squareform(pdist(places_mm))
    weights = np.divide(1, distances, out=np.zeros_like(distances), where=distances > 0)
    n, deviation = len(values), values - values.mean()
    spread = np.sum(deviation**2)
    moran = n / weights.sum() * (deviation @ weights @ deviation) / spread
    differences = np.sum(weights * (values[:, None] - values) ** 2)
    return moran, (n - 1) / (2 * weights.sum()) * differences / spread


def test_the_digital_phantom_has_its_reference_values() -> None:
    image, region, grid = read("ibsi_1_digital_phantom")
    found = morphology_features(Mask(region, grid), Mask(region, grid), Volume(image, grid))
    assert len(found) == 29
    assert outside(found, references("ibsi_1_dig_phantom") | ORIENTED_BOX) == {}


def test_the_ct_phantom_has_its_reference_values_in_configuration_a() -> None:
    image, region, grid = read("ibsi_1_ct_radiomics_phantom")
    kept = region & (image >= -500) & (image <= 400)
    found = morphology_features(Mask(region, grid), Mask(kept, grid), Volume(image, grid))
    assert outside(found, references("ibsi_1_chest_config_a")) == {}


def test_every_feature_has_an_id_of_its_own() -> None:
    cube = np.ones((2, 2, 2), dtype=bool)
    assert set(features(cube, np.arange(8.0).reshape(2, 2, 2))) == set(IBSI_IDS)
    assert len(set(IBSI_IDS.values())) == 29


def test_a_ball_fills_its_hull_and_its_ellipsoids() -> None:
    places = np.indices((31, 31, 31)) - 15.0
    found = features(np.sum(places**2, axis=0) <= 15**2, places[0], (1.0, 1.0, 1.0))
    assert found["VolumeDensityConvexHull"] == pytest.approx(1, abs=0.06)
    assert found["VolumeDensityMinimumVolumeEnclosingEllipsoid"] == pytest.approx(1, abs=0.1)
    in_its_box = 4 / 3 * np.pi * 15**3 / 31**3  # the mesh reaches half a voxel beyond the radius
    assert found["VolumeDensityAxisAlignedBoundingBox"] == pytest.approx(in_its_box, rel=0.01)
    # A solid ball of radius r has variance r^2 / 5 along every axis: half axes of 2 r / sqrt(5).
    approximate = found["VolumeDensityApproximateEnclosingEllipsoid"]
    assert approximate == pytest.approx((5 / 4) ** 1.5, rel=0.02)


def test_a_box_fills_its_boxes() -> None:
    found = features(np.ones((20, 30, 40), dtype=bool), np.ones((20, 30, 40)), (1.0, 1.0, 1.0))
    # The edges of the mesh are bevelled by half a voxel.
    assert found["VolumeDensityAxisAlignedBoundingBox"] == pytest.approx(1, abs=0.01)
    assert found["VolumeDensityOrientedMinimumBoundingBox"] == pytest.approx(
        found["VolumeDensityAxisAlignedBoundingBox"], rel=1e-9
    )
    assert found["AreaDensityConvexHull"] == pytest.approx(1, abs=1e-9)
    assert found["VolumeDensityConvexHull"] == pytest.approx(1, abs=1e-9)


def test_an_ellipsoid_has_its_axes() -> None:
    half_axes = np.array([8.0, 12.0, 20.0])
    places = np.indices((21, 29, 45)) - np.array([10, 14, 22])[:, None, None, None]
    region = np.sum((places / half_axes[:, None, None, None]) ** 2, axis=0) <= 1
    found = features(region, places[0], (1.0, 1.0, 1.0))
    lengths = [found[f"{axis}AxisLength"] for axis in ("Least", "Minor", "Major")]
    np.testing.assert_allclose(lengths, 4 * half_axes / np.sqrt(5), rtol=0.01)


def test_the_centre_of_intensity_moves_towards_the_bright_side() -> None:
    region = np.ones((1, 1, 3), dtype=bool)
    found = features(region, np.array([[[1.0, 0.0, 3.0]]]))
    assert found["CentreOfMassShift"] == pytest.approx(0.5 * SPACING_MM[2])
    assert found["IntegratedIntensity"] == pytest.approx(found["MeshVolume"] * 4 / 3)


def test_the_area_of_an_ellipsoid_follows_the_printed_series() -> None:
    """a 3, b 2, c 1 mm: the first terms of the series summed by hand with Legendre polynomials."""
    alpha2, beta2 = 1 - 4 / 9, 1 - 1 / 9
    product, x = np.sqrt(alpha2 * beta2), (alpha2 + beta2) / 2 / np.sqrt(alpha2 * beta2)
    v = np.arange(21)
    terms = product**v * scipy.special.eval_legendre(v, x) / (1 - 4 * v**2)
    body = ellipsoid(3.0, 2.0, 1.0)
    assert body.area_mm2 == pytest.approx(4 * np.pi * 6 * terms.sum(), rel=1e-12)
    assert body.volume_mm3 == pytest.approx(8 * np.pi)


def test_a_ball_as_ellipsoid_has_its_area() -> None:
    assert ellipsoid(2.0, 2.0, 2.0).area_mm2 == pytest.approx(16 * np.pi)
    assert ellipsoid(0.0, 0.0, 0.0).area_mm2 == 0.0


@pytest.mark.parametrize("seed", range(3))
def test_a_turned_box_is_found(seed: int) -> None:
    corners = np.array(np.meshgrid([0, 2.0], [0, 3.0], [0, 7.0])).reshape(3, -1).T
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    body = least_box(ConvexHull(corners @ turn))
    assert body.volume_mm3 == pytest.approx(42, rel=1e-9)
    assert body.area_mm2 == pytest.approx(2 * (6 + 14 + 21), rel=1e-9)


def test_the_least_ellipsoid_of_a_box_is_a_stretched_ball() -> None:
    corners = np.array(np.meshgrid([0, 2.0], [0, 3.0], [0, 7.0])).reshape(3, -1).T
    within = np.random.default_rng(0).uniform(0, [2, 3, 7], size=(50, 3))
    body = least_ellipsoid(np.concatenate([corners, within]))
    assert body.volume_mm3 == pytest.approx(4 / 3 * np.pi * 42 / 8 * 3**1.5, rel=1e-5)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_autocorrelation_is_the_double_sum_over_all_pairs(seed: int) -> None:
    generator = np.random.default_rng(seed)
    region = generator.random((4, 5, 6)) < 0.6
    region[0, 0, :2] = True
    image = generator.normal(40, 20, region.shape)
    expected = direct(image[region], np.argwhere(region) * SPACING_MM)
    assert moran_and_geary(image, region, SPACING_MM) == pytest.approx(
        expected, rel=1e-9, abs=1e-12
    )


def test_slabs_do_not_change_the_autocorrelation(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(1)
    region, image = generator.random((11, 4, 5)) < 0.7, generator.normal(size=(11, 4, 5))
    whole = moran_and_geary(image, region, SPACING_MM)
    monkeypatch.setattr(spatial_autocorrelation, "LARGEST_TRANSFORM", 8 * 20 * 3)
    assert moran_and_geary(image, region, SPACING_MM) == pytest.approx(whole, rel=1e-9)


def test_a_constant_region_has_no_autocorrelation() -> None:
    found = features(np.ones((2, 3, 4), dtype=bool), np.full((2, 3, 4), 7.0))
    assert np.isnan([found["MoransIIndex"], found["GearysCMeasure"]]).all()
    assert found["CentreOfMassShift"] == pytest.approx(0, abs=1e-12)


def test_one_voxel_has_volume_and_no_axes() -> None:
    found = features(np.ones((1, 1, 1), dtype=bool), np.full((1, 1, 1), 7.0))
    missing = {name for name, value in found.items() if np.isnan(value)}
    assert missing == {
        *("MajorAxisLength", "MinorAxisLength", "LeastAxisLength", "Elongation", "Flatness"),
        *("VolumeDensityApproximateEnclosingEllipsoid", "MoransIIndex", "GearysCMeasure"),
        "AreaDensityApproximateEnclosingEllipsoid",
    }


def test_a_flat_region_has_an_area_density_but_no_volume_density() -> None:
    found = features(np.ones((1, 4, 5), dtype=bool), np.arange(20.0).reshape(1, 4, 5))
    assert np.isnan(found["VolumeDensityApproximateEnclosingEllipsoid"])
    assert np.isfinite(found["AreaDensityApproximateEnclosingEllipsoid"])


def test_without_intensities_only_the_form_is_known() -> None:
    grid = Geometry((3, 3, 3), SPACING_MM)
    full, empty = np.ones((3, 3, 3), dtype=bool), np.zeros((3, 3, 3), dtype=bool)
    found = morphology_features(Mask(full, grid), Mask(empty, grid), Volume(full * 1.0, grid))
    missing = {name for name, value in found.items() if np.isnan(value)}
    assert missing == {
        *("CentreOfMassShift", "IntegratedIntensity", "MoransIIndex", "GearysCMeasure")
    }


def test_masks_on_different_grids_are_refused() -> None:
    one, other = Geometry((2, 2, 2), SPACING_MM), Geometry((2, 2, 2), (1.0, 1.0, 1.0))
    array = np.ones((2, 2, 2), dtype=bool)
    with pytest.raises(ValueError, match="grids differ: spacing"):
        morphology_features(Mask(array, one), Mask(array, other), Volume(array * 1.0, one))
