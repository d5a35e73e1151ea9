"""Random images, regions and settings that PyRadiomics accepts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from radiomics_hcc.domain.volume import IDENTITY_DIRECTION, Geometry, Mask, Volume

NUMBER_TYPES: Final = ("uint8", "uint16", "int16", "int32", "float32", "float64")
MOST_BINS: Final = 80  # PyRadiomics takes the square of it, and for the MCC the cube
CLASSES: Final = ("shape", "firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm")
SIMPLE_FILTERS: Final = (
    "Square",
    "SquareRoot",
    "Logarithm",
    "Exponential",
    "Gradient",
    "LBP2D",
)
WEIGHTS: Final = ("euclidean", "manhattan", "infinity", "no_weighting")


@dataclass(frozen=True, eq=False)
class RandomCase:
    """An image, a region and the content of a parameter file."""

    image: Volume
    mask: Mask
    content: dict[str, object]

    def __repr__(self) -> str:
        array, grid = self.image.array, self.image.geometry
        voxels = int(self.mask.array.sum())
        return f"{array.dtype} {grid}, {voxels} voxels, {self.content}"


def ragged(generator: np.random.Generator, size: tuple[int, ...]) -> NDArray[np.bool_]:
    return generator.random(size) < 0.6


def scattered(generator: np.random.Generator, size: tuple[int, ...]) -> NDArray[np.bool_]:
    return generator.random(size) < 0.03


def blobs(generator: np.random.Generator, size: tuple[int, ...]) -> NDArray[np.bool_]:
    """Several components, which may touch the border."""
    return np.asarray(ndimage.gaussian_filter(generator.normal(size=size), 1.5) > 0.02)


def box(generator: np.random.Generator, size: tuple[int, ...]) -> NDArray[np.bool_]:
    array = np.zeros(size, dtype=bool)
    array[tuple(slice(generator.integers(0, n // 2), n - n // 4) for n in size)] = True
    return array


def plane(generator: np.random.Generator, size: tuple[int, ...]) -> NDArray[np.bool_]:
    array = blobs(generator, size)
    axis = int(generator.integers(3))
    kept = np.arange(size[axis]) == generator.integers(size[axis])
    return array & np.expand_dims(kept, tuple({0, 1, 2} - {axis}))


REGIONS: Final[tuple[Callable[..., NDArray[np.bool_]], ...]] = (
    ragged,
    scattered,
    blobs,
    box,
    plane,
)


@st.composite
def random_cases(draw: st.DrawFn) -> RandomCase:
    """Draw a small image of any number type and grid, a region and settings."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.tuples(*[st.integers(4, 20)] * 3))
    array = _intensities(generator, size, draw(st.sampled_from(NUMBER_TYPES)))
    grid = _grid(generator, size, is_oblique=draw(st.booleans()))
    inside = draw(st.sampled_from(REGIONS))(generator, size)
    setting = _texture_settings(draw) | _preparation(draw, array)
    setting |= _bins(draw, array, setting)
    content = {
        "imageType": _image_types(draw),
        "featureClass": {name: [] for name in CLASSES},
        "setting": setting,
    }
    return RandomCase(Volume(array, grid), Mask(inside, grid), content)


def _intensities(
    generator: np.random.Generator, size: tuple[int, ...], number_type: str
) -> NDArray[np.generic]:
    smooth = ndimage.gaussian_filter(generator.normal(size=size), generator.uniform(0, 2))
    scaled = smooth / smooth.std() * generator.choice([20.0, 100.0, 300.0])
    array = scaled + generator.choice([0.0, 50.0, -100.0, 1000.0])
    if number_type.startswith("uint"):
        array = np.clip(array, 0, np.iinfo(number_type).max)
    return array.astype(number_type)


def _grid(
    generator: np.random.Generator, size: tuple[int, int, int], *, is_oblique: bool
) -> Geometry:
    z_mm, y_mm, x_mm = generator.uniform(0.5, 4, 3).round(generator.integers(0, 4)).tolist()
    origin = generator.uniform(-300, 300, 3).round(2).tolist()
    direction: tuple[float, ...] = IDENTITY_DIRECTION
    if is_oblique:
        direction = tuple(Rotation.random(random_state=generator).as_matrix().ravel().tolist())
    spacing_mm = (max(z_mm, 0.5), max(y_mm, 0.5), max(x_mm, 0.5))
    return Geometry(size, spacing_mm, (origin[0], origin[1], origin[2]), direction)


