"""The feature classes of one image in one region."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Volume
from radiomics_hcc.features import (
    intensity_histogram,
    intensity_statistics,
    intensity_volume_histogram,
    local_intensity,
)
from radiomics_hcc.features.grey_levels import grey_levels
from radiomics_hcc.features.ibsi.aggregation import TextureRegion
from radiomics_hcc.features.ibsi.region import IbsiRegion
from radiomics_hcc.features.ibsi.schema import DiscretisationSection, VolumeHistogramSection
from radiomics_hcc.features.morphology import morphology_features
from radiomics_hcc.imaging.discretise import Discretised, discretise, discretise_ibsi_bin_number
from radiomics_hcc.imaging.region import bounding_box, crop_mask, crop_volume

Values = Mapping[str, float]


@dataclass(frozen=True)
class Binning:
    """How the intensities of one image are binned.

    Parameters
    ----------
    levels
        Grey levels; none where no class needs them.
    origin
        Where bins of a fixed size begin.
    volume_histogram
        Bins of the intensity-volume histogram; none for whole numbers.
    ends
        The re-segmentation range, which the intensity-volume histogram spans.
    """

    levels: DiscretisationSection | None
    origin: float | None
    volume_histogram: VolumeHistogramSection | None = None
    ends: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True, eq=False)
class RegionImage:
    """One image, original or filtered, in a region.

    Parameters
    ----------
    volume
        Its intensities on the region's grid.
    region
        The region.
    binning
        How it is binned.
    """

    volume: Volume
    region: IbsiRegion = field(repr=False)
    binning: Binning

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """Intensities of the intensity mask, shape (n,)."""
        return np.asarray(self.volume.array[self.region.intensity.array], dtype=np.float64)

    @cached_property
    def grey(self) -> Discretised:
        """Their grey levels."""
        section, origin = self.binning.levels, self.binning.origin
        assert section is not None, "the settings were checked"
        if section.bin_size is not None:
            return discretise(self.values, bin_width=section.bin_size, bin_origin=origin)
        assert section.bin_count is not None, "the settings were checked"
        return discretise_ibsi_bin_number(self.values, section.bin_count)

    def texture_region(self, border: int) -> TextureRegion:
        """The grey levels arranged for counting, with a border (voxels)."""
        box = bounding_box(self.region.morphological.array)
        grey = grey_levels(
            self.grey.levels,
            self.region.intensity.array[box],
            border=border,
            highest=self.grey.n_levels,
        )
        return TextureRegion(grey, self.region.morphological.array[box])


def morphology(image: RegionImage) -> Values:
    """Shape of the region, and where its intensities lie."""
    box = bounding_box(image.region.morphological.array)
    return morphology_features(
        crop_mask(image.region.morphological, box),
        crop_mask(image.region.intensity, box),
        crop_volume(image.volume, box),
    )


def localintensity(image: RegionImage) -> Values:
    """Intensity peaks."""
    return local_intensity.measure(image.volume, image.region.intensity)


def statistics(image: RegionImage) -> Values:
    """Intensities without grey levels."""
    return intensity_statistics.measure(image.values)


def histogram(image: RegionImage) -> Values:
    """Grey levels wherever they lie."""
    return intensity_histogram.measure(image.grey.levels, image.grey.n_levels)


def volumehistogram(image: RegionImage) -> Values:
    """How much of the region is at least so bright.

    Without a section: whole intensities as they are; others, which no step of 1 fits, in the
    1,000 bins that the manual gives intensities of arbitrary units.
    """
    section, (lower, upper) = image.binning.volume_histogram, image.binning.ends
    values, ivh = image.values, intensity_volume_histogram
    if section is not None and section.bin_size is not None:
        found = ivh.of_bin_size(values, section.bin_size, lower, upper)
    elif section is not None and section.bin_count is not None:
        found = ivh.of_bin_number(values, section.bin_count)
    elif np.array_equal(values, np.rint(values)):
        found = ivh.of_whole_units(values, lower, upper)
    else:
        found = ivh.of_bin_number(values)
    return ivh.measure(found)


# The classes that have one value for each feature; the texture classes have one per aggregation.
CLASSES: Final[Mapping[str, Callable[[RegionImage], Values]]] = MappingProxyType(
    {
        "morphology": morphology,
        "localintensity": localintensity,
        "statistics": statistics,
        "histogram": histogram,
        "volumehistogram": volumehistogram,
    }
)
