"""Which lesion of one scan is which of another: by overlap and distance, one to one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
import scipy  # loads its parts when they are used first
from numpy.typing import NDArray

from radiomics_hcc.imaging.placed_lesion import PlacedLesion, View

PROXIMITY_WEIGHT: Final = 0.5  # of nearness beside the Dice overlap, which counts 1
NO_DISTANCE_MM: Final = 1e-9  # lets the largest distance be 0


class LinkOutcome(StrEnum):
    """What became of a lesion between two scans."""

    MATCHED = "matched"
    SPLIT = "split"
    MERGED = "merged"
    VANISHED = "vanished"
    NEW = "new"
    NOT_IMAGED = "not_imaged"


@dataclass(frozen=True)
class MatchRule:
    """When two outlines are the same lesion; defaults of this toolkit, none of them published.

    Parameters
    ----------
    smallest_share
        Share of the smaller lesion's volume inside the other that makes them candidates.
    largest_distance_mm
        Two lesions that overlap with none are candidates up to this distance of their centroids.
    fragment_share
        Share of its volume by which a lesion left over lies inside a matched one, to be its
        fragment (split), or one of those that it was made of (merged).
    ambiguity
        A rival that scores so much of the accepted match makes it doubtful.
    """

    smallest_share: float = 0.1
    largest_distance_mm: float = 15.0
    fragment_share: float = 0.5
    ambiguity: float = 0.8


@dataclass(frozen=True)
class LesionLink:
    """One lesion before, one after, or one without the other, and what speaks for it.

    Parameters
    ----------
    outcome
        What became of it.
    before, after
        Names; empty where there is none.
    overlap
        Dice of the two outlines; None without a pair, as the following.
    share_before, share_after
        Share of the volume before (after) that lies inside the other outline.
    distance_mm
        Between the centroids.
    volume_before_ml, volume_after_ml
        By voxel count.
    doubts
        Why a person should look at it; empty where nothing speaks against it.
    """

    outcome: LinkOutcome
    before: str = ""
    after: str = ""
    overlap: float | None = None
    share_before: float | None = None
    share_after: float | None = None
    distance_mm: float | None = None
    volume_before_ml: float | None = None
    volume_after_ml: float | None = None
    doubts: tuple[str, ...] = ()


def match_lesions(
    before: Sequence[PlacedLesion],
    after: Sequence[PlacedLesion],
    *,
    rule: MatchRule | None = None,
    views: tuple[View, View] | None = None,
    doubts: Sequence[str] = (),
) -> tuple[LesionLink, ...]:
    """Link the lesions of two scans.

    Pairs that overlap enough, or overlap with nothing and are near, are candidates; each scores
    Dice + 0.5 max(0, 1 - distance / largest distance), and the one-to-one assignment with the
    largest sum is taken (Kuhn and Munkres). A lesion left over that lies mostly inside a matched
    one is its fragment, or was merged into it; the rest is new or vanished. The order in which
    lesions come changes nothing.

    Parameters
    ----------
    before, after
        The lesions, in one common frame; none of them empty.
    rule
        Thresholds.
    views
        What the scans before and after show: a lesion whose place was not imaged after is
        `not_imaged`, never vanished.
    doubts
        What speaks against every link, such as a poor registration.

    References
    ----------
    Kuhn HW. The Hungarian method for the assignment problem. Nav Res Logist Q 1955;2:83-97.
    """
    pairs = _Pairs(_in_order(before), _in_order(after), rule or MatchRule())
    links = [*pairs.linked(), *pairs.lost(views), *pairs.gained(views)]
    return tuple(replace(link, doubts=(*doubts, *link.doubts)) for link in links)


def _in_order(lesions: Sequence[PlacedLesion]) -> list[PlacedLesion]:
    """The largest first; of equal ones by their place."""
    return sorted(lesions, key=lambda one: (-one.volume_ml, one.centroid_mm.tolist()))


class _Pairs:
    """Every lesion before against every lesion after; matrices have a row per lesion before."""

    def __init__(
        self, before: list[PlacedLesion], after: list[PlacedLesion], rule: MatchRule
    ) -> None:
        self.before, self.after, self.rule = before, after, rule
        shape = (len(before), len(after))
        self.share_after = np.array([a.share_of(b) for a in before for b in after]).reshape(shape)
        self.share_before = np.array([b.share_of(a) for a in before for b in after]).reshape(shape)
        self.distance_mm = np.array(
            [np.linalg.norm(a.centroid_mm - b.centroid_mm) for a in before for b in after]
        ).reshape(shape)
        volume_before = np.array([one.volume_ml for one in before])[:, None]
        volume_after = np.array([one.volume_ml for one in after])[None, :]
        common = (self.share_after * volume_after + self.share_before * volume_before) / 2
        self.dice = 2 * common / (volume_before + volume_after)
        self.score = self._scores()
        rows, columns = scipy.optimize.linear_sum_assignment(self.score, maximize=True)
        chosen = zip(rows.tolist(), columns.tolist(), strict=True)
        self.match = {i: j for i, j in chosen if self.score[i, j] > 0}
        self.fragments = self._left_over(self.share_after.T, set(self.match.values()))
        self.absorbed = self._left_over(self.share_before, set(self.match))

    def _scores(self) -> NDArray[np.float64]:
        limit = self.rule.largest_distance_mm
        near = self.distance_mm < limit
        proximity = np.where(near, 1 - self.distance_mm / max(limit, NO_DISTANCE_MM), 0.0)
        overlapping = np.maximum(self.share_before, self.share_after) >= self.rule.smallest_share
        is_lone = ~overlapping.any(axis=1)[:, None] & ~overlapping.any(axis=0)[None, :]
        candidate = overlapping | (is_lone & near)
        scores: NDArray[np.float64] = np.where(
            candidate, self.dice + PROXIMITY_WEIGHT * proximity, 0.0
        )
        return scores

    def _left_over(self, share: NDArray[np.float64], matched: set[int]) -> dict[int, int]:
        """Lesions left over (rows) and the lesion of the other scan that holds most of them."""
        found = {}
        for row in self._alone(len(share), matched):
            if share.shape[1] and share[row].max() >= self.rule.fragment_share:
                found[row] = int(share[row].argmax())
        return found

    def linked(self) -> Iterator[LesionLink]:
        """The matched pairs and the fragments and merged lesions beside them."""
        pairs = {
            *self.match.items(),
            *((whole, part) for part, whole in self.fragments.items()),
            *self.absorbed.items(),
        }
        for i, j in sorted(pairs):
            yield self._link(self._outcome(i, j), i, j, tuple(self._doubts(i, j)))

    def _outcome(self, i: int, j: int) -> LinkOutcome:
        if i in self.fragments.values():
            return LinkOutcome.SPLIT
        return LinkOutcome.MERGED if j in self.absorbed.values() else LinkOutcome.MATCHED

    def _doubts(self, i: int, j: int) -> Iterator[str]:
        """What speaks against a pair: no overlap, rivals that are not its own parts."""
        if i in self.fragments.values() and j in self.absorbed.values():
            yield "split and merged at once"
        if self.match.get(i) != j:
            return
        if max(self.share_before[i, j], self.share_after[i, j]) < self.rule.smallest_share:
            yield f"no overlap, {self.distance_mm[i, j]:.0f} mm apart"
        needed = self.rule.ambiguity * self.score[i, j]
        for other, lesion in enumerate(self.after):
            if other != j and self.fragments.get(other) != i and self.score[i, other] >= needed:
                yield f"{lesion.name} fits nearly as well"
        for other, lesion in enumerate(self.before):
            if other != i and self.absorbed.get(other) != j and self.score[other, j] >= needed:
                yield f"{lesion.name} fits nearly as well"

    def _link(self, outcome: LinkOutcome, i: int, j: int, doubts: tuple[str, ...]) -> LesionLink:
        return LesionLink(
            outcome,
            self.before[i].name,
            self.after[j].name,
            overlap=float(self.dice[i, j]),
            share_before=float(self.share_before[i, j]),
            share_after=float(self.share_after[i, j]),
            distance_mm=float(self.distance_mm[i, j]),
            volume_before_ml=self.before[i].volume_ml,
            volume_after_ml=self.after[j].volume_ml,
            doubts=doubts,
        )

    def lost(self, views: tuple[View, View] | None) -> Iterator[LesionLink]:
        """Lesions without anything after."""
        for i in self._alone(len(self.before), {*self.match, *self.absorbed}):
            lesion = self.before[i]
            is_shown = views is None or views[1].shows(lesion)
            yield LesionLink(
                LinkOutcome.VANISHED if is_shown else LinkOutcome.NOT_IMAGED,
                before=lesion.name,
                volume_before_ml=lesion.volume_ml,
                doubts=(
                    *self._near(self.distance_mm[i], self._new(), self.after),
                    *self._partly_in(self.share_before[i], self.after),
                ),
            )

    def gained(self, views: tuple[View, View] | None) -> Iterator[LesionLink]:
        """Lesions without anything before."""
        for j in self._new():
            lesion = self.after[j]
            gone = self._alone(len(self.before), {*self.match, *self.absorbed})
            doubts = (
                *self._near(self.distance_mm[:, j], gone, self.before),
                *self._partly_in(self.share_after[:, j], self.before),
            )
            if views is not None and not views[0].shows(lesion):
                doubts = (*doubts, "its place was not imaged before")
            yield LesionLink(
                LinkOutcome.NEW,
                after=lesion.name,
                volume_after_ml=lesion.volume_ml,
                doubts=doubts,
            )

    def _new(self) -> list[int]:
        return self._alone(len(self.after), {*self.match.values(), *self.fragments})

    @staticmethod
    def _alone(count: int, linked: set[int]) -> list[int]:
        return [place for place in range(count) if place not in linked]

    def _partly_in(self, share: NDArray[np.float64], others: list[PlacedLesion]) -> tuple[str, ...]:
        """Lesions of the other scan that hold too much of it to be nothing to it."""
        return tuple(
            f"{100 * part:.0f} % of it lies in {other.name}: may be part of it"
            for part, other in zip(share.tolist(), others, strict=True)
            if part >= self.rule.smallest_share
        )

    def _near(
        self, distance_mm: NDArray[np.float64], places: list[int], others: list[PlacedLesion]
    ) -> tuple[str, ...]:
        """Unlinked lesions of the other scan that are near enough for a second look."""
        limit = 2 * self.rule.largest_distance_mm
        return tuple(
            f"{others[place].name}, {distance_mm[place]:.0f} mm away, may be the same"
            for place in places
            if distance_mm[place] <= limit
        )
