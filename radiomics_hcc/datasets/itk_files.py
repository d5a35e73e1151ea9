"""Image files through SimpleITK, the only place that opens them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from radiomics_hcc.datasets.nifti_voxels import read_voxels
from radiomics_hcc.datasets.refusal import refused
from radiomics_hcc.domain.volume import Geometry

NIFTI_SUFFIXES: Final = (".nii.gz", ".nii")
SUFFIXES: Final = (*NIFTI_SUFFIXES, ".nrrd", ".nhdr", ".mha", ".mhd")
WRITTEN_SUFFIXES: Final = (*NIFTI_SUFFIXES, ".nrrd", ".mha")
DICOM_SUFFIXES: Final = (".dcm", ".dicom", ".ima")
DICOM_REMEDY: Final = "convert it to NIfTI, NRRD or MHA first"
PERPENDICULAR_TOLERANCE: Final = 1e-3  # of the products of direction cosines


@dataclass(frozen=True)
class Header:
    """What a file tells before its voxels are read.

    Parameters
    ----------
    geometry
        The grid.
    is_integer
        Whether the voxels are whole numbers after rescaling, so that none can be NaN.
    """

    geometry: Geometry
    is_integer: bool


def read_header(path: Path) -> Header:
    """Read the header of a 3-D scalar image.

    Raises
    ------
    InputError
        Where the file is missing, DICOM, unreadable, not 3-D, not scalar or has oblique axes.
    """
    _check_path(path)
    reader = SimpleITK.ImageFileReader()
    reader.SetFileName(str(path))
    with _mapped_errors(path):
        reader.ReadImageInformation()
    _check_scalar(path, reader)
    geometry = _geometry(reader)
    _check_perpendicular(path, geometry)
    voxel_type = SimpleITK.GetPixelIDValueAsString(reader.GetPixelID())
    return Header(geometry, "integer" in voxel_type)


def read_array(path: Path) -> tuple[NDArray[np.generic], Geometry]:
    """Read the voxels, shape (z, y, x), and the grid of a 3-D scalar image.

    Raises
    ------
    InputError
        As `read_header`, and where the voxels are damaged or some are missing.
    """
    geometry = read_header(path).geometry
    with _mapped_errors(path):
        if suffix_of(path) in NIFTI_SUFFIXES:
            return read_voxels(path, geometry.size), geometry
        array: NDArray[np.generic] = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))
    return array.reshape(geometry.size), geometry


def write_array(array: NDArray[np.generic], geometry: Geometry, path: Path) -> None:
    """Write voxels of shape (z, y, x); the file appears whole or not at all.

    Raises
    ------
    InputError
        Where the suffix is none of the single-file formats, the axes are oblique or the disk
        refuses.
    """
    suffix = suffix_of(path)
    if suffix not in WRITTEN_SUFFIXES:
        raise refused(path, "unknown image format", f"writable: {', '.join(WRITTEN_SUFFIXES)}")
    _check_perpendicular(path, geometry)
    image = _image(array, geometry)
    with _mapped_errors(path), _folder_beside(path) as folder:
        unfinished = folder / f"image{suffix}"
        SimpleITK.WriteImage(image, str(unfinished), suffix != ".nii")
        unfinished.replace(path)


def suffix_of(path: Path) -> str:
    """The known suffix of a file name in lower case, else an empty word."""
    name = path.name.lower()
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix)), "")


def _check_path(path: Path) -> None:
    """ITK reads `x.nii.gz` when a missing `x.nii` is asked for, so existence is looked up here."""
    if path.is_dir():
        what = "is a folder, and a DICOM series is not read by this version"
        raise refused(path, what, DICOM_REMEDY)
    if path.suffix.lower() in DICOM_SUFFIXES:
        raise refused(path, "DICOM is not read by this version", DICOM_REMEDY)
    if not path.is_file():
        raise refused(path, "no such file", "correct the path or restore the file")
    if not suffix_of(path):
        raise refused(path, "unknown image format", f"readable: {', '.join(SUFFIXES)}")


def _check_scalar(path: Path, reader: SimpleITK.ImageFileReader) -> None:
    size = reader.GetSize()
    if len(size) < 3 or any(length != 1 for length in size[3:]):
        shape = " x ".join(str(length) for length in size)
        what = f"the image is {len(size)}-D ({shape} voxels along x, y, ...)"
        raise refused(path, what, "save one 3-D image per file")
    if reader.GetNumberOfComponents() != 1:
        what = f"every voxel has {reader.GetNumberOfComponents()} values (RGB, vector or complex)"
        raise refused(path, what, "save one number per voxel")


def _geometry(reader: SimpleITK.ImageFileReader) -> Geometry:
    axes = len(reader.GetSize())
    direction = np.reshape(reader.GetDirection(), (axes, axes))[:3, :3] + 0.0  # no minus zero
    x, y, z = reader.GetSize()[:3]
    x_mm, y_mm, z_mm = reader.GetSpacing()[:3]
    x_origin, y_origin, z_origin = np.add(reader.GetOrigin()[:3], 0.0).tolist()
    return Geometry(
        size=(int(z), int(y), int(x)),
        spacing_mm=(z_mm, y_mm, x_mm),
        origin_mm=(x_origin, y_origin, z_origin),
        direction=tuple(direction.ravel().tolist()),
    )


def _check_perpendicular(path: Path, geometry: Geometry) -> None:
    direction = np.reshape(geometry.direction, (3, 3))
    off = float(np.max(np.abs(direction.T @ direction - np.eye(3))))
    if not off <= PERPENDICULAR_TOLERANCE:
        what = f"the axes of the grid are not perpendicular (by {off:.4g}), as after a gantry tilt"
        raise refused(path, what, "resample image and mask to an upright grid")


def _image(array: NDArray[np.generic], geometry: Geometry) -> SimpleITK.Image:
    image = SimpleITK.GetImageFromArray(array)
    image.SetSpacing([float(value) for value in geometry.spacing_mm[::-1]])
    image.SetOrigin([float(value) for value in geometry.origin_mm])
    image.SetDirection([float(value) for value in geometry.direction])
    return image


@contextmanager
def _folder_beside(path: Path) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        yield Path(folder)


@contextmanager
def _mapped_errors(path: Path) -> Iterator[None]:
    """Turn errors of ITK and the disk into ours and keep ITK's warnings off the terminal."""
    was_shown = SimpleITK.ProcessObject.GetGlobalWarningDisplay()
    SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        yield
    except RuntimeError as error:
        raise refused(path, *_reason(str(error))) from error
    except OSError as error:
        what = f"the file cannot be used ({error.strerror or error})"
        raise refused(path, what, "check the disk and your rights to the file") from error
    finally:
        SimpleITK.ProcessObject.SetGlobalWarningDisplay(was_shown)


def _reason(message: str) -> tuple[str, str]:
    if "orthonormal" in message:
        what = "the axes of the grid are not perpendicular, as after a gantry tilt"
        return what, "resample image and mask to an upright grid"
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    what = f"not readable as the image that its name promises ({lines[-1]})"
    return what, "check that the file opens in a viewer, or copy it anew"
