"""Volumes of lesions in mL, whole or enhancing, as vRECIST and qEASL add them up."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from radiomics_hcc.response.arterial_phase import is_read_elsewhere, read_elsewhere
from radiomics_hcc.response.measurement import LIVER, PORTAL_VEIN, Course, Measurement, Role
from radiomics_hcc.response.sizes import why_not_viable

UNIT: Final = "mL"
TOO_SMALL_ML: Final = Fraction("0.065")  # convention: a ball of RECIST 1.1's 5 mm, 0.0654 mL


def whole_volume(row: Measurement) -> Fraction | None:
    """Volume of the whole lesion in mL; None where it was not measured."""
    return row.volume_ml


def enhancing_volume(row: Measurement) -> Fraction | None:
    """Enhancing volume of a liver lesion, whole volume elsewhere, mL; None where unmeasured."""
    return row.viable_volume_ml if row.site in (LIVER, PORTAL_VEIN) else row.volume_ml


def arterial_volume(row: Measurement) -> Fraction | None:
    """As `enhancing_volume`; None also where another phase than the arterial was read."""
    return None if is_read_elsewhere(row) else enhancing_volume(row)


def whole_volume_column(_: Measurement) -> str:
    """The column of `whole_volume`."""
    return "volume_ml"


def enhancing_volume_column(row: Measurement) -> str:
    """The column of `enhancing_volume`."""
    return "viable_volume_ml" if row.site in (LIVER, PORTAL_VEIN) else "volume_ml"


def whole_volume_lacks(_: Measurement) -> str:
    """What a row without `whole_volume` lacks."""
    return "has no volume"


def enhancing_volume_lacks(row: Measurement) -> str:
    """What a row without `enhancing_volume` lacks."""
    if row.site in (LIVER, PORTAL_VEIN):
        return f"has no enhancing volume {why_not_viable(row)}"
    return whole_volume_lacks(row)


def arterial_volume_lacks(row: Measurement) -> str:
    """What a row without `arterial_volume` lacks."""
    return read_elsewhere(row) if is_read_elsewhere(row) else enhancing_volume_lacks(row)


def enhancing_share(course: Course, visit_index: int) -> Fraction | None:
    """Enhancing volume of the liver targets of a visit, as a share of their whole volume.

    None where a liver target lacks one of the two volumes, or where there is nothing left to
    measure.
    """
    rows = [
        row
        for row in course.visits[visit_index].measurements
        if row.role is Role.TARGET and row.site == LIVER
    ]
    wholes = [row.volume_ml for row in rows]
    enhancing = [row.viable_volume_ml for row in rows]
    known = [volume for volume in wholes if volume is not None]
    viable = [volume for volume in enhancing if volume is not None]
    if len(known) < len(rows) or len(viable) < len(rows) or not sum(known):
        return None
    return Fraction(sum(viable)) / sum(known)
