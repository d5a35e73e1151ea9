"""The visits of one patient: outlines of lesions, and where each scan lies to the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from radiomics_hcc.domain.cohort import Case, Phase, Region
from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.imaging.lesion_matching import (
    LesionLink,
    LinkOutcome,
    MatchRule,
    match_lesions,
)
from radiomics_hcc.imaging.placed_lesion import PlacedLesion, View
from radiomics_hcc.imaging.register import Registration, register_rigidly, resample_mask
from radiomics_hcc.imaging.rigid import IDENTITY

PREFERRED: Final = (Phase.ARTERIAL, Phase.PORTAL, Phase.DELAYED, Phase.UNENHANCED)
AT_FIRST: Final = Registration(IDENTITY, 2.0, 2.0, 1.0)
"""How the first scan lies to itself."""


@dataclass(frozen=True, eq=False)
class Outline:
    """One lesion at one visit, drawn in one phase or in several.

    Parameters
    ----------
    cases
        Its rows; they share a mask and label unless the phases were drawn apart.
    lesion
        The outline, placed in the frame of the first visit; named by its first row.
    """

    cases: tuple[Case, ...]
    lesion: PlacedLesion

    @property
    def given_id(self) -> str:
        """The identity that the table gives; empty where it gives none."""
        return next((case.lesion_id for case in self.cases if case.lesion_id), "")


@dataclass(frozen=True, eq=False)
class Visit:
    """One time point of one patient.

    Parameters
    ----------
    timepoint
        Its name.
    cases
        Every row of it.
    outlines
        Its lesions that are present.
    registration
        How it lies to the first visit.
    view
        What its registered image shows.
    links
        How outlines that were drawn in different phases belong together.
    """

    timepoint: str
    cases: tuple[Case, ...]
    outlines: tuple[Outline, ...] = field(repr=False)
    registration: Registration
    view: View
    links: tuple[LesionLink, ...] = ()


def read_visits(
    cases: Sequence[Case], timepoints: Sequence[str], rule: MatchRule
) -> Iterator[Visit]:
    """Read the visits of one patient in their order; masks and images are read here.

    Parameters
    ----------
    cases
        Rows of one patient.
    timepoints
        In the order of the cohort, for visits without a date.
    rule
        Of matching, for lesions that were drawn in every phase apart.

    Raises
    ------
    InputError
        Where a visit has no image, or a file cannot be read.
    """
    first: tuple[Case, ...] = ()
    for timepoint, members in _visits_in_order(cases, timepoints):
        first = first or members
        _check_image(timepoint, members)
        if members is first:
            registration, image = AT_FIRST, _registered(members, _phases(members)[0])
        else:
            here, there = _common_phase(first, members)
            image = _registered(members, there)
            registration = _register(_registered(first, here), image)
        view = View(image.volume.geometry, registration.transform)
        outlines, links = _outlines(members, registration, rule)
        yield Visit(timepoint, members, outlines, registration, view, links)


def _check_image(timepoint: str, cases: Sequence[Case]) -> None:
    if not _phases(cases):
        what = f"no image at time point {timepoint!r}: nothing shows that its lesions are gone"
        raise InputError([Problem(cases[0].source, what, "give the image of the absent rows")])


def _visits_in_order(
    cases: Sequence[Case], timepoints: Sequence[str]
) -> list[tuple[str, tuple[Case, ...]]]:
    """By date where every visit has one, else as in the cohort."""
    visits = {name: tuple(case for case in cases if case.timepoint == name) for name in timepoints}
    there = [(name, members) for name, members in visits.items() if members]
    days = {name: min((c.date for c in members if c.date), default=None) for name, members in there}
    if None in days.values():
        return there
    return sorted(there, key=lambda visit: str(days[visit[0]]))


@dataclass(frozen=True, eq=False)
class _Registered:
    """The image by which a visit is registered, and its liver with the lesions in it."""

    volume: Volume
    liver: Mask | None


def _registered(cases: Sequence[Case], phase: str) -> _Registered:
    imaged = [case for case in cases if case.image is not None and case.phase == phase]
    volume = imaged[0].read_image()
    livers = [case for case in cases if case.region == Region.LIVER and case.mask is not None]
    livers.sort(key=lambda case: case.phase != phase)
    if not livers:
        return _Registered(volume, None)
    liver = _on_grid(livers[0].read_mask(), volume)
    lesions = {
        (case.mask, case.label): case
        for case in imaged
        if case.region == Region.LESION and case.mask is not None and not case.is_absent
    }
    parts = [liver, *(_on_grid(case.read_mask(), volume) for case in lesions.values())]
    whole = np.logical_or.reduce([part.array for part in parts])
    return _Registered(volume, Mask(whole, volume.geometry))


def _on_grid(mask: Mask, volume: Volume) -> Mask:
    if not mask.geometry.differences(volume.geometry):
        return mask
    return resample_mask(mask, volume.geometry)


def _register(fixed: _Registered, moving: _Registered) -> Registration:
    return register_rigidly(
        fixed.volume, moving.volume, fixed_region=fixed.liver, moving_region=moving.liver
    )


def _phases(cases: Iterable[Case]) -> list[str]:
    """The phases that have an image, the one in which HCC shows best first."""
    there = {case.phase for case in cases if case.image is not None}
    known = [str(phase) for phase in PREFERRED if phase in there]
    return [*known, *sorted(there - set(known))]


def _common_phase(first: Sequence[Case], later: Sequence[Case]) -> tuple[str, str]:
    here, there = _phases(first), _phases(later)
    common = [phase for phase in here if phase in there]
    return (common[0], common[0]) if common else (here[0], there[0])


def _outlines(
    cases: Sequence[Case], registration: Registration, rule: MatchRule
) -> tuple[tuple[Outline, ...], tuple[LesionLink, ...]]:
    """The lesions of a visit; rows that share a mask and label, or an identity, are one."""
    drawn: dict[object, list[Case]] = {}
    for case in cases:
        if case.region == Region.LESION and not case.is_absent:
            drawn.setdefault(case.lesion_id or (case.mask, case.label), []).append(case)
    outlines = [_outline(members, registration) for members in drawn.values()]
    if not outlines:
        return (), ()
    phases = _phases(cases)
    lead = min(phases.index(case.phase) for one in outlines for case in one.cases)
    is_lead = [any(case.phase == phases[lead] for case in one.cases) for one in outlines]
    leading = [one for one, leads in zip(outlines, is_lead, strict=True) if leads]
    others = [one for one, leads in zip(outlines, is_lead, strict=True) if not leads]
    return _joined(leading, others, rule) if others else (tuple(outlines), ())


def _outline(cases: Sequence[Case], registration: Registration) -> Outline:
    name = cases[0].source or cases[0].name
    return Outline(tuple(cases), PlacedLesion(name, cases[0].read_mask(), registration.transform))


def _joined(
    leading: Sequence[Outline], others: Sequence[Outline], rule: MatchRule
) -> tuple[tuple[Outline, ...], tuple[LesionLink, ...]]:
    """Outlines of the other phases put to those of the leading one that they match."""
    links = match_lesions(
        [one.lesion for one in leading], [one.lesion for one in others], rule=rule
    )
    kept = tuple(link for link in links if link.outcome is LinkOutcome.MATCHED)
    partner: Mapping[str, str] = {link.before: link.after for link in kept}
    by_name = {one.lesion.name: one for one in others}
    joined = [
        replace(one, cases=(*one.cases, *by_name[partner[one.lesion.name]].cases))
        if one.lesion.name in partner
        else one
        for one in leading
    ]
    alone = [one for name, one in by_name.items() if name not in partner.values()]
    return (*joined, *alone), kept
