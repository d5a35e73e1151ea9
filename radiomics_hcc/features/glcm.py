"""Features of the grey level co-occurrence matrix (IBSI manual, section 3.6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.features.directions import directions, distance_weights
from radiomics_hcc.features.glcm_counts import pair_matrices
from radiomics_hcc.features.glcm_sums import EPSILON, add_up, distribute
from radiomics_hcc.features.grey_levels import GreyLevels
from radiomics_hcc.features.texture_settings import TextureSettings

IBSI_IDS: Final[Mapping[str, str]] = {
    "Autocorrelation": "QWB0",
    "ClusterProminence": "AE86",
    "ClusterShade": "7NFM",
    "ClusterTendency": "DG8W",
    "Contrast": "ACUI",
    "Correlation": "NI2N",
    "DifferenceAverage": "TF7R",
    "DifferenceEntropy": "NTRS",
    "DifferenceVariance": "D3YU",
    "Dissimilarity": "8S9J",
    "Id": "IB1Z",
    "Idm": "WF0Z",
    "Idmn": "1QCO",
    "Idn": "NDRX",
    "Imc1": "R8DG",
    "Imc2": "JN9H",
    "InverseVariance": "E8JP",
    "JointAverage": "60VM",
    "JointEnergy": "8ZQL",
    "JointEntropy": "TU9B",
    "MaximumProbability": "GYBY",
    "SumAverage": "ZGXS",
    "SumEntropy": "P6QZ",
    "SumSquares": "UR99",
    "SumVariance": "OEEB",
}
# PyRadiomics accepts these names and gives no value, as they equal other features.
WITHOUT_VALUE: Final = frozenset({"Dissimilarity", "Homogeneity1", "Homogeneity2", "SumVariance"})

Rows = dict[str, NDArray[np.float64]]


def measure(
    levels: GreyLevels, settings: TextureSettings, wanted: Collection[str]
) -> dict[str, float]:
    """Measure a region as PyRadiomics does (van Griethuysen et al. 2017).

    Without a weighting norm every direction has its own matrix, and a feature is the mean over
    the directions that have pairs; with one, the weighted matrices are added before.

    Parameters
    ----------
    levels
        The region, with a border at least as wide as the largest distance.
    settings
        `distances`, `slice_axis`, `is_symmetrical`, `weighting_norm` and `spacing_mm` count.
    wanted
        Short names; those of `WITHOUT_VALUE` get none.

    Returns
    -------
    dict
        The wanted features by short name, NaN where no voxel has a neighbour (one voxel). A
        constant region has Correlation and MCC 1, Imc1 and Imc2 0.

    Raises
    ------
    ExtractionError
        Where too many grey levels occur for a matrix.
    """
    offsets = directions(settings.distances, settings.slice_axis)
    batches = pair_matrices(levels, offsets, is_symmetrical=settings.is_symmetrical)
    if settings.weighting_norm is None:
        rows = [
            features_of_each(matrices, levels.values, levels.highest, wanted)
            for _, matrices in batches
        ]
    else:
        merged = np.zeros((1, levels.values.size, levels.values.size))
        for some, matrices in batches:
            weights = distance_weights(some, settings.spacing_mm, settings.weighting_norm)
            merged[0] += np.tensordot(weights, matrices, axes=1)
        rows = [features_of_each(merged, levels.values, levels.highest, wanted)]
    names = [name for name in rows[0] if name in wanted and name not in WITHOUT_VALUE]
    return {name: _mean(np.concatenate([row[name] for row in rows])) for name in names}


def glcm_features(
    counts: NDArray[np.uint32] | NDArray[np.float64],
    values: NDArray[np.float64],
    highest: int,
    wanted: Collection[str] = (),
) -> dict[str, float]:
    """Features of one matrix of pairs, shape (K, K): see `features_of_each`."""
    rows = features_of_each(counts[np.newaxis], values, highest, wanted)
    return {name: float(row[0]) for name, row in rows.items()}


def features_of_each(
    matrices: NDArray[np.uint32] | NDArray[np.float64],
    values: NDArray[np.float64],
    highest: int,
    wanted: Collection[str] = (),
) -> Rows:
    """Features of each of several matrices of pairs.

    With p(i, j) the share of pairs of levels i and j, p_x and p_y its sums over j and i, and
    p_{x+y}(k), p_{x-y}(k) the shares of pairs with i + j = k and with |i - j| = k. Formulae:
    IBSI manual, section 3.6; Imc1 and Imc2 are its first and second measure of information
    correlation, Id and Idm its inverse difference and inverse difference moment.

    Parameters
    ----------
    matrices
        Pairs, counted or weighted; shape (n, K, K), rows for the voxel, columns for its neighbour.
    values
        The K grey levels, shape (K,).
    highest
        Number of grey levels N_g of the discretisation, which Idn and Idmn divide by.
    wanted
        Short names; only `MCC`, which is not in IBSI, waits to be asked for.

    Returns
    -------
    dict
        Short name to values of shape (n,); NaN for a matrix without pairs. For one grey level
        Correlation and MCC are 1, Imc1 and Imc2 are 0.
    """
    totals = matrices.sum(axis=(1, 2), dtype=np.float64)
    has_pairs = totals > 0
    shares = matrices[has_pairs].astype(np.float64, order="C", copy=False)
    shares /= totals[has_pairs, np.newaxis, np.newaxis]
    found = _features(shares, values, highest)
    if "MCC" in wanted:
        found["MCC"] = _maximal_correlation(shares)
    rows = {name: np.full(len(totals), np.nan) for name in found}
    for name, row in rows.items():
        row[has_pairs] = found[name]
    return rows


def _features(p: NDArray[np.float64], values: NDArray[np.float64], highest: int) -> Rows:
    n_matrices, n_levels, _ = p.shape
    p_x, p_y = np.zeros((2, n_matrices, n_levels))
    p_sum = np.zeros((n_matrices, 2 * highest + 1))
    p_difference = np.zeros((n_matrices, highest))
    distribute(p, values.astype(np.int64), (p_x, p_y, p_sum, p_difference))
    sums = np.zeros((n_matrices, 7))
    add_up(p, p_x, p_y, values, sums)
    joint = sums.T
    mean_x, mean_y = p_x @ values, p_y @ values
    variance_x = _moment(p_x, values, mean_x, 2)
    variance_y = _moment(p_y, values, mean_y, 2)
    return {
        "JointAverage": mean_x,
        "SumSquares": variance_x,
        "Autocorrelation": joint[0],
        "Correlation": np.where(
            _has_one_level(p_x) | _has_one_level(p_y),
            1.0,
            joint[1] / (np.sqrt(variance_x) * np.sqrt(variance_y) + EPSILON),
        ),
        "JointEnergy": joint[2],
        "MaximumProbability": joint[3],
        "JointEntropy": joint[4],
        "Imc1": _information_1(joint[4], joint[5], np.fmax(_entropy(p_x), _entropy(p_y))),
        "Imc2": _information_2(joint[4], joint[6]),
        **_sum_features(p_sum, mean_x + mean_y),
        **_difference_features(p_difference, highest),
    }


def _sum_features(p_sum: NDArray[np.float64], centre: NDArray[np.float64]) -> Rows:
    """Features of p_{x+y}; its mean is mu_x + mu_y."""
    k = np.arange(p_sum.shape[1], dtype=np.float64)
    tendency = _moment(p_sum, k, centre, 2)
    return {
        "SumAverage": p_sum @ k,
        "SumEntropy": _entropy(p_sum),
        "SumVariance": tendency,
        "ClusterTendency": tendency,
        "ClusterShade": _moment(p_sum, k, centre, 3),
        "ClusterProminence": _moment(p_sum, k, centre, 4),
    }


def _difference_features(p_difference: NDArray[np.float64], highest: int) -> Rows:
    """Features of p_{x-y}."""
    k = np.arange(p_difference.shape[1], dtype=np.float64)
    average = p_difference @ k
    return {
        "Contrast": p_difference @ k**2,
        "Dissimilarity": average,
        "DifferenceAverage": average,
        "DifferenceEntropy": _entropy(p_difference),
        "DifferenceVariance": _moment(p_difference, k, average, 2),
        "Id": p_difference @ (1 / (1 + k)),
        "Idm": p_difference @ (1 / (1 + k**2)),
        "Idn": p_difference @ (1 / (1 + k / highest)),
        "Idmn": p_difference @ (1 / (1 + (k / highest) ** 2)),
        "InverseVariance": p_difference[:, 1:] @ (1 / k[1:] ** 2),
    }


def _moment(
    p: NDArray[np.float64], k: NDArray[np.float64], centre: NDArray[np.float64], power: int
) -> NDArray[np.float64]:
    moment: NDArray[np.float64] = (p * (k - centre[:, np.newaxis]) ** power).sum(axis=1)
    return moment


def _entropy(p: NDArray[np.float64]) -> NDArray[np.float64]:
    entropy: NDArray[np.float64] = -(p * np.log2(p + EPSILON)).sum(axis=1)
    return entropy


def _has_one_level(shares: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether all pairs have one level: the correlation is 1, PyRadiomics' choice for 0 / 0.

    Not asked of the deviation, which in ordered pairs comes out as 1e-16 instead of 0.
    """
    return np.asarray(np.count_nonzero(shares, axis=1) == 1)


