"""Everything that the images of a visit tell of one lesion, by column of `measurements.csv`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final

from radiomics_hcc.domain.cohort import Phase
from radiomics_hcc.domain.measurement_columns import (
    VARIANTS,
    VIABLE_SIZES,
    WHOLE_SIZES,
    variant_column,
)
from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.errors import InputError
from radiomics_hcc.experiment.measuring.images import StudyImages, StudyMask
from radiomics_hcc.experiment.measuring.new_nodule import VIABLE
from radiomics_hcc.imaging.chord import AxialDiameter, longest_diameter
from radiomics_hcc.imaging.enhancement import enhancement_values
from radiomics_hcc.imaging.parenchyma import ParenchymaLevel, reference_parenchyma
from radiomics_hcc.imaging.viable import HYPOVASCULAR, LIPIODOL, liver_enhancement
from radiomics_hcc.imaging.viable_rule import ViableRule
from radiomics_hcc.imaging.viable_sizes import (
    MASK_VARIANTS,
    LesionViability,
    measure_viability,
)
from radiomics_hcc.imaging.widths import moved_edge

CONTRAST: Final = "contrast_to_liver_"  # begins what tells a nodule from the liver
CHOI_SOURCE: Final = "mean_hu_portal"  # Choi's criterion measures the portal venous phase
NO_ARTERIAL: Final = "no_arterial"
NO_LIVER_MASK: Final = "no_liver_mask"
NO_PARENCHYMA: Final = "no_parenchyma"
LIPIODOL_UNSUBTRACTED: Final = "lipiodol_unsubtracted"
LIPIODOL_SEEN: Final = 0.02  # of the lesion: less is noise
"""Without an unenhanced phase the blurred edge of lipiodol cannot be told from enhancement."""

FRACTION: Final = "necrotic_fraction"
LIPIODOL_FRACTION: Final = "lipiodol_fraction"
VIABLE_COLUMNS: Final = (
    *VIABLE_SIZES,
    FRACTION,
    "viable_k1_mm",
    "viable_k3_mm",
    *(
        variant_column(size, variant)
        for variant, sizes in VARIANTS.items()
        for size in sizes
        if size in VIABLE_SIZES
    ),
)
"""Columns that need viable tissue."""

UNREADABLE: Final = {
    LIPIODOL: "lipiodol fills more than half of the lesion: not evaluable on CT",
    HYPOVASCULAR: "the lesion enhances less than the liver, so that viable tissue cannot be told",
}
"""Flags under which viable sizes are left empty: a drop of enhancement alone is no response."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What the lesions of a visit share.

    Parameters
    ----------
    parenchyma
        The tumour-free liver; None where there is none.
    level
        Its enhancement; None where viable tissue cannot be told.
    unenhanced
        The unenhanced phase on the arterial grid.
    flag, reason
        Why viable tissue cannot be told; empty where it can.
    """

    parenchyma: Mask | None = field(repr=False)
    level: ParenchymaLevel | None = None
    unenhanced: Volume | None = field(default=None, repr=False)
    flag: str = ""
    reason: str = ""


@dataclass(frozen=True, eq=False)
class LesionFindings:
    """One lesion at one visit.

    Parameters
    ----------
    lesion, viable, lipiodol
        Masks on the reference grid; viable and lipiodol None where they cannot be told.
    longest_line, viable_lines
        Where the diameters lie.
    values, reasons
        Numbers by column, and why a column has none; also the contrasts of the viable part to the
        liver (`viable_contrast_to_liver_...`), which are no columns.
    flags, note
        What was said of the measurement, and the threshold.
    """

    lesion: Mask = field(repr=False)
    viable: Mask | None = field(repr=False)
    lipiodol: Mask | None = field(repr=False)
    longest_line: AxialDiameter | None = field(repr=False)
    viable_lines: tuple[AxialDiameter, ...] = field(repr=False)
    values: Mapping[str, float]
    reasons: Mapping[str, str]
    flags: tuple[str, ...]
    note: str


def surroundings(images: StudyImages, lesions: Sequence[Mask], rule: ViableRule) -> Surroundings:
    """Find the tumour-free liver of a visit and how much it enhances.

    Parameters
    ----------
    images
        Of the visit.
    lesions
        Every lesion on the reference grid.
    rule
        What counts as viable.
    """
    if images.liver is None:
        reason = "the cohort has no liver mask, with which enhancement is compared"
        return Surroundings(None, flag=NO_LIVER_MASK, reason=reason)
    parenchyma = reference_parenchyma(images.liver, lesions, vessels=images.vessels)
    arterial = images.phases.get(Phase.ARTERIAL)
    if arterial is None:
        reason = "the visit has no arterial phase"
        return Surroundings(parenchyma, flag=NO_ARTERIAL, reason=reason)
    unenhanced = images.phases.get(Phase.UNENHANCED)
    try:
        level = liver_enhancement(arterial, parenchyma, unenhanced=unenhanced, rule=rule)
    except InputError as error:
        reason = "; ".join(problem.what for problem in error.problems)
        return Surroundings(None, flag=NO_PARENCHYMA, reason=reason)
    return Surroundings(parenchyma, level, unenhanced)


def measure_lesion(
    images: StudyImages, drawn: StudyMask, around: Surroundings, rule: ViableRule
) -> LesionFindings:
    """Measure one lesion: whole, viable, and in every phase.

    Parameters
    ----------
    images, drawn
        The visit and the lesion's mask on its grid.
    around
        From `surroundings`.
    rule
        What counts as viable.
    """
    lesion = drawn.mask
    found, reason = _viability(images, lesion, around, rule), around.reason
    whole = _whole(lesion) if found is None else _whole_of(found)
    values: dict[str, float] = {"slice_mm": images.geometry.spacing_mm[0], **dict(whole)}
    flags = [*images.flags, *drawn.flags]
    if found is None:
        flags.append(around.flag)
    else:
        flags += found.flags
        values[LIPIODOL_FRACTION] = found.lipiodol_fraction
        if around.unenhanced is None and found.lipiodol_fraction >= LIPIODOL_SEEN:
            flags.append(LIPIODOL_UNSUBTRACTED)
        reason = next((UNREADABLE[flag] for flag in found.flags if flag in UNREADABLE), "")
        values |= {} if reason else dict(_viable(found))
    values = _ordered(values)
    readable = found if found is not None and not reason else None
    viable = readable.tissue.viable if readable else None
    enhancement, wanting = _enhancement(images, lesion, viable, around.parenchyma)
    values |= enhancement
    wanting |= dict.fromkeys(VIABLE_COLUMNS, reason) if reason else {}
    return LesionFindings(
        lesion=lesion,
        viable=viable,
        lipiodol=None if found is None else found.tissue.lipiodol,
        longest_line=longest_diameter(lesion) if found is None else found.longest_line,
        viable_lines=readable.viable_lines if readable else (),
        values=values,
        reasons=wanting,
        flags=tuple(dict.fromkeys(flags)),
        note=reason or _threshold(found, around),
    )


def _viability(
    images: StudyImages, lesion: Mask, around: Surroundings, rule: ViableRule
) -> LesionViability | None:
    if around.level is None:
        return None
    arterial = images.phases[Phase.ARTERIAL]
    return measure_viability(
        arterial, lesion, around.level, unenhanced=around.unenhanced, rule=rule
    )


def _whole_of(found: LesionViability) -> Iterator[tuple[str, float]]:
    """Sizes of the whole lesion as they were measured with its viable part."""
    yield from asdict(found.whole).items()
    for name in MASK_VARIANTS:
        for size in WHOLE_SIZES:
            yield variant_column(size, name), found.variants[name][size]


def _whole(lesion: Mask) -> Iterator[tuple[str, float]]:
    """Sizes of the whole lesion alone, and again with the edge of its mask moved."""
    masks = {"": lesion}
    masks |= {name: moved_edge(lesion, pixels) for name, pixels in MASK_VARIANTS.items()}
    for name, mask in masks.items():
        line = longest_diameter(mask)
        sizes = (line.length_mm, line.perpendicular_mm, mask.volume_ml) if line else (0.0, 0.0, 0.0)
        for size, value in zip(WHOLE_SIZES, sizes, strict=True):
            yield variant_column(size, name) if name else size, value


def _viable(found: LesionViability) -> Iterator[tuple[str, float]]:
    yield from asdict(found.viable).items()
    yield FRACTION, found.necrotic_fraction
    yield "viable_k1_mm", found.viable_k1_mm
    yield "viable_k3_mm", found.viable_k3_mm
    for variant, sizes in found.variants.items():
        for size, value in sizes.items():
            if size in VIABLE_SIZES:
                yield variant_column(size, variant), value


def _enhancement(
    images: StudyImages, lesion: Mask, viable: Mask | None, parenchyma: Mask | None
) -> tuple[dict[str, float], dict[str, str]]:
    """Values in every phase by column, and why some are missing."""
    found = enhancement_values(images.phases, lesion, viable=viable, parenchyma=parenchyma)
    values = {name: value for name, value in found.values.items() if value is not None}
    reasons = dict(found.reasons)
    if viable is not None:
        part = enhancement_values(images.phases, viable, parenchyma=parenchyma).values
        values |= {
            f"{VIABLE}{name}": value
            for name, value in part.items()
            if name.startswith(CONTRAST) and value is not None
        }
    if not images.is_ct:
        without_unit = [name for name in values if "_hu" in name]
        values = {name: value for name, value in values.items() if name not in without_unit}
        why = f"intensities of {images.modality} have no unit"
        return values, reasons | dict.fromkeys(without_unit, why)
    if CHOI_SOURCE in values:
        values["mean_hu"] = values[CHOI_SOURCE]
    return values, reasons


def _ordered(values: dict[str, float]) -> dict[str, float]:
    """No perpendicular longer than its diameter: pixels let the two differ by some hundredths."""
    found = dict(values)
    for name in values:
        if "perpendicular_mm" in name:
            longest = name.replace("viable_perpendicular", "viable").replace(
                "perpendicular", "longest"
            )
            found[name] = min(values[name], values[longest])
    return found


def _threshold(found: LesionViability | None, around: Surroundings) -> str:
    if found is None or around.level is None:
        return ""
    image = "arterial" if around.unenhanced is None else "arterial minus unenhanced"
    level, tissue = around.level, found.tissue
    liver = f"liver {level.mean_hu:.1f}, SD {level.sd_hu:.1f}"
    return f"viable above {tissue.threshold_hu:.1f} in {image} ({liver})"
