"""Formulas of intensities and grey levels, wherever they lie, as plain sums."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from types import SimpleNamespace as Letters

import numpy as np
from numpy.typing import NDArray
from small_region import INSIDE, INTENSITIES, LEVEL, SHIFT_HU, SPACING_MM, Formula


def distribution(x: NDArray[np.float64]) -> Letters:
    counts = Counter(LEVEL.values())
    n = [counts[i] for i in range(1, max(counts) + 1)]
    slopes = [n[1] - n[0], *((b - a) / 2 for a, b in zip(n, n[2:], strict=False)), n[-1] - n[-2]]
    p10, p25, p50, p75, p90 = np.percentile(x, [10, 25, 50, 75, 90])
    middle = [one for one in x if p10 <= one <= p90]
    return Letters(
        x=x, n=len(x), mu=sum(x) / len(x), sd=math.sqrt(moment(x, 2)), v=math.prod(SPACING_MM),
        p10=p10, p25=p25, p50=p50, p75=p75, p90=p90, middle=middle, mu_m=sum(middle) / len(middle),
        counts=n, shares=[count / len(x) for count in n if count], slopes=slopes,
    )  # fmt: skip


def moment(x: NDArray[np.float64], power: int) -> float:
    mean = sum(x) / len(x)
    return float(sum((one - mean) ** power for one in x) / len(x))


def entropy(shares: list[float]) -> float:
    return -sum(share * math.log2(share) for share in shares)


def shifted(d: Letters) -> float:
    return float(sum((one + SHIFT_HU) ** 2 for one in d.x))


MEAN = r"\frac{1}{n} \sum_k"
DISTRIBUTIONS: dict[str, Formula] = {
    rf"\mu = {MEAN} x_k": lambda d: d.mu,
    r"P_{50}": lambda d: d.p50,
    r"P_{10}": lambda d: d.p10,
    r"P_{90}": lambda d: d.p90,
    r"\min_k x_k": lambda d: min(d.x),
    r"\max_k x_k": lambda d: max(d.x),
    r"\max_k x_k - \min_k x_k": lambda d: max(d.x) - min(d.x),
    r"P_{75} - P_{25}": lambda d: d.p75 - d.p25,
    rf"\sigma^2 = {MEAN} (x_k - \mu)^2": lambda d: moment(d.x, 2),
    r"\sigma": lambda d: d.sd,
    rf"{MEAN} \lvert x_k - \mu \rvert": lambda d: sum(abs(d.x - d.mu)) / d.n,
    r"\frac{1}{m} \sum_{P_{10} \le x_k \le P_{90}} \lvert x_k - \mu_m \rvert": lambda d: (
        sum(abs(one - d.mu_m) for one in d.middle) / len(d.middle)
    ),
    rf"{MEAN} (x_k - \mu)^3 / \sigma^3": lambda d: moment(d.x, 3) / d.sd**3,
    rf"{MEAN} (x_k - \mu)^4 / \sigma^4": lambda d: moment(d.x, 4) / d.sd**4,
    rf"{MEAN} (x_k - \mu)^4 / \sigma^4 - 3": lambda d: moment(d.x, 4) / d.sd**4 - 3,
    rf"{MEAN} \lvert x_k - P_{{50}} \rvert": lambda d: sum(abs(d.x - d.p50)) / d.n,
    r"\sigma / \mu": lambda d: d.sd / d.mu,
    r"(P_{75} - P_{25}) / (P_{75} + P_{25})": lambda d: (d.p75 - d.p25) / (d.p75 + d.p25),
    r"\sum_k (x_k + c)^2": shifted,
    r"v \sum_k (x_k + c)^2": lambda d: d.v * shifted(d),
    rf"\sqrt{{{MEAN} (x_k + c)^2}}": lambda d: math.sqrt(shifted(d) / d.n),
    r"\sum_k x_k^2": lambda d: sum(d.x**2),
    rf"\sqrt{{{MEAN} x_k^2}}": lambda d: math.sqrt(sum(d.x**2) / d.n),
    r"-\sum_i p_i \log_2 p_i": lambda d: entropy(d.shares),
    r"\sum_i p_i^2": lambda d: sum(share**2 for share in d.shares),
    r"\arg\max_i n_i": lambda d: 1 + d.counts.index(max(d.counts)),
    r"\max_i g_i": lambda d: max(d.slopes),
    r"\arg\max_i g_i": lambda d: 1 + d.slopes.index(max(d.slopes)),
    r"\min_i g_i": lambda d: min(d.slopes),
    r"\arg\min_i g_i": lambda d: 1 + d.slopes.index(min(d.slopes)),
}


def volume_histogram() -> Letters:
    """Whole intensities i, their share nu and their place gamma in the range."""
    x = INTENSITIES[INSIDE]
    i = np.arange(x.min(), x.max() + 1)
    nu = np.array([np.mean(x >= one) for one in i])
    return Letters(i=i, nu=nu, gamma=(i - i[0]) / (i[-1] - i[0]))


def at_intensity(h: Letters, fraction: float) -> float:
    return float(max(h.nu[h.gamma >= fraction]))


def at_volume(h: Letters, fraction: float) -> float:
    return float(min(h.i[h.nu <= fraction]))


VOLUME_HISTOGRAM: dict[str, Formula] = {
    r"V_{10} = \max \lbrace \nu_i : \gamma_i \ge 0.10 \rbrace": lambda h: at_intensity(h, 0.1),
    r"V_{90} = \max \lbrace \nu_i : \gamma_i \ge 0.90 \rbrace": lambda h: at_intensity(h, 0.9),
    r"I_{10} = \min \lbrace i : \nu_i \le 0.10 \rbrace": lambda h: at_volume(h, 0.1),
    r"I_{90} = \min \lbrace i : \nu_i \le 0.90 \rbrace": lambda h: at_volume(h, 0.9),
    r"V_{10} - V_{90}": lambda h: at_intensity(h, 0.1) - at_intensity(h, 0.9),
    r"I_{10} - I_{90}": lambda h: at_volume(h, 0.1) - at_volume(h, 0.9),
    r"\sum_i \frac{1}{2} (\nu_i + \nu_{i+1})(\gamma_{i+1} - \gamma_i)": lambda h: sum(
        (a + b) / 2 * (d - c)
        for (a, b), (c, d) in zip(
            itertools.pairwise(h.nu), itertools.pairwise(h.gamma), strict=True
        )
    ),
}
