"""IBSI's 29 morphological features of a region."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import scipy.spatial
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.features.bounding_bodies import (
    Body,
    axis_aligned_box,
    ellipsoid,
    least_box,
    least_ellipsoid,
)
from radiomics_hcc.features.diameters import outer_vertices_mm
from radiomics_hcc.features.shape import IBSI_IDS as SHAPE_IDS
from radiomics_hcc.features.shape import measure as measure_shape
from radiomics_hcc.features.spatial_autocorrelation import moran_and_geary
from radiomics_hcc.imaging.region import bounding_box, crop_mask

IBSI_IDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **SHAPE_IDS,
        "Asphericity": "25C7",
        "CentreOfMassShift": "KLMA",
        "VolumeDensityAxisAlignedBoundingBox": "PBX1",
        "AreaDensityAxisAlignedBoundingBox": "R59B",
        "VolumeDensityOrientedMinimumBoundingBox": "ZH1A",
        "AreaDensityOrientedMinimumBoundingBox": "IQYR",
        "VolumeDensityApproximateEnclosingEllipsoid": "6BDE",
        "AreaDensityApproximateEnclosingEllipsoid": "RDD2",
        "VolumeDensityMinimumVolumeEnclosingEllipsoid": "SWZ1",
        "AreaDensityMinimumVolumeEnclosingEllipsoid": "BRI8",
        "VolumeDensityConvexHull": "R3ER",
        "AreaDensityConvexHull": "7T7F",
        "IntegratedIntensity": "99N0",
        "MoransIIndex": "N365",
        "GearysCMeasure": "NPT7",
    }
)

AXIS_LENGTHS: Final = ("MajorAxisLength", "MinorAxisLength", "LeastAxisLength")


def morphology_features(
    morphological_mask: Mask, intensity_mask: Mask, intensities: Volume
) -> dict[str, float]:
    """The 29 morphological features of the IBSI manual (arXiv:1612.07003), one per id.

    Those shared with PyRadiomics are defined in `shape.measure`; only the three axis lengths
    differ, by the factor sqrt(n / (n - 1)) for n voxels, without which the reference values of
    the digital phantom are not met. With mesh volume V, mesh area A:

    ========================== ==========================================================
    Asphericity                (A^3 / (36 pi V^2))^(1/3) - 1
    CentreOfMassShift          distance of the centre of the region and its centre of intensity, mm
    VolumeDensity of a body    V / volume of the body
    AreaDensity of a body      A / area of the body
    IntegratedIntensity        V times the mean intensity
    MoransIIndex,              `spatial_autocorrelation.moran_and_geary`
    GearysCMeasure
    ========================== ==========================================================

    The bodies are the axis-aligned box, the least oriented box, the ellipsoid with half axes of
    half the axis lengths, the least ellipsoid, and the convex hull, of the mesh vertices. IBSI has
    next to no reference values for the least oriented box, and none for the least ellipsoid.

    One voxel has no axis lengths: NaN. The densities of the approximate enclosing ellipsoid are
    NaN where it has no volume (a flat region) or no area (a line, a voxel). CentreOfMassShift and
    the last three features are NaN with an empty intensity mask; a sum of intensities of 0 makes
    CentreOfMassShift NaN, and equal intensities make Moran's I and Geary's C NaN.

    Parameters
    ----------
    morphological_mask
        The region before re-segmentation by intensity.
    intensity_mask
        The region after it, on the same grid.
    intensities
        Image on the same grid.

    Raises
    ------
    ValueError
        Where the morphological mask is empty, or the grids differ.
    """
    _check_grids(morphological_mask, intensity_mask, intensities)
    shape = measure_shape(morphological_mask, SHAPE_IDS)
    n = int(np.count_nonzero(morphological_mask.array))
    for axis in AXIS_LENGTHS:
        shape[axis] *= (n / (n - 1)) ** 0.5 if n > 1 else float("nan")
    return (
        shape
        | {"Asphericity": shape["SphericalDisproportion"] - 1}
        | _densities(morphological_mask, shape)
        | _intensity_features(morphological_mask, intensity_mask, intensities, shape["MeshVolume"])
    )


def _check_grids(morphological_mask: Mask, intensity_mask: Mask, intensities: Volume) -> None:
    for other in (intensity_mask, intensities):
        differences = morphological_mask.geometry.differences(other.geometry)
        if differences:
            raise ValueError(f"the grids differ: {'; '.join(differences)}")


def _densities(mask: Mask, shape: Mapping[str, float]) -> dict[str, float]:
    """Volume and area relative to bodies around the mesh; at least an octahedron, never flat."""
    region = np.pad(crop_mask(mask, bounding_box(mask.array)).array, 1)
    vertices_mm = outer_vertices_mm(region, mask.geometry.spacing_mm)
    hull = scipy.spatial.ConvexHull(vertices_mm)
    half_axes_mm = (shape[axis] / 2 for axis in AXIS_LENGTHS)
    bodies = {
        "AxisAlignedBoundingBox": axis_aligned_box(vertices_mm),
        "OrientedMinimumBoundingBox": least_box(hull),
        "ApproximateEnclosingEllipsoid": ellipsoid(*half_axes_mm),
        "MinimumVolumeEnclosingEllipsoid": least_ellipsoid(hull.points[hull.vertices]),
        "ConvexHull": Body(float(hull.volume), float(hull.area)),
    }
    found = {}
    for name, body in bodies.items():
        found[f"VolumeDensity{name}"] = _part(shape["MeshVolume"], body.volume_mm3)
        found[f"AreaDensity{name}"] = _part(shape["SurfaceArea"], body.area_mm2)
    return found


def _intensity_features(
    morphological_mask: Mask, intensity_mask: Mask, intensities: Volume, volume_mm3: float
) -> dict[str, float]:
    region = intensity_mask.array
    spacing_mm = intensity_mask.geometry.spacing_mm
    values = intensities.array.astype(np.float64)
    mean = float(values[region].mean()) if region.any() else float("nan")
    moran, geary = moran_and_geary(values, region, spacing_mm)
    shift = _centre(np.where(region, values, 0.0)) - _centre(morphological_mask.array)
    return {
        "CentreOfMassShift": float(np.linalg.norm(shift * spacing_mm)),
        "IntegratedIntensity": volume_mm3 * mean,
        "MoransIIndex": moran,
        "GearysCMeasure": geary,
    }


def _centre(weights: NDArray[np.generic]) -> NDArray[np.float64]:
    """Weighted mean of the voxel indices (z, y, x); NaN where the weights sum to 0."""
    total = float(weights.sum())
    if total == 0:
        return np.full(3, np.nan)
    others = ((1, 2), (0, 2), (0, 1))
    sums = [np.arange(n) @ weights.sum(axis=o) for n, o in zip(weights.shape, others, strict=True)]
    return np.asarray(sums, dtype=np.float64) / total


def _part(of_region: float, of_body: float) -> float:
    return of_region / of_body if of_body > 0 else float("nan")
