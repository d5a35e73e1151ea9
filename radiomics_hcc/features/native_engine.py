"""Our own engine: PyRadiomics' features from compiled loops, on the smallest part of the image."""

from __future__ import annotations

import math
import platform
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import metadata
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.feature import Feature
from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features import (
    first_order,
    glcm,
    gldm,
    glrlm,
    glszm,
    ngtdm,
    shape,
    shape_2d,
)
from radiomics_hcc.features.binning import in_grey_levels
from radiomics_hcc.features.empty_reasons import DEPRECATED, NO_VALUE
from radiomics_hcc.features.engine import Extracted
from radiomics_hcc.features.filter_support import with_full_support
from radiomics_hcc.features.grey_levels import GreyLevels, grey_levels
from radiomics_hcc.features.ibsi_ids import ibsi_id
from radiomics_hcc.features.parameters import Parameters
from radiomics_hcc.features.prepare import Prepared, prepare
from radiomics_hcc.features.texture_settings import Norm, TextureSettings
from radiomics_hcc.imaging.compiled import loading_kernels
from radiomics_hcc.imaging.discretise import Discretised
from radiomics_hcc.imaging.filters.log import reasons_skipped
from radiomics_hcc.imaging.filters.response import Response
from radiomics_hcc.imaging.filters.table import FILTERS
from radiomics_hcc.imaging.region import crop_mask

ENGINE_VERSION: Final = 1  # raised when the same parameters would give other values
DISTRIBUTION: Final = "radiomics-hcc"
WARM_UP_SIDE: Final = 12  # voxels
LIBRARIES: Final = {"numpy": "numpy", "scipy": "scipy", "numba": "numba", "simpleitk": "SimpleITK"}
Values = Mapping[str, float]
Texture = Callable[[GreyLevels, TextureSettings, Collection[str]], Values]
TEXTURES: Final[Mapping[str, Texture]] = {
    "glcm": glcm.measure,
    "gldm": gldm.measure,
    "glrlm": glrlm.measure,
    "glszm": glszm.measure,
    "ngtdm": ngtdm.measure,
}


@dataclass(frozen=True)
class NativeEngine:
    """PyRadiomics' features and settings, and `binOrigin` and `filterSupport` of our own.

    Only the bounding box and what the filters need around it are touched. Where PyRadiomics stops
    at a single feature, that feature alone is empty here, with the reason.
    """

    @property
    def name(self) -> str:
        """`native`."""
        return "native"

    @property
    def version(self) -> str:
        """Version of the package and of the engine's values."""
        return f"radiomics_hcc {metadata.version(DISTRIBUTION)}, values {ENGINE_VERSION}"

    def versions(self) -> dict[str, str]:
        """Versions of Python and of the libraries that compute."""
        found = {shown: metadata.version(name) for name, shown in LIBRARIES.items()}
        return {"python": platform.python_version(), **found, "native engine": self.version}

    def warm_up(self, parameters: Parameters) -> None:
        """Load the compiled kernels from disk, or compile them, by measuring a small cube."""
        array = np.arange(WARM_UP_SIDE**3, dtype=np.int16).reshape((WARM_UP_SIDE,) * 3)
        array %= WARM_UP_SIDE  # few grey levels
        geometry = Geometry(array.shape, (1.0, 1.0, 1.0))
        inside = np.zeros(array.shape, dtype=np.bool_)
        inside[2:-2, 2:-2, 2:-2] = True
        with loading_kernels(), suppress(ExtractionError):  # settings may leave nothing of a cube
            self.extract(Volume(array, geometry), Mask(inside, geometry), parameters)

    def extract(self, image: Volume, mask: Mask, parameters: Parameters) -> Extracted:
        """Measure a region; the image's number type counts, as in PyRadiomics.

        Raises
        ------
        ExtractionError
            Where the region cannot be measured: empty, too small, on another grid, outside the
            image, with voxels that are NaN or infinite, or in too many grey levels.
        """
        if parameters.ibsi is not None:
            # Loads every class of IBSI, for which other parameter files should not wait.
            from radiomics_hcc.features.ibsi.measure import measure_ibsi

            return Extracted(measure_ibsi(image, mask, parameters.ibsi))
        prepared = prepare(image, mask, with_full_support(parameters, image.geometry.spacing_mm))
        features = list(_shapes(prepared, parameters))
        notes = [*prepared.notes, *_skipped(prepared, parameters)]
        for region in discretised_regions(prepared, parameters):
            features += region.features(parameters)
            notes += region.response.notes
        return Extracted(tuple(features), tuple(dict.fromkeys(notes)))


