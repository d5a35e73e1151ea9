"""Whether two things go together, for checks that must not cry wolf."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import fisher_exact, kruskal

from radiomics_hcc.evaluation.outcomes import FloatArray, IntArray

MOST_LEVELS: Final = 10
"""Numbers with more different values than this are cut into quarters."""

QUARTERS: Final = 4
EMPTY: Final = "(empty)"
REPEATED: Final = 0.9  # Spearman's |rho| from which a column repeats another


def boundary_p(is_marked: NDArray[np.bool_], codes: IntArray) -> float:
    """P-value of marked patients having other classes than the others.

    Fisher's exact test at every boundary between the ordered classes, the smallest p times the
    number of boundaries.

    Parameters
    ----------
    is_marked
        Shape (n,).
    codes
        Shape (n,): place of the class, 0 is the best.
    """
    boundaries = np.unique(codes)[1:]
    found = [
        fisher_exact(
            [
                [int((is_marked & (codes < edge)).sum()), int((is_marked & (codes >= edge)).sum())],
                [
                    int((~is_marked & (codes < edge)).sum()),
                    int((~is_marked & (codes >= edge)).sum()),
                ],
            ]
        ).pvalue
        for edge in boundaries
    ]
    return min(1.0, float(min(found)) * len(found)) if found else 1.0


def levels_of(column: pd.Series) -> pd.Series:
    """A column as words: numbers of many values by quarters, an empty cell is a word too."""
    is_number = pd.api.types.is_numeric_dtype(column) and column.nunique() > MOST_LEVELS
    cut = pd.qcut(column.astype(float), QUARTERS, duplicates="drop") if is_number else column
    return cut.astype(object).where(column.notna(), EMPTY).astype(str)


def chi_square(counts: FloatArray) -> FloatArray:
    """Pearson's chi-square of tables, shape (b, levels, classes) -> (b,)."""
    rows, columns = counts.sum(axis=2, keepdims=True), counts.sum(axis=1, keepdims=True)
    expected = rows * columns / counts.sum(axis=(1, 2), keepdims=True)
    parts = np.divide(
        (counts - expected) ** 2, expected, out=np.zeros_like(counts), where=expected > 0
    )
    return np.asarray(parts.sum(axis=(1, 2)))


def permuted_chi_square(
    levels: IntArray, codes: IntArray, *, permutations: int, seed: int
) -> tuple[float, float]:
    """P-value of the chi-square by permuting patients, and Cramer's V corrected for bias [1]_.

    References
    ----------
    .. [1] Bergsma. Journal of the Korean Statistical Society 42 (2013) 323-328.
    """
    generator = np.random.default_rng(seed)
    shuffled = generator.permuted(np.tile(codes, (permutations, 1)), axis=1)
    each = np.concatenate([codes[np.newaxis], shuffled])
    rows, columns = int(levels.max()) + 1, int(codes.max()) + 1
    cell = levels * columns + each + np.arange(len(each))[:, np.newaxis] * rows * columns
    counts = np.bincount(cell.ravel(), minlength=len(each) * rows * columns).astype(float)
    found = chi_square(counts.reshape(len(each), rows, columns))
    p_value = (1 + int((found[1:] >= found[0] - 1e-9).sum())) / (permutations + 1)
    return p_value, _cramers_v(float(found[0]), len(codes), rows, columns)


def _cramers_v(statistic: float, patients: int, rows: int, columns: int) -> float:
    surplus = (rows - 1) * (columns - 1) / (patients - 1)
    squared = max(0.0, statistic / patients - surplus)
    sides = [side - (side - 1) ** 2 / (patients - 1) for side in (rows, columns)]
    smallest = min(sides) - 1
    return float(np.sqrt(min(1.0, squared / smallest))) if smallest > 0 else 0.0


def unrepeated(columns: pd.DataFrame) -> list[str]:
    """Names of columns of which none repeats another (|rho| below 0.9), the first ones stay."""
    usable = columns.loc[:, columns.nunique() > 1]
    ranks = usable.rank().fillna(usable.rank().mean())
    if ranks.shape[1] < 2:
        return list(ranks.columns)
    rho = np.abs(np.corrcoef(ranks.to_numpy(), rowvar=False))
    kept: list[int] = []
    for place in range(len(rho)):
        if not kept or rho[place, kept].max() < REPEATED:
            kept.append(place)
    return list(ranks.columns[kept])


def rank_p_values(columns: pd.DataFrame, groups: IntArray) -> FloatArray:
    """Kruskal-Wallis p-value of every column between groups; NaN where a group has no value."""
    return np.array([_kruskal(columns[name].to_numpy(float), groups) for name in columns])


def _kruskal(values: FloatArray, groups: IntArray) -> float:
    known = np.isfinite(values)
    parts = [values[known & (groups == group)] for group in np.unique(groups)]
    if min(len(part) for part in parts) == 0 or np.ptp(values[known]) == 0:
        return float("nan")
    return float(kruskal(*parts).pvalue)
