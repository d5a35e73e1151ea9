"""Small counts: hidden, and not to be computed from what is shown."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from radiomics_hcc.report.private_edition.counts import is_small, suppressed, tells, word_of


def compositions(total, cells):
    """All ways in which the hidden cells of a column add up; a small one is 1 to 4."""
    if not cells:
        return [()] if total == 0 else []
    first, *others = cells
    candidates = range(1, 5) if is_small(first) else range(int(total) + 1)
    return [(value, *rest) for value in candidates for rest in compositions(total - value, others)]


def what_a_reader_can_think(parts, hidden):
    """Every value that each small count could have, by trying all tables of whole numbers."""
    levels, groups = parts.shape
    found = {cell: set() for cell in np.ndindex(parts.shape) if is_small(parts[cell])}
    gone = [np.flatnonzero(hidden[:, group]) for group in range(groups)]
    ways = [
        compositions(parts[rows, group].sum(), parts[rows, group].tolist())
        for group, rows in enumerate(gone)
    ]
    for way in itertools.product(*ways):
        thought = parts.copy()
        for group, values in enumerate(way):
            thought[gone[group], group] = values
        if all(
            thought[level].sum() == parts[level].sum()
            or (
                hidden[level, groups]
                and is_small(parts[level].sum()) <= is_small(thought[level].sum())
            )
            for level in range(levels)
        ):
            for cell, values in found.items():
                values.add(thought[cell])
    return found


@settings(deadline=None, max_examples=60)
@given(
    arrays.arrays(
        float, st.tuples(st.integers(1, 3), st.just(2)), elements=st.integers(0, 7).map(float)
    )
)
def test_no_small_count_can_be_computed_from_what_is_shown(parts):
    hidden = suppressed(parts)
    for cell in np.ndindex(parts.shape):
        assert hidden[cell] or not is_small(parts[cell])
    if not hidden.all():
        for cell, values in what_a_reader_can_think(parts, hidden).items():
            assert len(values) > 1, (parts, hidden, cell)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 9).map(float), min_size=1, max_size=5))
def test_no_small_count_of_a_single_column_can_be_computed(parts):
    hidden = suppressed(np.array(parts).reshape(-1, 1), has_level_totals=False)[:, 0]
    gone = [count for count, is_hidden in zip(parts, hidden, strict=True) if is_hidden]
    assert set(filter(is_small, parts)) <= set(gone)
    if not hidden.all():
        ways = compositions(sum(gone), gone)
        for place, count in enumerate(gone):
            assert not is_small(count) or len({way[place] for way in ways}) > 1


def test_nothing_is_hidden_without_a_small_count():
    assert not suppressed(np.array([[20.0, 7.0], [49.0, 0.0]])).any()


def test_one_small_count_takes_the_smallest_other_of_its_line_with_it():
    hidden = suppressed(np.array([[3.0], [30.0], [9.0]]), has_level_totals=False)
    assert hidden[:, 0].tolist() == [True, False, True]


def test_the_classic_table_hides_four_parts():
    parts = np.array([[40.0, 3.0], [20.0, 17.0], [30.0, 50.0]])
    hidden = suppressed(parts)
    assert hidden.tolist() == [[True, True, False], [True, True, False], [False, False, False]]


def test_where_nothing_else_is_left_everything_is_hidden():
    assert suppressed(np.array([[2.0, 0.0]])).all()


@pytest.mark.parametrize(
    ("counts", "is_told"),
    [([], False), ([9], True), ([3], True), ([4, 4], True), ([4, 3], False), ([1, 20], False)],
)
def test_a_line_tells_where_its_sum_leaves_no_choice(counts, is_told):
    assert tells(counts) is is_told


def test_words_in_the_place_of_counts():
    assert (word_of(3), word_of(30), word_of(0)) == ("< 5", "hidden", "hidden")
