"""Slices turned as a radiologist looks at them, with the letters of the patient's sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.report.montage import Diameter, Panel

TOWARDS: Final = ("L", "P", "S")  # patient axes x, y, z in LPS order
AWAY: Final = ("R", "A", "I")
LEFT_OF_PICTURE: Final = ("R", "A", "I")  # the patient's right, anterior in a sagittal slice
TOP_OF_PICTURE: Final = ("A", "S", "R")


def facing(panel: Panel, direction: Sequence[float]) -> Panel:
    """Mirror a slice so that the patient's right is on the left and anterior (superior) on top.

    Parameters
    ----------
    panel
        The slice as its array lies, and its diameters.
    direction
        Nine direction cosines of the image, row by row: columns are the array's axes (x, y, z) in
        the patient (LPS). An oblique axis has the letter of the patient's axis nearest to it.

    Returns
    -------
    Panel
        With its `sides`; a slice that lies so already is only given them.
    """
    axes = np.reshape(np.asarray(direction, dtype=np.float64), (3, 3))
    left, right = _ends(axes[:, 0])
    top, bottom = _ends(axes[:, 1])
    is_left_right = left not in LEFT_OF_PICTURE
    is_upside_down = top not in TOP_OF_PICTURE
    rows = slice(None, None, -1 if is_upside_down else 1)
    columns = slice(None, None, -1 if is_left_right else 1)
    height_mm, width_mm = (
        (count - 1) * step
        for count, step in zip(panel.image_hu.shape, panel.spacing_yx_mm, strict=True)
    )

    def turned(diameter: Diameter) -> Diameter:
        first, second = (
            (height_mm - y if is_upside_down else y, width_mm - x if is_left_right else x)
            for y, x in diameter.ends_yx_mm
        )
        return Diameter(diameter.name, (first, second))

    return replace(
        panel,
        image_hu=panel.image_hu[rows, columns],
        masks={name: mask[rows, columns] for name, mask in panel.masks.items()},
        diameters=tuple(turned(diameter) for diameter in panel.diameters),
        sides=(
            right if is_left_right else left,
            left if is_left_right else right,
            bottom if is_upside_down else top,
        ),
    )


def _ends(axis: NDArray[np.float64]) -> tuple[str, str]:
    """Letters of the sides at which an axis of the array begins and ends."""
    nearest = int(np.argmax(np.abs(axis)))
    ends = AWAY[nearest], TOWARDS[nearest]
    return ends if axis[nearest] > 0 else (ends[1], ends[0])
