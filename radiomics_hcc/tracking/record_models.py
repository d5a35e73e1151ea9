"""Which models a record knows: those it compared, those that were asked for, the primary one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from radiomics_hcc.domain.record import ModelFile, RunRecord
from radiomics_hcc.errors import TrackingError


def model_names(record: RunRecord) -> list[str]:
    """Name the models of the metrics table, baselines among them, in its order."""
    metrics = record.frame()
    return [str(name) for name in metrics["model"].unique()] if "model" in metrics else []


def primary_model(record: RunRecord) -> str | None:
    """Name the model that answers the question: the first that the configuration lists.

    None where that model has neither numbers nor a file, as before the run completed.
    """
    known = [*model_names(record), *(file.model for file in record.models)]
    return next((name for name, _ in configured_models(record) if name in known), None)


def configured_models(record: RunRecord) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Give name and settings of every model that the configuration lists."""
    models = record.config.get("models", ())
    for model in models if isinstance(models, list | tuple) else ():
        if isinstance(model, Mapping):
            yield str(model.get("name", model.get("kind", ""))), model


def model_role(record: RunRecord, model: str) -> str:
    """Say what a model is there for: `primary`, `candidate`, or `reference` (baseline, control)."""
    if model == primary_model(record):
        return "primary"
    asked_for = model in [name for name, _ in configured_models(record)]
    return "candidate" if asked_for else "reference"


def saved_model(record: RunRecord, model: str | None) -> ModelFile:
    """Give the model file of a name; None stands for the primary model.

    Raises
    ------
    TrackingError
        Where the run holds no such file; names those that it holds.
    """
    name = model or primary_model(record)
    found = next((file for file in record.models if file.model == name), None)
    if found is None:
        there = ", ".join(file.model for file in record.models)
        words = f"it has: {there}" if there else "it has none"
        raise TrackingError(f"run {record.run_id} has no saved model {name}; {words}")
    return found
