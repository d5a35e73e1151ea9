"""What a picture of a lesion shows at one time point: its image, its parts and its diameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from radiomics_hcc.domain.cohort import Case, Region, Study
from radiomics_hcc.domain.volume import Mask
from radiomics_hcc.experiment.measuring.images import (
    StudyImages,
    StudyMask,
    read_lesion,
    read_study,
)
from radiomics_hcc.experiment.measuring.lesion import (
    LesionFindings,
    Surroundings,
    measure_lesion,
    surroundings,
)
from radiomics_hcc.experiment.measuring.visits import fragments, lesion_cases
from radiomics_hcc.features.measure import CASE_ERRORS, reason_of
from radiomics_hcc.imaging.chord import AxialDiameter
from radiomics_hcc.imaging.viable_rule import ViableRule
from radiomics_hcc.response.measurement_doubts import DOUBTS

NOT_KNOWN: Final = "viable part not known: "
REMARKS: Final = {
    **DOUBTS,
    "no_subtraction": "viable part from the arterial phase alone",
    "empty_mask": "the mask is empty",
}
"""Flags of a measurement in words of their own; the others are words already."""


@dataclass(frozen=True, eq=False)
class LesionView:
    """One lesion of one patient at one time point, on the grid of the phase it is measured in.

    Parameters
    ----------
    study
        The patient's cases at that time point.
    images
        The same on one grid.
    lesion, viable
        Masks, shape (z, y, x); None where the lesion has none, or nobody can say what is viable.
    parts
        The mask of every fragment; one where the lesion is in one piece.
    longest_lines, viable_lines
        The longest axial diameters of which the lesion's size and its viable size consist, the
        longest first: one each, or several where fragments are added up.
    is_absent
        Whether the cohort says that the lesion has vanished.
    remarks
        What was said of the measurement, or why there is none.
    """

    study: Study
    images: StudyImages = field(repr=False)
    lesion: Mask | None = field(default=None, repr=False)
    viable: Mask | None = field(default=None, repr=False)
    parts: tuple[StudyMask, ...] = field(default=(), repr=False)
    longest_lines: tuple[AxialDiameter, ...] = ()
    viable_lines: tuple[AxialDiameter, ...] = ()
    is_absent: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class ViewStudy:
    """Looks at the lesions of one study.

    Parameters
    ----------
    rule
        What counts as viable.
    region
        The region of interest that is a lesion.
    """

    rule: ViableRule = field(default_factory=ViableRule)
    region: str = Region.LESION

    def __call__(self, study: Study, lesions: Iterable[str]) -> Mapping[str, LesionView]:
        """Read the study once, and find the parts and diameters of the lesions that are wanted.

        A lesion that the study does not name, or that cannot be read, has a view without masks.

        Raises
        ------
        InputError
            Where the study has no image, or one cannot be read.
        """
        blank = LesionView(study, read_study(study))
        there = lesion_cases(study, self.region)
        whole = {name: _whole(blank, cases) for name, cases in there.items()}
        masks = [view.lesion for view in whole.values() if view.lesion is not None]
        around = surroundings(blank.images, masks, self.rule)
        return {name: self._measured(whole.get(name, blank), around) for name in lesions}

    def _measured(self, view: LesionView, around: Surroundings) -> LesionView:
        if view.lesion is None:
            return view
        try:
            found = [measure_lesion(view.images, part, around, self.rule) for part in view.parts]
        except CASE_ERRORS as error:
            return _remarked(view, f"not measured: {reason_of(error)}")
        measured = replace(
            view,
            longest_lines=_sorted(part.longest_line for part in found),
            viable=_together([part.viable for part in found if part.viable is not None]),
            viable_lines=_sorted(line for part in found for line in part.viable_lines),
        )
        return _remarked(
            measured, *dict.fromkeys(word for part in found for word in _remarks(part))
        )


def _remarks(found: LesionFindings) -> Iterator[str]:
    if found.viable is None:
        yield NOT_KNOWN + found.reasons.get("viable_mm", "no reason given")
    for flag in found.flags:
        if flag in REMARKS or found.viable is not None:
            yield REMARKS.get(flag, flag.replace("_", " "))


def _whole(blank: LesionView, cases: Sequence[Case]) -> LesionView:
    """The view with the whole lesion, its fragments together."""
    present = [case for case in cases if not case.is_absent]
    if not present:
        return replace(blank, is_absent=True)
    try:
        parts = tuple(read_lesion(part, blank.images) for part in fragments(present))
    except CASE_ERRORS as error:
        return _remarked(blank, f"mask not read: {reason_of(error)}")
    view = replace(blank, lesion=_together([part.mask for part in parts]), parts=parts)
    return _remarked(view, f"{len(parts)} fragments, added up") if len(parts) > 1 else view


def _together(masks: Sequence[Mask]) -> Mask | None:
    if not masks:
        return None
    return Mask(np.any([mask.array for mask in masks], axis=0), masks[0].geometry)


def _sorted(lines: Iterable[AxialDiameter | None]) -> tuple[AxialDiameter, ...]:
    found = (line for line in lines if line is not None)
    return tuple(sorted(found, key=lambda line: -line.length_mm))


def _remarked(view: LesionView, *remarks: str) -> LesionView:
    return replace(view, remarks=(*view.remarks, *remarks))
