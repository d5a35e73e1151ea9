"""Why a feature has no value, by feature class: the cases in which its formula has none."""

from __future__ import annotations

from typing import Final

NO_VALUE: Final = {
    "glcm": "no two voxels of the region are neighbours at the distances asked for",
    "glrlm": "no run of voxels could be counted in the region",
    "ngtdm": "no voxel of the region has a neighbour at the distances asked for",
    "shape": "the region is too flat or too small for this shape feature",
    "shape2D": "the region is too thin or too small for this shape feature",
}
DEPRECATED: Final = "PyRadiomics calls this feature deprecated and gives no value"
