"""What a parameter file says under `ibsi:`, checked, every default named."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.features.ibsi.aggregation import AGGREGATIONS
from radiomics_hcc.features.ibsi.catalogue import (
    DISCRETISED_CLASSES,
    IBSI_CLASSES,
)
from radiomics_hcc.features.ibsi.filter_schema import (
    AnyFilter,
    Closed,
    Count,
    NotNegative,
    Number,
    Positive,
)

ORIGINAL: Final = "original"
IMAGE_NAME: Final = re.compile(r"[a-z][a-z0-9-]*")


class InterpolationSection(Closed):
    """A grid of another spacing; without this section the image's own grid is kept."""

    spacing_mm: Annotated[list[Positive], Field(min_length=2, max_length=3)]  # x, y[, z]
    image: Literal["linear", "cubic"] = "cubic"
    mask: Literal["linear"] = "linear"
    partial_volume: Annotated[float, Field(strict=True, gt=0, le=1)] = 0.5
    round_intensities: bool = True


class ResegmentationSection(Closed):
    """Which voxels of the region count; `range` has a lower and an upper end, null for none."""

    range: Annotated[list[Number | None], Field(min_length=2, max_length=2)] | None = None
    outlier_sigma: Positive | None = None

    @field_validator("range")
    @classmethod
    def _in_order(cls, ends: list[float | None] | None) -> list[float | None] | None:
        lower, upper = ends or (None, None)
        if lower is not None and upper is not None and lower >= upper:
            raise ValueError(f"the lower end {lower:g} is not below the upper end {upper:g}")
        return ends

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """The lower and the upper end."""
        lower, upper = self.range or (None, None)
        return lower, upper


class DiscretisationSection(Closed):
    """Grey levels: bins of a fixed size from a fixed intensity on, or a fixed number of bins."""

    bin_size: Positive | None = None
    origin: Number | None = None
    bin_count: Count | None = None

    @model_validator(mode="after")
    def _one_way(self) -> DiscretisationSection:
        if (self.bin_size is None) == (self.bin_count is None):
            raise ValueError("give either bin_size or bin_count")
        if self.origin is not None and self.bin_size is None:
            raise ValueError("origin goes with bin_size")
        return self


class VolumeHistogramSection(Closed):
    """Bins of the intensity-volume histogram; without this section whole numbers."""

    bin_size: Positive | None = None
    bin_count: Count | None = None

    @model_validator(mode="after")
    def _one_way(self) -> VolumeHistogramSection:
        if (self.bin_size is None) == (self.bin_count is None):
            raise ValueError("give either bin_size or bin_count")
        return self


class TextureSection(Closed):
    """Settings of the texture classes."""

    distance: Count = 1
    coarseness: NotNegative = 0.0


class ClassesSection(Closed):
    """Feature classes; one with no list, or an empty one, has all its features."""

    morphology: list[str] | None = None
    localintensity: list[str] | None = None
    statistics: list[str] | None = None
    histogram: list[str] | None = None
    volumehistogram: list[str] | None = None
    glcm: list[str] | None = None
    glrlm: list[str] | None = None
    glszm: list[str] | None = None
    gldzm: list[str] | None = None
    ngtdm: list[str] | None = None
    ngldm: list[str] | None = None

    @field_validator("*")
    @classmethod
    def _known_features(cls, names: list[str] | None, info: ValidationInfo) -> list[str]:
        known = list(IBSI_CLASSES[str(info.field_name)])
        unknown = [name for name in names or [] if name not in known]
        if unknown:
            raise ValueError(
                "; ".join(
                    f"unknown feature {name!r}, {did_you_mean(name, known)}" for name in unknown
                )
            )
        return [name for name in known if name in (names or known)]

    def wanted(self) -> dict[str, tuple[str, ...]]:
        """Names of the features asked for, by class, in IBSI's order."""
        named = [name for name in IBSI_CLASSES if name in self.model_fields_set]
        return {name: tuple(getattr(self, name) or IBSI_CLASSES[name]) for name in named}


EVERY_CLASS: Final = ClassesSection(**dict.fromkeys(IBSI_CLASSES))
STATISTICS: Final = ClassesSection(statistics=None)


