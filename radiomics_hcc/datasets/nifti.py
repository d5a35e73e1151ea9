"""NIfTI, NRRD and MetaImage files to volumes and label maps, and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.datasets import itk_files
from radiomics_hcc.datasets.refusal import refused
from radiomics_hcc.domain.volume import Geometry, Mask, Volume

SUFFIXES = itk_files.SUFFIXES


@dataclass(frozen=True, eq=False)
class LabelMap:
    """Regions of interest drawn as whole numbers on one grid.

    Parameters
    ----------
    array
        Labels, shape (z, y, x); 0 is background. Slices below and above may be left out.
    geometry
        The whole grid.
    first_slice
        Where the array begins along z.
    """

    array: NDArray[np.generic] = field(repr=False)
    geometry: Geometry
    first_slice: int = 0

    @property
    def labels(self) -> tuple[int, ...]:
        """The labels that occur, ascending, without the background."""
        return tuple(int(label) for label in np.unique(self.array) if label != 0)

    def mask(self, label: int) -> Mask:
        """The region of one label; empty where the label does not occur.

        Slice by slice: memory of slices without the region is never touched.
        """
        array = np.zeros(self.geometry.size, dtype=np.bool_)
        for position, plane in enumerate(self.array, start=self.first_slice):
            is_label = plane == label
            if is_label.any():
                array[position] = is_label
        return Mask(array, self.geometry)

    def cut(self) -> LabelMap:
        """The same without the slices before the first label and after the last."""
        used = [position for position, plane in enumerate(self.array) if plane.any()] or [0]
        kept = self.array[used[0] : used[-1] + 1].copy()
        return LabelMap(kept, self.geometry, self.first_slice + used[0])


@dataclass
class KeptLabels:
    """The label map that was read last, so that a file with many lesions is read once.

    Parameters
    ----------
    state
        Path, size and time of change of its file; nothing before the first.
    label_map
        What was read.
    """

    state: tuple[Path, int, int] | None = None
    label_map: LabelMap | None = field(default=None, repr=False)

    def read(self, path: Path) -> LabelMap:
        """Read a label map, or give the last one again while its file is unchanged."""
        state = _state(path)
        if self.label_map is None or state is None or state != self.state:
            self.label_map, self.state = None, None
            self.label_map, self.state = read_labels(path).cut(), state
        return self.label_map

    def __getstate__(self) -> dict[str, object]:
        """Voxels stay in their process."""
        return {"state": None, "label_map": None}


@dataclass(frozen=True)
class FileReader:
    """Reads the images and label maps that a cohort names.

    Parameters
    ----------
    unit
        Unit of the intensities of every image that is read, `HU` for CT.
    """

    unit: str = "HU"
    _kept: KeptLabels = field(default_factory=KeptLabels, compare=False, repr=False)

    def read_volume(self, path: Path) -> Volume:
        """Read an image; see `read_volume`."""
        return read_volume(path, self.unit)

    def read_mask(self, path: Path, label: int | str) -> Mask:
        """Read one label of a label map; see `read_mask`. The last label map is kept."""
        return read_mask(path, label, self._kept)


def read_geometry(path: Path) -> Geometry:
    """Read the grid of an image or label map from its header alone.

    Raises
    ------
    InputError
        As `read_volume`, apart from damage to the voxels.
    """
    return itk_files.read_header(path).geometry


def read_volume(path: Path, unit: str = "HU") -> Volume:
    """Read an image, intensities of shape (z, y, x) in the file's own number type.

    Rescale slope and intercept of a NIfTI header are applied. A trailing fourth axis of length
    one is dropped. NaN voxels are kept as they are: `check_cohort` reports those that matter.

    Raises
    ------
    InputError
        Where the file is missing, damaged, cut short, DICOM, of an unknown format, not 3-D, has
        several values per voxel (RGB, vectors, complex numbers), or its axes are not
        perpendicular.
    """
    array, geometry = itk_files.read_array(path)
    return Volume(array, geometry, unit)


def read_labels(path: Path) -> LabelMap:
    """Read a label map; floating-point files are welcome when every value is a whole number.

    Raises
    ------
    InputError
        As `read_volume`, and where a voxel is no whole number.
    """
    array, geometry = itk_files.read_array(path)
    if np.issubdtype(array.dtype, np.integer):
        return LabelMap(array, geometry)
    whole = np.rint(array)
    wrong = array[(whole != array) | ~np.isfinite(array)]
    if wrong.size:
        raise refused(
            path,
            f"the label map holds values that are no whole numbers, such as {wrong[0]:.6g}",
            "resample label maps with nearest-neighbour interpolation",
        )
    return LabelMap(whole.astype(np.int64), geometry)


def read_mask(path: Path, label: int | str = 1, kept: KeptLabels | None = None) -> Mask:
    """Read the region of one label, booleans of shape (z, y, x).

    With `kept`, a label map that was the last to be read is not read again.

    Raises
    ------
    InputError
        As `read_labels`, and where the label is a name or does not occur; the message tells
        which labels do.
    """
    if isinstance(label, str):
        raise refused(
            path,
            f"label {label!r} is a name, and this file holds whole numbers",
            "give the integer label",
        )
    label_map = (kept or KeptLabels()).read(path)
    mask = label_map.mask(label)
    if mask.is_empty:
        raise refused(path, *absent_label(label_map, label))
    return mask


def _state(path: Path) -> tuple[Path, int, int] | None:
    """What changes with a file; nothing where it is none, which reading will tell."""
    if not path.is_file():
        return None
    status = path.stat()
    return path, status.st_size, status.st_mtime_ns


def absent_label(label_map: LabelMap, label: int | str) -> tuple[str, str]:
    """Say that a label does not occur in a label map, and which labels do."""
    present = label_map.labels
    if not present:
        return "the label map is empty: no voxel is labelled", "draw the region or drop the row"
    shown = ", ".join(str(value) for value in present[:20])
    return f"no voxel has label {label!r}", f"labels in this file: {shown}"


def write_volume(volume: Volume, path: Path) -> None:
    """Write an image in the format that the suffix tells, compressed unless it is `.nii`.

    The file appears whole or not at all, and its folder is made. Equal volumes give equal bytes.

    Raises
    ------
    InputError
        Where the suffix is unknown or the axes are not perpendicular.
    """
    array = volume.array
    itk_files.write_array(
        array.astype(np.float32) if array.dtype == np.float16 else array, volume.geometry, path
    )


def write_labels(array: NDArray[np.generic], geometry: Geometry, path: Path) -> None:
    """Write a label map, integers or booleans of shape (z, y, x); see `write_volume`.

    Raises
    ------
    InputError
        As `write_volume`.
    ValueError
        Where the array is neither integer nor boolean, or does not fit the grid.
    """
    if array.dtype != np.bool_ and not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"labels are integers or booleans, not {array.dtype}")
    labels = array.astype(np.uint8) if array.dtype == np.bool_ else array
    write_volume(Volume(labels, geometry, unit=""), path)
