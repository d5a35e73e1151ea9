"""A part of a cohort, for several machines that share the work without talking to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from radiomics_hcc.domain.cohort import Case
from radiomics_hcc.domain.digest import digest_json
from radiomics_hcc.errors import InputError, Problem

SHARD_KEY: Final = "shard"
"""Where the sidecar of a part keeps its `Shard.note`."""


@dataclass(frozen=True)
class Shard:
    """Part `index` of `count`, from 1.

    Every case is in exactly one part, whatever the order of the cohort; the regions of one image
    are in the same part.
    """

    index: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.index <= self.count:
            raise InputError(
                [Problem("shard", f"{self.index}/{self.count}", "write i/N with 1 <= i <= N")]
            )

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read `i/N`, such as `2/5`.

        Raises
        ------
        InputError
            Where the text is something else.
        """
        index, slash, count = text.partition("/")
        if not (slash and index.isdecimal() and count.isdecimal()):
            raise InputError([Problem("shard", repr(text), "write i/N, such as 2/5")])
        return cls(int(index), int(count))

    def has(self, case: Case) -> bool:
        """Whether a case belongs to this part."""
        identity = [case.patient_id, case.timepoint, case.phase]
        return int(digest_json(identity)[:15], 16) % self.count == self.index - 1

    def note(self, cases: Sequence[Case]) -> dict[str, object]:
        """What the sidecar of a part says of the whole, so that the parts can be joined.

        Parameters
        ----------
        cases
            Of the whole cohort, in its order, as asked for.

        Returns
        -------
        dict
            JSON: `index` and `count` of the part; `cases` of the whole and `cohort_sha256`, the
            digest of their identities, labels and states; `places`, name and place in the whole
            of every row of the part, in order.
        """
        whole = [[case.name, case.region, repr(case.label), case.status] for case in cases]
        places = [[case.name, place] for place, case in enumerate(cases) if self.has(case)]
        return {
            "index": self.index,
            "count": self.count,
            "cases": len(whole),
            "cohort_sha256": digest_json(whole),
            "places": places,
        }


WHOLE: Final = Shard(1, 1)
