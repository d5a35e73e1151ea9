"""The images and regions of one patient at one time point, brought onto one grid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from radiomics_hcc.domain.cohort import Case, Phase, Region, Study
from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.experiment.measuring.phases import NamedPhase, named_phases
from radiomics_hcc.imaging.register import (
    IDENTITY,
    RigidTransform,
    register_phases,
    resample_mask,
    resample_volume,
)

REFERENCE_ORDER: Final = (Phase.ARTERIAL, Phase.PORTAL, Phase.DELAYED, Phase.UNENHANCED)
"""In which phase sizes are measured: the first of these that the study has."""

VESSELS: Final = (Region.AORTA, Region.PORTAL_VEIN, "hepatic_vein", "vessels")
AIR_HU: Final = -1024.0  # where a resampled CT does not reach
RESAMPLED_MASK: Final = "resampled_mask"
BEYOND_IMAGE: Final = "beyond_image"
NOT_AXIAL: Final = "not_axial"
AXIAL_COSINE: Final = 0.5**0.5  # slices turned by more than 45 degrees are not axial


@dataclass(frozen=True, eq=False)
class StudyImages:
    """What is measured in, all on the grid of the reference phase.

    Parameters
    ----------
    phase
        The reference phase, in which sizes are measured; empty where nobody knows it.
    modality
        `CT`, `MR`, ...; limits in HU hold for CT alone.
    phases
        Contrast phases by name, the reference among them, shapes (z, y, x).
    maps
        Other aligned images by name: ADC, perfusion, subtraction.
    liver
        The whole liver; None where the cohort has none.
    vessels
        Masks of vessels.
    names
        The phase that each image shows, by its path.
    movements
        How phases that were registered lie to the reference, by name.
    flags
        What was said of the images.
    """

    phase: str
    modality: str
    phases: Mapping[str, Volume] = field(repr=False)
    maps: Mapping[str, Volume] = field(repr=False)
    liver: Mask | None = field(repr=False)
    vessels: tuple[Mask, ...] = field(repr=False)
    names: Mapping[Path, str] = field(default_factory=dict, repr=False)
    movements: Mapping[str, RigidTransform] = field(default_factory=dict, repr=False)
    flags: tuple[str, ...] = ()

    def phase_of(self, case: Case) -> str:
        """The phase that a case was drawn in, also where attenuation alone tells it."""
        return case.phase if case.image is None else self.names.get(case.image, case.phase)

    @property
    def image(self) -> Path | None:
        """The file of the reference phase."""
        return next((path for path, name in self.names.items() if name == self.phase), None)

    @property
    def geometry(self) -> Geometry:
        """The common grid."""
        return self.phases[self.phase].geometry

    @property
    def is_ct(self) -> bool:
        """Whether intensities are HU."""
        return self.modality == "CT"


@dataclass(frozen=True)
class StudyMask:
    """A lesion's mask on the reference grid, and what was said of it."""

    mask: Mask
    flags: tuple[str, ...] = ()


def read_study(study: Study) -> StudyImages:
    """Read the images of a study and bring them onto the grid of its reference phase.

    Contrast phases are registered to it, as breathing moves the liver between them and they are
    compared voxel by voxel; maps lie where the scanner placed them. Both are interpolated where
    their grid differs.

    Raises
    ------
    InputError
        Where no case of the study has an image, or a file cannot be read.
    """
    named = named_phases(study)
    if not named:
        problem = Problem(f"{study.patient_id} {study.timepoint}", "has no image")
        raise InputError([problem])
    reference = _reference(named)
    fixed = reference.volume
    liver = _region_mask(study.cases, (Region.LIVER,), reference.image, fixed.geometry)
    phases: dict[str, Volume] = {reference.phase: fixed}
    maps: dict[str, Volume] = {}
    movements: dict[str, RigidTransform] = {}
    flags = [*reference.flags, *([] if _is_axial(fixed.geometry) else [NOT_AXIAL])]
    for each in named:
        if each is reference:
            continue
        movement, said = _movement(each, reference, liver)
        flags += [*each.flags, *said]
        if not movement.is_identity:
            movements[each.phase] = movement
        aligned = _on_grid(each, fixed.geometry, movement)
        (phases if each.is_contrast_phase else maps)[each.phase] = aligned
    vessels = (
        _region_mask(study.cases, (region,), reference.image, fixed.geometry) for region in VESSELS
    )
    return StudyImages(
        phase=reference.phase,
        modality=reference.modality,
        phases=phases,
        maps=maps,
        liver=liver,
        vessels=tuple(mask for mask in vessels if mask is not None),
        names={each.image: each.phase for each in named},
        movements=movements,
        flags=tuple(dict.fromkeys(flags)),
    )


