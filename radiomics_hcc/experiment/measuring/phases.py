"""Which contrast phase each image of a study shows: as the table says, or as its vessels tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from radiomics_hcc.domain.cohort import Case, Phase, Region, Study
from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.imaging.contrast_phase import PhaseEvidence, contrast_phase
from radiomics_hcc.imaging.rigid import resample_mask

EVIDENCE_REGIONS: Final = (Region.AORTA, Region.PORTAL_VEIN, Region.LIVER)
CONTRAST_PHASES: Final = frozenset(Phase)


@dataclass(frozen=True, eq=False)
class NamedPhase:
    """One image of a study and the phase that it shows.

    Parameters
    ----------
    phase
        A contrast phase, the name of a sequence or map, or empty where nobody knows it.
    modality, image
        As in the cohort.
    volume
        Intensities, shape (z, y, x), on the image's own grid.
    flags
        `phase_unknown`, `phase_inferred: ...` or `phase_mismatch: ...` with the evidence;
        `phase_twice: ...` with the image that is not used.
    """

    phase: str
    modality: str
    image: Path
    volume: Volume = field(repr=False)
    flags: tuple[str, ...] = ()

    @property
    def is_contrast_phase(self) -> bool:
        """Whether it is one of the four phases, or an image of which nothing is known."""
        return self.phase in CONTRAST_PHASES or not self.phase


def named_phases(study: Study) -> tuple[NamedPhase, ...]:
    """Read every image of a study once, and say which phase it shows.

    A phase that the table states stays; where attenuation in aorta, portal vein and liver
    contradicts it, the image is flagged. An empty phase of CT is taken from attenuation where
    that allows one phase alone and the study has no other image of that phase. Of two images of
    one phase the first in the table is used, and flagged.
    """
    first: dict[Path, Case] = {}
    for case in study.cases:
        if case.image is not None:
            first.setdefault(case.image, case)
    found: dict[str, NamedPhase] = {}
    stated = {case.phase for case in first.values()}
    for image, case in first.items():
        each = _named(case, image, study.cases, stated)
        used = found.setdefault(each.phase, each)
        if used is not each:
            said = f"phase_twice: {image.name} is not used, {used.image.name} has the same phase"
            found[each.phase] = replace(used, flags=(*used.flags, said))
    return tuple(found.values())


def _named(case: Case, image: Path, cases: Sequence[Case], stated: set[str]) -> NamedPhase:
    known = NamedPhase(case.phase, case.modality, image, case.read_image())
    if case.modality != "CT":
        return known if case.phase else replace(known, flags=("phase_unknown",))
    regions = _regions(known, cases)
    evidence = contrast_phase(known.volume, regions)
    if case.phase:
        if not evidence.contradicts(case.phase):
            return known
        return replace(
            known, flags=(_said(f"phase_mismatch: stated {case.phase}, HU say", evidence),)
        )
    if not evidence.phase or evidence.phase in stated:
        return replace(known, flags=("phase_unknown",))
    return replace(known, phase=evidence.phase, flags=(_said("phase_inferred:", evidence),))


def _regions(image: NamedPhase, cases: Sequence[Case]) -> Mapping[str, Mask]:
    """The masks that tell the phase: the image's own, else those of the study."""
    found: dict[str, Mask] = {}
    for region in EVIDENCE_REGIONS:
        there = [
            case
            for case in cases
            if case.region == region and case.mask is not None and not case.is_absent
        ]
        own = [case for case in there if case.image == image.image]
        if there:
            mask = (own or there)[0].read_mask()
            found[region] = (
                resample_mask(mask, image.volume.geometry)
                if mask.geometry.differences(image.volume.geometry)
                else mask
            )
    return found


def _said(word: str, evidence: PhaseEvidence) -> str:
    return f"{word} {evidence.sentence}".replace(";", ",")
