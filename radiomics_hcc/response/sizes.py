"""Which column holds the size of a lesion, by its site."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from radiomics_hcc.response.measurement import LIVER, PORTAL_VEIN, Measurement

WITHOUT_VIABLE: Final = {
    "no_arterial": "no arterial phase",
    "no_liver_mask": "no liver mask to compare with",
    "no_parenchyma": "too little liver to compare with",
    "lipiodol": "lipiodol fills more than half",
    "hypovascular": "it enhances less than the liver",
}
"""Flags of a measurement whose viable sizes are empty, and what they mean."""


def whole_column(row: Measurement) -> str:
    """RECIST 1.1: the longest diameter of the whole lesion, the short axis of a node."""
    return "short_axis_mm" if row.is_node else "longest_mm"


def viable_column(row: Measurement) -> str:
    """mRECIST: the viable diameter in the liver, RECIST 1.1 elsewhere."""
    return "viable_mm" if row.site in (LIVER, PORTAL_VEIN) else whole_column(row)


def whole_size(row: Measurement) -> Fraction | None:
    """Size in mm under RECIST 1.1; None where it was not measured."""
    return row.short_axis_mm if row.is_node else row.longest_mm


def viable_size(row: Measurement) -> Fraction | None:
    """Size in mm under mRECIST; None where it was not measured (no arterial phase)."""
    return row.viable_mm if row.site in (LIVER, PORTAL_VEIN) else whole_size(row)


def whole_unmeasured(row: Measurement) -> str:
    """What a row without `whole_size` lacks."""
    return "has no short axis" if row.is_node else "has no longest diameter"


def why_not_viable(row: Measurement) -> str:
    """Why viable tissue was not measured: what the flags of the row say, else the usual reason."""
    said = [WITHOUT_VIABLE[flag] for flag in row.flags if flag in WITHOUT_VIABLE]
    return f"({', '.join(said) or 'no arterial phase?'})"


def viable_unmeasured(row: Measurement) -> str:
    """What a row without `viable_size` lacks."""
    if row.site in (LIVER, PORTAL_VEIN):
        return f"has no viable diameter {why_not_viable(row)}"
    return whole_unmeasured(row)
