"""Images and masks between our arrays and SimpleITK."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Geometry, Mask, Volume


def to_itk(volume: Volume | Mask) -> SimpleITK.Image:
    """Copy an image, its number type kept, or a mask (0 and 1 of 8 bits) to SimpleITK."""
    array = volume.array.view(np.uint8) if isinstance(volume, Mask) else volume.array
    image = SimpleITK.GetImageFromArray(array)
    _place(image, volume.geometry)
    return image


def to_volume(image: SimpleITK.Image, unit: str = "HU") -> Volume:
    """Copy an image from SimpleITK."""
    return Volume(SimpleITK.GetArrayFromImage(image), geometry_of(image), unit)


def to_mask(image: SimpleITK.Image) -> Mask:
    """Copy a mask from SimpleITK; every voxel other than 0 is inside."""
    return Mask(SimpleITK.GetArrayViewFromImage(image) != 0, geometry_of(image))


def geometry_of(image: SimpleITK.Image) -> Geometry:
    """The grid of a SimpleITK image of three dimensions."""
    return Geometry(
        cast(tuple[int, int, int], image.GetSize()[::-1]),
        cast(tuple[float, float, float], image.GetSpacing()[::-1]),
        cast(tuple[float, float, float], image.GetOrigin()),
        image.GetDirection(),
    )


def index_of_point(geometry: Geometry, point_mm: Sequence[float]) -> NDArray[np.float64]:
    """Continuous index (x, y, z) of a patient position (x, y, z), with ITK's own rounding."""
    return np.asarray(_grid(geometry).TransformPhysicalPointToContinuousIndex(_floats(point_mm)))


def point_of_index(geometry: Geometry, index: Sequence[float]) -> NDArray[np.float64]:
    """Patient position (x, y, z), mm, of a continuous index (x, y, z), with ITK's own rounding."""
    return np.asarray(_grid(geometry).TransformContinuousIndexToPhysicalPoint(_floats(index)))


def places_on(
    source: Geometry, target: Geometry, indices: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Where voxels of one grid lie on another, with the rounding of ITK's resampling.

    Parameters
    ----------
    source
        The grid that is read.
    target
        The grid whose voxels are looked for.
    indices
        Voxels (x, y, z) of `target`, shape (..., 3).

    Returns
    -------
    ndarray
        Continuous indices (x, y, z) on `source`, shape (..., 3).
    """
    to_point, _ = _matrices(target)
    _, to_index = _matrices(source)
    i, j, k = np.moveaxis(indices[..., None], -2, 0)
    point = np.array(target.origin_mm) + i * to_point[0] + j * to_point[1] + k * to_point[2]
    x, y, z = np.moveaxis((point - np.array(source.origin_mm))[..., None], -2, 0)
    return np.asarray(x * to_index[0] + y * to_index[1] + z * to_index[2])


@contextmanager
def one_thread() -> Iterator[None]:
    """Let ITK work with one thread; put its threads and tolerances back afterwards."""
    process = SimpleITK.ProcessObject
    threads = process.GetGlobalDefaultNumberOfThreads()
    coordinates = process.GetGlobalDefaultCoordinateTolerance()
    directions = process.GetGlobalDefaultDirectionTolerance()
    try:
        process.SetGlobalDefaultNumberOfThreads(1)
        yield
    finally:
        process.SetGlobalDefaultNumberOfThreads(threads)
        process.SetGlobalDefaultCoordinateTolerance(coordinates)
        process.SetGlobalDefaultDirectionTolerance(directions)


def _matrices(geometry: Geometry) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What one step of index moves in mm, and one mm in index: rows are the steps."""
    at_zero = _grid(Geometry((1, 1, 1), geometry.spacing_mm, direction=geometry.direction))
    steps = np.eye(3, dtype=int).tolist()
    points = [at_zero.TransformIndexToPhysicalPoint(step) for step in steps]
    places = [at_zero.TransformPhysicalPointToContinuousIndex(_floats(step)) for step in steps]
    return np.array(points), np.array(places)


def _grid(geometry: Geometry) -> SimpleITK.Image:
    """One voxel that stands for a grid: ITK's positions do not depend on the size."""
    image = SimpleITK.Image([1, 1, 1], SimpleITK.sitkUInt8)
    _place(image, geometry)
    return image


def _place(image: SimpleITK.Image, geometry: Geometry) -> None:
    image.SetSpacing(_floats(geometry.spacing_mm[::-1]))
    image.SetOrigin(_floats(geometry.origin_mm))
    image.SetDirection(_floats(geometry.direction))


def _floats(values: Sequence[float]) -> list[float]:
    return [float(value) for value in values]