def read_lesion(cases: Sequence[Case], images: StudyImages) -> StudyMask:
    """Read a lesion's mask: that of the reference phase, else one drawn in another phase.

    A mask that was drawn in a phase that had to be moved is moved with it.

    Parameters
    ----------
    cases
        One lesion (or fragment) in the phases of a study.
    images
        Give the grid.

    Raises
    ------
    InputError
        Where the file cannot be read, or nothing of the mask lies on the reference grid.
    """
    case = chosen_case(cases, images)
    mask, phase = case.read_mask(), images.phase_of(case)
    flags = () if phase in ("", images.phase) else (f"mask_from_{phase}",)
    movement = images.movements.get(phase, IDENTITY)
    if movement.is_identity and not mask.geometry.differences(images.geometry):
        return StudyMask(mask, (*flags, *_beyond(mask)))
    moved = resample_mask(mask, images.geometry, movement)
    if moved.is_empty:
        remedy = "draw it on an image of this visit"
        what = f"the mask does not reach the {images.phase or 'reference'} image"
        raise InputError([Problem(case.source or case.name, what, remedy)])
    return StudyMask(moved, (*flags, RESAMPLED_MASK, *_beyond(moved)))


def _beyond(mask: Mask) -> tuple[str, ...]:
    """A flag where a lesion reaches the edge of the image, beyond which it may go on."""
    sides = [
        mask.array.take(place, axis).any()
        for axis, size in enumerate(mask.geometry.size)
        for place in (0, -1)
        if size > 1
    ]
    return (BEYOND_IMAGE,) if any(sides) else ()


def _is_axial(geometry: Geometry) -> bool:
    """Whether slices lie across the patient's long axis, or nearly so."""
    across = geometry.direction[8]  # the last axis (x, y, z) along the patient's z
    return abs(across) >= AXIAL_COSINE


def _reference(named: Sequence[NamedPhase]) -> NamedPhase:
    """The phase to measure in; of images without a contrast phase, the first."""
    for phase in REFERENCE_ORDER:
        for each in named:
            if each.phase == phase:
                return each
    return next((each for each in named if each.is_contrast_phase), named[0])


def _movement(
    moving: NamedPhase, reference: NamedPhase, liver: Mask | None
) -> tuple[RigidTransform, tuple[str, ...]]:
    """How an image lies to the reference, and what was said of it; maps lie as they are."""
    if not (moving.is_contrast_phase and reference.is_contrast_phase) or liver is None:
        return IDENTITY, ()
    found = register_phases(reference.volume, moving.volume, liver)
    moved = () if found.transform.is_identity else (f"registered_{moving.phase}",)
    return found.transform, (*found.flags, *moved)


def _on_grid(moving: NamedPhase, geometry: Geometry, transform: RigidTransform) -> Volume:
    if transform.is_identity and not moving.volume.geometry.differences(geometry):
        return moving.volume
    outside = AIR_HU if moving.modality == "CT" else 0.0
    return resample_volume(moving.volume, geometry, transform, outside=outside)


def _region_mask(
    cases: Iterable[Case], regions: Sequence[str], image: Path | None, geometry: Geometry
) -> Mask | None:
    """A region of the reference image, else of another one of the study; None without any."""
    found = [c for c in cases if c.region in regions and c.mask is not None and not c.is_absent]
    if not found:
        return None
    own = [case for case in found if case.image == image]
    mask = (own or found)[0].read_mask()
    if not mask.geometry.differences(geometry):
        return mask
    moved = resample_mask(mask, geometry)
    return None if moved.is_empty else moved


def chosen_case(cases: Sequence[Case], images: StudyImages) -> Case:
    """The case that was drawn in the reference phase, else in the first of the other phases."""
    order = [images.phase, *REFERENCE_ORDER]

    def rank(case: Case) -> int:
        phase = images.phase_of(case)
        return order.index(phase) if phase in order else len(order)

    return min(cases, key=rank)
