"""Features of the regions that a cohort's table names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.features.extract import Extraction
from radiomics_hcc.features.parameters import default_parameters, read_parameters
from radiomics_hcc.features.progress import ConsoleProgress


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
    return replace(choices, parameters=parameters)(load_cohort(cohort), ConsoleProgress())
