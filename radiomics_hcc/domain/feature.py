"""What is known of a feature from its name: its class, and how it behaves when a lesion is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EXTENSIVE_SHAPE: Final = frozenset(
    {
        "LeastAxisLength",
        "MajorAxisLength",
        "Maximum2DDiameterColumn",
        "Maximum2DDiameterRow",
        "Maximum2DDiameterSlice",
        "Maximum3DDiameter",
        "MaximumDiameter",
        "MeshSurface",
        "MeshVolume",
        "MinorAxisLength",
        "Perimeter",
        "PixelSurface",
        "SurfaceArea",
        "VoxelVolume",
    }
)
SIZE_COLUMNS: Final = ("voxels", "volume_ml")


@dataclass(frozen=True)
class Feature:
    """One measured feature.

    Parameters
    ----------
    name
        PyRadiomics' name, such as `original_glcm_Contrast`.
    value
        Its value; NaN where it could not be computed.
    reason
        Why the value is empty; nothing where there is one.
    unit
        Unit where the feature has one.
    ibsi_id
        Identifier in the IBSI manual, or `not in IBSI`.
    """

    name: str
    value: float
    reason: str = ""
    unit: str = ""
    ibsi_id: str = "not in IBSI"


def is_extensive(name: str) -> bool:
    """Whether a feature measures the size of a lesion, so that an absent lesion measures 0."""
    return name in SIZE_COLUMNS or short_name(name) in EXTENSIVE_SHAPE


def feature_class(name: str) -> str:
    """The feature class within a PyRadiomics name, such as `glcm`; empty for other columns."""
    parts = name.split("_")
    return parts[-2] if len(parts) >= 3 else ""


def short_name(name: str) -> str:
    """The feature's own name without image type and class.

    Examples
    --------
    >>> short_name("original_glcm_Contrast")
    'Contrast'
    """
    return name.rsplit("_", maxsplit=1)[-1]
