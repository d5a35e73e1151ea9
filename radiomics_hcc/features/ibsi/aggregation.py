"""How the texture matrices of directions and slices become one value per feature."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.features.grey_levels import GreyLevels, grey_levels

SLICE_AXIS: Final = 0  # slices lie across z
Rows = dict[str, NDArray[np.float64]]  # short name -> one value for each matrix


@dataclass(frozen=True, eq=False)
class TextureRegion:
    """What the texture classes look at, on the bounding box of the region.

    Parameters
    ----------
    grey
        Grey levels of the intensity mask.
    morphological
        The morphological mask, shape of the grey levels without their border (z, y, x).
    """

    grey: GreyLevels
    morphological: NDArray[np.bool_] = field(repr=False)

    def slices(self) -> Iterator[TextureRegion]:
        """Every slice that has voxels, as a region of its own with its own grey levels."""
        for place, index in enumerate(self.grey.inner):
            if index.any():
                levels = self.grey.values[index[index > 0] - 1].astype(np.int32)
                grey = grey_levels(
                    levels, index[None] > 0, border=self.grey.border, highest=self.grey.highest
                )
                yield TextureRegion(grey, self.morphological[place : place + 1])


@dataclass(frozen=True)
class Aggregation:
    """Which matrices are counted, which are added, and which values are averaged.

    Parameters
    ----------
    dimension
        `2D`: a matrix for every slice, values averaged over the slices; `2.5D`: neighbours within
        slices, the matrices of all slices added; `3D`: neighbours in the volume.
    is_merged
        Whether the matrices of all directions are added; else their values are averaged. Of no
        consequence for matrices that have no direction.
    """

    dimension: str
    is_merged: bool

    @property
    def slice_axis(self) -> int | None:
        """The axis across which voxels are no neighbours; none in the volume."""
        return None if self.dimension == "3D" else SLICE_AXIS

    @property
    def suffix(self) -> str:
        """What the class is called in a feature's name: `glcm-2.5D-mrg`."""
        return f"{self.dimension}-{'mrg' if self.is_merged else 'avg'}"


# IBSI manual, section 3.6 (GLCM) and 3.7 (GLRLM), methods of aggregating.
AGGREGATIONS: Final[Mapping[str, Aggregation]] = MappingProxyType(
    {
        "2D-average": Aggregation("2D", is_merged=False),
        "2D-merged": Aggregation("2D", is_merged=True),
        "2.5D-average": Aggregation("2.5D", is_merged=False),
        "2.5D-merged": Aggregation("2.5D", is_merged=True),
        "3D-average": Aggregation("3D", is_merged=False),
        "3D-merged": Aggregation("3D", is_merged=True),
    }
)

# Counts the matrices of one region under one aggregation, and gives their features.
Family = Callable[[TextureRegion, Aggregation], Rows]


def aggregate(family: Family, region: TextureRegion, aggregation: Aggregation) -> dict[str, float]:
    """The features of a texture class under one aggregation.

    A matrix in which nothing was counted, such as the co-occurrences of a slice of one voxel, has
    no values and is left out of the mean; where all are empty, the features are NaN.

    References
    ----------
    IBSI manual (arXiv:1612.07003), sections 3.6 to 3.11, on aggregating features.
    """
    parts = region.slices() if aggregation.dimension == "2D" else iter([region])
    rows = [family(part, aggregation) for part in parts]
    return {name: _mean(np.concatenate([row[name] for row in rows])) for name in rows[0]}


def _mean(values: NDArray[np.float64]) -> float:
    present = values[~np.isnan(values)]
    return float(present.mean()) if present.size else float("nan")
