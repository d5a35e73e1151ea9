"""The columns of `measurements.csv`, which the criteria read and other parts write."""

from __future__ import annotations

from typing import Final

REQUIRED_COLUMNS: Final = ("patient_id", "assessment", "lesion_id", "role")
SIZE_COLUMNS: Final = (
    "longest_mm",
    "perpendicular_mm",
    "short_axis_mm",
    "viable_mm",
    "viable_perpendicular_mm",
    "volume_ml",
    "viable_volume_ml",
)
FUNCTIONAL_COLUMNS: Final = (
    "necrotic_fraction",
    "lipiodol_fraction",
    "mean_hu_unenhanced",
    "mean_hu_arterial",
    "mean_hu_portal",
    "mean_hu_delayed",
    "arterial_enhancement_hu",
    "wash_in_hu",
    "wash_out_hu",
    "wash_out_relative",
    "contrast_to_liver_arterial_hu",
    "contrast_to_liver_portal_hu",
    "viable_k1_mm",
    "viable_k3_mm",
)
"""What images tell of a lesion beside its sizes; numbers, empty where they cannot be had."""

VIABLE_SIZES: Final = ("viable_mm", "viable_perpendicular_mm", "viable_volume_ml")
WHOLE_SIZES: Final = ("longest_mm", "perpendicular_mm", "volume_ml")
VARIANTS: Final = {
    "k_minus": VIABLE_SIZES,
    "k_plus": VIABLE_SIZES,
    "mask_minus": (*WHOLE_SIZES, *VIABLE_SIZES),
    "mask_plus": (*WHOLE_SIZES, *VIABLE_SIZES),
}
"""Sizes measured again: the threshold of viable tissue 0.5 SD lower and higher, the lesion's mask
one voxel smaller and larger."""


def variant_column(size: str, variant: str) -> str:
    """The column that holds a size measured again, as `viable_mm_k_minus`."""
    return f"{size}_{variant}"


VARIANT_COLUMNS: Final = tuple(
    variant_column(size, variant) for variant, sizes in VARIANTS.items() for size in sizes
)
NUMBER_COLUMNS: Final = (
    *SIZE_COLUMNS,
    "slice_mm",
    "mean_hu",
    "afp_ng_ml",
    *FUNCTIONAL_COLUMNS,
    *VARIANT_COLUMNS,
)
MEASUREMENT_COLUMNS: Final = (
    "patient_id",
    "reader",
    "assessment",
    "lesion_id",
    "role",
    "site",
    "status",
    "finding",
    "phase",
    "slice_mm",
    *SIZE_COLUMNS,
    "mean_hu",
    "afp_ng_ml",
    "lirads_tr",
    *FUNCTIONAL_COLUMNS,
    *VARIANT_COLUMNS,
    "flags",
    "note",
)
