"""The tags by which a run and its models are found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.tracking.record_models import model_role, primary_model

PREFIX: Final = "rhcc."
READING_INTENT: Final = "response_reading"
"""The intent that is allowed to use the scan on which the label was read."""


def run_tags(record: RunRecord) -> dict[str, str]:
    """Give the tags of a run; what is unknown has none.

    Returns
    -------
    dict
        `rhcc.run_id, name, question, intent, status, started, finished, config_sha256,
        data_sha256, incorporation_risk, incorporation, primary_model, failure`, where
        `incorporation` is the justification; `rhcc.git.*` of the experiment's folder and
        `rhcc.code.*` of this package.
    """
    known: dict[str, object] = {
        **_identity(record),
        "question": record.question,
        "started": record.started,
        "finished": record.finished,
        "primary_model": primary_model(record),
        "incorporation": _justification(record),
        "failure": record.summary.get("failure"),
        **_parts(record, "git"),
        **_parts(record, "code"),
    }
    return _tagged(known)


def model_tags(record: RunRecord, model: str) -> dict[str, str]:
    """Give the tags of one model of a run.

    Returns
    -------
    dict
        `rhcc.model, model_role` (`primary`, `candidate`, `reference`), and of its run `run_id,
        name, intent, status, config_sha256, data_sha256, incorporation_risk`.
    """
    return _tagged({**_identity(record), "model": model, "model_role": model_role(record, model)})


def incorporation_risk(record: RunRecord) -> str:
    """Say whether features may come from the scan on which the label was read.

    `label_scan` where the intent is to read a response, so that they do; `allowed` where a
    configuration justifies columns that may know the label; `none` otherwise. A run that did not
    end counts as `allowed` as soon as its configuration asks for it.
    """
    if record.intent == READING_INTENT:
        return "label_scan"
    return "allowed" if _justification(record) else "none"


def tag_text(value: object) -> str:
    """Write a value as a tag: words as they are, everything else as JSON."""
    return str(value) if isinstance(value, str) else json.dumps(value, default=str)


def _identity(record: RunRecord) -> dict[str, object]:
    return {
        "run_id": record.run_id,
        "name": record.name,
        "intent": record.intent,
        "status": record.status,
        "config_sha256": record.config_sha256,
        "data_sha256": record.data_sha256,
        "incorporation_risk": incorporation_risk(record),
    }


def _justification(record: RunRecord) -> object:
    """Why columns may know the label; a completed run tells whether it has such columns."""
    used = record.summary.get("incorporation_justification")
    if used or record.is_completed:
        return used
    return record.config.get("allow_incorporation")


def _parts(record: RunRecord, source: str) -> dict[str, object]:
    state = record.provenance.get(source)
    if not isinstance(state, Mapping):
        return {}
    return {f"{source}.{key}": value for key, value in state.items()}


def _tagged(known: Mapping[str, object]) -> dict[str, str]:
    return {
        f"{PREFIX}{name}": tag_text(value)
        for name, value in known.items()
        if value is not None and value != ""
    }
