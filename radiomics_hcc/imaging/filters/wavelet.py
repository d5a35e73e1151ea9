"""Undecimated (stationary) wavelet transform, as PyRadiomics asks it of PyWavelets.

Along each axis the image is convolved with the low-pass (L) and the high-pass (H) decomposition
filter of the wavelet, without taking every second voxel; a sub-band is named by its filter along
x, y and z, in this order. The image goes on periodically beyond its borders; an axis with an odd
number of voxels is first made even by repeating its first voxel at its end. Each further level
filters the approximation (LLL) of the level before it again, with the same filters. IBSI 2
(Whybra et al. 2024) defines separable wavelets with mirrored borders: not this form.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pywt
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.imaging.compiled import compiled
from radiomics_hcc.imaging.filters.response import Response, Settings, whole_number
from radiomics_hcc.imaging.region import Box

Intensities = NDArray[np.floating]  # double precision, or single as the image

DEFAULT_WAVELET: Final = "coif1"
AXES: Final = (2, 1, 0)  # x, y, z: the order of the letters in a sub-band's name
STRETCH: Final = 1024  # voxels summed together, so that the sums stay in the nearest cache


def wavelet(image: Volume, _mask: Mask, box: Box, settings: Settings) -> Iterator[Response]:
    """The sub-bands of each level, then the approximation of the last one.

    Settings: `wavelet` (coif1), `start_level` (0: levels passed over), `level` (1: levels
    given), `force2D` with `force2Ddimension` (the axis of z, y, x that is not filtered). Double
    precision; single where the image is single. A constant region has zero in every sub-band
    with an H.

    Raises
    ------
    ExtractionError
        Where the wavelet has no discrete filters.
    """
    precision = np.float32 if image.array.dtype == np.float32 else np.float64
    filters = _filters(str(settings.get("wavelet", DEFAULT_WAVELET)), precision)
    axes = _filtered_axes(settings)
    passed_over = whole_number(settings, "start_level", 0)
    levels = whole_number(settings, "level", 1)
    reach = (passed_over + levels) * _half(filters)
    part = _periodic_part(image.array, box, axes, reach)
    approximation: Intensities = part.astype(precision)
    for passed in range(1, passed_over + 1):
        ends = _Ends(box, image.array.shape, reach - passed * _half(filters))
        approximation = _approximation(approximation, axes, filters, ends)
    for level in range(1, levels + 1):
        margin = (levels - level) * _half(filters)
        ends = _Ends(box, image.array.shape, margin)
        for letters, band in _sub_bands(approximation, axes, filters, ends):
            if "H" in letters:
                yield Response(_name(letters, level), _without(band, axes, margin))
            else:
                coarser = band
        approximation = coarser
    final = _name("L" * len(axes), levels)
    yield Response(final, _without(approximation, axes, 0))


@dataclass(frozen=True)
class _Ends:
    """Where a convolved part lies in the image: at its far end PyWavelets adds in another order.

    Parameters
    ----------
    box
        What is asked for.
    size
        Of the image.
    margin
        Voxels around the box that the convolved part holds.
    """

    box: Box
    size: tuple[int, ...]
    margin: int

    def orders(self, axis: int, length: int) -> Iterator[tuple[int, int, NDArray[np.int64]]]:
        """First voxel, end, and the order of the filter's weights, for stretches along an axis.

        Weights whose voxel lies beyond the far end (it is taken from the near one) come first and
        backwards. In double precision that is of no account; in single it shows in the features.
        """
        start, stop = self.box[axis].start - self.margin, self.box[axis].stop + self.margin
        period = self.size[axis] + self.size[axis] % 2
        wrapped = np.maximum(np.arange(start, stop) % period + length // 2 + 1 - period, 0)
        edges = [0, *(np.flatnonzero(np.diff(wrapped)) + 1).tolist(), stop - start]
        for first, end in itertools.pairwise(edges):
            beyond = int(wrapped[first])
            yield first, end, np.r_[np.arange(beyond)[::-1], np.arange(beyond, length)]


def _filters(name: str, precision: type[np.floating]) -> Intensities:
    """Low-pass and high-pass filter, shape (2, length).

    Read off as the answer to one bright voxel: in single precision PyWavelets' own numbers differ
    from its rounded doubles in the last digit.
    """
    try:
        length = pywt.Wavelet(name).dec_len
    except ValueError as error:
        raise ExtractionError(
            f"wavelet {name!r} cannot filter an image: {error}; use a discrete one such as coif1"
        ) from error
    bright = np.zeros(length, precision)
    bright[0] = 1.0
    answers = np.stack(pywt.swt(bright, name, level=1)[0])
    return np.ascontiguousarray(np.roll(answers, length // 2, axis=1))


def _filtered_axes(settings: Settings) -> tuple[int, ...]:
    if not settings.get("force2D", False):
        return AXES
    unfiltered = whole_number(settings, "force2Ddimension", 0)
    return tuple(axis for axis in AXES if axis != unfiltered)


def _name(letters: str, level: int) -> str:
    return f"wavelet-{letters}" if level == 1 else f"wavelet{level}-{letters}"


def _periodic_part(
    array: NDArray[np.generic], box: Box, axes: tuple[int, ...], reach: int
) -> NDArray[np.generic]:
    """The box with the voxels that the filters reach, those beyond the image wrapped round."""
    places = []
    for axis, (side, length) in enumerate(zip(box, array.shape, strict=True)):
        margin = reach if axis in axes else 0
        period = length + length % 2
        wrapped = np.arange(side.start - margin, side.stop + margin) % period
        places.append(np.where(wrapped == length, 0, wrapped))
    return np.ascontiguousarray(array[np.ix_(*places)])


def _half(filters: Intensities) -> int:
    """Voxels that a convolution takes from either end; the filters have even lengths."""
    return int(filters.shape[1]) // 2


def _sub_bands(
    approximation: Intensities,
    axes: tuple[int, ...],
    filters: Intensities,
    ends: _Ends,
    letters: str = "",
) -> Iterator[tuple[str, Intensities]]:
    """Every sub-band of one level, last letters changing first; low before high."""
    if not axes:
        yield letters, approximation
        return
    bands = [*_split(approximation, axes[0], filters, ends)]
    del approximation  # an image is let go as soon as it is split
    for letter in "LH":
        yield from _sub_bands(bands.pop(0), axes[1:], filters, ends, letters + letter)


def _approximation(
    approximation: Intensities, axes: tuple[int, ...], filters: Intensities, ends: _Ends
) -> Intensities:
    for axis in axes:
        approximation = _split(approximation, axis, filters, ends)[0]
    return approximation


def _split(
    source: Intensities, axis: int, filters: Intensities, ends: _Ends
) -> tuple[Intensities, Intensities]:
    """Low-pass and high-pass part along one axis, half a filter shorter at either end."""
    shape = [*source.shape]
    shape[axis] -= 2 * _half(filters)
    low, high = np.empty(shape, source.dtype), np.empty(shape, source.dtype)
    before, step = int(np.prod(shape[:axis])), int(np.prod(shape[axis + 1 :]))
    lines, parts = source.reshape(before, -1), (low.reshape(before, -1), high.reshape(before, -1))
    for first, end, order in ends.orders(axis, filters.shape[1]):
        weights = np.ascontiguousarray(filters[:, order])
        _convolve(lines, weights, order, step, (first * step, end * step), *parts)
    return low, high


def _without(band: Intensities, axes: tuple[int, ...], margin: int) -> Intensities:
    """A sub-band without the margin that only the following levels need."""
    kept = tuple(
        slice(margin, side - margin) if axis in axes else slice(None)
        for axis, side in enumerate(band.shape)
    )
    return np.ascontiguousarray(band[kept])


@compiled
def _convolve(
    source: Intensities,
    weights: Intensities,
    order: NDArray[np.int64],
    step: int,
    kept: tuple[int, int],
    low: Intensities,
    high: Intensities,
) -> None:
    """Convolve along an axis whose neighbouring voxels lie `step` places apart.

    Rows are the parts of the image that the axis does not leave. Within a row a shift by one
    voxel along the axis is a shift by `step` places, whatever the other axes are, so that one
    plain loop serves all three axes. Voxel k of the result is the sum of
    `filter[j] * source[k + length / 2 - j]` with `source` counted from the kept part, the j in
    the given order (and the weights so ordered), for the places `kept` (first, end) of each row.
    """
    length = weights.shape[1]  # even
    for row in range(low.shape[0]):
        for start in range(kept[0], kept[1], STRETCH):
            stop = min(start + STRETCH, kept[1])
            low_sums, high_sums = low[row, start:stop], high[row, start:stop]
            low_sums[:] = 0
            high_sums[:] = 0
            for n in range(length):
                shift = (length - order[n]) * step
                voxels = source[row, start + shift : stop + shift]
                for k in range(stop - start):
                    low_sums[k] += weights[0, n] * voxels[k]
                    high_sums[k] += weights[1, n] * voxels[k]
