"""Sentences about an experiment that its report shows."""

from __future__ import annotations

from typing import Final

from radiomics_hcc.experiment.config import ExperimentConfig
from radiomics_hcc.modelling.leakage import Intent

SOFTWARE: Final = "Research software, not a medical device."
INTENT_NOTES: Final = {
    Intent.PRETREATMENT_PREDICTION: "Only scans from before the treatment enter.",
    Intent.EARLY_RESPONSE: "Only scans from before the assessed scan enter.",
    Intent.RESPONSE_READING: (
        "Columns may come from the scan on which the response was read: the result describes the "
        "response, it does not predict it."
    ),
}

INCORPORATED: Final = (
    "The author allowed columns that the declared intent forbids: the result may describe the "
    "response instead of predicting it."
)


def target_sentence(config: ExperimentConfig) -> str:
    """Say in words what is predicted and who decided."""
    target = config.target
    if target.column is not None:
        source = f"Column {target.column} of the patients table"
    elif target.columns:
        listed = ", ".join(target.columns.values())
        source = f"Columns {listed} of the patients table, readers: {target.readers}"
    else:
        source = f"First follow-up by {target.criterion}, readers: {target.readers}"
    classes = "; ".join(
        f"{name} = {', '.join(map(str, words))}" for name, words in target.merge.items()
    )
    return f"{source}. Classes, best first: {classes or 'CR; PR; SD; PD'}."
