from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as arrays
from scipy.spatial.distance import pdist

from radiomics_hcc.domain.volume import Geometry, Mask
from radiomics_hcc.features import shape
from radiomics_hcc.features.diameters import largest_diameters, outer_vertices_mm

SPACING_MM = (2.5, 0.7, 1.3)
AXES = ("MajorAxisLength", "MinorAxisLength", "LeastAxisLength")
regions = arrays.arrays(np.bool_, arrays.array_shapes(min_dims=3, max_dims=3, max_side=5)).filter(
    lambda region: bool(region.any())
)


def region_of(array: np.ndarray, spacing_mm: tuple[float, float, float] = SPACING_MM) -> Mask:
    return Mask(array, Geometry(array.shape, spacing_mm))


def vertices_mm(region: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """Every place half-way between two neighbours of which one is inside."""
    found = []
    for axis in range(3):
        places = np.argwhere(np.diff(region.astype(int), axis=axis)).astype(float)
        places[:, axis] += 0.5
        found.append(places * spacing_mm)
    return np.concatenate(found)


def largest_within(vertices: np.ndarray, axis: int) -> float:
    planes = (vertices[vertices[:, axis] == place] for place in np.unique(vertices[:, axis]))
    return max(pdist(plane).max() for plane in planes if len(plane) > 1)


@settings(max_examples=40, deadline=None)
@given(region=regions)
def test_diameters_are_the_largest_distances_of_all_vertices(region: np.ndarray) -> None:
    padded = np.pad(region, 1)
    vertices = vertices_mm(padded, SPACING_MM)
    diameters = largest_diameters(padded, SPACING_MM)
    assert diameters.overall_mm == pytest.approx(pdist(vertices).max(), rel=1e-12)
    assert diameters.slice_mm == pytest.approx(largest_within(vertices, 0), rel=1e-12)
    assert diameters.column_mm == pytest.approx(largest_within(vertices, 1), rel=1e-12)
    assert diameters.row_mm == pytest.approx(largest_within(vertices, 2), rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(region=regions)
def test_outer_vertices_reach_as_far_as_all_vertices_in_every_direction(
    region: np.ndarray,
) -> None:
    padded = np.pad(region, 1)
    directions = np.random.default_rng(0).normal(size=(3, 50))
    every = vertices_mm(padded, SPACING_MM) @ directions
    outer = outer_vertices_mm(padded, SPACING_MM) @ directions
    np.testing.assert_allclose(outer.max(axis=0), every.max(axis=0), rtol=1e-12, atol=1e-12)


def test_axes_of_a_box_follow_from_the_variance_of_a_row_of_voxels() -> None:
    found = shape.measure(region_of(np.ones((3, 8, 12), dtype=bool)), shape.IBSI_IDS)
    lengths = [
        4 * step * np.sqrt((n**2 - 1) / 12) for n, step in zip((3, 8, 12), SPACING_MM, strict=True)
    ]
    least, minor, major = sorted(lengths)
    assert [found[axis] for axis in AXES] == pytest.approx([major, minor, least], rel=1e-12)
    assert found["Elongation"] == pytest.approx(minor / major, rel=1e-12)
    assert found["Flatness"] == pytest.approx(least / major, rel=1e-12)


def test_one_voxel_has_no_axes_and_no_elongation() -> None:
    found = shape.measure(region_of(np.ones((1, 1, 1), dtype=bool)), shape.IBSI_IDS)
    assert [found[axis] for axis in AXES] == [0.0, 0.0, 0.0]
    assert np.isnan([found["Elongation"], found["Flatness"]]).all()
    assert found["VoxelVolume"] == pytest.approx(np.prod(SPACING_MM))
    assert found["Maximum3DDiameter"] == pytest.approx(2.5)


def test_a_slanted_plane_is_exactly_flat() -> None:
    array = np.zeros((7, 9, 7), dtype=bool)
    steps = np.arange(7)
    array[steps, :, steps] = True
    found = shape.measure(region_of(array), ["LeastAxisLength", "Flatness"])
    assert found == {"LeastAxisLength": 0.0, "Flatness": 0.0}


def test_ratios_of_area_and_volume_agree() -> None:
    found = shape.measure(region_of(np.ones((4, 5, 6), dtype=bool)), shape.IBSI_IDS)
    area, volume = found["SurfaceArea"], found["MeshVolume"]
    assert found["SurfaceVolumeRatio"] == pytest.approx(area / volume)
    assert found["Compactness2"] == pytest.approx(found["Sphericity"] ** 3)
    assert found["Compactness1"] == pytest.approx(found["Sphericity"] ** 1.5 / (6 * np.pi))
    assert found["SphericalDisproportion"] == pytest.approx(1 / found["Sphericity"])


@settings(max_examples=20, deadline=None)
@given(region=regions)
def test_shape_does_not_depend_on_the_image_around(region: np.ndarray) -> None:
    names = [*shape.IBSI_IDS, "Maximum2DDiameterRow"]
    inside = shape.measure(region_of(np.pad(region, ((3, 0), (1, 4), (0, 2)))), names)
    assert inside == pytest.approx(shape.measure(region_of(region), names), nan_ok=True)


def test_only_the_wanted_features_are_given() -> None:
    region = region_of(np.ones((2, 2, 2), dtype=bool))
    assert list(shape.measure(region, ["Sphericity"])) == ["Sphericity"]
    with pytest.raises(KeyError):
        shape.measure(region, ["Roundness"])


def test_an_empty_region_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        shape.measure(region_of(np.zeros((2, 2, 2), dtype=bool)), ["MeshVolume"])
