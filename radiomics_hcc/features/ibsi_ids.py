"""IBSI's identifiers of the features that PyRadiomics and we name alike."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from radiomics_hcc.domain.feature import NOT_IN_IBSI
from radiomics_hcc.features import first_order, glcm, gldm, glrlm, glszm, ngtdm, shape

IBSI_IDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "shape": shape.IBSI_IDS,
        "firstorder": first_order.IBSI_IDS,
        "glcm": glcm.IBSI_IDS,
        "gldm": gldm.IBSI_IDS,
        "glrlm": glrlm.IBSI_IDS,
        "glszm": glszm.IBSI_IDS,
        "ngtdm": ngtdm.IBSI_IDS,
    }
)


def ibsi_id(class_name: str, name: str) -> str:
    """The identifier of a feature in the IBSI manual, or `not in IBSI`.

    Examples
    --------
    >>> ibsi_id("glcm", "JointAverage")
    '60VM'
    """
    return IBSI_IDS.get(class_name, {}).get(name, NOT_IN_IBSI)
