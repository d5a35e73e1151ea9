"""Great vessels, the portal and hepatic veins."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.datasets.synthetic.shapes import Axes, Ellipsoid, Point, Tube, paint, paint_over
from radiomics_hcc.datasets.synthetic.tissue import Tissue

FAR_MM: Final = 400.0
CONFLUENCE: Final[Point] = (-46.0, -6.0, 2.0)
HILUM: Final[Point] = (-12.0, -6.0, -26.0)
RIGHT: Final[Point] = (-6.0, 0.0, -50.0)
LEFT: Final[Point] = (10.0, -30.0, -12.0)
UMBILICAL: Final[Point] = (14.0, -46.0, 8.0)
# The segments that are outlined as portal vein; the others are smaller branches.
PORTAL_TRUNK: Final = (
    Tube(CONFLUENCE, HILUM, 7.0, 6.5),
    Tube(HILUM, RIGHT, 6.0, 5.0),
    Tube(HILUM, LEFT, 4.8, 4.2),
    Tube(LEFT, UMBILICAL, 4.2, 3.2),
)
PORTAL_BRANCHES: Final = (
    Tube(RIGHT, (18, -18, -66), 4.2, 3.0),
    Tube(RIGHT, (-4, 26, -72), 4.2, 3.0),
    Tube((18, -18, -66), (42, -24, -74), 3.0, 1.4),
    Tube((18, -18, -66), (20, -44, -78), 2.8, 1.3),
    Tube((18, -18, -66), (16, -14, -92), 2.4, 1.2),
    Tube((-4, 26, -72), (24, 40, -78), 3.0, 1.3),
    Tube((-4, 26, -72), (-36, 34, -84), 2.8, 1.3),
    Tube((-4, 26, -72), (-8, 36, -96), 2.2, 1.2),
    Tube(RIGHT, (-44, -14, -80), 3.4, 1.4),
    Tube((-44, -14, -80), (-68, -8, -86), 1.8, 1.2),
    Tube(UMBILICAL, (26, -50, 34), 2.8, 1.3),
    Tube(UMBILICAL, (6, -58, 26), 2.4, 1.2),
    Tube(LEFT, (28, -56, -22), 2.6, 1.2),
)
HEPATIC_VEINS: Final = (
    Tube((50, 16, -22), (30, 4, -66), 5.0, 3.4),
    Tube((30, 4, -66), (0, 2, -94), 3.2, 1.4),
    Tube((30, 4, -66), (8, 30, -88), 2.4, 1.2),
    Tube((50, 14, -22), (34, -30, -40), 4.6, 3.0),
    Tube((34, -30, -40), (2, -44, -56), 3.0, 1.3),
    Tube((50, 12, -20), (38, -38, 6), 4.0, 2.2),
    Tube((38, -38, 6), (28, -52, 30), 2.2, 1.2),
)
SPLENIC_AND_MESENTERIC: Final = (
    Tube(CONFLUENCE, (-30, 6, 34), 4.6, 4.2),
    Tube((-30, 6, 34), (4, 28, 62), 4.2, 3.6),
    Tube(CONFLUENCE, (-110, -10, 6), 5.6, 5.0),
)
ARTERIES: Final = (
    Tube((-14, 10, 12), (-16, -10, 10), 3.8, 3.2),
    Tube((-16, -10, 10), (-14, -10, -18), 2.8, 2.0),
    Tube((-16, -10, 10), (-4, 22, 60), 2.6, 2.2),
    Tube((-26, 6, 12), (-110, -8, 16), 3.8, 3.2),
    Tube((-46, 14, 12), (-52, 36, 48), 2.8, 2.4),
    Tube((-48, 14, 12), (-58, 38, -46), 2.8, 2.4),
)
RENAL_VEINS: Final = (
    Tube((-50, 12, -18), (-60, 34, -46), 4.5, 4.0),
    Tube((-44, 2, -14), (-46, 30, 46), 3.6, 4.0),
)


def paint_vessels(labels: NDArray[np.uint8], axes: Axes) -> None:
    """Paint vessels into `labels`, shape (z, y, x); intrahepatic ones only where liver is."""
    in_liver = {Tissue.LIVER: Tissue.PORTAL_BRANCH}
    for tube in PORTAL_BRANCHES:
        paint_over(labels, axes, tube, in_liver)
    for tube in HEPATIC_VEINS:
        paint_over(labels, axes, tube, {Tissue.LIVER: Tissue.HEPATIC_VEIN})
    for tube in RENAL_VEINS:
        paint(labels, axes, tube, Tissue.CAVA)
    paint(labels, axes, Ellipsoid((-40, 12, -20), (92, 10, 12)), Tissue.CAVA)
    paint(labels, axes, Tube((20, 12, -20), (62, 16, -20), 10.5, 11.5), Tissue.CAVA)
    for tube in (*SPLENIC_AND_MESENTERIC, *PORTAL_TRUNK):
        paint(labels, axes, tube, Tissue.PORTAL_VEIN)
    for tube in ARTERIES:
        paint(labels, axes, tube, Tissue.ARTERY)
    paint(labels, axes, Ellipsoid((0, 14, 13), (FAR_MM, 10.2, 10.2)), Tissue.AORTA)


def portal_trunk(axes: Axes) -> NDArray[np.bool_]:
    """Voxels of the outlined portal vein, shape (z, y, x)."""
    found = np.zeros(axes.shape, dtype=bool)
    for tube in PORTAL_TRUNK:
        box = axes.box(*tube.bounds_mm)
        found[box] |= tube.contains(axes.crop(box))
    return found
