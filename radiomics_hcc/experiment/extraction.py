"""Features of the regions that a cohort's table names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.features.extract import Extraction
from radiomics_hcc.features.parameters import default_parameters, read_parameters
from radiomics_hcc.features.progress import ConsoleProgress

ENDINGS: Final = (".parquet", ".csv")


def extract_file(cohort: Path, params: Path | None, choices: Extraction) -> FeatureTable:
    """Check a cohort down to its voxels and extract its features, with progress on screen.

    Parameters
    ----------
    cohort
        `cohort.csv` or PyRadiomics' batch CSV.
    params
        A PyRadiomics parameter file; None takes the defaults.
    choices
        Engine, processes, cache, regions and shard; its parameters are replaced.

    Raises
    ------
    InputError
        With everything that is wrong with the cohort or the parameter file.
    """
    parameters = read_parameters(params) if params else default_parameters()
    loaded = load_cohort(cohort)
    there = sorted({str(case.region) for case in loaded.cases})
    unknown = [region for region in choices.regions if region not in there]
    if unknown:
        remedy = f"regions in the cohort: {', '.join(there)}"
        raise InputError(Problem("regions", f"no case of {name!r}", remedy) for name in unknown)
    return replace(choices, parameters=parameters)(loaded, ConsoleProgress())


def check_ending(path: Path) -> None:
    """Refuse a name under which no feature table can be written, before any work is done.

    Raises
    ------
    InputError
        Where the name ends otherwise than in `.parquet` or `.csv`.
    """
    if path.suffix not in ENDINGS:
        what = "is no name of a feature table"
        raise InputError([Problem(str(path), what, f"end it in {' or '.join(ENDINGS)}")])
