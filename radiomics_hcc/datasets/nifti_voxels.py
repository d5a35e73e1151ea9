"""The voxels of a NIfTI-1 file, read without ITK.

ITK's NIfTI reader passes over four things in silence, and each gives wrong intensities: a file
that is cut short or damaged is filled with zeros, the checksum of gzip is ignored, NaN and
infinity become 0, and the voxels of `x.nii` are taken where `x.nii.gz` was asked for
(https://github.com/InsightSoftwareConsortium/ITK/issues/2243).
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, cast

import numpy as np
from isal import igzip, isal_zlib
from numpy.typing import NDArray

from radiomics_hcc.datasets.refusal import refused

DAMAGED: Final[tuple[type[Exception], ...]] = (
    EOFError,
    igzip.BadGzipFile,
    cast(type[Exception], isal_zlib.error),  # its stub calls the class an instance
    zlib.error,
)
GZIP_MAGIC: Final = b"\x1f\x8b"
PIECE_BYTES: Final = 2**20  # unpacked at a time: fits the cache of the processor
HEADER_BYTES: Final = 348  # sizeof_hdr of NIfTI-1, stored first
VOXEL_TYPES: Final = {  # NIfTI-1 `datatype`
    2: "u1",
    4: "i2",
    8: "i4",
    16: "f4",
    64: "f8",
    256: "i1",
    512: "u2",
    768: "u4",
    1024: "i8",
    1280: "u8",
}


class _Header(NamedTuple):
    """The fields of a NIfTI-1 header that say how voxels are stored."""

    byte_order: str
    datatype: int
    vox_offset: float
    scl_slope: float
    scl_inter: float


def read_voxels(path: Path, size: tuple[int, int, int]) -> NDArray[np.generic]:
    """Read the voxels of a single-file NIfTI-1 image, shape `size` (z, y, x).

    They are unpacked into the array that is given back, without a copy in between. Slope and
    intercept are applied; the result is then floating point.

    Raises
    ------
    InputError
        Where the file is damaged, cut short, or of a kind that this reader does not know.
    """
    try:
        with _opened(path) as file:
            return _voxels(path, file, size)
    except DAMAGED as error:
        raise refused(path, f"the file is damaged ({error})", "copy it anew") from error


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        is_packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    return cast(BinaryIO, igzip.open(path, "rb")) if is_packed else path.open("rb", buffering=0)


def _voxels(path: Path, file: BinaryIO, size: tuple[int, int, int]) -> NDArray[np.generic]:
    header = _header(path, file.read(HEADER_BYTES))
    if header.datatype not in VOXEL_TYPES:
        what = f"unknown NIfTI data type {header.datatype}"
        raise refused(path, what, "save it as 16-bit integers")
    stored = np.dtype(header.byte_order + VOXEL_TYPES[header.datatype])
    voxels = np.empty(size, stored)
    before = np.empty(max(0, int(header.vox_offset) - HEADER_BYTES), np.uint8)
    due = HEADER_BYTES + before.nbytes + voxels.nbytes
    found = HEADER_BYTES + _fill(file, before) + _fill(file, voxels.reshape(-1).view(np.uint8))
    if found < due:
        what = f"the file is cut short: {found} bytes where {due} are due"
        raise refused(path, what, "copy it anew")
    while file.read(PIECE_BYTES):
        pass  # gzip keeps its checksum at the very end
    voxels = voxels.astype(stored.newbyteorder("="), copy=False)
    return _rescaled(voxels, header.scl_slope, header.scl_inter)


def _fill(file: BinaryIO, target: NDArray[np.uint8]) -> int:
    """Read into an array until it is full or the file ends; the number of bytes read."""
    found = 0
    while found < target.size:
        # The buffered readers have `readinto`, which their common type does not say.
        read = cast(io.RawIOBase, file).readinto(target[found : found + PIECE_BYTES].data)
        if not read:
            break
        found += read
    return found


def _header(path: Path, content: bytes) -> _Header:
    for order in ("<", ">"):
        if content[:4] == struct.pack(f"{order}i", HEADER_BYTES) and len(content) == HEADER_BYTES:
            (datatype,) = struct.unpack_from(f"{order}h", content, 70)
            return _Header(order, datatype, *struct.unpack_from(f"{order}3f", content, 108))
    raise refused(path, "the header is not NIfTI-1", "save it as NIfTI-1, NRRD or MHA")


def _rescaled(voxels: NDArray[np.generic], slope: float, intercept: float) -> NDArray[np.generic]:
    """Stored value times slope plus intercept; a slope of 0 means that none is given."""
    if slope == 0 or (slope, intercept) == (1.0, 0.0) or not np.isfinite([slope, intercept]).all():
        return voxels
    kind = np.result_type(voxels.dtype, np.float32)
    rescaled: NDArray[np.generic] = voxels.astype(kind) * kind.type(slope) + kind.type(intercept)
    return rescaled
