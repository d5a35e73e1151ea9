"""What the cells of one row of `measurements.csv` may not say together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import Final, TypeAlias

from radiomics_hcc.domain.cohort import Phase
from radiomics_hcc.domain.measurement_columns import (
    FUNCTIONAL_COLUMNS,
    SIZE_COLUMNS,
    VARIANT_COLUMNS,
)
from radiomics_hcc.domain.response import TreatmentResponseCategory
from radiomics_hcc.response.arithmetic import decimal_text, exact
from radiomics_hcc.response.measurement import LIVER, PORTAL_VEIN, LesionStatus, Role

Cells: TypeAlias = Mapping[str, str]
Complaint: TypeAlias = tuple[str, str]
"""What is wrong, and what to do."""

OF_LESIONS: Final = (
    "site",
    "finding",
    "phase",
    "slice_mm",
    *SIZE_COLUMNS,
    "mean_hu",
    "lirads_tr",
    *FUNCTIONAL_COLUMNS,
    *VARIANT_COLUMNS,
)
FRACTIONS: Final = ("necrotic_fraction", "lipiodol_fraction")
FUNCTIONAL_SIZES: Final = ("viable_k1_mm", "viable_k3_mm")
OTHER_PHASE_NAMES: Final = {
    "portal venous": Phase.PORTAL,
    "venous": Phase.PORTAL,
    "native": Phase.UNENHANCED,
    "non contrast": Phase.UNENHANCED,
    "noncontrast": Phase.UNENHANCED,
}
PHASE_SIMILARITY: Final = 0.8  # above it a word is taken for a misspelt phase, not for a sequence
TREATED_SITES: Final = (LIVER, PORTAL_VEIN)  # LI-RADS judges what was treated in the liver


def row_complaints(cells: Cells) -> Iterator[Complaint]:
    """Everything that the cells of a row contradict themselves in."""
    for rule in RULES:
        yield from rule(cells)


def _marker_cells(cells: Cells) -> Iterator[Complaint]:
    """A blood value is no lesion, and no lesion has one."""
    if cells.get("role") != Role.MARKER:
        if cells.get("afp_ng_ml"):
            remedy = "give it a row of its own with role marker"
            yield "afp_ng_ml on the row of a lesion", remedy
        return
    given = [name for name in OF_LESIONS if cells.get(name)]
    if given:
        yield f"role marker together with {', '.join(given)}", "a blood value has none of these"
    if cells.get("status") == LesionStatus.NOT_EVALUABLE and cells.get("afp_ng_ml"):
        yield "status 'not_evaluable' together with afp_ng_ml", "keep one"


def _fractions(cells: Cells) -> Iterator[Complaint]:
    for name in FRACTIONS:
        value = _number(cells, name)
        if value is not None and not 0 <= value <= 1:
            share = decimal_text(value / 100)
            remedy = f"did you mean {share}?" if 1 < value <= 100 else "write a share from 0 to 1"
            yield f"{name} is {cells[name]}", remedy


def _functional_sizes(cells: Cells) -> Iterator[Complaint]:
    for name in FUNCTIONAL_SIZES:
        value = _number(cells, name)
        if value is not None and value < 0:
            yield f"{name} is {cells[name]}", "a size cannot be negative"


def _slice(cells: Cells) -> Iterator[Complaint]:
    if _number(cells, "slice_mm") == 0:
        yield "slice_mm is 0", "write the distance of the slices in mm, or leave it empty"


def _phase(cells: Cells) -> Iterator[Complaint]:
    """Other names of the phases of CT are refused; any other word is an MR sequence."""
    phase = " ".join(cells.get("phase", "").lower().replace("_", " ").replace("-", " ").split())
    meant = OTHER_PHASE_NAMES.get(phase, "")
    if phase and not meant and phase not in list(Phase):
        close = get_close_matches(phase, list(Phase), n=1, cutoff=PHASE_SIMILARITY)
        meant = close[0] if close else ""
    if meant:
        words = ", ".join(Phase)
        yield (
            f"phase is {cells['phase']!r}",
            f"did you mean {str(meant)!r}? Phases are {words}, or the name of an MR sequence",
        )


def _category(cells: Cells) -> Iterator[Complaint]:
    """A LI-RADS category is of a lesion in the liver, and agrees with the lesion's status."""
    word, role = cells.get("lirads_tr", ""), cells.get("role")
    if not word or role == Role.MARKER:
        return
    site = cells.get("site") or LIVER
    if site not in TREATED_SITES:
        yield f"lirads_tr at site {site!r}", "it is for what was treated in the liver"
    not_evaluable = word == str(TreatmentResponseCategory.NONEVALUABLE)
    status = cells.get("status")
    if status == LesionStatus.NOT_EVALUABLE and not not_evaluable:
        yield f"status 'not_evaluable' together with lirads_tr {word!r}", "keep one"
    if status == LesionStatus.ABSENT and word not in GONE_CATEGORIES:
        yield f"status 'absent' together with lirads_tr {word!r}", "keep one"


def _number(cells: Cells, name: str) -> Fraction | None:
    """The number in a cell; None where it is empty or (said elsewhere) not a number."""
    try:
        return exact(cells[name]) if cells.get(name) else None
    except ValueError:
        return None


GONE_CATEGORIES: Final = (
    str(TreatmentResponseCategory.NONVIABLE),
    str(TreatmentResponseCategory.NONEVALUABLE),
)
RULES: Final[tuple[Callable[[Cells], Iterator[Complaint]], ...]] = (
    _marker_cells,
    _fractions,
    _functional_sizes,
    _slice,
    _phase,
    _category,
)
