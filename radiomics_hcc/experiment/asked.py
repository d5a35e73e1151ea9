"""The regions of a cohort's table and what a parameter file asks of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.domain.cohort import UNMEASURED, Cohort
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.features.parameters import Parameters, parameters_for, read_parameters

NAMING: Final = ("patient_id", "timepoint", "phase", "region", "lesion_id")


@dataclass(frozen=True)
class Asked:
    """What a command that measures with the native engine is to do.

    Parameters
    ----------
    cohort
        The cases of the regions that are asked for.
    parameters
        Of the file, or the defaults for the cohort's modality.
    """

    cohort: Cohort
    parameters: Parameters


def load_asked(
    cohort: Path, params: Path | None, regions: Sequence[str], *, allow_outside: bool = False
) -> Asked:
    """Check a cohort down to its voxels and read the parameter file.

    Raises
    ------
    InputError
        With everything that is wrong with the cohort, the parameter file or the regions.
    """
    given = read_parameters(params) if params else None
    if given is not None and given.ibsi is not None:
        what = "has the key `ibsi`, which this command does not know"
        raise InputError([Problem(str(params), what, "give a PyRadiomics parameter file")])
    loaded = load_cohort(
        cohort,
        allow_outside=allow_outside,
        allow_other_grids=given is not None and given.brings_grids_together,
    )
    there = {str(case.region) for case in loaded.cases}
    unknown = [region for region in regions if region not in there]
    if unknown:
        remedy = f"regions in the cohort: {', '.join(sorted(there))}"
        raise InputError(Problem("regions", f"no case of {name!r}", remedy) for name in unknown)
    chosen = loaded.select(regions=regions)
    return Asked(chosen, given or parameters_for(chosen, "native"))


def failures(table: pd.DataFrame) -> list[str]:
    """The rows of a table with a `reason`, but for absent and merged lesions: case and reason."""
    rows = table[(table["reason"] != "") & ~table["status"].isin(UNMEASURED)]
    return [f"{name_of(row)}: {row['reason']}" for _, row in rows.iterrows()]


def name_of(row: pd.Series[str]) -> str:
    """The words that name a case, from a row of a table."""
    return " ".join(str(row[word]) for word in NAMING if row[word])
