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
FUNCTIONAL_PREFIX: Final = "functional_"
"""What enhancement and necrosis tell of a lesion, such as `functional_wash_in_hu`."""

FUNCTIONAL_SIZES: Final = frozenset(
    {"longest_mm", "viable_mm", "viable_volume_ml", "viable_k1_mm", "viable_k3_mm"}
)
NOT_IN_IBSI: Final = "not in IBSI"
SIZE_COLUMNS: Final = ("voxels", "volume_ml")
# Features whose formula holds the grey level i itself, or the highest one N_g, and not only
# differences of levels (IBSI manual, arXiv:1612.07003, sections on GLCM and NGTDM).
ANCHOR_DEPENDENT: Final = frozenset(
    {
        ("glcm", "Autocorrelation"),
        ("glcm", "JointAverage"),
        ("glcm", "SumAverage"),
        ("glcm", "Idmn"),
        ("glcm", "Idn"),
        ("ngtdm", "Busyness"),
        # IBSI's intensity histogram, whose values are grey levels
        *(
            ("histogram", name)
            for name in (
                "Mean",
                "Median",
                "Minimum",
                "10Percentile",
                "90Percentile",
                "Maximum",
                "Mode",
                "CoefficientOfVariation",
                "QuartileCoefficientOfDispersion",
                "MaximumHistogramGradientIntensity",
                "MinimumHistogramGradientIntensity",
            )
        ),
    }
)
ANCHOR_DEPENDENT_WORDS: Final = ("LowGrayLevel", "HighGrayLevel")  # weighted by 1/i^2 or i^2


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
    ibsi_id: str = NOT_IN_IBSI


def is_extensive(name: str) -> bool:
    """Whether a feature measures the size of a lesion, so that an absent lesion measures 0."""
    return name in SIZE_COLUMNS or short_name(name) in EXTENSIVE_SHAPE | FUNCTIONAL_SIZES


def is_anchor_dependent(name: str) -> bool:
    """Whether a feature changes when all grey levels of a region move up by the same number.

    Such a feature cannot be compared between regions whose levels start at different intensities,
    as they do where the first level begins at the region's own minimum.

    Examples
    --------
    >>> is_anchor_dependent("original_glcm_JointAverage")
    True
    >>> is_anchor_dependent("original_glcm_Contrast")
    False
    """
    # IBSI's aggregation follows the class: glcm-3D-mrg.
    word, short = feature_class(name).partition("-")[0], short_name(name)
    by_level = any(part in short for part in ANCHOR_DEPENDENT_WORDS)
    return (word, short) in ANCHOR_DEPENDENT or (by_level and bool(word))


def feature_class(name: str) -> str:
    """The feature class within a PyRadiomics name, such as `glcm`; empty for other columns.

    That of `functional_wash_in_hu` is `functional`.
    """
    if name.startswith(FUNCTIONAL_PREFIX):
        return FUNCTIONAL_PREFIX.removesuffix("_")
    parts = name.split("_")
    return parts[-2] if len(parts) >= 3 else ""


def short_name(name: str) -> str:
    """The feature's own name without image type and class.

    Examples
    --------
    >>> short_name("original_glcm_Contrast")
    'Contrast'
    >>> short_name("functional_wash_in_hu")
    'wash_in_hu'
    """
    if name.startswith(FUNCTIONAL_PREFIX):
        return name.removeprefix(FUNCTIONAL_PREFIX)
    return name.rsplit("_", maxsplit=1)[-1]