def _information_1(
    joint: NDArray[np.float64], independent: NDArray[np.float64], marginal: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(HXY - HXY1) / max(HX, HY); 0 for one grey level."""
    return (joint - independent) / np.where(marginal == 0, 1.0, marginal)


def _information_2(
    joint: NDArray[np.float64], independent: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Square root of 1 - exp(-2 (HXY2 - HXY)); 0 where rounding makes the difference negative."""
    information = np.maximum(independent - joint, 0.0)
    root: NDArray[np.float64] = np.sqrt(-np.expm1(-2 * information))
    return root


def _maximal_correlation(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Square root of the second largest eigenvalue of Q; 1 for one grey level.

    Q(i, j) = sum over k of p(i, k) p(j, k) / (p_x(i) p_y(k)) has the eigenvalues of M M^T with
    M(i, k) = p(i, k) / sqrt(p_x(i) p_y(k)), so that the root is M's second singular value. With
    epsilon under the root M keeps its effect on Q (up to 4e-7 of MCC measured, by rare levels).
    """
    if p.shape[1] == 1:
        return np.ones(len(p))
    p_x, p_y = p.sum(axis=2), p.sum(axis=1)
    scaled = p / np.sqrt(p_x[:, :, np.newaxis] * p_y[:, np.newaxis, :] + EPSILON)
    if np.array_equal(p, p.transpose(0, 2, 1)):
        singular = np.sort(np.abs(np.linalg.eigvalsh(scaled)), axis=1)[:, ::-1]
    else:
        singular = np.linalg.svd(scaled, compute_uv=False)
    second: NDArray[np.float64] = singular[:, 1]
    return second


def _mean(values: NDArray[np.float64]) -> float:
    """The mean over the matrices that have pairs."""
    present = values[~np.isnan(values)]
    return float(present.mean()) if present.size else float("nan")
