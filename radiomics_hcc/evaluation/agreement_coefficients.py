"""Coefficients of agreement between readers, with analytic 95 % intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from radiomics_hcc.domain.words import Word
from radiomics_hcc.evaluation.outcomes import FloatArray, IntArray
from radiomics_hcc.evaluation.resampling import LEVEL

ONE_WORD: Final = "all readings are the same word: kappa is undefined"
NOBODY: Final = "no patient was read by two readers"
ONE_PATIENT: Final = "one patient gives no interval"


class Weights(Word):
    """How much of an agreement two words are worth that are not the same."""

    IDENTITY = "identity"
    LINEAR = "linear"
    QUADRATIC = "quadratic"
    ORDINAL = "ordinal"


@dataclass(frozen=True)
class Agreement:
    """One coefficient between its 95 % limits; NaN where it has no meaning, and why.

    Parameters
    ----------
    statistic, weights
        Which.
    estimate, low, high
        Limits are cut to the range of the coefficient.
    patients
        How many were read by two readers at least.
    method
        Where the interval comes from.
    note
        Why something is empty.
    """

    statistic: str
    weights: str
    estimate: float
    low: float
    high: float
    patients: int
    method: str = ""
    note: str = ""


def weight_matrix(words: int, weights: Weights) -> FloatArray:
    """Weights of every pair of words, shape (words, words), 1 on the diagonal.

    With d = abs(i - j) and q words: identity 0; linear 1 - d/(q-1); quadratic 1 - (d/(q-1))^2;
    ordinal 1 - C(d+1, 2) / C(q, 2) (Gwet 2014). One word gives [[1]].
    """
    place = np.arange(words)
    distance = np.abs(place[:, None] - place[None, :]).astype(float)
    span = max(words - 1, 1)
    if weights is Weights.IDENTITY:
        return np.eye(words)
    if weights is Weights.LINEAR:
        return np.asarray(1.0 - distance / span)
    if weights is Weights.QUADRATIC:
        return np.asarray(1.0 - (distance / span) ** 2)
    return np.asarray(1.0 - distance * (distance + 1) / (span * (span + 1)))


def unanimous_share(codes: IntArray, statistic: str) -> Agreement:
    """Share of patients whose readers all say the same, with Wilson's interval.

    Parameters
    ----------
    codes
        Shape (patients, readers), every patient read by every reader.
    """
    patients = len(codes)
    if patients == 0:
        return _undefined(statistic, Weights.IDENTITY, 0, NOBODY)
    same = int((codes == codes[:, :1]).all(axis=1).sum())
    limits = stats.binomtest(same, patients).proportion_ci(LEVEL, method="wilson")
    share, low, high = same / patients, float(limits.low), float(limits.high)
    return Agreement(statistic, Weights.IDENTITY, share, low, high, patients, "Wilson")


def cohen_kappa(codes: IntArray, words: int, weights: Weights) -> Agreement:
    r"""Cohen's kappa of two readers [1]_, weighted [2]_, with the interval of [3]_.

    kappa = (p_o - p_e) / (1 - p_e) with p_o = sum w_ij p_ij and p_e = sum w_ij p_i. p_.j. The
    interval is kappa +- 1.96 SE, SE not under the null hypothesis. Undefined where p_e is 1.

    Parameters
    ----------
    codes
        Shape (patients, 2), places on the scale; both have read every patient.
    words
        How many words the scale has.

    References
    ----------
    .. [1] Cohen. Educ Psychol Meas 1960;20:37-46.
    .. [2] Cohen. Psychol Bull 1968;70:213-220.
    .. [3] Fleiss, Cohen, Everitt. Psychol Bull 1969;72:323-327.
    """
    name, patients = "Cohen's kappa", len(codes)
    if patients == 0:
        return _undefined(name, weights, 0, NOBODY)
    shares = np.zeros((words, words))
    np.add.at(shares, (codes[:, 0], codes[:, 1]), 1.0 / patients)
    weight = weight_matrix(words, weights)
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = float((weight * shares).sum()), float(rows @ weight @ columns)
    if np.isclose(expected, 1.0):
        return _undefined(name, weights, patients, ONE_WORD)
    kappa = (observed - expected) / (1.0 - expected)
    mean_weight = (weight @ columns)[:, None] + (rows @ weight)[None, :]
    spread = (shares * (weight * (1 - expected) - mean_weight * (1 - observed)) ** 2).sum()
    centre = observed * expected - 2 * expected + observed
    variance = (float(spread) - centre**2) / (patients * (1 - expected) ** 4)
    half = float(stats.norm.ppf((1 + LEVEL) / 2)) * float(np.sqrt(max(variance, 0.0)))
    low, high = max(-1.0, kappa - half), min(1.0, kappa + half)
    return Agreement(name, weights, kappa, low, high, patients, "Fleiss-Cohen-Everitt 1969")


def percent_agreement(codes: IntArray, words: int) -> Agreement:
    """Mean share of agreeing pairs of readers per patient, with Gwet's interval (2014).

    Parameters
    ----------
    codes
        Shape (patients, readers), places on the scale, -1 where not read.
    """
    return _chance_corrected("percent agreement", Weights.IDENTITY, _Panel.of(codes, words), None)


def fleiss_kappa(codes: IntArray, words: int) -> Agreement:
    """Fleiss' kappa [1]_ of any number of readers; missing readings and interval as in [2]_.

    Chance agreement is the sum over words of the squared share of all readings. Undefined where
    all readings are one word.

    Parameters
    ----------
    codes
        Shape (patients, readers), places on the scale, -1 where not read.

    References
    ----------
    .. [1] Fleiss. Psychol Bull 1971;76:378-382.
    .. [2] Gwet. Handbook of Inter-Rater Reliability, 4th edition, 2014, chapter 5.
    """
    panel = _Panel.of(codes, words)
    return _chance_corrected("Fleiss' kappa", Weights.IDENTITY, panel, panel.shares)


def gwet_ac(codes: IntArray, words: int, weights: Weights) -> Agreement:
    """Gwet's AC1 (identity weights) [1]_ or AC2 (others) [2]_ of any number of readers.

    Chance agreement is T / (q (q - 1)) sum p_k (1 - p_k), with T the sum of all weights and q
    words on the scale. Defined too where all readings are one word.

    Parameters
    ----------
    codes
        Shape (patients, readers), places on the scale, -1 where not read.

    References
    ----------
    .. [1] Gwet. Br J Math Stat Psychol 2008;61:29-48.
    .. [2] Gwet. Handbook of Inter-Rater Reliability, 4th edition, 2014, chapters 3 and 5.
    """
    panel = _Panel.of(codes, words)
    matrix = weight_matrix(words, weights)
    scale = matrix.sum() / max(words * (words - 1), 1)
    name = "Gwet's AC1" if weights is Weights.IDENTITY else "Gwet's AC2"
    return _chance_corrected(name, weights, panel, scale * (1.0 - panel.shares))


@dataclass(frozen=True, eq=False)
class _Panel:
    """How many readers gave each word to each patient, shape (patients, words)."""

    counts: FloatArray

    @classmethod
    def of(cls, codes: IntArray, words: int) -> _Panel:
        counts = (codes[:, :, None] == np.arange(words)).sum(axis=1).astype(float)
        return cls(counts[counts.sum(axis=1) > 0])

    @property
    def readings(self) -> FloatArray:
        """Readings per patient."""
        return np.asarray(self.counts.sum(axis=1))

    @property
    def shares(self) -> FloatArray:
        """Share of each word, every patient counting alike, shape (words,)."""
        if len(self.counts) == 0:
            return np.zeros(self.counts.shape[1])
        return np.asarray((self.counts / self.readings[:, None]).mean(axis=0))


def _chance_corrected(
    name: str, weights: Weights, panel: _Panel, chance: FloatArray | None
) -> Agreement:
    """(p_a - p_e) / (1 - p_e) with the linearised variance over patients, t with n - 1.

    `chance` holds for every word how much a reading of it adds to p_e, so that
    p_e = sum p_k chance_k; None for no correction. p_e is quadratic in the shares, so its
    derivative counts twice. Patients read once tell of chance only.
    """
    counts, readings = panel.counts, panel.readings
    is_paired = readings >= 2
    patients, paired = len(counts), int(is_paired.sum())
    if paired == 0:
        return _undefined(name, weights, 0, NOBODY)
    weighted = counts @ weight_matrix(counts.shape[1], weights)
    pairs = np.where(is_paired, readings * (readings - 1), 1.0)
    per_patient = np.where(is_paired, (counts * (weighted - 1)).sum(axis=1) / pairs, 0.0)
    observed = float(per_patient.sum() / paired)
    expected = 0.0 if chance is None else float(panel.shares @ chance)
    if np.isclose(expected, 1.0):
        return _undefined(name, weights, paired, ONE_WORD)
    estimate = (observed - expected) / (1 - expected)
    terms = patients / paired * (per_patient - expected * is_paired) / (1 - expected)
    if chance is not None:
        own = counts @ chance / readings
        terms = terms - 2 * (1 - estimate) * (own - expected) / (1 - expected)
    if patients == 1:
        return Agreement(name, weights, estimate, np.nan, np.nan, paired, "", ONE_PATIENT)
    error = float(np.sqrt(((terms - estimate) ** 2).sum() / (patients * (patients - 1))))
    half = float(stats.t.ppf((1 + LEVEL) / 2, patients - 1)) * error
    lowest = 0.0 if chance is None else -1.0
    low, high = max(lowest, estimate - half), min(1.0, estimate + half)
    return Agreement(name, weights, estimate, low, high, paired, "Gwet 2014")


def _undefined(name: str, weights: Weights, patients: int, why: str) -> Agreement:
    return Agreement(name, weights, np.nan, np.nan, np.nan, patients, "", why)
