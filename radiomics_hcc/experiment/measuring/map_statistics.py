"""Statistics of aligned maps (ADC, perfusion, subtraction) in each lesion and its viable part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

import pandas as pd

from radiomics_hcc.domain.cohort import Study
from radiomics_hcc.experiment.measuring.images import StudyImages
from radiomics_hcc.experiment.measuring.lesion import LesionFindings
from radiomics_hcc.imaging.enhancement import MapStatistics, map_statistics

MapRow: TypeAlias = dict[str, object]

WHOLE: Final = "lesion"
VIABLE: Final = "viable"
MAP_COLUMNS: Final = (
    "patient_id",
    "timepoint",
    "lesion_id",
    "map",
    "part",
    "unit",
    "mean",
    "median",
    "sd",
    "p10",
    "p90",
    "reason",
)
"""Columns of `map_statistics.csv`; a row without numbers has its reason."""


def map_rows(
    study: Study, lesion: str, images: StudyImages, found: LesionFindings
) -> Iterator[MapRow]:
    """One row for each map and part of a lesion."""
    where: MapRow = {
        "patient_id": study.patient_id,
        "timepoint": study.timepoint,
        "lesion_id": lesion,
    }
    for name, volume in images.maps.items():
        for part, mask in ((WHOLE, found.lesion), (VIABLE, found.viable)):
            row = {**where, "map": name, "part": part, "unit": volume.unit}
            statistics = None if mask is None else map_statistics(volume, mask)
            if statistics is None:
                yield {**row, "reason": "no viable part is known" if mask is None else "no voxel"}
            else:
                yield {**row, **_numbers(statistics), "reason": ""}


def map_frame(rows: Sequence[MapRow]) -> pd.DataFrame:
    """The rows as a table."""
    return pd.DataFrame(rows, columns=list(MAP_COLUMNS))


def _numbers(statistics: MapStatistics) -> MapRow:
    return {
        "mean": statistics.mean,
        "median": statistics.median,
        "sd": statistics.sd,
        "p10": statistics.p10,
        "p90": statistics.p90,
    }