def _sometimes(draw: st.DrawFn, one_in: int) -> bool:
    return draw(st.integers(1, one_in)) == one_in


def _texture_settings(draw: st.DrawFn) -> dict[str, object]:
    found: dict[str, object] = {}
    if _sometimes(draw, 3):
        found |= {"force2D": True, "force2Ddimension": draw(st.integers(0, 2))}
    if _sometimes(draw, 3):
        found["distances"] = draw(st.sampled_from([[1, 2], [2], [1, 3], [3], [2, 1]]))
    if _sometimes(draw, 3):
        found["weightingNorm"] = draw(st.sampled_from(WEIGHTS))
    if _sometimes(draw, 4):
        found["symmetricalGLCM"] = False
    if _sometimes(draw, 4):
        found["gldm_a"] = draw(st.integers(0, 3))
    if _sometimes(draw, 4):
        found["voxelArrayShift"] = draw(st.integers(-100, 2000))
    return found


def _preparation(draw: st.DrawFn, array: NDArray[np.generic]) -> dict[str, object]:
    found: dict[str, object] = {"padDistance": draw(st.integers(0, 8))}
    if _sometimes(draw, 3):
        steps = st.sampled_from([0, 0.7, 1, 1.5, 2, 2.3])
        found["resampledPixelSpacing"] = draw(st.lists(steps, min_size=3, max_size=3))
        found["interpolator"] = draw(st.sampled_from(["sitkBSpline", "sitkBSpline", "sitkLinear"]))
    elif _sometimes(draw, 4):
        found["preCrop"] = True
    if _sometimes(draw, 5):
        found |= {"normalize": True, "normalizeScale": draw(st.sampled_from([1, 100]))}
        if draw(st.booleans()):
            found["removeOutliers"] = draw(st.sampled_from([1, 2, 3]))
    if _sometimes(draw, 4):
        found |= _range(draw, array)
    if _sometimes(draw, 4):
        found["minimumROIDimensions"] = draw(st.integers(1, 3))
    if _sometimes(draw, 6):
        found["minimumROISize"] = draw(st.integers(1, 50))
    return found


def _range(draw: st.DrawFn, array: NDArray[np.generic]) -> dict[str, object]:
    numbers = array.astype(np.float64)
    limits = {
        "absolute": [float(np.percentile(numbers, part)) for part in (10, 95)],
        "relative": [0.2, 0.9],
        "sigma": [-2.0, 1.5],
    }
    mode = draw(st.sampled_from(sorted(limits)))
    kept = limits[mode][: draw(st.integers(1, 2))]
    return {"resegmentMode": mode, "resegmentRange": kept, "resegmentShape": draw(st.booleans())}


def _bins(
    draw: st.DrawFn, array: NDArray[np.generic], setting: dict[str, object]
) -> dict[str, object]:
    if draw(st.booleans()):
        return {"binCount": draw(st.integers(1, 64))}
    if "normalize" in setting:
        return {"binWidth": 0.05 * float(str(setting["normalizeScale"]))}
    widths = st.sampled_from([0.5, 1, 3, 7.3, 10, 25])
    span = float(np.ptp(array.astype(np.float64)))
    return {"binWidth": max(draw(widths), round(span / MOST_BINS, 1))}


def _image_types(draw: st.DrawFn) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {"Original": {}}
    if _sometimes(draw, 3):
        found["LoG"] = {"sigma": draw(st.sampled_from([[1.0], [0.5, 2.0], [3.5, 1.0]]))}
    if _sometimes(draw, 3):
        found["Wavelet"] = {
            "wavelet": draw(st.sampled_from(["haar", "coif1", "db3", "bior2.2"])),
            "level": draw(st.integers(1, 2)),
            "start_level": draw(st.integers(0, 1)),
        }
    chosen = draw(st.sets(st.sampled_from(SIMPLE_FILTERS), max_size=2))
    return found | {name: {} for name in sorted(chosen)}
