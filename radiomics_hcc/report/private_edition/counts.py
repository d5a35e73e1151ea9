"""Small counts hidden, and with them what would let them be computed back.

A count of 1 to 4 is hidden (primary suppression). Where a line of a table adds up to a known total
and what is hidden in it could be told from the rest, the smallest other counts of the line are
hidden as well (complementary suppression), until no line tells (Handbook on Statistical Disclosure
Control, chapters 4 and 5). What is left is audited over all lines together, by linear programming;
where a small count could still be told the whole table is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

FEWEST_SHOWN: Final = 5  # the usual threshold of statistical offices and of cancer registries
SMALL: Final = f"< {FEWEST_SHOWN}"
HIDDEN: Final = "hidden"
ROUNDING: Final = 1e-6  # of the solver, in patients

Cell: TypeAlias = tuple[int, int]


def is_small(count: float) -> bool:
    """Whether so few are counted that a patient could be told; nobody is nobody.

    Examples
    --------
    >>> [is_small(count) for count in (0, 1, 4.5, 5, float("nan"))]
    [False, True, True, False, False]
    """
    return 0 < count < FEWEST_SHOWN


def word_of(count: float) -> str:
    """What stands in the place of a hidden count."""
    return SMALL if is_small(count) else HIDDEN


def suppressed(parts: NDArray[np.float64], *, has_level_totals: bool = True) -> NDArray[np.bool_]:
    """Say which cells of a table of counts are hidden.

    Parameters
    ----------
    parts
        Patients, shape (levels, groups). The totals of the groups are taken to be known to the
        reader, wherever they stand.
    has_level_totals
        Whether the total of each level stands beside it.

    Returns
    -------
    bool array of shape (levels, groups), with level totals (levels, groups + 1): the last column
    is the totals. Where no choice of single cells protects the small ones, all parts are hidden,
    and where that does not either, everything.
    """
    if not has_level_totals:
        return _first_safe(parts, [_line_by_line(parts, has_level_totals)], has_level_totals)
    totals = parts.sum(axis=1, keepdims=True)
    counts = np.hstack([parts, totals])
    totals_alone = suppressed(totals, has_level_totals=False)
    choices = [
        _line_by_line(counts, has_level_totals),
        np.hstack([np.ones(parts.shape, dtype=bool), totals_alone]),
    ]
    return _first_safe(counts, choices, has_level_totals)


def _first_safe(
    counts: NDArray[np.float64], choices: Sequence[NDArray[np.bool_]], has_level_totals: bool
) -> NDArray[np.bool_]:
    """The first choice by which no small count can be told; everything where there is none."""
    for hidden in choices:
        ranges = small_ranges(counts, hidden, has_level_totals)
        if all(high - low >= 1 - ROUNDING for low, high in ranges):
            return hidden
    return np.ones(counts.shape, dtype=bool)


def _line_by_line(counts: NDArray[np.float64], has_level_totals: bool) -> NDArray[np.bool_]:
    """Hide the small counts, and the cheapest other one of every line that tells."""
    hidden = (counts > 0) & (counts < FEWEST_SHOWN)
    while (line := _first_telling(counts, hidden, has_level_totals)) is not None:
        free = [cell for cell in line if not hidden[cell]]
        if not free:
            return np.ones_like(hidden)
        hidden[min(free, key=lambda cell: _cost(counts, cell, has_level_totals))] = True
    return hidden


def small_ranges(
    counts: NDArray[np.float64], hidden: NDArray[np.bool_], has_level_totals: bool
) -> Iterator[tuple[float, float]]:
    """The least and the most that a reader can think of every small count.

    Known to the reader: the cells that are shown, the total of every column, that a level's parts
    add up to its total, and that a hidden small count is 1 to 4 and another one not negative.
    """
    shape = counts.shape
    in_column = [np.indices(shape)[1] == column for column in range(shape[1])]
    sums = [counts[:, column].sum() for column in range(shape[1])]
    if has_level_totals:
        signs = np.where(np.indices(shape)[1] == shape[1] - 1, -1.0, 1.0)
        in_column += [signs * (np.indices(shape)[0] == level) for level in range(shape[0])]
        sums += [0.0] * shape[0]
    known = {"A_eq": np.array([each.ravel() for each in in_column], float), "b_eq": sums}
    cells = list(zip(counts.ravel().tolist(), hidden.ravel().tolist(), strict=True))
    bounds = [_bounds(count, is_hidden) for count, is_hidden in cells]
    for place, (count, is_hidden) in enumerate(cells):
        if is_hidden and is_small(count):
            aim = np.eye(len(cells))[place]
            low, high = (linprog(side * aim, bounds=bounds, **known).fun for side in (1, -1))
            yield low, -high


def _bounds(count: float, is_hidden: bool) -> tuple[float, float | None]:
    if not is_hidden:
        return count, count
    return (1, FEWEST_SHOWN - 1) if is_small(count) else (0, None)


def tells(hidden_counts: Sequence[float]) -> bool:
    """Whether a hidden count of a line can be told from the sum of all of them.

    A single one can, small or not. Of several, a small one is known to be 1 to 4 and another one
    not to be negative: it can be told where only one number is left for it.

    Examples
    --------
    >>> tells([3]), tells([1, 1]), tells([1, 0]), tells([3, 2]), tells([3, 20]), tells([])
    (True, True, True, False, False, False)
    """
    if len(hidden_counts) < 2:
        return len(hidden_counts) == 1
    small = sum(map(is_small, hidden_counts))
    if not small:
        return False
    most, total = FEWEST_SHOWN - 1, sum(hidden_counts)
    highest = min(most, total - (small - 1))
    lowest = 1 if small < len(hidden_counts) else max(1, total - most * (small - 1))
    return highest <= lowest


def _first_telling(
    counts: NDArray[np.float64], hidden: NDArray[np.bool_], has_level_totals: bool
) -> list[Cell] | None:
    """The first line whose hidden cells can be told from the others."""
    for line in _lines(counts.shape, has_level_totals):
        if tells([float(counts[cell]) for cell in line if hidden[cell]]):
            return line
    return None


def _lines(shape: tuple[int, ...], has_level_totals: bool) -> Iterator[list[Cell]]:
    """Cells that add up to something known: every column, and every level with its total."""
    levels, columns = shape
    for column in range(columns):
        yield [(level, column) for level in range(levels)]
    for level in range(levels):
        if has_level_totals:
            yield [(level, column) for column in range(columns)]


def _cost(
    counts: NDArray[np.float64], cell: Cell, has_level_totals: bool
) -> tuple[bool, bool, float]:
    """Counts of patients before zeros, parts before totals, few before many."""
    is_total = has_level_totals and cell[1] == counts.shape[1] - 1
    return counts[cell] == 0, is_total, float(counts[cell])
