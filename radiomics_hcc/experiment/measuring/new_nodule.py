"""Whether a new liver nodule has the typical pattern, from attenuation, or nobody can say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from radiomics_hcc.response.measurement import Finding

HYPERENHANCEMENT_HU: Final = 10.0
"""Lesion above liver in the arterial phase: less is no hyperenhancement. A choice of this toolkit;
the published pattern is judged by eye."""

WASHOUT_HU: Final = -5.0
"""Lesion against liver in the portal phase: less negative is no washout. A choice of this
toolkit."""

MEASURED: Final = "finding_measured"
UNCLEAR: Final = "finding_unclear"


@dataclass(frozen=True)
class NoduleFinding:
    """What attenuation says of a new nodule.

    Parameters
    ----------
    finding
        `typical` or `atypical`; empty where attenuation cannot tell.
    flag
        Asks a reader to look, whatever was found.
    sentence
        The numbers.
    """

    finding: str
    flag: str
    sentence: str


def nodule_finding(values: Mapping[str, float]) -> NoduleFinding:
    """Judge a new nodule by its contrast to the liver in the arterial and the portal phase.

    Typical: at least 10 HU above the liver in the arterial phase and at least 5 HU below it in
    the portal phase. Atypical: one of the two lies on the other side of the liver. Between, or
    without both phases, nothing is said.

    Parameters
    ----------
    values
        `contrast_to_liver_arterial_hu` and `contrast_to_liver_portal_hu`, HU, where known.

    Examples
    --------
    >>> hu = {"contrast_to_liver_arterial_hu": 33.0, "contrast_to_liver_portal_hu": -13.0}
    >>> nodule_finding(hu).finding
    'typical'
    """
    arterial = values.get("contrast_to_liver_arterial_hu")
    portal = values.get("contrast_to_liver_portal_hu")
    if arterial is None or portal is None:
        what = "the pattern of the new nodule needs HU in arterial and portal phase and liver"
        return NoduleFinding("", UNCLEAR, f"{what}: a reader must fill in finding")
    told = f"new nodule against the liver {arterial:+.0f} HU arterial and {portal:+.0f} HU portal"
    if arterial >= HYPERENHANCEMENT_HU and portal <= WASHOUT_HU:
        return NoduleFinding(Finding.TYPICAL, MEASURED, told)
    if arterial <= 0 or portal >= 0:
        return NoduleFinding(Finding.ATYPICAL, MEASURED, told)
    return NoduleFinding("", UNCLEAR, f"{told}: a reader must fill in finding")
