"""Formulas of the texture matrices as plain sums; the matrices are counted voxel by voxel."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace as Letters

import numpy as np
from formulas_of_distributions import entropy
from small_region import INSIDE, LEVEL, PLACES, STEPS, Formula, Place, moved

DIRECTIONS = [step for step in STEPS if step > (0, 0, 0)]
Shares = Mapping[int, float]


def of_sizes(cells: Counter[tuple[int, int]]) -> Letters:
    n = sum(cells.values())
    p = [(i, j, count / n) for (i, j), count in cells.items()]
    by_level, by_size = Counter[int](), Counter[int]()
    for (i, j), count in cells.items():
        by_level[i] += count
        by_size[j] += count
    return Letters(p=p, n=n, i=list(by_level.values()), j=list(by_size.values()))


def runs() -> Iterator[Letters]:
    for step in DIRECTIONS:
        cells = Counter[tuple[int, int]]()
        for place in PLACES:
            if LEVEL.get(moved(place, step, -1)) != LEVEL[place]:
                length = 1
                while LEVEL.get(moved(place, step, length)) == LEVEL[place]:
                    length += 1
                cells[LEVEL[place], length] += 1
        yield of_sizes(cells)


def zones() -> Iterator[list[Place]]:
    left = set(PLACES)
    while left:
        zone = [left.pop()]
        for place in zone:  # grows while it is walked
            near = {moved(place, step) for step in STEPS} & left
            joined = {one for one in near if LEVEL[one] == LEVEL[place]}
            zone += joined
            left -= joined
        yield zone


def to_border(place: Place) -> int:
    outside = np.argwhere(~np.pad(INSIDE, 1)) - 1
    return int(np.abs(outside - place).sum(axis=1).min())


def zone_sizes() -> Iterator[Letters]:
    yield of_sizes(Counter((LEVEL[zone[0]], len(zone)) for zone in zones()))


def zone_distances() -> Iterator[Letters]:
    yield of_sizes(Counter((LEVEL[zone[0]], min(map(to_border, zone))) for zone in zones()))


def dependences() -> Iterator[Letters]:
    def alike(place: Place) -> int:
        return sum(LEVEL.get(moved(place, step)) == LEVEL[place] for step in STEPS)

    yield of_sizes(Counter((LEVEL[place], alike(place) + 1) for place in PLACES))


def mean_of(m: Letters, weight: Callable[[int, int], float]) -> float:
    return sum(weight(i, j) * p for i, j, p in m.p)


def spread(m: Letters, index: int) -> float:
    mean = sum(cell[index] * cell[2] for cell in m.p)
    return sum((cell[index] - mean) ** 2 * cell[2] for cell in m.p)


def squares(counts: list[int]) -> int:
    return sum(count**2 for count in counts)


SIZES: dict[str, Formula] = {
    r"\sum_{i,j} p_{ij} / j^2": lambda m: mean_of(m, lambda _, j: 1 / j**2),
    r"\sum_{i,j} j^2 p_{ij}": lambda m: mean_of(m, lambda _, j: j**2),
    r"\sum_{i,j} p_{ij} / i^2": lambda m: mean_of(m, lambda i, _: 1 / i**2),
    r"\sum_{i,j} i^2 p_{ij}": lambda m: mean_of(m, lambda i, _: i**2),
    r"\sum_{i,j} p_{ij} / (i^2 j^2)": lambda m: mean_of(m, lambda i, j: 1 / (i * j) ** 2),
    r"\sum_{i,j} i^2 p_{ij} / j^2": lambda m: mean_of(m, lambda i, j: i**2 / j**2),
    r"\sum_{i,j} j^2 p_{ij} / i^2": lambda m: mean_of(m, lambda i, j: j**2 / i**2),
    r"\sum_{i,j} i^2 j^2 p_{ij}": lambda m: mean_of(m, lambda i, j: (i * j) ** 2),
    r"\frac{1}{N_s} \sum_i s_{i\cdot}^2": lambda m: squares(m.i) / m.n,
    r"\frac{1}{N_s^2} \sum_i s_{i\cdot}^2": lambda m: squares(m.i) / m.n**2,
    r"\frac{1}{N_s} \sum_j s_{\cdot j}^2": lambda m: squares(m.j) / m.n,
    r"\frac{1}{N_s^2} \sum_j s_{\cdot j}^2": lambda m: squares(m.j) / m.n**2,
    r"N_s / N_v": lambda m: m.n / len(PLACES),
    r"\sum_{i,j} (i - \mu_i)^2 p_{ij}": lambda m: spread(m, 0),
    r"\sum_{i,j} (j - \mu_j)^2 p_{ij}": lambda m: spread(m, 1),
    r"-\sum_{i,j} p_{ij} \log_2 p_{ij}": lambda m: entropy([p for *_, p in m.p]),
    r"\sum_{i,j} p_{ij}^2": lambda m: sum(p**2 for *_, p in m.p),
}


def pairs() -> Iterator[Letters]:
    for step in DIRECTIONS:
        counts = Counter[tuple[int, int]]()
        for place in PLACES:
            if moved(place, step) in LEVEL:
                i, j = LEVEL[place], LEVEL[moved(place, step)]
                counts[i, j] += 1
                counts[j, i] += 1
        total = sum(counts.values())
        yield of_pairs({cell: count / total for cell, count in counts.items()})


def of_pairs(p: Mapping[tuple[int, int], float]) -> Letters:
    def margin(of: Callable[[int, int], int]) -> dict[int, float]:
        return {k: sum(p[cell] for cell in p if of(*cell) == k) for k in {of(*cell) for cell in p}}

    x, y = margin(lambda i, _: i), margin(lambda _, j: j)
    both = {(i, j): x[i] * y[j] for i in x for j in y}
    return Letters(
        p=[(i, j, share) for (i, j), share in p.items()], at=p, x=x, y=y, top=max(LEVEL.values()),
        plus=margin(lambda i, j: i + j), minus=margin(lambda i, j: abs(i - j)),
        mx=mean(x), my=mean(y), sd=math.sqrt(variance(x) * variance(y)),
        h=entropy(list(p.values())), hx=entropy(list(x.values())), hy=entropy(list(y.values())),
        h1=-sum(share * math.log2(both[cell]) for cell, share in p.items()),
        h2=entropy(list(both.values())),
    )  # fmt: skip


def mean(shares: Shares) -> float:
    return sum(k * share for k, share in shares.items())


def variance(shares: Shares) -> float:
    return sum((k - mean(shares)) ** 2 * share for k, share in shares.items())


def cluster(m: Letters, power: int) -> float:
    return mean_of(m, lambda i, j: (i + j - m.mx - m.my) ** power)


def second_eigenvalue(m: Letters) -> float:
    levels = sorted(m.x)
    q = [
        [
            sum(m.at.get((i, k), 0) * m.at.get((j, k), 0) / (m.x[i] * m.y[k]) for k in m.y)
            for j in levels
        ]
        for i in levels
    ]
    return float(sorted(np.linalg.eigvals(np.array(q)).real)[-2])


def divided(m: Letters, power: int, by: float = 1) -> float:
    return mean_of(m, lambda i, j: 1 / (1 + (abs(i - j) / by) ** power))


PAIRS: dict[str, Formula] = {
    r"\mu_x = \sum_i i p_x(i)": lambda m: m.mx,
    r"\sigma_x^2 = \sum_i (i - \mu_x)^2 p_x(i)": lambda m: variance(m.x),
    r"H_{xy} = -\sum_{i,j} p_{ij} \log_2 p_{ij}": lambda m: m.h,
    r"\sum_{i,j} p_{ij}^2": lambda m: sum(p**2 for *_, p in m.p),
    r"\max_{i,j} p_{ij}": lambda m: max(p for *_, p in m.p),
    r"\sum_{i,j} i j p_{ij}": lambda m: mean_of(m, lambda i, j: i * j),
    r"\sum_{i,j} (i - \mu_x)(j - \mu_y) p_{ij} / (\sigma_x \sigma_y)": lambda m: (
        mean_of(m, lambda i, j: (i - m.mx) * (j - m.my)) / m.sd
    ),
    r"\sum_{i,j} (i + j - \mu_x - \mu_y)^2 p_{ij}": lambda m: cluster(m, 2),
    r"\sum_{i,j} (i + j - \mu_x - \mu_y)^3 p_{ij}": lambda m: cluster(m, 3),
    r"\sum_{i,j} (i + j - \mu_x - \mu_y)^4 p_{ij}": lambda m: cluster(m, 4),
    r"\mu_+ = \sum_k k p_+(k)": lambda m: mean(m.plus),
    r"\sum_k (k - \mu_+)^2 p_+(k)": lambda m: variance(m.plus),
    r"-\sum_k p_+(k) \log_2 p_+(k)": lambda m: entropy(list(m.plus.values())),
    r"\sum_{i,j} (i - j)^2 p_{ij}": lambda m: mean_of(m, lambda i, j: (i - j) ** 2),
    r"\sum_{i,j} \lvert i - j \rvert p_{ij}": lambda m: mean_of(m, lambda i, j: abs(i - j)),
    r"\mu_- = \sum_k k p_-(k)": lambda m: mean(m.minus),
    r"\sum_k (k - \mu_-)^2 p_-(k)": lambda m: variance(m.minus),
    r"-\sum_k p_-(k) \log_2 p_-(k)": lambda m: entropy(list(m.minus.values())),
    r"\sum_{i,j} p_{ij} / (1 + \lvert i - j \rvert)": lambda m: divided(m, 1),
    r"\sum_{i,j} p_{ij} / (1 + (i - j)^2)": lambda m: divided(m, 2),
    r"\sum_{i,j} p_{ij} / (1 + \lvert i - j \rvert / N_g)": lambda m: divided(m, 1, m.top),
    r"\sum_{i,j} p_{ij} / (1 + (i - j)^2 / N_g^2)": lambda m: divided(m, 2, m.top),
    r"\sum_{i \ne j} p_{ij} / (i - j)^2": lambda m: sum(
        p / (i - j) ** 2 for i, j, p in m.p if i != j
    ),
    r"(H_{xy} - H_1) / \max(H_x, H_y)": lambda m: (m.h - m.h1) / max(m.hx, m.hy),
    r"\sqrt{1 - \exp(-2 (H_2 - H_{xy}))}": lambda m: math.sqrt(1 - math.exp(-2 * (m.h2 - m.h))),
    r"\sqrt{\lambda_2(Q)}": lambda m: math.sqrt(second_eigenvalue(m)),
}


def tones() -> Iterator[Letters]:
    n, s = Counter[int](), dict.fromkeys(LEVEL.values(), 0.0)
    for place in PLACES:
        near = [LEVEL[one] for step in STEPS if (one := moved(place, step)) in LEVEL]
        n[LEVEL[place]] += 1
        s[LEVEL[place]] += abs(LEVEL[place] - sum(near) / len(near))
    p = {i: count / len(PLACES) for i, count in n.items()}
    coarse = sum(p[i] * s[i] for i in p)
    yield Letters(p=p, s=s, ij=list(itertools.product(p, p)), coarse=coarse, all=sum(s.values()))


def complexity(m: Letters) -> float:
    p, s = m.p, m.s
    terms = (abs(i - j) * (p[i] * s[i] + p[j] * s[j]) / (p[i] + p[j]) for i, j in m.ij)
    return sum(terms) / len(PLACES)


TONES: dict[str, Formula] = {
    r"1 / \sum_i p_i s_i": lambda m: 1 / m.coarse,
    r"\frac{1}{K (K - 1)} \sum_{i,j} p_i p_j (i - j)^2 \cdot \frac{1}{N} \sum_i s_i": lambda m: (
        sum(m.p[i] * m.p[j] * (i - j) ** 2 for i, j in m.ij)
        / (len(m.p) * (len(m.p) - 1))
        * (m.all / len(PLACES))
    ),
    r"\sum_i p_i s_i / \sum_{i,j} \lvert i p_i - j p_j \rvert": lambda m: (
        m.coarse / sum(abs(i * m.p[i] - j * m.p[j]) for i, j in m.ij)
    ),
    r"\frac{1}{N} \sum_{i,j} \lvert i - j \rvert \frac{p_i s_i + p_j s_j}{p_i + p_j}": complexity,
    r"\sum_{i,j} (p_i + p_j)(i - j)^2 / \sum_i s_i": lambda m: (
        sum((m.p[i] + m.p[j]) * (i - j) ** 2 for i, j in m.ij) / m.all
    ),
}
