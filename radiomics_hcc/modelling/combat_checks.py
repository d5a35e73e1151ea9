"""What stops a harmonisation: columns, batches and patients that are not fit for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import Problem
from radiomics_hcc.modelling.merging import word_of

SMALLEST_BATCH: Final = 10
"""Patients below which location and scale of a batch are mostly chance."""

UNSEEN: Final = ("error", "pass_through", "pooled")
"""What may happen to rows of a batch that training never saw."""

NO_NAME: Final = "(empty)"
"""How a table of words writes an empty cell."""

SMALL_BATCH_REMEDY: Final = (
    "merge it with a batch that was scanned alike, leave it out, use fewer folds, "
    "or accept rough estimates by a lower smallest_batch"
)
UNSEEN_REMEDY: Final = (
    "test within the known batches, or set unseen: pass_through (as measured) or pooled "
    "(corrected by the average batch)"
)


def batch_names(cells: Iterable[object]) -> list[str]:
    """The batch that each cell names: 1.0 is `1`, an empty cell is the empty word."""
    words = (word_of(cell) for cell in cells)
    return ["" if word == NO_NAME else word for word in words]


def column_problems(wanted: Sequence[object], known: Sequence[object]) -> list[Problem]:
    """Columns that are not there or named twice."""
    names = [str(name) for name in known]
    problems = [
        Problem(f"column {name!r}", "is not there", did_you_mean(str(name), names))
        for name in wanted
        if name not in known
    ]
    return problems + [
        Problem(f"column {name!r}", "is used twice", "name it once")
        for name, count in Counter(wanted).items()
        if count > 1
    ]


def word_problems(where: str, word: str, known: Sequence[str]) -> list[Problem]:
    """A word that is none of the known ones."""
    if word in known:
        return []
    return [Problem(where, f"unknown {word!r}", did_you_mean(word, list(known)))]


def batch_problems(patients: Mapping[str, int], smallest: int) -> list[Problem]:
    """Batches from which nothing can be learned: too few patients, or no name.

    Parameters
    ----------
    patients
        Training patients per batch.
    smallest
        Fewest patients.
    """
    found = ", ".join(f"{name or NO_NAME} {count}" for name, count in patients.items())
    problems = []
    for name, count in patients.items():
        if not name:
            what = f"{count} training patients have none (all: {found})"
            problems.append(Problem("batch", what, "fill it in, or leave the patients out"))
        elif count < smallest:
            what = f"has {count} training patients of the {smallest} that are needed (all: {found})"
            problems.append(Problem(f"batch {name!r}", what, SMALL_BATCH_REMEDY))
    return problems


def unseen_problems(names: Iterable[str], known: Sequence[str]) -> list[Problem]:
    """Batches of rows that training never saw."""
    counts = Counter(name for name in names if name not in known)
    return [
        Problem(
            f"batch {name or NO_NAME!r}",
            f"{count} row(s) to harmonise and none in training ({', '.join(known)})",
            UNSEEN_REMEDY,
        )
        for name, count in sorted(counts.items())
    ]
