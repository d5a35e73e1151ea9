"""The card that goes with a model: what it was made from and where it may be used."""

from __future__ import annotations

from typing import Final, NotRequired, TypedDict

import pandas as pd

from radiomics_hcc.domain.patient_table import Column
from radiomics_hcc.modelling.applicability import ApplicabilityCard
from radiomics_hcc.modelling.pipeline import split_columns

QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
NESTED_SENTENCE: Final = (
    "The nested cross-validation estimate belongs to the procedure that made this model, not to "
    "this refit on all patients, which no patient is left to judge."
)


class ColumnCard(TypedDict):
    """Where a column comes from and what training saw in it; JSON values.

    `type` is `number` or `word`. A column of numbers has its range and quantiles (None and empty
    where training had no value), a column of words the words. `empty` counts empty cells.
    """

    kind: str
    timepoint: str
    feature: str
    type: str
    minimum: float | None
    maximum: float | None
    quantiles: dict[str, float]
    words: list[str]
    empty: int


class HarmonisationCard(TypedDict):
    """How the features are harmonised before the model; JSON values.

    `batch` and `covariates` are columns of the patients table, `batches` the values that training
    saw, `unseen` what happens to others: `error`, `pass_through` or `pooled`.
    """

    batch: str
    covariates: list[str]
    unseen: str
    batches: list[str]


class ModelCard(TypedDict):
    """What a reader must know of a model; JSON values.

    `step` is the classifier's configuration, `patients` counts them by class, `classes` are best
    first, `selected` the features that the model uses, `versions` the libraries that made it,
    `warnings` the findings that were stamped on it. The fields that older cards do not have:
    `intent` as the experiment declares it; `threshold`, the probability of the positive class
    from which a patient is called positive (None where there is none), chosen by
    `threshold_rule`; `calibration` of the probabilities; `harmonisation`, None without one;
    `applicability`, where the training patients lie, None where it cannot be told.
    """

    model: str
    step: dict[str, object]
    target: str
    classes: list[str]
    patients: dict[str, int]
    rows: int
    columns: dict[str, ColumnCard]
    parameters: dict[str, float]
    selected: list[str]
    seed: int
    versions: dict[str, str]
    note: str
    warnings: list[str]
    intent: NotRequired[str]
    threshold: NotRequired[float | None]
    threshold_rule: NotRequired[str]
    calibration: NotRequired[str]
    harmonisation: NotRequired[HarmonisationCard | None]
    applicability: NotRequired[ApplicabilityCard | None]


LATER_FIELDS: Final = {
    "intent": "what it may be used for",
    "threshold": "the threshold that calls a patient",
    "applicability": "how far a patient is from those of the training data",
}
"""What a card of an older version does not tell."""


def untold(card: ModelCard) -> list[str]:
    """What the card of an older version does not tell, in words."""
    return [what for name, what in LATER_FIELDS.items() if name not in card]


def column_card(values: pd.Series, origin: Column, empty_word: str) -> ColumnCard:
    """Describe one prepared column of the training rows."""
    is_number = bool(split_columns(values.to_frame())[0])
    known = values.dropna() if is_number else values[values != empty_word]
    has_range = is_number and len(known) > 0
    quantiles = known.quantile(list(QUANTILES)).items() if has_range else ()
    return ColumnCard(
        kind=origin.kind,
        timepoint=origin.timepoint,
        feature=origin.feature,
        type="number" if is_number else "word",
        minimum=float(known.min()) if has_range else None,
        maximum=float(known.max()) if has_range else None,
        quantiles={f"{share:.2f}": float(value) for share, value in quantiles},
        words=[] if is_number else sorted(known.unique().tolist()),
        empty=len(values) - len(known),
    )
