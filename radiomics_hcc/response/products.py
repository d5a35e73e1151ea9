"""Products of two diameters that cross at right angles, as WHO and EASL add them up."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from radiomics_hcc.errors import Problem
from radiomics_hcc.response.arterial_phase import is_read_elsewhere, read_elsewhere
from radiomics_hcc.response.measurement import LIVER, PORTAL_VEIN, Measurement
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.requirements import always, missing_columns
from radiomics_hcc.response.sizes import viable_column, why_not_viable
from radiomics_hcc.response.targets import TOO_SMALL_MM

UNIT: Final = "mm2"
TOO_SMALL_MM2: Final = TOO_SMALL_MM**2  # convention: 5 mm x 5 mm, as RECIST 1.1's 5 mm


def whole_product(row: Measurement) -> Fraction | None:
    """Longest diameter x the perpendicular one (short axis of a node), mm2; None if unmeasured."""
    across = row.short_axis_mm if row.is_node else row.perpendicular_mm
    return _product(row.longest_mm, across)


def viable_product(row: Measurement) -> Fraction | None:
    """The product of the viable diameters in the liver, of the whole ones elsewhere, mm2."""
    if row.site in (LIVER, PORTAL_VEIN):
        return _product(row.viable_mm, row.viable_perpendicular_mm)
    return whole_product(row)


def arterial_product(row: Measurement) -> Fraction | None:
    """As `viable_product`; None also where another phase than the arterial was read."""
    return None if is_read_elsewhere(row) else viable_product(row)


def whole_product_lacks(row: Measurement) -> str:
    """What a row without `whole_product` lacks."""
    if row.longest_mm is None:
        return "has no longest diameter"
    return "has no short axis" if row.is_node else "has no perpendicular diameter"


def viable_product_lacks(row: Measurement) -> str:
    """What a row without `viable_product` lacks."""
    if row.site not in (LIVER, PORTAL_VEIN):
        return whole_product_lacks(row)
    if row.viable_mm is None:
        return f"has no viable diameter {why_not_viable(row)}"
    return "has no viable perpendicular diameter"


def arterial_product_lacks(row: Measurement) -> str:
    """What a row without `arterial_product` lacks."""
    return read_elsewhere(row) if is_read_elsewhere(row) else viable_product_lacks(row)


def whole_product_gaps(measurements: Measurements, criterion: str) -> list[Problem]:
    """Columns of whole diameters that measured targets need and the table does not have."""
    return [
        *missing_columns(measurements, always("longest_mm"), criterion),
        *missing_columns(measurements, _across_column, criterion),
    ]


def viable_product_gaps(measurements: Measurements, criterion: str) -> list[Problem]:
    """Columns of diameters that `viable_product` needs and the table does not have."""
    return [
        *missing_columns(measurements, _viable_longest_column, criterion),
        *missing_columns(measurements, _viable_across_column, criterion),
    ]


def _product(longest: Fraction | None, across: Fraction | None) -> Fraction | None:
    if longest == 0:
        return Fraction(0)  # nothing is left, so that nothing is left across either
    return None if longest is None or across is None else longest * across


def _across_column(row: Measurement) -> str:
    return "short_axis_mm" if row.is_node else "perpendicular_mm"


def _viable_longest_column(row: Measurement) -> str:
    return "longest_mm" if row.is_node else viable_column(row)


def _viable_across_column(row: Measurement) -> str:
    is_viable = row.site in (LIVER, PORTAL_VEIN)
    return "viable_perpendicular_mm" if is_viable else _across_column(row)
