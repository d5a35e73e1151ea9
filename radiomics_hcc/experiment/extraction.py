"""Features of the regions that a cohort's table names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.domain.cohort import Cohort, Region
from radiomics_hcc.domain.peritumoural import ring_width_mm
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.experiment.measuring.functional import measured_features
from radiomics_hcc.experiment.measuring.measure import Measuring
from radiomics_hcc.experiment.measuring.visits import visits_of
from radiomics_hcc.features.extract import Extraction
from radiomics_hcc.features.parameters import read_parameters
from radiomics_hcc.features.progress import ConsoleProgress
from radiomics_hcc.features.rings import rings_without_liver, with_rings

ENDINGS: Final = (".parquet", ".csv")


@dataclass(frozen=True)
class ExtractionFiles:
    """What an extraction reads and writes.

    Parameters
    ----------
    cohort
        `cohort.csv` or PyRadiomics' batch CSV.
    output
        A `.parquet` or `.csv` file.
    params
        A PyRadiomics parameter file; None takes the defaults.
    allow_outside
        Whether image paths may lead outside the folder of the table.
    functional
        Whether enhancement, necrosis and viable size are measured as well.
    """

    cohort: Path
    output: Path
    params: Path | None = None
    allow_outside: bool = False
    functional: bool = False


def extract_file(files: ExtractionFiles, choices: Extraction) -> FeatureTable:
    """Check a cohort down to its voxels, extract its features, with progress, and write them.

    Parameters
    ----------
    files
        What is read and written.
    choices
        Engine, processes, cache, regions and shard; its parameters are replaced. A region such as
        `ring_10mm` that the table does not have is made around every lesion; the rings that no
        liver clips are in `metadata["rings_without_liver"]`.

    Raises
    ------
    InputError
        With everything that is wrong with the cohort, the parameter file or the choices.
    """
    _check_ending(files.output)
    parameters = read_parameters(files.params) if files.params else None
    checked = load_cohort(
        files.cohort,
        allow_outside=files.allow_outside,
        allow_other_grids=parameters is not None and parameters.brings_grids_together,
    )
    loaded = _with_rings(checked, choices.regions)
    _check_regions(loaded, choices.regions)
    if files.functional:
        visits_of(checked, Region.LESION)  # refuses before any feature is measured
    measured = replace(choices, parameters=parameters)(loaded, ConsoleProgress())
    unclipped = [case.name for case in rings_without_liver(loaded)]
    table = replace(measured, metadata={**measured.metadata, "rings_without_liver": unclipped})
    if files.functional:
        visits = ConsoleProgress(what="visits")
        table = measured_features(table, checked, Measuring(jobs=choices.jobs), visits)
    table.write(files.output)
    return table


def _with_rings(cohort: Cohort, regions: Sequence[str]) -> Cohort:
    """Add the rings that are asked for by name, such as `ring_10mm`, where the table has none."""
    there = {case.region for case in cohort.cases}
    widths_mm = (ring_width_mm(region) for region in regions if region not in there)
    return with_rings(cohort, *(width_mm for width_mm in widths_mm if width_mm is not None))


def _check_ending(path: Path) -> None:
    """Refuse a name under which no feature table can be written, before any work is done."""
    if path.suffix not in ENDINGS:
        what = "is no name of a feature table"
        raise InputError([Problem(str(path), what, f"end it in {' or '.join(ENDINGS)}")])


def _check_regions(cohort: Cohort, regions: Sequence[str]) -> None:
    """Refuse a region that no case has; the others alone would pass unnoticed."""
    there = sorted({str(case.region) for case in cohort.cases})
    unknown = [region for region in regions if region not in there]
    if unknown:
        remedy = f"regions in the cohort: {', '.join(there)}"
        raise InputError(Problem("regions", f"no case of {name!r}", remedy) for name in unknown)
