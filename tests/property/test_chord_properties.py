"""Diameters do not depend on how a slice lies, and agree with a second implementation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from radiomics_hcc.domain.volume import Geometry, Mask
from radiomics_hcc.imaging.chord import longest_diameter, longest_viable_chord
from radiomics_hcc.imaging.chord_kernels import outline_points

slices = arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9)))
steps = st.sampled_from([(0.75, 0.75), (0.6, 0.9), (1.0, 0.5)])
tolerances = st.sampled_from([0.0, 0.5, 2.0])
SAMPLES = 500
quick = settings(max_examples=25, deadline=None, derandomize=True)


def mask_of(pixels, spacing_mm) -> Mask:
    array = pixels[None] if pixels.ndim == 2 else pixels
    return Mask(np.ascontiguousarray(array), Geometry(array.shape, (5.0, *spacing_mm)))


def lengths(mask: Mask, tolerance_mm: float) -> tuple[float, ...]:
    found = (longest_viable_chord(mask, gap_tolerance_mm=tolerance_mm), longest_diameter(mask))
    return tuple(0.0 if line is None else line.length_mm for line in found)


@quick
@given(slices, steps, tolerances)
def test_turned_mirrored_and_moved_slices_measure_the_same(pixels, spacing_mm, tolerance_mm):
    expected = lengths(mask_of(pixels, spacing_mm), tolerance_mm)
    turned = mask_of(np.rot90(pixels), spacing_mm[::-1])
    mirrored = mask_of(pixels[::-1], spacing_mm)
    moved = mask_of(np.pad(pixels, ((3, 1), (2, 4))), spacing_mm)
    stacked = mask_of(np.stack([np.zeros_like(pixels), pixels, pixels]), spacing_mm)
    for other in (turned, mirrored, moved, stacked):
        assert lengths(other, tolerance_mm) == pytest.approx(expected, abs=1e-6)


@quick
@given(slices, steps)
def test_viable_line_grows_with_the_tolerance_up_to_the_whole_diameter(pixels, spacing_mm):
    mask = mask_of(pixels, spacing_mm)
    found = [lengths(mask, tolerance_mm) for tolerance_mm in (0.0, 0.7, 2.0, 100.0)]
    viable = [line for line, _ in found]
    assert viable == sorted(viable)
    assert viable[-1] == pytest.approx(found[0][1])


@quick
@given(slices, steps, st.floats(0.2, 5.0))
def test_diameters_scale_with_the_pixels(pixels, spacing_mm, factor):
    mask = mask_of(pixels, spacing_mm)
    larger = mask_of(pixels, [step * factor for step in spacing_mm])
    expected = [factor * length for length in lengths(mask, 0.5)]
    assert lengths(larger, 0.5 * factor) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@quick
@given(slices, steps)
def test_adding_viable_pixels_never_shortens_the_whole_diameter(pixels, spacing_mm):
    more = pixels.copy()
    more[0, :] = True
    assert (
        lengths(mask_of(more, spacing_mm), 0.0)[1] >= lengths(mask_of(pixels, spacing_mm), 0.0)[1]
    )


@quick
@given(slices, steps, tolerances)
def test_perpendicular_is_never_longer_than_the_diameter(pixels, spacing_mm, tolerance_mm):
    mask = mask_of(pixels, spacing_mm)
    for line in (longest_viable_chord(mask, gap_tolerance_mm=tolerance_mm), longest_diameter(mask)):
        if line is not None:
            assert 0 < line.perpendicular_mm <= line.length_mm
            apart = np.subtract(*line.perpendicular_ends_yx_mm)
            assert np.linalg.norm(apart) == pytest.approx(line.perpendicular_mm)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(arrays(np.bool_, st.tuples(st.integers(1, 6), st.integers(1, 6))), steps, tolerances)
def test_viable_line_agrees_with_lines_sampled_point_by_point(pixels, spacing_mm, tolerance_mm):
    found = longest_viable_chord(mask_of(pixels, spacing_mm), gap_tolerance_mm=tolerance_mm)
    length = 0.0 if found is None else found.length_mm
    surely, perhaps = (
        sampled_chord(pixels, spacing_mm, tolerance_mm, slack) for slack in (-0.02, 0.02)
    )
    assert surely - 1e-6 <= length <= perhaps + 1e-6


def sampled_chord(pixels, spacing_mm, tolerance_mm, slack) -> float:
    """Longest pair of outline points of one part whose gaps, seen in samples, are small enough.

    `slack` is added to the tolerance, as a share of the line, and to the core, in pixels, for what
    samples cannot tell.
    """
    labels, count = ndimage.label(pixels, np.ones((3, 3)))
    shares = (np.arange(SAMPLES) + 0.5) / SAMPLES
    best = 0.0
    for number in range(1, count + 1):
        part = np.pad(labels == number, 1)
        points = outline_points(part)
        first, second = (points[side] for side in np.triu_indices(len(points), 1))
        places = first[:, None] + shares[None, :, None] * (second - first)[:, None]
        lengths_mm = np.linalg.norm((second - first) * spacing_mm, axis=1)
        pixels_long = np.linalg.norm(second - first, axis=1)
        outside = ~in_core(part, places, near=max(slack, 1e-3))
        for line, length, in_pixels in zip(outside, lengths_mm, pixels_long, strict=True):
            gap = sum(max(run / SAMPLES - 1 / in_pixels, 0.0) for run in runs(line))
            if gap <= tolerance_mm / length + slack:
                best = max(best, float(length))
    return best


def in_core(part, places, near):
    """Whether places (..., 2) lie between the centres of pixels of a part, or as near as that.

    A place between two cells is inside where it is inside one of them.
    """
    nudges = [(y, x) for y in (-1e-9, 1e-9) for x in (-1e-9, 1e-9)]
    return np.logical_or.reduce(
        [
            in_core_of_cell(part, places, np.floor(places + nudge).astype(int), near)
            for nudge in nudges
        ]
    )


def in_core_of_cell(part, places, cell, near):
    cell = np.clip(cell, 0, np.array(part.shape) - 2)
    offset = places - cell
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    is_in = np.stack([part[cell[..., 0] + y, cell[..., 1] + x] for y, x in corners], axis=-1)
    steps_away = np.abs(offset[..., None, :] - corners).sum(axis=-1)  # along rows and columns
    number = is_in.sum(axis=-1)
    is_diagonal = (number == 2) & (is_in[..., 0] == is_in[..., 3])
    nearest_out = np.where(is_in, np.inf, steps_away).min(axis=-1)
    beside = np.where(is_in, steps_away, 0.0).sum(axis=-1)  # 1 on the line between two neighbours
    return np.select(
        [is_diagonal, number == 4, number == 3, number == 2, number == 1],
        [
            nearest_out >= 0.5 - 1e-6,
            True,
            nearest_out >= 1 - near,
            beside <= 1 + near,
            beside <= near,
        ],
        default=False,
    )


def runs(line):
    """Lengths of the stretches of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], line, [False]])))
    return edges[1::2] - edges[::2]
