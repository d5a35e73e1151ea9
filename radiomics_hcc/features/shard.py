"""A part of a cohort, for several machines that share the work without talking to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from radiomics_hcc.domain.cohort import Case
from radiomics_hcc.domain.digest import digest_json
from radiomics_hcc.errors import InputError, Problem


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


WHOLE: Final = Shard(1, 1)
