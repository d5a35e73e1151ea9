"""Shares of studies with their 95 % intervals, tables in Markdown, and studies side by side."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.stats import norm

RESULTS: Final = Path(__file__).with_name("results")
Found = TypeVar("Found")


def wilson(hits: int, studies: int) -> tuple[float, float]:
    """95 % limits of a share (Wilson, J Am Stat Assoc 1927)."""
    z = norm.ppf(0.975)
    share, scale = hits / studies, 1.0 + z**2 / studies
    middle = (share + z**2 / (2 * studies)) / scale
    half = z / scale * np.sqrt(share * (1 - share) / studies + z**2 / (4 * studies**2))
    return middle - half, middle + half


def share(hits: Iterable[bool]) -> str:
    """Share of the studies in which something happened, such as `94.5 % (90.4 to 96.9)`."""
    seen = np.asarray(list(hits), dtype=bool)
    if not len(seen):
        return "-"
    low, high = wilson(int(seen.sum()), len(seen))
    return f"{100 * seen.mean():.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def mean(values: Iterable[float]) -> str:
    """Mean of the studies and its standard error, such as `0.503 (SE 0.004)`."""
    seen = np.asarray(list(values), dtype=float)
    if len(seen) < 2:
        return "-" if not len(seen) else f"{seen[0]:.3f}"
    return f"{seen.mean():.3f} (SE {seen.std(ddof=1) / np.sqrt(len(seen)):.3f})"


def markdown(table: pd.DataFrame) -> str:
    """A table in Markdown."""
    header = [list(map(str, table.columns)), ["---"] * table.shape[1]]
    rows = [list(map(str, row)) for row in table.itertuples(index=False)]
    return "\n".join("| " + " | ".join(row) + " |" for row in [*header, *rows])


def side_by_side(work: Callable[..., Found], tasks: Sequence[tuple], jobs: int) -> list[Found]:
    """Do the studies in processes; their order and results do not depend on `jobs`."""
    return list(Parallel(n_jobs=jobs)(delayed(work)(*task) for task in tasks))


def write(name: str, table: pd.DataFrame) -> Path:
    """Keep a table of single studies beside this file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.csv"
    table.to_csv(path, index=False, float_format="%.5g")
    return path


def arguments(description: str) -> argparse.ArgumentParser:
    """The options that every simulation has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--studies", type=int, default=200, help="simulated studies of each size")
    parser.add_argument("--patients", type=int, nargs="+", default=[60, 120], help="sizes")
    parser.add_argument("--repeats", type=int, default=1, help="repeats of the outer folds")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    return parser