class ResponseSection(Closed):
    """A filtered image: its filter, and what is measured in it."""

    filter: AnyFilter
    classes: ClassesSection = STATISTICS
    discretisation: DiscretisationSection | None = None

    @model_validator(mode="after")
    def _is_measurable(self) -> ResponseSection:
        wanted = self.classes.wanted()
        refused = [name for name in ("morphology", "localintensity") if name in wanted]
        if refused:
            raise ValueError(f"{refused[0]} is measured in the original image only")
        _check_discretisation(wanted, self.discretisation)
        if self.discretisation and self.discretisation.bin_size and not self.has_origin:
            raise ValueError("bin_size needs an origin: a response has no re-segmentation range")
        return self

    @property
    def has_origin(self) -> bool:
        """Whether its grey levels start at a fixed intensity."""
        return self.discretisation is not None and self.discretisation.origin is not None


class IbsiSettings(Closed):
    """What stands under `ibsi:`; lengths are mm, intensities are those of the image (HU).

    Parameters
    ----------
    approach
        `2D` works slice by slice (across z), `3D` in the volume.
    interpolation, resegmentation, discretisation, volume_histogram, texture
        As their sections say, in the order of IBSI's workflow.
    classes
        What is measured in the original image; by default every class.
    aggregations
        How the texture matrices are aggregated; by default in all ways of the approach.
    responses
        Filtered images by the name that their features begin with.
    """

    approach: Literal["2D", "3D"] = "3D"
    interpolation: InterpolationSection | None = None
    resegmentation: ResegmentationSection = ResegmentationSection()
    discretisation: DiscretisationSection | None = None
    volume_histogram: VolumeHistogramSection | None = None
    texture: TextureSection = TextureSection()
    classes: ClassesSection = EVERY_CLASS
    aggregations: list[str] | None = Field(default=None, validate_default=True)
    responses: dict[str, ResponseSection] = Field(default_factory=dict)

    @field_validator("aggregations")
    @classmethod
    def _known_aggregations(cls, names: list[str] | None, info: ValidationInfo) -> list[str]:
        for name in names or []:
            if name not in AGGREGATIONS:
                remedy = did_you_mean(name, list(AGGREGATIONS))
                raise ValueError(f"unknown aggregation {name!r}; {remedy}")
        in_volume = info.data.get("approach") == "3D"
        return [
            name
            for name, one in AGGREGATIONS.items()
            if name in (names or ()) or (not names and (one.dimension == "3D") == in_volume)
        ]

    @field_validator("responses")
    @classmethod
    def _names(cls, responses: dict[str, ResponseSection]) -> dict[str, ResponseSection]:
        for name in responses:
            if name == ORIGINAL or not IMAGE_NAME.fullmatch(name):
                raise ValueError(
                    f"{name!r} cannot name a response: take small letters, digits and hyphens, "
                    f"a letter first, and not {ORIGINAL!r}"
                )
        return responses

    @model_validator(mode="after")
    def _fits_together(self) -> IbsiSettings:
        _check_discretisation(self.classes.wanted(), self.discretisation)
        if self.discretisation and self.discretisation.bin_size and self.origin is None:
            raise ValueError(
                "discretisation.bin_size needs the intensity of the first bin: the lower end of "
                "resegmentation.range, or discretisation.origin"
            )
        axes = len(self.interpolation.spacing_mm) if self.interpolation else 0
        if axes and axes != int(self.approach[0]):
            raise ValueError(f"the approach {self.approach} takes {self.approach[0]} spacings")
        return self

    @property
    def origin(self) -> float | None:
        """Where grey levels of a fixed size begin in the original image."""
        given = self.discretisation.origin if self.discretisation else None
        return self.resegmentation.ends[0] if given is None else given

    def to_json(self) -> dict[str, object]:
        """Write as the content of a parameter file under `ibsi`, every default named."""
        content = self.model_dump(mode="json", exclude_none=True)
        content["classes"] = _lists(self.classes)
        for name, response in self.responses.items():
            content["responses"][name]["classes"] = _lists(response.classes)
        return content


class IbsiFile(Closed):
    """A whole parameter file that asks for IBSI's features."""

    ibsi: IbsiSettings


def _lists(classes: ClassesSection) -> dict[str, list[str]]:
    return {name: list(names) for name, names in classes.wanted().items()}


def _check_discretisation(
    wanted: dict[str, tuple[str, ...]], discretisation: DiscretisationSection | None
) -> None:
    needing = [name for name in DISCRETISED_CLASSES if name in wanted]
    if needing and discretisation is None:
        raise ValueError(
            f"{', '.join(needing)} need grey levels: give discretisation, such as {{bin_size: 25}} "
            "or {bin_count: 32}, or name the other classes under classes"
        )
