"""The six texture classes as IBSI counts them, each in the form that `aggregate` takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from radiomics_hcc.features import glcm, gldzm, glrlm, glszm, ngldm, ngtdm
from radiomics_hcc.features.directions import directions
from radiomics_hcc.features.glcm_counts import pair_matrices
from radiomics_hcc.features.ibsi.aggregation import Aggregation, Family, Rows, TextureRegion
from radiomics_hcc.features.texture_settings import TextureSettings

DIRECTIONAL: Final = frozenset(
    {"glcm", "glrlm"}
)  # a matrix for each direction; the others have one
ANY_SPACING_MM: Final = (1.0, 1.0, 1.0)  # IBSI's matrices count voxels, whatever their size


@dataclass(frozen=True)
class Textures:
    """The texture classes with their two settings.

    Parameters
    ----------
    distance
        Distance (Chebyshev, voxels) of the pairs of the GLCM, and largest distance of a neighbour
        in NGTDM and NGLDM. Runs and zones always join voxels that touch.
    coarseness
        Largest difference of grey levels that counts as dependent in the NGLDM.
    """

    distance: int = 1
    coarseness: float = 0.0

    @property
    def families(self) -> Mapping[str, Family]:
        """Class name to family."""
        return {
            "glcm": self.glcm,
            "glrlm": glrlm_of_runs,
            "glszm": glszm_of_zones,
            "gldzm": gldzm_of_zones,
            "ngtdm": self.ngtdm,
            "ngldm": self.ngldm,
        }

    def glcm(self, region: TextureRegion, aggregation: Aggregation) -> Rows:
        """Grey level co-occurrence, every pair counted both ways."""
        values, highest = region.grey.values, region.grey.highest
        offsets = directions((self.distance,), aggregation.slice_axis)
        batches = pair_matrices(region.grey, offsets, is_symmetrical=True)
        if aggregation.is_merged:
            merged = sum(matrices.sum(axis=0, keepdims=True) for _, matrices in batches)
            return glcm.features_of_each(np.asarray(merged), values, highest)
        rows = [glcm.features_of_each(matrices, values, highest) for _, matrices in batches]
        return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}

    def ngtdm(self, region: TextureRegion, aggregation: Aggregation) -> Rows:
        """Neighbourhood grey tone difference; voxels without neighbours do not count."""
        distances = tuple(range(1, self.distance + 1))
        settings = TextureSettings(ANY_SPACING_MM, distances, aggregation.slice_axis)
        n, s = ngtdm.count_differences(region.grey, settings, is_isolated_counted=False)
        found = ngtdm.ngtdm_features(n, s, region.grey.values)
        return {name: np.array([value if n.any() else np.nan]) for name, value in found.items()}

    def ngldm(self, region: TextureRegion, aggregation: Aggregation) -> Rows:
        """Neighbouring grey level dependence."""
        matrix = ngldm.neighbour_dependence_matrix(
            region.grey, aggregation.slice_axis, distance=self.distance, alpha=self.coarseness
        )
        return ngldm.neighbour_dependence_features(matrix)


def glrlm_of_runs(region: TextureRegion, aggregation: Aggregation) -> Rows:
    """Grey level run length."""
    matrices = glrlm.run_matrices(region.grey, directions((1,), aggregation.slice_axis))
    return glrlm.run_features(matrices.merged() if aggregation.is_merged else matrices)


def glszm_of_zones(region: TextureRegion, aggregation: Aggregation) -> Rows:
    """Grey level size zone: 26-connected, 8-connected in slices."""
    return glszm.zone_features(glszm.zone_matrix(region.grey, aggregation.slice_axis))


def gldzm_of_zones(region: TextureRegion, aggregation: Aggregation) -> Rows:
    """Grey level distance zone; distances are to the border of the morphological mask."""
    distance_map = gldzm.border_distance(region.morphological, aggregation.slice_axis)
    matrix = gldzm.count_distance_zones(region.grey, distance_map, aggregation.slice_axis)
    return gldzm.distance_zone_features(matrix)
