"""The filters of IBSI 2 as a parameter file asks for them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from radiomics_hcc.imaging.filters.ibsi import (
    Boundary,
    Filter,
    Gabor,
    LaplacianOfGaussian,
    Laws,
    Mean,
    Pooling,
    Riesz,
    SeparableWavelet,
    SimoncelliWavelet,
)

Count = Annotated[int, Field(strict=True, ge=1)]
CountFrom0 = Annotated[int, Field(strict=True, ge=0)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]


class Closed(BaseModel):
    """A part of a parameter file that takes no other keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FilterSection(Closed, ABC):
    """One filter; its parameters are those of the class of the same name."""

    boundary: Boundary = "mirror"

    @abstractmethod
    def step(self, *, by_slice: bool) -> Filter:
        """The filter that this section describes; `by_slice` where the approach is 2D."""

    @model_validator(mode="after")
    def _is_possible(self) -> FilterSection:
        self.step(by_slice=False)
        return self


class MeanSection(FilterSection):
    """Mean over a cube, or a square, of `support` voxels."""

    kind: Literal["mean"]
    support: Count

    def step(self, *, by_slice: bool) -> Filter:
        """As said above."""
        return Mean(self.support, self.boundary, by_slice)


class LaplacianOfGaussianSection(FilterSection):
    """Laplacian of Gaussian."""

    kind: Literal["laplacian_of_gaussian"]
    sigma_mm: Positive
    cutoff: Positive = 4.0

    def step(self, *, by_slice: bool) -> LaplacianOfGaussian:
        """As said above."""
        return LaplacianOfGaussian(self.sigma_mm, self.cutoff, self.boundary, by_slice)


class LawsSection(FilterSection):
    """Laws kernels, two of them (within slices) or three."""

    kind: Literal["laws"]
    kernels: str
    pooling: Pooling | None = None
    energy_distance: CountFrom0 | None = None

    def step(self, *, by_slice: bool) -> Filter:  # noqa: ARG002 - the number of kernels decides
        """As said above."""
        return Laws(self.kernels, self.boundary, self.pooling, self.energy_distance)


class GaborSection(FilterSection):
    """Gabor filter within slices, or averaged over three orthogonal planes."""

    kind: Literal["gabor"]
    sigma_mm: Positive
    wavelength_mm: Positive
    aspect_ratio: Positive
    theta: Number = 0.0
    theta_step: Positive | None = None
    pooling: Pooling = "average"
    orthogonal_planes: bool = False
    cutoff: Positive = 6.0

    def step(self, *, by_slice: bool) -> Filter:  # noqa: ARG002 - orthogonal_planes decides
        """As said above."""
        return Gabor(**self.model_dump(exclude={"kind"}))


class SeparableWaveletSection(FilterSection):
    """Separable wavelet, its band in two letters (within slices) or three."""

    kind: Literal["separable_wavelet"]
    wavelet: str
    band: str
    level: Count = 1
    pooling: Pooling | None = None

    def step(self, *, by_slice: bool) -> Filter:  # noqa: ARG002 - the number of letters decides
        """As said above."""
        return SeparableWavelet(self.wavelet, self.band, self.level, self.boundary, self.pooling)


class SimoncelliWaveletSection(FilterSection):
    """Simoncelli wavelet."""

    kind: Literal["simoncelli_wavelet"]
    level: Count = 1

    def step(self, *, by_slice: bool) -> SimoncelliWavelet:
        """As said above."""
        return SimoncelliWavelet(self.level, self.boundary, by_slice)


class RieszSection(Closed):
    """Riesz transform of a filter that is alike in all directions; `order` along x, y, z."""

    kind: Literal["riesz"]
    band: Annotated[
        LaplacianOfGaussianSection | SimoncelliWaveletSection, Field(discriminator="kind")
    ]
    order: Annotated[list[CountFrom0], Field(min_length=3, max_length=3)]

    def step(self, *, by_slice: bool) -> Filter:
        """The filter that this section describes; `by_slice` where the approach is 2D."""
        x, y, z = self.order
        return Riesz(self.band.step(by_slice=by_slice), (z, y, x))

    @model_validator(mode="after")
    def _is_possible(self) -> RieszSection:
        self.step(by_slice=False)
        return self


AnyFilter = Annotated[
    MeanSection
    | LaplacianOfGaussianSection
    | LawsSection
    | GaborSection
    | SeparableWaveletSection
    | SimoncelliWaveletSection
    | RieszSection,
    Field(discriminator="kind"),
]
