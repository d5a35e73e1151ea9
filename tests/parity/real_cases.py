"""Public images and regions, and the settings with which both engines measure them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from radiomics_hcc.datasets.nifti import read_mask, read_volume
from radiomics_hcc.domain.volume import Geometry, Mask, Volume

DATA: Final = Path(__file__).parents[2].parent / "shared" / "data"
IRCADB: Final = DATA / "ircadb01_case17"
PHANTOM: Final = DATA / "ibsi" / "ibsi_1_ct_radiomics_phantom" / "nifti"
CASES: Final = DATA / "pyradiomics_cases"
FILES: Final[Mapping[str, tuple[Path, Path, int]]] = {
    "ircadb01 case 17, tumour 1": (
        IRCADB / "ct.nii.gz",
        IRCADB / "labels_1liver_2tum1_3tum2_4pv_5venous.nii.gz",
        2,
    ),
    "ircadb01 case 17, tumour 2": (
        IRCADB / "ct.nii.gz",
        IRCADB / "labels_1liver_2tum1_3tum2_4pv_5venous.nii.gz",
        3,
    ),
    "IBSI phantom": (PHANTOM / "image" / "phantom.nii.gz", PHANTOM / "mask" / "mask.nii.gz", 1),
    **{
        name: (CASES / f"{name}_image.nrrd", CASES / f"{name}_label.nrrd", 1)
        for name in ("brain1", "brain2", "breast1")
    },
}
W3: Final = {
    "imageType": {"Original": {}, "LoG": {"sigma": [1.0, 2.0, 3.0, 4.0, 5.0]}, "Wavelet": {}},
    "setting": {"resampledPixelSpacing": [1, 1, 1]},
}
EVERY_FILTER: Final = {
    "Original": {},
    "LoG": {"sigma": [1.0, 2.0, 3.5]},
    "Wavelet": {},
    "Square": {},
    "SquareRoot": {},
    "Logarithm": {},
    "Exponential": {},
    "Gradient": {},
    "LBP2D": {"binWidth": 1},
}
WITHOUT_SHAPE_2D: Final = {
    name: [] for name in ("shape", "firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm")
}


def _settings(**values: object) -> dict[str, object]:
    return {"setting": values}


def _forced(axis: int) -> dict[str, object]:
    return {
        "imageType": {"Original": {}, "Wavelet": {}, "LBP2D": {"binWidth": 1}},
        "featureClass": WITHOUT_SHAPE_2D,
        "setting": {"force2D": True, "force2Ddimension": axis, "distances": [1, 2]},
    }


# One small region is measured with all of them.
SETTINGS: Final[Mapping[str, Mapping[str, object]]] = {
    "defaults": {},
    "1 mm, LoG and wavelet": W3,
    "1 mm, padDistance 8": _settings(resampledPixelSpacing=[1, 1, 1], padDistance=8),
    "every filter, binWidth 20": {"imageType": EVERY_FILTER, "setting": {"binWidth": 20}},
    "every filter, binCount": {"imageType": EVERY_FILTER, "setting": {"binCount": 32}},
    "normalise": _settings(normalize=True, binWidth=0.1),
    "normalise, outliers": _settings(
        normalize=True, normalizeScale=100, removeOutliers=3, binWidth=5
    ),
    "normalise, binCount": _settings(normalize=True, normalizeScale=100, binCount=37),
    "normalise, resample": _settings(
        normalize=True, normalizeScale=100, binWidth=5, resampledPixelSpacing=[2, 2, 2]
    ),
    "absolute range": _settings(resegmentRange=[100, 900]),
    "relative range": _settings(resegmentRange=[0.3, 0.9], resegmentMode="relative"),
    "sigma range": _settings(resegmentRange=[-1.5, 2], resegmentMode="sigma", resegmentShape=True),
    "one limit": _settings(resegmentRange=[-1], resegmentMode="sigma"),
    "force2D, 0": _forced(0),
    "force2D, 1": _forced(1),
    "force2D, 2": _forced(2),
    **{
        f"weights, {norm}": _settings(weightingNorm=norm, distances=[1, 2])
        for norm in ("euclidean", "manhattan", "infinity", "no_weighting")
    },
    "ordered pairs": _settings(symmetricalGLCM=False, distances=[1, 3]),
    "gldm_a": _settings(gldm_a=2),
    "voxelArrayShift": _settings(voxelArrayShift=1000),
    "preCrop": {
        "imageType": {**EVERY_FILTER, "Wavelet": {"wavelet": "db4", "level": 2}},
        "setting": {"preCrop": True, "padDistance": 3},
    },
    "wavelet from level 2": {
        "imageType": {"Wavelet": {"wavelet": "bior2.2", "start_level": 1, "level": 2}}
    },
    "keep the slices": _settings(resampledPixelSpacing=[1.5, 1.5, 0]),
    "keep the pixels": _settings(resampledPixelSpacing=[0, 0, 2]),
    "linear": _settings(resampledPixelSpacing=[2, 2, 2], interpolator="sitkLinear"),
    "Lanczos": _settings(resampledPixelSpacing=[2, 2, 2], interpolator="sitkLanczosWindowedSinc"),
    "no interpolator": _settings(resampledPixelSpacing=[2, 2, 2], interpolator=None),
}


@cache
def read_case(name: str) -> tuple[Volume, Mask]:
    """Image and region; raises FileNotFoundError where the files are not on this machine."""
    image, mask, label = FILES[name]
    if not image.is_file():
        raise FileNotFoundError(image)
    return read_volume(image), read_mask(mask, label)


def moved(mask: Mask) -> Mask:
    """The region on a smaller grid of its own, moved by fractions of a voxel."""
    inner = np.ascontiguousarray(mask.array[:, 2:-1, 1:])
    grid = mask.geometry
    z_mm, y_mm, x_mm = grid.spacing_mm
    x, y, z = grid.origin_mm
    origin_mm = (x + 1.2 * x_mm, y + 1.7 * y_mm, z + 0.1 * z_mm)
    size = (inner.shape[0], inner.shape[1], inner.shape[2])
    return Mask(inner, Geometry(size, grid.spacing_mm, origin_mm, grid.direction))
