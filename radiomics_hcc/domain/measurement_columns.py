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
MEASUREMENT_COLUMNS: Final = (
    "patient_id",
    "reader",
    "assessment",
    "lesion_id",
    "role",
    "site",
    "status",
    "finding",
    *SIZE_COLUMNS,
    "mean_hu",
    "note",
)
