"""Images and masks that must lie on one grid."""

from __future__ import annotations

from collections.abc import Iterable

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import InputError, Problem


def check_grids(what: str, geometry: Geometry, others: Iterable[Volume | Mask]) -> None:
    """Refuse images and masks that lie on another grid.

    Parameters
    ----------
    what
        What is being done, for the message.
    geometry
        The grid on which all must lie.

    Raises
    ------
    InputError
        With every difference.
    """
    found = {why for other in others for why in geometry.differences(other.geometry)}
    if found:
        told = f"images and masks lie on different grids: {', '.join(sorted(found))}"
        raise InputError([Problem(what, told, "resample them onto one grid first")])
