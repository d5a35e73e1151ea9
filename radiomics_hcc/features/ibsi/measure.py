"""Measure a region by IBSI's definitions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from radiomics_hcc.domain.feature import Feature
from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.features.ibsi.aggregation import AGGREGATIONS, Aggregation, aggregate
from radiomics_hcc.features.ibsi.catalogue import IBSI_CLASSES, TEXTURES
from radiomics_hcc.features.ibsi.classes import CLASSES, Binning, RegionImage
from radiomics_hcc.features.ibsi.region import IbsiRegion, prepare_region
from radiomics_hcc.features.ibsi.schema import ORIGINAL, ClassesSection, IbsiSettings
from radiomics_hcc.features.ibsi.textures import DIRECTIONAL, Textures

WITHOUT_VALUE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "morphology": "the region is too small or too flat, or its intensities are equal or sum "
        "to 0: the formula has no value",
        "statistics": "a denominator of the formula is 0",
        "histogram": "a denominator of the formula is 0",
        "volumehistogram": "the region has one intensity only",
        "glcm": "no two voxels of the region are neighbours at the distance asked for",
        "ngtdm": "no voxel of the region has a neighbour at the distance asked for",
    }
)
NO_NUMBER: Final = "the formula has no value for this region"


def measure_ibsi(image: Volume, mask: Mask, settings: IbsiSettings) -> tuple[Feature, ...]:
    """Every feature that the settings ask for.

    Names are `image_class_Feature`, the image being `original` or the name of a response. In the
    texture classes the aggregation follows the class: `glcm-2.5D-mrg`, `glszm-3D`.

    Raises
    ------
    ExtractionError
        As in `prepare_region`, and where there are too many grey levels.
    """
    region = prepare_region(image, mask, settings)
    return (*_original(region, settings), *_responses(region, settings))


def columns(settings: IbsiSettings) -> Iterator[str]:
    """Names of the features that the settings ask for, in the order of `measure_ibsi`."""
    responses = {name: response.classes for name, response in settings.responses.items()}
    for image, classes in {ORIGINAL: settings.classes, **responses}.items():
        for class_name, wanted in classes.wanted().items():
            for word in _class_words(class_name, settings):
                yield from (f"{image}_{word}_{name}" for name in wanted)


def _original(region: IbsiRegion, settings: IbsiSettings) -> Iterator[Feature]:
    binning = Binning(
        settings.discretisation,
        settings.origin,
        settings.volume_histogram,
        settings.resegmentation.ends,
    )
    image = RegionImage(region.image, region, binning)
    yield from _features(ORIGINAL, image, settings.classes, settings)


def _responses(region: IbsiRegion, settings: IbsiSettings) -> Iterator[Feature]:
    """The filtered images; filters see the image before re-segmentation."""
    geometry = region.image.geometry
    for name, response in settings.responses.items():
        step = response.filter.step(by_slice=settings.approach == "2D")
        array = step(np.asarray(region.image.array, dtype=np.float64), geometry.spacing_mm)
        section = response.discretisation
        binning = Binning(section, section.origin if section else None)
        image = RegionImage(Volume(array, geometry, region.image.unit), region, binning)
        yield from _features(name, image, response.classes, settings)


def _features(
    name: str, image: RegionImage, classes: ClassesSection, settings: IbsiSettings
) -> Iterator[Feature]:
    wanted = classes.wanted()
    textures = Textures(settings.texture.distance, settings.texture.coarseness)
    region = image.texture_region(textures.distance) if set(wanted) & set(TEXTURES) else None
    for class_name, names in wanted.items():
        for word, aggregation in _class_words(class_name, settings).items():
            if region is None or aggregation is None:
                found = CLASSES[class_name](image)
            else:
                found = aggregate(textures.families[class_name], region, aggregation)
            yield from _named(f"{name}_{word}", class_name, found, names)


def _class_words(class_name: str, settings: IbsiSettings) -> dict[str, Aggregation | None]:
    """What a class is called in its columns, with the aggregation behind each word."""
    if class_name not in TEXTURES:
        return {class_name: None}
    asked = [AGGREGATIONS[name] for name in settings.aggregations or ()]
    if class_name in DIRECTIONAL:
        return {f"{class_name}-{one.suffix}": one for one in asked}
    return {f"{class_name}-{one.dimension}": one for one in asked}


def _named(
    prefix: str, class_name: str, found: Mapping[str, float], wanted: Sequence[str]
) -> Iterator[Feature]:
    for name in wanted:
        value = found[name]
        reason = WITHOUT_VALUE.get(class_name, NO_NUMBER) if math.isnan(value) else ""
        yield Feature(f"{prefix}_{name}", value, reason, ibsi_id=IBSI_CLASSES[class_name][name])
