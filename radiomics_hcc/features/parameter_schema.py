# ruff: noqa: N815 -- the keys are PyRadiomics' own words
"""Schema of PyRadiomics' parameter file: which keys there are and what each may hold."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.features.names import FEATURES, INTERPOLATORS, WAVELETS


def _refuse_boolean(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError(f"needs a number, found {str(value).lower()}")
    return value


def _wavelet(name: str) -> str:
    if name not in WAVELETS:
        raise ValueError(f"unknown wavelet {name!r}; {did_you_mean(name, sorted(WAVELETS))}")
    return name


def _interpolator(word: str | int) -> str | int:
    """Check a name of SimpleITK, or its number from 1 to 10."""
    if isinstance(word, str) and word not in INTERPOLATORS:
        remedy = did_you_mean(word, list(INTERPOLATORS))
        raise ValueError(f"unknown interpolator {word!r}; {remedy}")
    if isinstance(word, int) and not 1 <= word <= 10:
        raise ValueError(f"the number of an interpolator is 1 to 10, found {word}")
    return word


def _lengths(values: list[float], *, allowed: tuple[int, ...]) -> list[float]:
    if len(values) not in allowed:
        words = " or ".join(map(str, allowed))
        raise ValueError(f"needs {words} numbers, found {len(values)}")
    return values


def _of_lengths(*allowed: int) -> Callable[[list[float]], list[float]]:
    return partial(_lengths, allowed=allowed)


Flag = Annotated[bool, Field(strict=True)]
Whole = Annotated[int, Field(strict=True)]
CountFrom0 = Annotated[int, Field(strict=True, ge=0)]
CountFrom1 = Annotated[int, Field(strict=True, ge=1)]
Number = Annotated[float, BeforeValidator(_refuse_boolean)]
Positive = Annotated[float, BeforeValidator(_refuse_boolean), Field(gt=0)]
NotNegative = Annotated[float, BeforeValidator(_refuse_boolean), Field(ge=0)]
WaveletName = Annotated[str, AfterValidator(_wavelet)]
Interpolator = Annotated[str | int, AfterValidator(_interpolator)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Settings(_Closed):
    """The keys of `setting`, and of each image type; a key left out, or null, is the default.

    Lengths are mm, intensities are those of the image (HU). `enableCExtensions` of PyRadiomics
    before 2.0 is accepted and has no effect. `binOrigin` and `filterSupport` are ours, for the
    native engine alone: where the first grey level begins, the same for every region (by default
    it hangs on the region's own minimum), and whether filters see all that they need around the
    region (`full`) or the margin `padDistance` (`padDistance`, the default).
    """

    # Grey levels
    binWidth: Positive | None = None
    binCount: CountFrom1 | None = None
    binOrigin: Number | None = None  # ours
    # Intensities before anything else
    normalize: Flag | None = None
    normalizeScale: Positive | None = None
    removeOutliers: Positive | None = None
    # Resampling and cropping
    resampledPixelSpacing: (
        Annotated[list[NotNegative], AfterValidator(_of_lengths(2, 3))] | None
    ) = None
    interpolator: Interpolator | None = None
    padDistance: CountFrom0 | None = None
    filterSupport: Literal["padDistance", "full"] | None = None  # ours
    preCrop: Flag | None = None
    # Re-segmentation
    resegmentRange: Annotated[list[Number], AfterValidator(_of_lengths(1, 2))] | None = None
    resegmentMode: Literal["absolute", "relative", "sigma"] | None = None
    resegmentShape: Flag | None = None
    # The region
    minimumROIDimensions: Annotated[int, Field(strict=True, ge=1, le=3)] | None = None
    minimumROISize: CountFrom1 | None = None
    geometryTolerance: Positive | None = None
    correctMask: Flag | None = None
    label: CountFrom1 | None = None
    label_channel: CountFrom0 | None = None
    # Textures
    force2D: Flag | None = None
    force2Ddimension: Annotated[int, Field(strict=True, ge=0, le=2)] | None = None
    distances: list[CountFrom1] | None = None
    symmetricalGLCM: Flag | None = None
    weightingNorm: Literal["euclidean", "manhattan", "infinity", "no_weighting"] | None = None
    gldm_a: CountFrom0 | None = None
    voxelArrayShift: Whole | None = None
    # Filters
    sigma: list[Positive] | None = None
    wavelet: WaveletName | None = None
    start_level: CountFrom0 | None = None
    level: CountFrom1 | None = None
    gradientUseSpacing: Flag | None = None
    lbp2DRadius: Positive | None = None
    lbp2DSamples: CountFrom1 | None = None
    lbp2DMethod: Literal["default", "ror", "uniform", "var"] | None = None
    lbp3DLevels: CountFrom1 | None = None
    lbp3DIcosphereRadius: Positive | None = None
    lbp3DIcosphereSubdivision: CountFrom0 | None = None
    # Without effect on the values
    additionalInfo: Flag | None = None
    enableCExtensions: Flag | None = None

    @model_validator(mode="after")
    def _one_way_to_bin(self) -> Settings:
        if self.binOrigin is not None and self.binCount is not None:
            raise ValueError("binOrigin goes with binWidth; with binCount there is no origin")
        return self


class VoxelSettings(_Closed):
    """The keys of `voxelSetting`, for feature maps; without effect on features of a region."""

    kernelRadius: CountFrom1 | None = None
    maskedKernel: Flag | None = None
    initValue: Number | None = None
    voxelBatch: CountFrom1 | None = None


class ImageTypes(_Closed):
    """The keys of `imageType`; an image type that is named, even with nothing, is computed."""

    Original: Settings | None = None
    LoG: Settings | None = None
    Wavelet: Settings | None = None
    Square: Settings | None = None
    SquareRoot: Settings | None = None
    Logarithm: Settings | None = None
    Exponential: Settings | None = None
    Gradient: Settings | None = None
    LBP2D: Settings | None = None
    LBP3D: Settings | None = None

    @field_validator("*")
    @classmethod
    def _one_label(cls, settings: Settings | None) -> Settings | None:
        if settings and settings.model_fields_set & {"label", "label_channel"}:
            raise ValueError("the label of the mask cannot change with the image type")
        return settings


class FeatureClasses(_Closed):
    """The keys of `featureClass`; a class with no list, or an empty one, has all its features."""

    shape: list[str] | None = None
    shape2D: list[str] | None = None
    firstorder: list[str] | None = None
    glcm: list[str] | None = None
    gldm: list[str] | None = None
    glrlm: list[str] | None = None
    glszm: list[str] | None = None
    ngtdm: list[str] | None = None

    @field_validator("*")
    @classmethod
    def _known_features(cls, names: list[str] | None, info: ValidationInfo) -> list[str] | None:
        known = list(FEATURES[str(info.field_name)])
        unknown = [name for name in names or [] if name not in known]
        if unknown:
            raise ValueError(
                "; ".join(
                    f"unknown feature {name!r}, {did_you_mean(name, known)}" for name in unknown
                )
            )
        return names


class ParameterFile(_Closed):
    """A whole parameter file; every part may be left out.

    `ibsi` is ours, for the native engine alone, and stands in place of all the others; what it
    may hold is checked by `features.ibsi.schema`.
    """

    imageType: ImageTypes = ImageTypes()
    featureClass: FeatureClasses = FeatureClasses()
    setting: Settings | None = None
    voxelSetting: VoxelSettings | None = None
    ibsi: dict[str, object] | None = None

    @model_validator(mode="after")
    def _ibsi_alone(self) -> ParameterFile:
        others = sorted(self.model_fields_set - {"ibsi"})
        if "ibsi" in self.model_fields_set and others:
            raise ValueError(f"ibsi stands alone: take out {', '.join(others)}")
        return self
