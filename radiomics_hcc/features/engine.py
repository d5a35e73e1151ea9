"""What an engine is: it measures one region of one image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from radiomics_hcc.domain.feature import Feature
from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.features.parameters import Parameters

DEFAULT_ENGINE: Final = "native"


@dataclass(frozen=True)
class Extracted:
    """What an engine found in one region.

    Parameters
    ----------
    features
        In the engine's order; an empty value carries its reason.
    notes
        What the engine remarked, such as a filter that did not fit.
    """

    features: tuple[Feature, ...]
    notes: tuple[str, ...] = ()


class Engine(Protocol):
    """Measures the features of a region; sent to worker processes, so it must pickle."""

    @property
    def name(self) -> str:
        """Word by which the engine is asked for."""

    @property
    def version(self) -> str:
        """Version of what computes the values; part of the cache key."""

    def versions(self) -> dict[str, str]:
        """Versions of the libraries that decide the values, by name."""

    def warm_up(self, parameters: Parameters) -> None:
        """Load, or make, what measuring with these parameters needs; before the processes start."""

    def extract(self, image: Volume, mask: Mask, parameters: Parameters) -> Extracted:
        """Measure the region of a mask in an image, as the parameters say.

        Raises
        ------
        ExtractionError
            Where the region cannot be measured at all.
        """