@dataclass(frozen=True, eq=False)
class DiscretisedRegion:
    """One response image in the region, and its grey levels.

    Parameters
    ----------
    response
        The image, cut to the bounding box.
    values
        Intensities of the region, shape (n,), in C order of the mask.
    grey
        Their grey levels.
    mask
        The region on its bounding box.
    settings
        The settings of this image type.
    """

    response: Response
    values: NDArray[np.float64] = field(repr=False)
    grey: Discretised
    mask: Mask
    settings: Mapping[str, object]

    def features(self, parameters: Parameters) -> Iterator[Feature]:
        """Measure every class but shape, in PyRadiomics' order."""
        texture = texture_settings(self.settings, self.mask.geometry.spacing_mm)
        levels: GreyLevels | None = None
        for name in parameters.feature_classes:
            if name == "firstorder":
                found = self._first_order()
            elif name in TEXTURES:
                levels = levels or grey_levels(
                    self.grey.levels, self.mask.array, border=max(texture.distances)
                )
                found = TEXTURES[name](levels, texture, parameters.wanted(name))
            else:
                continue
            yield from _named(self.response.name, name, found, parameters)

    def _first_order(self) -> Values:
        return first_order.measure(
            self.values,
            np.bincount(self.grey.levels),
            voxel_volume_mm3=self.mask.geometry.voxel_volume_mm3,
            shift=float(cast(float, self.settings.get("voxelArrayShift", 0))),
        )


def discretised_regions(prepared: Prepared, parameters: Parameters) -> Iterator[DiscretisedRegion]:
    """Every response image that is asked for, one at a time, in its grey levels."""
    cut = crop_mask(prepared.mask, prepared.box)
    inside = Mask(np.ascontiguousarray(cut.array), cut.geometry)
    for name in parameters.image_types:
        settings = parameters.of_image_type(name)
        for response in FILTERS[name](prepared.image, prepared.mask, prepared.box, settings):
            # for the type checker; integers and single precision stay what they are
            values = cast(NDArray[np.float64], response.array[inside.array])
            grey = _discretise(response.name, values, settings)
            exact = np.asarray(values, dtype=np.float64)
            yield DiscretisedRegion(response, exact, grey, inside, settings)


def texture_settings(
    settings: Mapping[str, object], spacing_mm: tuple[float, float, float]
) -> TextureSettings:
    """The settings of the texture classes out of those of a parameter file."""
    axis = cast(int, settings["force2Ddimension"]) if settings["force2D"] else None
    return TextureSettings(
        spacing_mm=spacing_mm,
        distances=tuple(cast(list[int], settings["distances"])),
        slice_axis=axis,
        weighting_norm=cast(Norm | None, settings.get("weightingNorm")),
        is_symmetrical=bool(settings["symmetricalGLCM"]),
        dependence_alpha=cast(int, settings["gldm_a"]),
    )


def _discretise(
    image: str, values: NDArray[np.generic], settings: Mapping[str, object]
) -> Discretised:
    """Bin the intensities; an error names the image, as one filter may be at fault."""
    try:
        return in_grey_levels(values, settings)
    except ExtractionError as error:
        raise ExtractionError(f"image {image}: {error}") from error


def _skipped(prepared: Prepared, parameters: Parameters) -> Iterator[str]:
    """Why a Laplacian of Gaussian that is asked for gives no image."""
    if "LoG" in parameters.image_types:
        settings = parameters.of_image_type("LoG")
        yield from reasons_skipped(prepared.image.geometry, settings).values()


def _shapes(prepared: Prepared, parameters: Parameters) -> Iterator[Feature]:
    """The shape classes, on the mask before re-segmentation unless `resegmentShape` is set."""
    classes, settings = parameters.feature_classes, parameters.settings
    mask = crop_mask(prepared.shape_mask, prepared.box)
    if "shape" in classes:
        found = shape.measure(mask, parameters.wanted("shape"))
        yield from _named("original", "shape", found, parameters)
    if "shape2D" in classes and settings["force2D"]:
        yield from _shape_2d(mask, parameters)


def _shape_2d(mask: Mask, parameters: Parameters) -> Iterator[Feature]:
    axis = cast(int, parameters.settings["force2Ddimension"])
    slices = mask.array.shape[axis]
    wanted = parameters.wanted("shape2D")
    if slices > 1:
        reason = f"the region spans {slices} slices; 2-D shape needs a region of one slice"
        yield from (Feature(f"original_shape2D_{name}", math.nan, reason) for name in wanted)
        return
    found = shape_2d.measure(mask, axis, wanted)
    yield from _named("original", "shape2D", found, parameters)


def _named(image: str, class_name: str, found: Values, parameters: Parameters) -> Iterator[Feature]:
    """The wanted features under PyRadiomics' names, an empty one with its reason."""
    for name in parameters.wanted(class_name):
        value = float(found.get(name, math.nan))
        reason = ""
        if math.isnan(value):
            missing = NO_VALUE.get(class_name, "the formula has no value for this region")
            reason = missing if name in found else DEPRECATED
        identifier = ibsi_id(class_name, name)
        yield Feature(f"{image}_{class_name}_{name}", value, reason, ibsi_id=identifier)
