"""Extraction through `rhcc`'s path against PyRadiomics called directly, and against the cache.

Ratios within one run, medians over the lesions of a synthetic cohort; while they are timed, values
are checked to be equal.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import SimpleITK
from radiomics.featureextractor import RadiomicsFeatureExtractor

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.datasets.synthetic import SyntheticSettings, synthesise_cohort
from radiomics_hcc.domain.cohort import Case
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.features.extract import Extraction

PATIENTS = 4


def seconds(work: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def directly(case: Case) -> dict[str, object]:
    image, mask = (SimpleITK.ReadImage(str(path)) for path in (case.image, case.mask))
    measured = RadiomicsFeatureExtractor().execute(image, mask, label=int(case.label))
    return {name: value for name, value in measured.items() if not name.startswith("diagnostics")}


def equal(table: FeatureTable, direct: list[dict[str, object]]) -> bool:
    rows = table.data[table.features].to_dict(orient="records")
    return all(
        float(np.real(values[name])) == row[name]
        for row, values in zip(rows, direct, strict=True)
        for name in values
    )


def main() -> None:
    logging.getLogger("radiomics").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        cohort_csv = synthesise_cohort(Path(folder) / "cohort", SyntheticSettings(PATIENTS))
        cohort = load_cohort(cohort_csv).select(
            timepoints=["pre"], phases=["arterial"], regions=["lesion"]
        )
        timed = [seconds(lambda case=case: directly(case)) for case in cohort.cases]
        per_lesion = statistics.median(duration for duration, _ in timed)
        print(f"{len(cohort)} lesions, 107 features each, 64 x 144 x 192 voxels")
        print(f"PyRadiomics directly      {per_lesion:7.3f} s per lesion (median)")
        for jobs in (1, 2):
            cache = Path(folder) / f"cache{jobs}"
            extraction = Extraction(jobs=jobs, cache=cache)
            cold, table = seconds(lambda extraction=extraction: extraction(cohort))
            warm, _ = seconds(lambda extraction=extraction: extraction(cohort))
            assert isinstance(table, FeatureTable)
            assert equal(table, [values for _, values in timed])
            total = sum(duration for duration, _ in timed)
            print(
                f"rhcc, {jobs} process{'es' if jobs > 1 else '  '}         "
                f"{cold / len(cohort):7.3f} s per lesion, {total / cold:5.2f} times as fast; "
                f"cached run {warm:6.3f} s in all, {cold / warm:6.0f} times as fast"
            )
        print("values equal to PyRadiomics to the last bit")


if __name__ == "__main__":
    main()
