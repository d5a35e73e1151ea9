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
    chosen_case,
    read_lesion,
    read_study,
)
from radiomics_hcc.experiment.measuring.lesion import (
    LesionFindings,
    Surroundings,
    measure_lesion,
    surroundings,
)
from radiomics_hcc.experiment.measuring.visits import lesion_cases
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
    longest, viable_lines
        The whole lesion's longest axial diameter, and those that the viable size consists of: one,
        or several where fragments are added up.
    is_absent
        Whether the cohort says that the lesion has vanished.
    remarks
        What was said of the measurement, or why there is none.
    """

    study: Study
    images: StudyImages = field(repr=False)
    lesion: Mask | None = field(default=None, repr=False)
    viable: Mask | None = field(default=None, repr=False)
    longest: AxialDiameter | None = None
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
            found = measure_lesion(view.images, StudyMask(view.lesion), around, self.rule)
        except CASE_ERRORS as error:
            return _remarked(view, f"not measured: {reason_of(error)}")
        measured = replace(
            view,
            longest=found.longest_line,
            viable=found.viable,
            viable_lines=found.viable_lines,
        )
        return _remarked(measured, *_remarks(found))


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
    phase = chosen_case(present, blank.images.phase).phase
    parts = [case for case in present if case.phase == phase]
    try:
        masks = [read_lesion([case], blank.images).mask for case in parts]
    except CASE_ERRORS as error:
        return _remarked(blank, f"mask not read: {reason_of(error)}")
    together = Mask(np.any([mask.array for mask in masks], axis=0), masks[0].geometry)
    view = replace(blank, lesion=together)
    return _remarked(view, f"{len(parts)} masks together") if len(parts) > 1 else view


def _remarked(view: LesionView, *remarks: str) -> LesionView:
    return replace(view, remarks=(*view.remarks, *remarks))
