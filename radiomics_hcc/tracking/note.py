"""What a person reads first beside a run: question, answer, doubts, and where everything lies."""

from __future__ import annotations

import re
from typing import Final

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.tracking.record_models import model_role

SOFTWARE: Final = "Research software, not a medical device."
_STATES: Final = {
    RunStatus.STARTED: "Started and not completed: nothing here may be compared or reported.",
    RunStatus.FAILED: "Failed: nothing here may be compared or reported.",
}
_ROLES: Final = {
    "primary": "the model that answers the question",
    "candidate": "another model that the experiment lists",
    "reference": "a baseline or control beside the models of the experiment",
}
_FILES: Final = """\
Files, among the artifacts: `record/manifest.json` (the whole run in words and digests), \
`record/tables/` (`splits.parquet`, `out_of_fold.parquet`, `metrics.parquet` and all others), \
`record/figures/`, `record/models/`. Every child run is one model."""


def run_note(record: RunRecord) -> str:
    """Write the description of a run as Markdown; words of the record are escaped.

    Question, state or verdict, warnings, the sentence on research software, how to read on.
    """
    verdict = str(record.summary.get("verdict") or "")
    failure = str(record.summary.get("failure") or "")
    state = _STATES.get(record.status, "")
    doubts = [
        f"- {finding.severity} {finding.code}: {plain_markdown(finding.sentence)}"
        for finding in record.findings
        if finding.severity in ("warning", "serious")
    ]
    parts = [
        f"**{plain_markdown(record.question)}**",
        f"{state} {plain_markdown(failure)}".strip(),
        plain_markdown(verdict),
        "\n".join(doubts),
        SOFTWARE,
        f"`rhcc report {record.run_id}` writes the report; `rhcc compare` compares runs.",
        _FILES,
    ]
    return "\n\n".join(part for part in parts if part)


def model_note(record: RunRecord, model: str) -> str:
    """Write the description of one model of a run as Markdown."""
    role = _ROLES[model_role(record, model)]
    words = (
        f"**{plain_markdown(model)}**: {role}. {plain_markdown(record.question)}",
        _STATES.get(record.status, ""),
        "A metric is pooled over all outer folds, `.low` and `.high` are the ends of its 95 % "
        "interval, `outer_fold/` has one point per outer fold (the step counts the folds through "
        "all repeats). `out_of_fold.parquet` has this model's predictions.",
        SOFTWARE,
    )
    return "\n\n".join(part for part in words if part)


def plain_markdown(text: str) -> str:
    """Escape words so that Markdown and HTML show them as they are.

    Examples
    --------
    >>> plain_markdown("AUC < 0.5 *here*")
    'AUC &lt; 0.5 \\\\*here\\\\*'
    """
    one_line = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*_\[\]])", r"\\\1", one_line)
