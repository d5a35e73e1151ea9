"""The record of one run: the only thing that trackers and reports receive."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding, findings_html, metrics_html

RECORD_VERSION: Final = 1


class RunStatus(StrEnum):
    """How far a run came; only a completed one enters a comparison."""

    STARTED = "started"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True)
class InputFile:
    """A file that a run read.

    Parameters
    ----------
    name
        Its role, such as `cohort.images`.
    file
        The file's name without folders.
    sha256
        Digest of its bytes.
    """

    name: str
    file: str
    sha256: str


@dataclass(frozen=True, eq=False)
class ModelFile:
    """A model that was refitted on all data and can predict.

    Parameters
    ----------
    model
        Its name in the metrics table.
    content
        The bytes of the skops file.
    sha256
        Digest of `content`.
    card
        JSON: classes, columns with their training ranges, time points, what the nested estimate
        belongs to.
    """

    model: str
    content: bytes = field(repr=False)
    sha256: str
    card: Mapping[str, object]


@dataclass(frozen=True, eq=False)
class RunRecord:
    """One experiment, from the question to the last number.

    Parameters
    ----------
    run_id
        Identity: the time of the start and the configuration's digest.
    name, question, intent
        As the configuration declares them.
    status
        `started`, `completed` or `failed`.
    started, finished
        ISO times, UTC.
    config
        The resolved configuration: every default written out, without `execution`.
    config_sha256, data_sha256
        Digests of the configuration and of every input together.
    inputs
        The files that were read.
    provenance
        Versions, git state, platform, command.
    summary
        JSON values that a report shows and that have no table: classes, target in words, engine
        and settings of the features, justification of an allowed incorporation, headline.
    tables
        DataFrames by name: `cohort_flow`, `table_one`, `labels`, `features`, `splits`,
        `out_of_fold`, `metrics`, `comparisons`, `selected`, `missing`.
    findings
        Coded sentences.
    models
        Refitted models.
    figures
        SVG or PNG bytes by file name.
    """

    run_id: str
    name: str
    question: str
    intent: str
    status: RunStatus
    started: str
    finished: str = ""
    config: Mapping[str, object] = field(default_factory=dict)
    config_sha256: str = ""
    data_sha256: str = ""
    inputs: tuple[InputFile, ...] = ()
    provenance: Mapping[str, object] = field(default_factory=dict)
    summary: Mapping[str, object] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    models: tuple[ModelFile, ...] = ()
    figures: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def is_completed(self) -> bool:
        """Whether the run went to its end."""
        return self.status is RunStatus.COMPLETED

    def frame(self) -> pd.DataFrame:
        """The metrics table, empty before the run completed."""
        return self.tables.get("metrics", pd.DataFrame()).copy()

    def _repr_html_(self) -> str:
        verdict = str(self.summary.get("verdict") or self.summary.get("failure") or "")
        software = str(self.summary.get("software") or "")
        words = (f"Run {self.run_id} ({self.status}): {self.question}", verdict, software)
        head = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in words if sentence)
        metrics = self.tables.get("metrics")
        table = "" if metrics is None else metrics_html(metrics)
        return head + findings_html(self.findings) + table
