"""What makes something new a tumour: by site, as RECIST 1.1 and as in a cirrhotic liver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from radiomics_hcc.response.arithmetic import decimal_text
from radiomics_hcc.response.measurement import (
    EFFUSION,
    LIVER,
    NODE,
    NODE_PORTA_HEPATIS,
    PORTAL_VEIN,
    Finding,
    LesionStatus,
    Measurement,
)
from radiomics_hcc.response.new_lesions import NewLesionEvidence
from radiomics_hcc.response.targets import NORMAL_NODE_MM, TOO_SMALL_MM

CONFIRMING: Final = {EFFUSION: Finding.POSITIVE, PORTAL_VEIN: Finding.TUMOUR}
DECIDES: Final = {EFFUSION: "cytology", PORTAL_VEIN: "finding"}
CALLED: Final = {
    NODE: "node",
    NODE_PORTA_HEPATIS: "porta-hepatis node",
    EFFUSION: "effusion",
    PORTAL_VEIN: "portal-vein thrombus",
}


@dataclass(frozen=True)
class UnequivocalLesion:
    """RECIST 1.1: anything new that is unequivocally tumour.

    An effusion needs positive cytology and a thrombus must be tumour; a node under 10 mm short
    axis (`porta_hepatis_minimum_mm` at the porta hepatis) is normal; an equivocal lesion waits.
    """

    porta_hepatis_minimum_mm: Fraction = NORMAL_NODE_MM

    def __call__(self, rows: Sequence[Measurement]) -> NewLesionEvidence:
        """Judge the last of the rows of one new lesion."""
        row = rows[-1]
        name = f"New {CALLED.get(row.site, f'{row.site} lesion')} {row.lesion_id}"
        needed, finding = CONFIRMING.get(row.site), last_finding(rows)
        if row.status is LesionStatus.EQUIVOCAL:
            return NewLesionEvidence(False, f"{name} is equivocal: no progression yet.")
        if needed is not None and finding is not needed:
            found = finding.value.replace("_", " ") if finding else "not stated"
            why = f"{name} is ignored: {DECIDES[row.site]} {found}, not {needed.value}."
            return NewLesionEvidence(False, why, may_be_dated_back=not row.is_not_tumour)
        if row.is_node and not self._is_enlarged(row):
            why = f"{name} is below {decimal_text(self._minimum(row))} mm short axis: normal."
            return NewLesionEvidence(False, why, may_be_dated_back=False)
        return NewLesionEvidence(True, f"{name}: PD.")

    def _is_enlarged(self, row: Measurement) -> bool:
        if row.status is LesionStatus.TOO_SMALL:
            return False
        return row.short_axis_mm is None or row.short_axis_mm >= self._minimum(row)

    def _minimum(self, row: Measurement) -> Fraction:
        at_porta = row.site == NODE_PORTA_HEPATIS
        return self.porta_hepatis_minimum_mm if at_porta else NORMAL_NODE_MM


@dataclass(frozen=True)
class HepatocellularNodule:
    """mRECIST: a new liver nodule must look, or grow, like hepatocellular carcinoma.

    It is progression at a longest diameter of at least `minimum_mm` with the typical pattern
    (arterial hyperenhancement, portal or delayed washout), or once it has grown by
    `interval_growth_mm` over its smallest earlier size. Elsewhere `elsewhere` judges.

    References
    ----------
    Lencioni R, Llovet JM. Semin Liver Dis 2010;30:52-60.
    """

    minimum_mm: Fraction
    interval_growth_mm: Fraction
    elsewhere: UnequivocalLesion

    def __call__(self, rows: Sequence[Measurement]) -> NewLesionEvidence:
        """Judge the last of the rows of one new lesion."""
        row = rows[-1]
        if row.site != LIVER:
            return self.elsewhere(rows)
        name, size = f"New liver nodule {row.lesion_id}", longest_mm(row)
        if row.status is LesionStatus.EQUIVOCAL or size is None:
            return NewLesionEvidence(False, f"{name} is equivocal: no progression yet.")
        is_typical = last_finding(rows) is Finding.TYPICAL
        opening = f"{name}, {decimal_text(size)} mm, {'' if is_typical else 'a'}typical"
        if is_typical and size >= self.minimum_mm:
            return NewLesionEvidence(True, f"{opening}: PD.")
        earlier = [known for known in map(longest_mm, rows[:-1]) if known is not None]
        growth = size - min(earlier, default=size)
        if growth >= self.interval_growth_mm:
            why = f"{opening}, grown by {decimal_text(growth)} mm: PD."
            return NewLesionEvidence(True, why)
        return NewLesionEvidence(False, f"{opening}: {self._wanting(is_typical)}.")

    def _wanting(self, is_typical: bool) -> str:
        growth = f"growth of {decimal_text(self.interval_growth_mm)} mm"
        other = f"{decimal_text(self.minimum_mm)} mm" if is_typical else "the typical pattern"
        return f"no progression without {other} or a {growth}"


def last_finding(rows: Sequence[Measurement]) -> Finding | None:
    """The finding that was stated last."""
    stated = [row.finding for row in rows if row.finding is not None]
    return stated[-1] if stated else None


def longest_mm(row: Measurement) -> Fraction | None:
    """Longest diameter, 5 mm where too small to measure; None where it was not measured."""
    return TOO_SMALL_MM if row.status is LesionStatus.TOO_SMALL else row.longest_mm
