"""Feature maps of the regions that a cohort's table names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from radiomics_hcc.datasets.nifti import write_volume
from radiomics_hcc.domain.cohort import Case, Region
from radiomics_hcc.domain.table import KEYS
from radiomics_hcc.experiment.asked import load_asked
from radiomics_hcc.features.extract import COMPILING
from radiomics_hcc.features.last_image import LastImage
from radiomics_hcc.features.map_names import map_names
from radiomics_hcc.features.maps import FeatureMaps, measure_maps
from radiomics_hcc.features.measure import CASE_ERRORS, reason_of
from radiomics_hcc.features.parameters import Parameters
from radiomics_hcc.features.progress import ConsoleProgress, OutcomeWord
from radiomics_hcc.imaging.compiled import telling_compilation

LISTING: Final = "maps.csv"
COLUMNS: Final = ("feature", "file", "voxels", "minimum", "median", "maximum", "reason")
Row = dict[str, object]


@dataclass
class MapWriter:
    """Maps case after case into a folder.

    Parameters
    ----------
    folder
        Where the maps go.
    parameters, features
        What to map.
    images
        The image that was read last.
    names
        How often a file name was given, so that no two cases share one.
    """

    folder: Path
    parameters: Parameters
    features: Sequence[str]
    images: LastImage = field(default_factory=LastImage)
    names: Counter[str] = field(default_factory=Counter)

    def __call__(self, case: Case) -> tuple[OutcomeWord, list[Row]]:
        """Map one case; a failure is a row with its reason."""
        keys: Row = {key: getattr(case, key) for key in KEYS}
        keys |= {"region": str(case.region), "status": str(case.status)}
        if case.is_absent:
            return "absent", [{**keys, "reason": case.absence}]
        try:
            image, mask = self.images.read(case), case.read_mask()
            maps = measure_maps(image, mask, self.parameters, self.features)
            return "ok", [{**keys, **row} for row in self._write(case, maps)]
        except CASE_ERRORS as error:
            return "failed", [{**keys, "reason": reason_of(error)}]

    def _write(self, case: Case, maps: FeatureMaps) -> list[Row]:
        stem = self._stem(case)
        rows = []
        for feature, volume in maps.volumes.items():
            path = self.folder / f"{stem}_{feature}.nii.gz"
            write_volume(volume, path)
            values = np.asarray(volume.array, dtype=np.float64)[maps.region.array]
            rows.append({"feature": feature, "file": path.name, **_range(values), "reason": ""})
        return rows

    def _stem(self, case: Case) -> str:
        stem = re.sub(r"[^\w.-]+", "_", case.name)
        self.names[stem] += 1
        return stem if self.names[stem] == 1 else f"{stem}_{self.names[stem]}"


def write_maps(
    cohort: Path,
    folder: Path,
    *,
    params: Path | None,
    features: Sequence[str],
    regions: Sequence[str] = (Region.LESION,),
    allow_outside: bool = False,
) -> pd.DataFrame:
    """Write a NIfTI image for every case and feature, and `maps.csv` that lists them.

    Parameters
    ----------
    cohort
        `cohort.csv` or PyRadiomics' batch CSV.
    folder
        Where the maps go; it is made. Each is named from its case and its feature.
    params
        A PyRadiomics parameter file with `voxelSetting`; None takes the defaults.
    features
        Names as in the feature table.
    regions
        Regions of interest to map.
    allow_outside
        Whether image paths may lead outside the folder of the table.

    Returns
    -------
    DataFrame
        The listing: a row for each case and feature with the range of its values in the region;
        one row with the reason for a case that failed or is absent.

    Raises
    ------
    InputError
        With everything that is wrong with the cohort, the parameter file, the regions or the names.
    """
    asked = load_asked(cohort, params, regions, allow_outside=allow_outside)
    map_names(features, asked.parameters)  # mistakes are told before any work is done
    folder.mkdir(parents=True, exist_ok=True)
    listing = _all(asked.cohort.cases, MapWriter(folder, asked.parameters, features))
    listing.to_csv(folder / LISTING, index=False)
    return listing


def _all(cases: Sequence[Case], write: MapWriter) -> pd.DataFrame:
    progress = ConsoleProgress()
    rows: list[Row] = []
    progress.start(len(cases))
    try:
        with (
            threadpool_limits(limits=1),
            telling_compilation(partial(progress.note, COMPILING)),
        ):
            for case in cases:
                word, found = write(case)
                progress.advance(word, case.name)
                rows += found
    finally:
        progress.finish()
    return pd.DataFrame(rows, columns=[*KEYS, *COLUMNS]).astype({"voxels": "Int64"})


def _range(values: NDArray[np.float64]) -> Mapping[str, float]:
    """How many voxels have a value, and its range and median; NaN of none."""
    present = values[~np.isnan(values)]
    if present.size == 0:
        return {"voxels": 0, "minimum": np.nan, "median": np.nan, "maximum": np.nan}
    return {
        "voxels": present.size,
        "minimum": float(present.min()),
        "median": float(np.median(present)),
        "maximum": float(present.max()),
    }
