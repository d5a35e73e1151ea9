"""The result in words, about the model that was declared beforehand."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.compare import standing
from radiomics_hcc.evaluation.metrics import METRICS

SIZE_ONLY: Final = "size_only"
NEGATIVE_CONTROL: Final = "negative_control"
SPOKEN_MODELS: Final = {
    SIZE_ONLY: "size alone",
    "no_information": "the class shares alone",
    NEGATIVE_CONTROL: "the negative control",
}
KNOWS_NOTHING: Final = {"auc": 0.5, "ordinal_c_index": 0.5}
"""What a model without information reaches."""

NOT_EQUAL: Final = "A difference that is not shown is no proof that the models are equal."


def verdict(
    comparisons: pd.DataFrame,
    metrics: pd.DataFrame,
    *,
    primary: str,
    metric: str = "auc",
    reference: str | None = None,
) -> str:
    """Say what the primary model reaches, and which differences stand.

    Parameters
    ----------
    comparisons, metrics
        As `evaluate_predictions` returns them.
    primary
        The model that was declared before the results were seen; never the best one in hindsight.
    metric
        The metric that was declared.
    reference
        The model that the first sentence compares with; by default size alone, else the first
        one that the primary model was compared with.

    Returns
    -------
    str
        One sentence on the primary model and the reference; where there are more, one on the
        other comparisons of the primary model, and one on how the other models compare with the
        reference. A negative control whose interval leaves out chance is warned of.

    Raises
    ------
    InputError
        Where the primary model has no row for this metric.
    """
    rows = metrics[(metrics["model"] == primary) & (metrics["metric"] == metric)]
    if rows.empty:
        known = ", ".join(dict.fromkeys(metrics["model"]))
        raise InputError([Problem(f"primary {primary!r}", f"no {metric}", f"models: {known}")])
    compared = comparisons[comparisons["metric"] == metric]
    own = compared[compared["model"] == primary]
    first = reference or _first_reference(own if len(own) else compared)
    scores = metrics[metrics["metric"] == metric].set_index("model")["estimate"]
    parts = [_reached(rows.iloc[0])]
    parts += [_compared(row, scores[first]) for _, row in own[own["reference"] == first].iterrows()]
    said = [
        _capital(" and ".join(parts)) + ".",
        differences_in_words(compared[compared["reference"] != first], primary, metric),
        _others(compared[(compared["model"] != primary) & (compared["reference"] == first)]),
        negative_control_warning(metrics, metric),
    ]
    return " ".join(sentence for sentence in said if sentence)


def differences_in_words(comparisons: pd.DataFrame, primary: str, metric: str = "auc") -> str:
    """Say which differences of the primary model stand, and which are not shown.

    A difference stands where its interval leaves out zero and the Holm-corrected p-value is below
    0.05 (`standing`).

    Parameters
    ----------
    comparisons
        As `evaluate_predictions` returns them.

    Returns
    -------
    str
        Empty where the primary model was compared with nothing.
    """
    is_own = (comparisons["model"] == primary) & (comparisons["metric"] == metric)
    told: dict[str, list[str]] = {"better": [], "worse": [], "undecided": []}
    for _, row in comparisons[is_own].iterrows():
        told[standing(row)].append(f"{spoken(row['reference'])} {_by(row)}")
    said = [
        f"{words} {_listed(names)}"
        for words, names in (
            ("is better than", told["better"]),
            ("is worse than", told["worse"]),
            ("is not shown to differ from", told["undecided"]),
        )
        if names
    ]
    if not said:
        return ""
    sentence = _capital(f"in {METRICS[metric].title} {spoken(primary)} {'; it '.join(said)}.")
    return f"{sentence} {NOT_EQUAL}" if told["undecided"] else sentence


def negative_control_warning(metrics: pd.DataFrame, metric: str = "auc") -> str:
    """Warn where the negative control knows something; empty where it holds, or was not run.

    The control learns from permuted labels and is tested on the true ones, so its interval should
    hold 0.5. Metrics for which chance is no fixed number are looked at as AUC.
    """
    judged = metric if metric in KNOWS_NOTHING else "auc"
    rows = metrics[(metrics["model"] == NEGATIVE_CONTROL) & (metrics["metric"] == judged)]
    if rows.empty or not np.isfinite(rows.iloc[0]["low"]):
        return ""
    row, chance = rows.iloc[0], KNOWS_NOTHING[judged]
    if row["low"] <= chance <= row["high"]:
        return ""
    return (
        f"Warning: the negative control, which learns from permuted labels, reaches "
        f"{METRICS[judged].title} {row['estimate']:.2f} ({row['low']:.2f} to {row['high']:.2f}), "
        f"which leaves out {chance}. One control in twenty does so by chance; otherwise the splits "
        f"or the features tell the label: read the checks before trusting any model here."
    )


def spoken(model: str) -> str:
    """A model's name as it stands in a sentence."""
    return SPOKEN_MODELS.get(model, model.replace("_", " "))


def corrected_p(p_value: float) -> str:
    """A Holm-corrected p-value as it stands in a sentence."""
    if pd.isna(p_value):
        return "no p-value: too few folds have a score"
    if p_value < 0.001:
        return "Holm-corrected p < 0.001"
    return f"Holm-corrected p = {p_value:.{2 if p_value >= 0.1 else 3}f}"


def _first_reference(compared: pd.DataFrame) -> str:
    names = list(dict.fromkeys(compared["reference"]))
    if SIZE_ONLY in names or not names:
        return SIZE_ONLY
    return str(names[0])


def _reached(row: pd.Series) -> str:
    title, patients = METRICS[row["metric"]].title, f"{row['patients']} patients"
    if not np.isfinite(row["estimate"]):
        return f"{spoken(row['model'])} has no {title} ({patients}: it is undefined for them)"
    limits = f"95 % interval {row['low']:.2f} to {row['high']:.2f}"
    return f"{spoken(row['model'])} reaches {title} {row['estimate']:.2f} ({limits}, {patients})"


def _compared(row: pd.Series, reference_score: float) -> str:
    held, reference = standing(row), f"{spoken(row['reference'])} ({reference_score:.2f})"
    limits = f"{row['low']:.2f} to {row['high']:.2f}, {corrected_p(row['p_holm'])}"
    if held == "undecided":
        return (
            f"is not shown to be better than {reference}: "
            f"difference {row['difference']:.2f} ({limits})"
        )
    return f"is {held} than {reference} by {abs(row['difference']):.2f} ({limits})"


def _by(row: pd.Series) -> str:
    """The difference with its limits and p-value, in brackets where it does not stand."""
    limits = f"{row['low']:.2f} to {row['high']:.2f}, {corrected_p(row['p_holm'])}"
    if standing(row) == "undecided":
        return f"(difference {row['difference']:.2f}, {limits})"
    return f"by {abs(row['difference']):.2f} ({limits})"


def _others(compared: pd.DataFrame) -> str:
    """Name the other models whose difference stands, or say that none does."""
    if compared.empty:
        return ""
    reference = spoken(compared["reference"].iloc[0])
    standings = {spoken(row["model"]): standing(row) for _, row in compared.iterrows()}
    said = [
        f"{held} than {reference}: {', '.join(names)}"
        for held in ("better", "worse")
        if (names := [model for model, was in standings.items() if was == held])
    ]
    found = "; ".join(said) if said else "none is shown to differ from " + reference
    return f"Among the other models, {found}."


def _listed(names: list[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
