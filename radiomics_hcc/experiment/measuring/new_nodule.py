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

SMALLEST_VIABLE_MM: Final = 10.0
"""A viable part so large is judged in place of the whole nodule: necrosis is neither dark in the
arterial phase nor washed out. mRECIST's least size of a new nodule."""

VIABLE: Final = "viable_"  # begins the contrasts of the viable part
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
    without both phases, nothing is said. A viable part of at least 10 mm is judged in place of the
    whole nodule, whose necrosis would hide enhancement and pass for washout.

    Parameters
    ----------
    values
        `contrast_to_liver_arterial_hu` and `contrast_to_liver_portal_hu`, HU, where known;
        `viable_mm` and the same contrasts with `viable_` before them, of the viable part.

    Examples
    --------
    >>> hu = {"contrast_to_liver_arterial_hu": 33.0, "contrast_to_liver_portal_hu": -13.0}
    >>> nodule_finding(hu).finding.value
    'typical'
    """
    is_viable = values.get("viable_mm", 0.0) >= SMALLEST_VIABLE_MM
    part, name = ("viable part of the ", VIABLE) if is_viable else ("", "")
    arterial = values.get(f"{name}contrast_to_liver_arterial_hu")
    portal = values.get(f"{name}contrast_to_liver_portal_hu")
    if arterial is None or portal is None:
        what = "the pattern of the new nodule needs HU in arterial and portal phase and liver"
        return NoduleFinding("", UNCLEAR, f"{what}: a reader must fill in finding")
    told = f"{part}new nodule against the liver {arterial:+.0f} HU arterial"
    told += f" and {portal:+.0f} HU portal"
    if arterial >= HYPERENHANCEMENT_HU and portal <= WASHOUT_HU:
        return NoduleFinding(Finding.TYPICAL, MEASURED, told)
    if arterial <= 0 or portal >= 0:
        return NoduleFinding(Finding.ATYPICAL, MEASURED, told)
    return NoduleFinding("", UNCLEAR, f"{told}: a reader must fill in finding")
