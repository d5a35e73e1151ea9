"""What is kept of one measured region."""

from __future__ import annotations

from dataclasses import dataclass

from radiomics_hcc.domain.feature import Feature


@dataclass(frozen=True)
class Measurement:
    """The features of one region.

    Parameters
    ----------
    voxels
        Voxels of the mask as drawn.
    volume_ml
        Their volume, mL.
    features
        In the engine's order.
    notes
        What the engine remarked.
    """

    voxels: int
    volume_ml: float
    features: tuple[Feature, ...]
    notes: tuple[str, ...] = ()
