"""The result in words, about the model that was declared beforehand."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.compare import standing
from radiomics_hcc.evaluation.metrics import METRICS

SPOKEN_MODELS: Final = {"size_only": "size alone", "no_information": "the class shares alone"}


def verdict(
    comparisons: pd.DataFrame, metrics: pd.DataFrame, *, primary: str, metric: str = "auc"
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
    scores = metrics[metrics["metric"] == metric].set_index("model")["estimate"]
    parts = [_reached(rows.iloc[0])]
    parts += [_compared(row, scores[row["reference"]]) for _, row in own.iterrows()]
    sentence = " and ".join(parts) + "." + _others(compared[compared["model"] != primary])
    return sentence[0].upper() + sentence[1:]


def spoken(model: str) -> str:
    """A model's name as it stands in a sentence."""
    return SPOKEN_MODELS.get(model, model.replace("_", " "))


def _reached(row: pd.Series) -> str:
    title = METRICS[row["metric"]].title
    limits = f"95 % interval {row['low']:.2f} to {row['high']:.2f}"
    patients = f"{row['patients']} patients"
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


def corrected_p(p_value: float) -> str:
    """A Holm-corrected p-value as it stands in a sentence."""
    if pd.isna(p_value):
        return "no p-value: too few folds have a score"
    if p_value < 0.001:
        return "Holm-corrected p < 0.001"
    return f"Holm-corrected p = {p_value:.{2 if p_value >= 0.1 else 3}f}"


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
    found = "; ".join(said) if said else "none differs from " + reference
    return f" Among the other models, {found}."
