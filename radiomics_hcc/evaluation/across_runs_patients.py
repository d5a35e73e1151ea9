"""Models of different runs, patient by patient: who is called otherwise, and who is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from radiomics_hcc.evaluation.across_runs import Compared, Pair, View, view_of_group
from radiomics_hcc.evaluation.agreement_coefficients import Weights, cohen_kappa
from radiomics_hcc.evaluation.compare import holm
from radiomics_hcc.evaluation.outcomes import FloatArray, IntArray, Outcomes

AGREEMENT_COLUMNS: Final = (
    "left",
    "right",
    "patients",
    "both_right",
    "only_left_right",
    "only_right_right",
    "both_wrong",
    "kappa",
    "kappa_low",
    "kappa_high",
    "p_value",
    "p_holm",
)
EITHER: Final = " / "
"""Between the classes of a patient whom runs label differently."""


def agreement_table(compared: Sequence[Compared], pairs: Sequence[Pair]) -> pd.DataFrame:
    """How often two models call the same patients rightly.

    A patient is called once by each model, by the mean probability over the repeats.

    Parameters
    ----------
    compared
        The models.
    pairs
        From `pairs_to_compare`.

    Returns
    -------
    pandas.DataFrame
        `AGREEMENT_COLUMNS`: patients by who called them rightly; Cohen's kappa of the two calls;
        the exact McNemar test that both are right equally often [1]_, and Holm's correction over
        all pairs. Where no patient tells them apart p is 1; kappa is empty where both call
        everybody alike. The test holds the fits, and one threshold each.

    References
    ----------
    .. [1] McNemar. Psychometrika 12 (1947) 153-157.
    """
    known = {each.label: each for each in compared}
    rows = [_agreement(pair, known) for pair in pairs]
    table = pd.DataFrame(rows, columns=list(AGREEMENT_COLUMNS[:-1]))
    return table.assign(p_holm=holm(table["p_value"].astype(float)))


def disagreement_table(group: Sequence[Compared]) -> pd.DataFrame:
    """One row per patient whom any of the models was tested on, the most disputed first.

    Parameters
    ----------
    group
        Models with a common view of the classes.

    Returns
    -------
    pandas.DataFrame
        `patient_id, truth`, `p: <label>` and `called: <label>` for every model, `spread`. A model
        that was not tested on a patient has empty cells. `truth` holds several classes where runs
        label the patient differently. The probability is that of the positive class, without one
        that of the true class; `spread` is the largest distance between two of them, empty where
        one model alone knows the patient.
    """
    view = view_of_group(group)
    words = _words(group, view)
    columns: dict[str, pd.Series] = {}
    truths = []
    for each in group:
        seen = each.outcomes(view)
        patients = pd.Index(seen.patients.astype(str), name="patient_id")
        named = np.array(words, dtype=object)
        truths.append(pd.Series(named[seen.labels], index=patients))
        columns[f"p: {each.label}"] = pd.Series(_probability(seen), index=patients)
        columns[f"called: {each.label}"] = pd.Series(named[called(seen)], index=patients)
    table = pd.DataFrame(columns).sort_index()
    chances = table[[name for name in table if str(name).startswith("p: ")]]
    spread = (chances.max(axis=1) - chances.min(axis=1)).where(chances.notna().sum(axis=1) > 1)
    table.insert(0, "truth", pd.concat(truths).groupby(level=0).agg(_told))
    ordered = table.assign(spread=spread).rename_axis("patient_id").reset_index()
    return ordered.sort_values(
        ["spread", "patient_id"], ascending=[False, True], kind="stable", ignore_index=True
    )


def called(seen: Outcomes) -> IntArray:
    """Place of the class that each patient is called, shape (n,).

    Of two classes by the mean probability at the mean threshold, 0.5 where none was chosen; of
    more the class of the highest mean probability.
    """
    mean = seen.probabilities.mean(axis=0)
    if len(seen.classes) == 2:
        is_positive = mean[:, 0] >= seen.cut_points().mean(axis=0)
        return np.where(is_positive, 0, 1).astype(np.intp)
    return np.asarray(mean.argmax(axis=1), dtype=np.intp)


def _agreement(pair: Pair, known: Mapping[str, Compared]) -> tuple[object, ...]:
    assert pair.view is not None, "pairs that compare have a common view"
    seen = [known[name].outcomes(pair.view) for name in (pair.left, pair.right)]
    calls = np.stack([called(each) for each in seen], axis=1)
    left, right = (calls == seen[0].labels[:, np.newaxis]).T
    only_left, only_right = int((left & ~right).sum()), int((right & ~left).sum())
    kappa = cohen_kappa(calls, len(seen[0].classes), Weights.IDENTITY)
    return (
        pair.left,
        pair.right,
        len(calls),
        int((left & right).sum()),
        only_left,
        only_right,
        int((~left & ~right).sum()),
        kappa.estimate,
        kappa.low,
        kappa.high,
        _mcnemar(only_left, only_right),
    )


def _mcnemar(only_left: int, only_right: int) -> float:
    told_apart = only_left + only_right
    return float(binomtest(only_left, told_apart, 0.5).pvalue) if told_apart else 1.0


def _probability(seen: Outcomes) -> FloatArray:
    """Mean over the repeats: of the positive class where there is one, else of the true one."""
    two = seen.two_class()
    if two is not None:
        return np.asarray(two.probabilities[:, :, 0].mean(axis=0))
    mean = seen.probabilities.mean(axis=0)
    return np.asarray(mean[np.arange(len(mean)), seen.labels])


def _words(group: Sequence[Compared], view: View) -> tuple[str, ...]:
    """Names of the classes; in the two-class view those of a run that has two, if any has."""
    if view == "all":
        return group[0].predictions.classes
    two = (each.predictions.classes for each in group if len(each.predictions.classes) == 2)
    return next(two, ("positive", "other"))


def _told(words: pd.Series) -> str:
    return EITHER.join(dict.fromkeys(words))
