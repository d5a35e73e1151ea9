"""How many columns are left after each stage of a fitted pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sklearn.pipeline import Pipeline

from radiomics_hcc.domain.patient_table import CONTEXT_PREFIX
from radiomics_hcc.modelling.pipeline import selected_features

GIVEN: Final = "given"
USED: Final = "used"
COUNTED: Final = ("reliability", "columns", "near_constant", "pruning", "selection")
"""Stages that take columns away or add some; the others pass on as many as they get."""


def column_counts(pipeline: Pipeline, given: Sequence[str]) -> list[dict[str, object]]:
    """Columns that are left after each stage, in the order of the stages.

    Parameters
    ----------
    pipeline
        Fitted; its stages pass DataFrames on.
    given
        Columns that it was fitted on; those of the context are not counted.

    Returns
    -------
    list of dict
        `step, columns`: `given`; then, where the pipeline has the stage, `reliability`,
        `missing_rate` (mostly empty columns are gone), `columns` (with the columns that say what
        was empty, and one per word), `near_constant`, `pruning`, `selection`; last `used`, the
        columns that the model's prediction depends on.
    """
    counts = {GIVEN: sum(not name.startswith(CONTEXT_PREFIX) for name in given)}
    for place, (name, _) in enumerate(pipeline.steps[:-1], start=1):
        if name == "columns":
            counts["missing_rate"] = _mostly_filled(pipeline)
        if name in COUNTED:
            counts[name] = _left(pipeline, place)
    counts[USED] = len(selected_features(pipeline))
    return [{"step": step, "columns": count} for step, count in counts.items()]


def _left(pipeline: Pipeline, place: int) -> int:
    """Columns that this many first stages leave: what the next stage was fitted on."""
    if place < len(pipeline) - 1:
        return int(pipeline[place].n_features_in_)
    return len(pipeline[:-1].get_feature_names_out())


def _mostly_filled(pipeline: Pipeline) -> int:
    """Columns of numbers that are not mostly empty, and all columns of words."""
    columns = pipeline.named_steps["columns"]
    kept = sum(len(names) for kind, _, names in columns.transformers_ if kind == "words")
    if "numbers" in columns.named_transformers_:
        filling = columns.named_transformers_["numbers"]
        kept += int(filling.named_steps["median"].n_features_in_)
    return kept
