"""Feature maps: for every voxel of a region the features of its neighbourhood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.errors import ExtractionError, InputError, Problem
from radiomics_hcc.features import first_order
from radiomics_hcc.features.binning import in_grey_levels
from radiomics_hcc.features.filter_support import with_full_support
from radiomics_hcc.features.grey_levels import grey_levels
from radiomics_hcc.features.map_names import MapName, map_names
from radiomics_hcc.features.native_engine import TEXTURES, texture_settings
from radiomics_hcc.features.neighbourhood_glcm import measure_neighbourhoods
from radiomics_hcc.features.parameters import Parameters
from radiomics_hcc.features.prepare import Prepared, prepare
from radiomics_hcc.features.texture_settings import TextureSettings
from radiomics_hcc.imaging.filters.response import Response
from radiomics_hcc.imaging.filters.table import FILTERS
from radiomics_hcc.imaging.region import Box, crop_mask, widen

DEFAULT_RADIUS: Final = 1  # voxels; PyRadiomics' `kernelRadius`
DEFAULT_OUTSIDE: Final = 0.0  # PyRadiomics' `initValue`
Settings = Mapping[str, object]
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FeatureMaps:
    """Maps of several features on one grid.

    Parameters
    ----------
    volumes
        By the name of the feature; double precision, without a unit.
    region
        The voxels that have a value of their own, on the same grid.
    notes
        What the filters and the preparation tell.
    """

    volumes: Mapping[str, Volume]
    region: Mask
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kernel:
    """The neighbourhood of a voxel: a cube around it.

    Parameters
    ----------
    radius
        From the voxel to the faces of the cube, voxels (`kernelRadius`).
    is_masked
        Whether only voxels of the region count, also for the grey levels (`maskedKernel`).
    outside
        What voxels outside the region get (`initValue`).
    slice_axis
        With a number, the cube is one voxel thick along this axis of (z, y, x) (`force2D`).
    """

    radius: int = DEFAULT_RADIUS
    is_masked: bool = True
    outside: float = DEFAULT_OUTSIDE
    slice_axis: int | None = None

    @property
    def size(self) -> tuple[int, int, int]:
        """Voxels of a neighbourhood along (z, y, x)."""
        z, y, x = (2 * reach + 1 for reach in self.reach)
        return z, y, x

    @property
    def reach(self) -> tuple[int, int, int]:
        """Voxels from the middle to the faces along (z, y, x)."""
        z, y, x = (0 if axis == self.slice_axis else self.radius for axis in range(3))
        return z, y, x


def feature_maps(
    image: Volume, mask: Mask, parameters: Parameters, features: Sequence[str]
) -> dict[str, Volume]:
    """Map features as PyRadiomics' voxel-based extraction does (van Griethuysen et al. 2017).

    The intensities are binned once for the whole region; the features are then those of every
    voxel's neighbourhood. A voxel is left NaN where a feature has no value, such as a texture of
    a voxel without neighbours.

    Parameters
    ----------
    image, mask
        As for an extraction: intensities and region, shape (z, y, x).
    parameters
        `imageType`, `setting` and `voxelSetting` count; the classes are those of `features`.
        `voxelBatch` has no effect: memory holds the maps and one neighbourhood.
    features
        Names as in the feature table, such as `original_glcm_Contrast`; no shapes.

    Returns
    -------
    dict
        One image per feature, on the bounding box of the region widened by the kernel's radius,
        of the resampled image where that is asked for.

    Raises
    ------
    InputError
        Where a name is no feature, or an image type does not give its image.
    ExtractionError
        Where the region cannot be measured.
    """
    return dict(measure_maps(image, mask, parameters, features).volumes)


def measure_maps(
    image: Volume, mask: Mask, parameters: Parameters, features: Sequence[str]
) -> FeatureMaps:
    """The same with the region on the grid of the maps; see `feature_maps`."""
    names = map_names(features, parameters)
    kernel = kernel_of(parameters)
    prepared = prepare(image, mask, with_full_support(parameters, image.geometry.spacing_mm))
    box = widen(prepared.box, kernel.radius, prepared.image.geometry.size)
    region = crop_mask(prepared.mask, box)
    found: dict[MapName, Array] = {}
    notes = list(prepared.notes)
    for response, settings in _responses(prepared, box, names, parameters):
        asked = [name for name in names if name.image == response.name]
        found |= _neighbourhoods(response, region, kernel, settings).maps(asked)
        notes += response.notes
    _check_found(names, found)
    volumes = {str(name): Volume(found[name], region.geometry, unit="") for name in names}
    return FeatureMaps(volumes, region, tuple(dict.fromkeys(notes)))


def kernel_of(parameters: Parameters) -> Kernel:
    """The neighbourhood that a parameter file asks for."""
    asked, settings = parameters.voxel, parameters.settings
    return Kernel(
        radius=cast(int, asked.get("kernelRadius", DEFAULT_RADIUS)),
        is_masked=bool(asked.get("maskedKernel", True)),
        outside=cast(float, asked.get("initValue", DEFAULT_OUTSIDE)),
        slice_axis=cast(int, settings["force2Ddimension"]) if settings["force2D"] else None,
    )


@dataclass(frozen=True, eq=False)
class _Neighbourhoods:
    """One response image, so far that every neighbourhood of the region lies inside.

    `levels` and `intensities` have a border as wide as the kernel's reach; level 0 is no voxel of
    a neighbourhood. `highest` is the highest grey level of all.
    """

    image: str
    levels: NDArray[np.int32] = field(repr=False)
    intensities: Array = field(repr=False)
    region: Mask
    kernel: Kernel
    settings: Settings
    highest: int

    def maps(self, names: Sequence[MapName]) -> dict[MapName, Array]:
        """Measure around every voxel of the region."""
        places = np.argwhere(self.region.array)
        wanted: dict[str, list[str]] = {}
        for name in names:
            wanted.setdefault(name.feature_class, []).append(name.feature)
        texture = texture_settings(self.settings, self.region.geometry.spacing_mm)
        columns = {name: np.full(len(places), np.nan) for name in names}
        for part, feature_class, values in self._measured(places, wanted, texture):
            for feature in wanted[feature_class]:
                name = MapName(self.image, feature_class, feature)
                columns[name][part] = values.get(feature, np.nan)
        return {name: self._map(column) for name, column in columns.items()}

    def _map(self, column: Array) -> Array:
        found = np.full(self.region.array.shape, self.kernel.outside, dtype=np.float64)
        found[self.region.array] = column
        return found

    def _measured(
        self,
        places: NDArray[np.int64],
        wanted: Mapping[str, list[str]],
        texture: TextureSettings,
    ) -> Iterator[tuple[slice | int, str, Mapping[str, Array | float]]]:
        """Which voxels, of which class, the features; GLCM for many voxels at once."""
        if "glcm" in wanted:
            for part, rows in measure_neighbourhoods(
                self.levels, places, self.kernel.size, texture, wanted["glcm"]
            ):
                yield part, "glcm", rows
        singly = {name: features for name, features in wanted.items() if name != "glcm"}
        if singly:
            for number, place in enumerate(places):
                for name, values in self._around(place, singly, texture).items():
                    yield number, name, values

    def _around(
        self, place: NDArray[np.int64], wanted: Mapping[str, list[str]], texture: TextureSettings
    ) -> dict[str, Mapping[str, float]]:
        """The features of one neighbourhood by class; `place` is its first corner."""
        part = tuple(
            slice(first, first + length)
            for first, length in zip(place, self.kernel.size, strict=True)
        )
        cube = self.levels[part]
        inside = cube > 0
        levels = cube[inside]
        found: dict[str, Mapping[str, float]] = {}
        if "firstorder" in wanted:
            found["firstorder"] = self._first_order(self.intensities[part][inside], levels)
        textures = [name for name in wanted if name != "firstorder"]
        if textures:
            border = max(texture.distances)
            grey = grey_levels(levels, inside, border=border, highest=self.highest)
            found |= {name: TEXTURES[name](grey, texture, wanted[name]) for name in textures}
        return found

    def _first_order(self, intensities: Array, levels: NDArray[np.int32]) -> Mapping[str, float]:
        return first_order.measure(
            intensities,
            np.bincount(levels),
            voxel_volume_mm3=self.region.geometry.voxel_volume_mm3,
            shift=float(cast(float, self.settings.get("voxelArrayShift", 0))),
        )


def _neighbourhoods(
    response: Response, region: Mask, kernel: Kernel, settings: Settings
) -> _Neighbourhoods:
    """Bin a response over the region, or over its whole box without `maskedKernel`."""
    intensities = np.asarray(response.array, dtype=np.float64)
    scope = region.array if kernel.is_masked else np.ones_like(region.array)
    try:
        binned = in_grey_levels(response.array[scope], settings).levels
    except ExtractionError as error:
        raise ExtractionError(f"image {response.name}: {error}") from error
    levels = np.zeros(scope.shape, dtype=np.int32)
    levels[scope] = binned
    border = [(reach, reach) for reach in kernel.reach]
    return _Neighbourhoods(
        response.name,
        np.pad(levels, border),
        np.pad(intensities, border),
        region,
        kernel,
        settings,
        int(binned.max()),
    )


def _responses(
    prepared: Prepared, box: Box, names: Sequence[MapName], parameters: Parameters
) -> Iterator[tuple[Response, Settings]]:
    """The images that the names speak of, with the settings of their image types."""
    for image_type in parameters.image_types:
        images = {name.image for name in names if name.is_of(image_type)}
        if images:
            settings = parameters.of_image_type(image_type)
            for response in FILTERS[image_type](prepared.image, prepared.mask, box, settings):
                if response.name in images:
                    yield response, settings


def _check_found(names: Sequence[MapName], found: Mapping[MapName, Array]) -> None:
    """Refuse an image that its image type does not give, such as `wavelet-LLX`."""
    missing = [name for name in names if name not in found]
    if missing:
        remedy = "the parameter file's image types give other images"
        raise InputError(
            [Problem(str(name), f"there is no image {name.image!r}", remedy) for name in missing]
        )
