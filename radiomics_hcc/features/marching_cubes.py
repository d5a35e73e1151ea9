"""Area and volume of the marching-cubes surface of a region, without a list of triangles."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.imaging.compiled import compiled

# Corners of a cube as (z, y, x), numbered as in Bourke's table; a corner inside the region sets
# the bit of its number in the configuration of the cube.
CORNERS: Final = (
    (0, 0, 0), (0, 0, 1), (0, 1, 1), (0, 1, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0)
)  # fmt: skip
# Edges 0 to b (hexadecimal) of a cube, by their two corners.
EDGES: Final = (
    (0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7)
)  # fmt: skip
# Triangles of configurations 0 to 127, three edges each: the first half of the table of
# P. Bourke, Polygonising a scalar field, 1994 (after Lorensen & Cline, SIGGRAPH 1987; tables by
# C. G. Bloyd). A configuration above 127 has the triangles of its complement turned round.
TRIANGLES: Final = """
- 083 019 183981 12a 08312a 92a029 2832a8a98 3b2 0b28b0 19023b 1b219b98b 3a1ba3 0a108a8ba
3903b9ba9 98aa8b 478 430734 019847 419471731 12a847 34730412a 92a902847 2a9297273794 8473b2
b47b24204 90184723b 47b94b9b2921 3a13ba784 1ba14b1047b4 47890b9bab03 47b4b99ba 954 954083 054150
854835315 12a954 30812a495 52a542402 2a5325354348 95423b 0b208b495 05401523b 21525828b485
a3ba13954 4950818a18ba 54050b5bab03 54858aa8b 978579 930953573 078017157 153357 978957a12
a12950530573 802825857a52 2a5253357 7957893b2 95797292027b 23b018178157 b21b17715 958857a13a3b
5705097b010aba0 ba0b03a50807570 ba57b5 a65 0835a6 9015a6 1831985a6 165261 165126308 965906026
598582526328 23ba65 b08b20a65 01923b5a6 5a61929b298b 63b653513 08b0b50515b6 3b6036065059
65969bb98 5a6478 43047365a 1905a6847 a65197173794 612651478 125526304347 847905065026
739794329596269 3b2784a65 5a647242027b 01947823b5a6 9219b294b7b45a6 8473b53515b6 51b5b610b7b404b
059065036b63847 65969b4797b9 a4964a 4a649a083 a01a60640 83181686461a 149124264 308129249264
024426 832824426 a49a64b23 08228b49a4a6 3b201606461a 64161a48121b8b1 964936913b63
8b1810b61914641 3b6360064 648b68 7a678a89a 0730a709a67a a671a7178180 a67a71173 126168189867
269291679093739 780706602 732672 23ba68a89867 20727b09767a9a7 1801781a767a23b b21b17a61671
896867916b63136 091b67 7807063b0b60 7b6
"""
CONFIGURATIONS: Final = 256
MOST_TRIANGLES: Final = 5


def surface_and_volume(
    region: NDArray[np.bool_], spacing_mm: tuple[float, float, float]
) -> tuple[float, float]:
    """Area (mm^2) and volume (mm^3) of the triangle mesh half-way between inside and outside.

    Area is the sum of |(a - c) x (b - c)| / 2, volume the sum of a . (b x c) / 6 over the
    triangles a, b, c (IBSI manual, arXiv:1612.07003, C0JK and RNU0; van Griethuysen et al. 2017).
    All cubes of one configuration hold the same triangles, moved by p, and a moved triangle has
    (a + p) . ((b + p) x (c + p)) = a . (b x c) + p . (a x b + b x c + c x a): how often each of
    the 256 configurations occurs, and the sum of its positions, are all that is needed.

    Where voxels touch at an edge or corner only, triangles of neighbouring cubes may leave a
    hole, as they do in PyRadiomics; the volume then depends slightly on where the array begins.

    Parameters
    ----------
    region
        Shape (z, y, x), with a border of at least one false voxel on every side. One voxel gives
        an octahedron, an empty region 0 and 0. PyRadiomics' values need the bounding box with a
        border of exactly one voxel.
    spacing_mm
        Voxel spacing along (z, y, x), mm.
    """
    counted = _count_configurations(np.ascontiguousarray(region, dtype=np.uint8))
    count, positions_mm = counted[:, 0], counted[:, 1:] * np.asarray(spacing_mm)
    corners_mm = _triangles() * np.asarray(spacing_mm)
    a, b, c = corners_mm[:, :, 0], corners_mm[:, :, 1], corners_mm[:, :, 2]
    area_mm2 = np.linalg.norm(np.cross(a - c, b - c), axis=2).sum(axis=1) / 2
    volume_mm3 = np.sum(np.cross(a, b) * c, axis=(1, 2)) / 6
    gain_mm2 = np.sum(np.cross(a, b) + np.cross(b, c) + np.cross(c, a), axis=1) / 6
    volume = np.sum(count * volume_mm3) + np.sum(positions_mm * gain_mm2)
    return float(np.sum(count * area_mm2)), float(volume)


@cache
def _triangles() -> NDArray[np.float64]:
    """Corners of all triangles in units of voxels: (configuration, triangle, corner, (z, y, x)).

    Missing triangles have no extent, and so no area and no volume.
    """
    ends = np.asarray(CORNERS, dtype=np.float64)[np.asarray(EDGES)]
    middles = ends.mean(axis=1)
    corners = np.zeros((CONFIGURATIONS, MOST_TRIANGLES, 3, 3))
    for configuration, word in enumerate(TRIANGLES.split()):
        edges = [int(letter, 16) for letter in word.strip("-")]
        found = middles[edges].reshape(-1, 3, 3)
        corners[configuration, : len(found)] = found
        corners[CONFIGURATIONS - 1 - configuration, : len(found)] = found[:, ::-1]
    return corners


@compiled
def _count_configurations(region: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How often each configuration occurs, and the sums of its z, y and x: shape (256, 4)."""
    counted = np.zeros((CONFIGURATIONS, 4), dtype=np.int64)
    depth, height, width = region.shape
    for z in range(depth - 1):
        for y in range(height - 1):
            left = 0  # the four corners at x, outside at the border
            for x in range(width - 1):
                a, b = region[z, y, x + 1], region[z, y + 1, x + 1]
                c, d = region[z + 1, y, x + 1], region[z + 1, y + 1, x + 1]
                configuration = left + 2 * a + 4 * b + 32 * c + 64 * d
                left = a + 8 * b + 16 * c + 128 * d
                if configuration not in (0, CONFIGURATIONS - 1):
                    counted[configuration, 0] += 1
                    counted[configuration, 1] += z
                    counted[configuration, 2] += y
                    counted[configuration, 3] += x
    return counted
