"""Which side of the patient lies where in a picture."""

from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.report.montage import Diameter, Panel
from radiomics_hcc.report.patient_sides import facing

IMAGE = np.arange(12.0).reshape(3, 4)
AXIAL = (1, 0, 0, 0, 1, 0, 0, 0, 1)
OBLIQUE = (0.96, 0.28, 0, -0.28, 0.96, 0, 0, 0, 1)
MIRRORED = (-1, 0, 0, 0, 1, 0, 0, 0, 1)
RAS = (-1, 0, 0, 0, -1, 0, 0, 0, 1)
CORONAL = (1, 0, 0, 0, 0, 1, 0, -1, 0)
SAGITTAL = (0, 0, 1, 1, 0, 0, 0, -1, 0)


@pytest.mark.parametrize(
    ("direction", "sides", "shown"),
    [
        (AXIAL, "RLA", IMAGE),
        (OBLIQUE, "RLA", IMAGE),
        (MIRRORED, "RLA", IMAGE[:, ::-1]),
        (RAS, "RLA", IMAGE[::-1, ::-1]),
        (CORONAL, "RLS", IMAGE),
        (SAGITTAL, "APS", IMAGE),
    ],
)
def test_right_is_on_the_left_and_anterior_or_superior_on_top(direction, sides, shown) -> None:
    panel = facing(Panel(IMAGE, {"lesion": IMAGE > 5}), direction)
    assert "".join(panel.sides) == sides
    np.testing.assert_array_equal(panel.image_hu, shown)
    np.testing.assert_array_equal(panel.masks["lesion"], shown > 5)


def test_diameters_turn_with_the_slice() -> None:
    line = Diameter("longest diameter", ((0.0, 0.0), (2.0, 6.0)))
    panel = Panel(IMAGE, {}, (2.0, 2.0), diameters=(line,))
    (turned,) = facing(panel, RAS).diameters
    assert turned.ends_yx_mm == ((4.0, 6.0), (2.0, 0.0))
    assert facing(panel, AXIAL).diameters == (line,)
