"""Lesions that several readers have drawn: one cohort table each, features of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from radiomics_hcc.domain.cohort import Cohort
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.features.extract import Extraction
from radiomics_hcc.features.parameters import Parameters
from radiomics_hcc.features.progress import Progress

FEWEST_READERS: Final = 2


@dataclass(frozen=True)
class Reader:
    """A reader and the table of what they drew.

    Parameters
    ----------
    name
        As it is shown.
    cohort
        Their `cohort.csv`.
    """

    name: str
    cohort: Path


def parse_readers(words: Sequence[str]) -> tuple[Reader, ...]:
    """Readers from words such as `anna=anna.csv`.

    Raises
    ------
    InputError
        Where a word is not of this form, a name comes twice, or there is a single reader.

    Examples
    --------
    >>> [reader.name for reader in parse_readers(["anna=a.csv", "ben=b.csv"])]
    ['anna', 'ben']
    """
    parts = [word.partition("=") for word in words]
    problems = [
        Problem(f"reader {word!r}", "is not understood", "write NAME=COHORT.csv")
        for word, (name, _, path) in zip(words, parts, strict=True)
        if not (name.strip() and path.strip())
    ]
    names = [name.strip() for name, _, _ in parts]
    twice = sorted({name for name in names if names.count(name) > 1})
    problems += [Problem(f"reader {name!r}", "comes twice", "name each once") for name in twice]
    if len(names) < FEWEST_READERS:
        problems.append(Problem("readers", f"{len(names)} given", "agreement needs two or more"))
    if problems:
        raise InputError(problems)
    return tuple(
        Reader(name, Path(path.strip())) for name, (_, _, path) in zip(names, parts, strict=True)
    )


def measure_readers(
    cohorts: Mapping[str, Cohort], parameters: Parameters, jobs: int, progress: Progress
) -> dict[str, FeatureTable]:
    """Features of what each reader drew, by the reader's name."""
    tables = {}
    for name, cohort in cohorts.items():
        progress.note(f"reader {name}")
        regions = tuple(dict.fromkeys(case.region for case in cohort.cases))
        tables[name] = Extraction(parameters, jobs=jobs, regions=regions)(cohort, progress)
    return tables
