"""The grey levels of a cohort before extraction: a table, and what to say of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.domain.cohort import Region
from radiomics_hcc.experiment.asked import failures, load_asked, name_of
from radiomics_hcc.features.bins import FEWEST_ADVISED, MOST_ADVISED, grey_level_counts
from radiomics_hcc.features.progress import ConsoleProgress

NAMED: Final = 5  # lesions named for an image; the table has all


@dataclass(frozen=True, eq=False)
class BinsReport:
    """What the table of grey levels says.

    Parameters
    ----------
    table
        A row for each case and image; see `grey_level_counts`.
    """

    table: pd.DataFrame = field(repr=False)

    @property
    def failures(self) -> list[str]:
        """Cases without any grey levels, and images that would be refused, with the reasons."""
        return failures(self.table)

    def sentences(self) -> Iterator[str]:
        """One line for each image, and one for those with unusual numbers of grey levels."""
        for image, rows in self.table[self.table["image"] != ""].groupby("image", sort=False):
            levels = rows["levels_spanned"].dropna()
            if len(levels):
                low, middle, high = levels.min(), levels.median(), levels.max()
                yield (
                    f"{image}: {low:g} / {middle:g} / {high:g} grey levels from darkest to "
                    f"brightest voxel (minimum / median / maximum of {len(levels)} regions)"
                )
            unusual = rows[rows["levels_spanned"].notna() & (rows["advice"] != "")]
            if len(unusual):
                yield f"  outside {FEWEST_ADVISED} to {MOST_ADVISED}: {_list(unusual)}"


def write_bins(
    cohort: Path,
    output: Path,
    *,
    params: Path | None,
    regions: Sequence[str] = (Region.LESION,),
    allow_outside: bool = False,
) -> BinsReport:
    """Count the grey levels of a cohort, with progress, and write them as a CSV file.

    Parameters
    ----------
    cohort
        `cohort.csv` or PyRadiomics' batch CSV.
    output
        The file to write.
    params
        A PyRadiomics parameter file; None takes the defaults.
    regions
        Regions of interest to look at.
    allow_outside
        Whether image paths may lead outside the folder of the table.

    Raises
    ------
    InputError
        With everything that is wrong with the cohort, the parameter file or the regions.
    """
    asked = load_asked(cohort, params, regions, allow_outside=allow_outside)
    table = grey_level_counts(asked.cohort, asked.parameters, progress=ConsoleProgress())
    table.to_csv(output, index=False)
    return BinsReport(table)


def _list(rows: pd.DataFrame) -> str:
    """Name some of the lesions, with their levels and the width that would give 64."""
    named = [_level_sentence(row) for _, row in rows.head(NAMED).iterrows()]
    left = len(rows) - len(named)
    return "; ".join(named) + (f"; and {left} more in the table" if left else "")


def _level_sentence(row: pd.Series[str]) -> str:
    levels, width = float(row["levels_spanned"]), float(row["bin_width_for_64"])
    remedy = f"; binWidth {width:.3g} would give 64" if math.isfinite(width) else ""
    return f"{name_of(row)} ({levels:g}{remedy})"
