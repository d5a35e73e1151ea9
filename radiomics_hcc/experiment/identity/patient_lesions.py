"""Identities of the lesions of one patient, visit after visit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from radiomics_hcc.domain.cohort import Status
from radiomics_hcc.domain.lesion_fragments import FRAGMENT_MARK, next_fragment
from radiomics_hcc.experiment.identity.placed_visits import Outline, Visit
from radiomics_hcc.imaging.lesion_matching import (
    LesionLink,
    LinkOutcome,
    MatchRule,
    match_lesions,
)
from radiomics_hcc.imaging.placed_lesion import PlacedLesion, View


@dataclass(frozen=True)
class GoneLesion:
    """A lesion that has no outline of its own at a visit: a row is to be added for it."""

    timepoint: str
    lesion_id: str
    status: Status


@dataclass(frozen=True)
class NamedLink:
    """A link, the identity that follows from it, and the visits that it joins.

    Parameters
    ----------
    link
        Its names are the first rows of the outlines, `file:line`.
    lesion_id
        The identity that the outline after has from now on; without one, that of the lesion.
    before
        Time point at which the lesion was last seen; empty for a new one.
    visit
        The visit that was matched.
    """

    link: LesionLink
    lesion_id: str
    before: str
    visit: Visit


@dataclass(eq=False)
class PatientLesions:
    """Names the lesions of one patient; visits are added in their order.

    A lesion is sought where it was last seen, so that one that was overlooked or vanished may
    come back.

    Parameters
    ----------
    rule
        When two outlines are the same lesion.
    taken
        Identities that the table gives.
    names
        Identity of every outlined row, by its source.
    gone
        Rows to be added.
    links
        What the identities rest on.
    """

    rule: MatchRule
    taken: set[str]
    names: dict[str, str] = field(default_factory=dict)
    gone: list[GoneLesion] = field(default_factory=list)
    links: list[NamedLink] = field(default_factory=list)
    _last: dict[str, PlacedLesion] = field(default_factory=dict)
    _seen: dict[str, tuple[str, str]] = field(default_factory=dict)  # time point, row
    _first_view: View | None = None

    def add(self, visit: Visit) -> None:
        """Name the lesions of the next visit."""
        given = {case.lesion_id for case in visit.cases if case.lesion_id}
        sought = [lesion for name, lesion in self._last.items() if name not in given]
        unnamed = [one for one in visit.outlines if not one.given_id]
        for one in visit.outlines:
            if one.given_id:
                self._name(one, one.given_id)
        if self._first_view is None:
            self._first_view = visit.view
            self._name_new(unnamed)
        else:
            self._follow(visit, sought, unnamed)
        for one in visit.outlines:
            self._seen[self.names[one.lesion.name]] = (visit.timepoint, one.lesion.name)
        self.links += [
            NamedLink(link, self.names[link.before], visit.timepoint, visit) for link in visit.links
        ]

    def _follow(
        self, visit: Visit, sought: Sequence[PlacedLesion], unnamed: Sequence[Outline]
    ) -> None:
        """Name what a later visit shows by what the earlier ones showed."""
        assert self._first_view is not None, "the first visit is added first"
        links = match_lesions(
            sought,
            [one.lesion for one in unnamed],
            rule=self.rule,
            views=(self._first_view, visit.view),
            doubts=visit.registration.flags,
        )
        outlines = {one.lesion.name: one for one in unnamed}
        descendants = _descendants(links)
        for before, after in descendants.items():
            del self._last[before]
            for name, part in zip(self._names_for(before, len(after)), after, strict=True):
                self._name(outlines[part], name)
        self._name_new(outlines[link.after] for link in links if link.outcome is LinkOutcome.NEW)
        self._mark_gone(visit.timepoint, links, descendants)
        for link in links:
            lesion_id = self.names[link.after] if link.after else link.before
            seen, row = self._seen.get(link.before, ("", ""))
            self.links.append(NamedLink(replace(link, before=row), lesion_id, seen, visit))

    def _mark_gone(
        self, timepoint: str, links: Sequence[LesionLink], descendants: dict[str, list[str]]
    ) -> None:
        """Add a row for each lesion that vanished or became part of another."""
        absorbed = {link.before for link in links if link.before and link.after} - {*descendants}
        vanished = [link.before for link in links if link.outcome is LinkOutcome.VANISHED]
        for name in sorted(absorbed):
            del self._last[name]
            self.gone.append(GoneLesion(timepoint, name, Status.MERGED))
        self.gone += [GoneLesion(timepoint, name, Status.ABSENT) for name in vanished]

    def _names_for(self, before: str, count: int) -> list[str]:
        """The lesion's own name, or one for each fragment; a fragment's largest part keeps its."""
        if count == 1:
            return [before]
        names = [before] if FRAGMENT_MARK in before else []
        while len(names) < count:
            names.append(next_fragment(before, self.taken))
            self.taken.add(names[-1])
        return names

    def _name_new(self, outlines: Iterable[Outline]) -> None:
        """Number lesions that were not there before, the largest first."""
        for one in sorted(outlines, key=_by_size):
            number = 1
            while f"L{number}" in self.taken:
                number += 1
            self._name(one, f"L{number}")

    def _name(self, outline: Outline, name: str) -> None:
        self.taken.add(name)
        self._last[name] = replace(outline.lesion, name=name)
        self.names.update((case.source, name) for case in outline.cases)


def _descendants(links: Sequence[LesionLink]) -> dict[str, list[str]]:
    """The outlines after that descend from each lesion before: from the largest linked one."""
    parent: dict[str, str] = {}
    for link in sorted(links, key=lambda link: -(link.volume_before_ml or 0)):
        if link.before and link.after:
            parent.setdefault(link.after, link.before)
    found: dict[str, list[str]] = {}
    for link in sorted(links, key=lambda link: -(link.volume_after_ml or 0)):
        if parent.get(link.after) == link.before and link.before:
            found.setdefault(link.before, []).append(link.after)
    return found


def _by_size(outline: Outline) -> tuple[float, list[float]]:
    return -outline.lesion.volume_ml, outline.lesion.centroid_mm.tolist()
