"""Shape of a region in three dimensions: the features that PyRadiomics calls `shape`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask
from radiomics_hcc.features.diameters import largest_diameters
from radiomics_hcc.features.marching_cubes import surface_and_volume
from radiomics_hcc.features.principal_axes import axis_lengths_mm, covariance_mm2, ratio
from radiomics_hcc.imaging.region import bounding_box, crop_mask

IBSI_IDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "MeshVolume": "RNU0",
        "VoxelVolume": "YEKZ",
        "SurfaceArea": "C0JK",
        "SurfaceVolumeRatio": "2PR5",
        "Compactness1": "SKGS",
        "Compactness2": "BQWJ",
        "SphericalDisproportion": "KRCK",
        "Sphericity": "QCFX",
        "Maximum3DDiameter": "L0JK",
        "MajorAxisLength": "TDIC",
        "MinorAxisLength": "P9VJ",
        "LeastAxisLength": "7J51",
        "Elongation": "Q3CK",
        "Flatness": "N17B",
    }
)

Spacing = tuple[float, float, float]
Features = dict[str, float]


def measure(mask: Mask, wanted: Collection[str]) -> Features:
    """The wanted shape features of a region, equal to PyRadiomics'.

    Every definition with an id is IBSI's, but for the divisor of the covariance: IBSI's reference
    values need n - 1, PyRadiomics divides by the number of voxels n, and so is done here.
    `morphology_features` has IBSI's axis lengths.

    ============================ ============================================== ==============
    feature                      formula                                        IBSI
    ============================ ============================================== ==============
    MeshVolume V, SurfaceArea A  triangle mesh, `surface_and_volume`            RNU0, C0JK
    VoxelVolume                  voxels times voxel volume                      YEKZ
    SurfaceVolumeRatio           A / V                                          2PR5
    Sphericity                   (36 pi V^2)^(1/3) / A                          QCFX
    SphericalDisproportion       A / (36 pi V^2)^(1/3)                          KRCK
    Compactness1, Compactness2   V / (pi^(1/2) A^(3/2)), 36 pi V^2 / A^3        SKGS, BQWJ
    Maximum3DDiameter            largest distance of vertices                   L0JK
    Maximum2DDiameterSlice       the same in one plane across z                 not in IBSI
    Maximum2DDiameterColumn      the same in one plane across y                 not in IBSI
    Maximum2DDiameterRow         the same in one plane across x                 not in IBSI
    MajorAxisLength              4 sqrt(largest eigenvalue of the covariance)   TDIC
    MinorAxisLength              4 sqrt(middle eigenvalue)                      P9VJ
    LeastAxisLength              4 sqrt(smallest eigenvalue)                    7J51
    Elongation, Flatness         minor and least axis / major axis              Q3CK, N17B
    ============================ ============================================== ==============

    SphericalDisproportion, Compactness1 and Compactness2 are given when asked for by name, as in
    PyRadiomics. One voxel: axes of 0, Elongation and Flatness NaN. A flat region: LeastAxisLength
    and Flatness exactly 0, where PyRadiomics may give some 1e-8, even a complex number, of
    rounding. References: IBSI manual, arXiv:1612.07003; van Griethuysen et al., Cancer Research
    77 (2017) e104.

    Parameters
    ----------
    mask
        The region, anywhere on its grid.
    wanted
        Names of features.

    Raises
    ------
    ValueError
        Where the region is empty.
    KeyError
        Where a wanted name is no shape feature.
    """
    spacing_mm = mask.geometry.spacing_mm
    region = np.pad(crop_mask(mask, bounding_box(mask.array)).array, 1)
    found = (
        mesh_features(region, spacing_mm)
        | voxel_features(region, spacing_mm)
        | axis_features(region, spacing_mm)
        | diameter_features(region, spacing_mm)
    )
    return {name: found[name] for name in wanted}


def mesh_features(region: NDArray[np.bool_], spacing_mm: Spacing) -> Features:
    """Features of the triangle mesh of a region with a border of false voxels."""
    area, volume = surface_and_volume(region, spacing_mm)
    sphericity = (36 * np.pi * volume**2) ** (1 / 3) / area
    return {
        "MeshVolume": volume,
        "SurfaceArea": area,
        "SurfaceVolumeRatio": area / volume,
        "Sphericity": sphericity,
        "SphericalDisproportion": 1 / sphericity,
        "Compactness1": volume / (np.pi**0.5 * area**1.5),
        "Compactness2": 36 * np.pi * volume**2 / area**3,
    }


def voxel_features(region: NDArray[np.bool_], spacing_mm: Spacing) -> Features:
    """Volume by counting voxels."""
    return {"VoxelVolume": float(np.count_nonzero(region) * np.prod(spacing_mm))}


def axis_features(region: NDArray[np.bool_], spacing_mm: Spacing) -> Features:
    """Lengths of the principal axes and their ratios."""
    least, minor, major = axis_lengths_mm(covariance_mm2(region, spacing_mm)).tolist()
    return {
        "MajorAxisLength": major,
        "MinorAxisLength": minor,
        "LeastAxisLength": least,
        "Elongation": ratio(minor, major),
        "Flatness": ratio(least, major),
    }


def diameter_features(region: NDArray[np.bool_], spacing_mm: Spacing) -> Features:
    """Largest distances between vertices of a region with a border of false voxels."""
    diameters = largest_diameters(region, spacing_mm)
    return {
        "Maximum3DDiameter": diameters.overall_mm,
        "Maximum2DDiameterSlice": diameters.slice_mm,
        "Maximum2DDiameterColumn": diameters.column_mm,
        "Maximum2DDiameterRow": diameters.row_mm,
    }
