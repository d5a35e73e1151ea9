"""Tracked runs compared, in reading order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.domain.run_comparison import RunComparison
from radiomics_hcc.errors import InputError, Problem, TrackingError
from radiomics_hcc.evaluation.across_runs import (
    Compared,
    Pair,
    cliques,
    common_view,
    comparable_groups,
    pairs_of,
    pairs_to_compare,
    view_of_group,
)
from radiomics_hcc.evaluation.across_runs_patients import agreement_table, disagreement_table
from radiomics_hcc.evaluation.across_runs_scores import (
    Scores,
    Seen,
    metrics_of,
    paired_table,
    rank_table,
    score_models,
)
from radiomics_hcc.experiment.comparing.comparable import comparable_table
from radiomics_hcc.experiment.comparing.curves import curve_tables
from radiomics_hcc.experiment.comparing.differences import difference_table
from radiomics_hcc.experiment.comparing.entries import Entry, entries_of
from radiomics_hcc.experiment.comparing.findings import (
    Facts,
    fewest_resamples,
    findings_of,
    may_read_the_label,
)
from radiomics_hcc.experiment.comparing.gathered import (
    LEFT_OUT_COLUMNS,
    VARIANT_MARK,
    Gathered,
    gather_runs,
)
from radiomics_hcc.experiment.comparing.sharing import Sharing, on_shared_patients
from radiomics_hcc.tracking.open import default_tracker_uri

METRIC_COLUMNS: Final = ("label", "metric", "estimate", "low", "high", "patients", "repeats")
RUN_COLUMNS: Final = (
    "label",
    "run_id",
    "name",
    "model",
    "question",
    "intent",
    "started",
    "patients",
    "config_sha256",
    "data_sha256",
)
RESAMPLES: Final = 2000  # where no run says how many
NAMES_IN_TITLE: Final = 3


@dataclass(frozen=True)
class Asked:
    """How runs are compared.

    Parameters
    ----------
    models
        `headline`, `all`, or names of models; see `entries_of`.
    shared_patients
        Whether models of other patients are judged on those whom all share.
    resamples
        Of the patient bootstrap; None takes the largest number of the runs, and between runs as
        many more as Holm's correction of so many pairs needs.
    """

    models: tuple[str, ...] = ()
    shared_patients: bool = False
    resamples: int | None = None


def compare_runs(
    runs: Sequence[str | RunRecord], *, tracker: str | None = None, asked: Asked | None = None
) -> RunComparison:
    """Lay tracked runs beside each other.

    Parameters
    ----------
    runs
        Experiments, identities, run folders, addresses or records, mixed.
    tracker
        Address of the tracker; by default `MLFLOW_TRACKING_URI` or `sqlite:///mlflow.db`.
    asked
        Which models, and on which patients.

    Raises
    ------
    InputError
        Where nothing is asked for, or a run or model is unknown; names each.
    TrackingError
        Where no run can be used; says why for each.
    """
    how = asked or Asked()
    if not runs:
        what = "none is named"
        raise InputError([Problem("runs", what, "name runs, or an experiment")])
    gathered = gather_runs(runs, tracker or default_tracker_uri())
    entries, unusable = entries_of(gathered.records, how.models)
    left_out = (*gathered.left_out, *unusable)
    if not entries:
        told = [f"  {each.run_id} ({each.status}): {each.reason}" for each in left_out]
        raise TrackingError("\n".join(["no completed run to compare", *told]))
    return _compared(entries, replace(gathered, left_out=left_out), how)


@dataclass(frozen=True, eq=False)
class _Ground:
    """What the tables are computed from.

    Parameters
    ----------
    sharing
        What is compared, on the patients that it is compared on.
    groups
        Within which all compare and are rivals.
    tested
        Those of the pairs that have a paired difference.
    resamples, seed
        Of the patient bootstrap.
    scores
        Over the same resamples.
    """

    sharing: Sharing
    groups: Sequence[Sequence[Compared]]
    tested: Sequence[Pair]
    resamples: int
    seed: int
    scores: Scores

    @property
    def compared(self) -> list[Compared]:
        """The models in their order."""
        return [each.compared for each in self.sharing.entries]


def _compared(entries: Sequence[Entry], gathered: Gathered, how: Asked) -> RunComparison:
    whole = pairs_of([each.compared for each in entries])
    sharing = on_shared_patients(entries) if how.shared_patients else Sharing(tuple(entries))
    ground = _ground(sharing, whole, how.resamples)
    differences = difference_table(entries)
    facts = Facts(
        entries,
        gathered.left_out,
        whole,
        ground.tested,
        differences,
        ground.resamples,
        ground.seed,
        how.shared_patients,
        gathered.repeated,
    )
    return RunComparison(
        title=_title([each.record for each in entries]),
        runs=_runs(sharing.entries),
        left_out=pd.DataFrame(
            [(each.run_id, each.name, each.status, each.reason) for each in gathered.left_out],
            columns=list(LEFT_OUT_COLUMNS),
        ),
        differences=differences,
        comparable=comparable_table(whole, entries),
        metrics=_metrics(sharing, ground.scores),
        paired=paired_table(ground.tested, ground.scores),
        ranks=rank_table(ground.groups, ground.scores),
        **curve_tables(sharing.entries, sharing.lost),
        disagreement=_disagreement(ground.compared),
        agreement=agreement_table(ground.compared, ground.tested),
        findings=(*sharing.findings, *findings_of(facts)),
    )


def _ground(sharing: Sharing, whole: Sequence[Pair], asked: int | None) -> _Ground:
    """Score every model that a table needs; splits are the same where those of the whole are."""
    compared = [each.compared for each in sharing.entries]
    pairs = list(whole)
    if sharing.lost:
        pairs = [
            replace(pair, same_splits=before.same_splits)
            for pair, before in zip(pairs_of(compared), whole, strict=True)
        ]
    groups = comparable_groups(compared, _rivals(sharing.entries, pairs))
    tested = pairs_to_compare(compared, pairs)
    needed: list[Seen] = [(label, "all") for label in sharing.lost]
    needed += [
        (name, pair.view) for pair in tested if pair.view for name in (pair.left, pair.right)
    ]
    needed += [
        (each.label, view_of_group(group)) for group in groups if len(group) > 1 for each in group
    ]
    records = list({each.record.run_id: each.record for each in sharing.entries}.values())
    resamples, seed = asked or _resamples(records, len(tested)), _seed(records[0])
    scores = score_models(compared, needed, resamples=resamples, seed=seed)
    return _Ground(sharing, groups, tested, resamples, seed, scores)


def _rivals(entries: Sequence[Entry], pairs: Sequence[Pair]) -> list[Pair]:
    """Pairs of the same intent which both may or both may not read the scan of the label."""
    kinds = {each.label: (str(each.record.intent), may_read_the_label(each)) for each in entries}
    return [pair for pair in pairs if kinds[pair.left] == kinds[pair.right]]


def _runs(entries: Sequence[Entry]) -> pd.DataFrame:
    rows = [
        (
            each.label,
            each.record.run_id,
            each.record.name,
            each.model,
            each.record.question,
            str(each.record.intent),
            each.record.started,
            each.patients,
            each.record.config_sha256,
            each.record.data_sha256,
        )
        for each in entries
    ]
    return pd.DataFrame(rows, columns=list(RUN_COLUMNS))


def _metrics(sharing: Sharing, scores: Scores) -> pd.DataFrame:
    """The runs' own numbers; made anew for models that are judged on some of their patients."""
    frames = []
    for entry in sharing.entries:
        kept = entry.record.tables["metrics"]
        own = kept[kept["model"] == entry.model]
        if entry.label in sharing.lost:
            own = metrics_of(entry.compared, scores)
        frames.append(own.assign(label=entry.label)[list(METRIC_COLUMNS)])
    return pd.concat(frames, ignore_index=True)


def _disagreement(compared: Sequence[Compared]) -> pd.DataFrame:
    """Of the largest group with a common view of the classes; the columns of others are empty."""
    groups = cliques(compared, lambda one, other: common_view(one, other) is not None)
    table = disagreement_table(max(groups, key=len))
    columns = [f"{what}: {each.label}" for each in compared for what in ("p", "called")]
    return table.reindex(columns=["patient_id", "truth", *columns, "spread"])


def _title(records: Sequence[RunRecord]) -> str:
    names = list(dict.fromkeys(record.name for record in records))
    experiments = {name.partition(VARIANT_MARK)[0] for name in names}
    if len(names) > 1 and len(experiments) == 1:
        return experiments.pop()
    more = len(names) - NAMES_IN_TITLE
    return ", ".join(names[:NAMES_IN_TITLE]) + (f" and {more} more" if more > 0 else "")


def _seed(record: RunRecord) -> int:
    seed = record.config.get("seed")
    return seed if isinstance(seed, int) else 0


def _resamples(records: Sequence[RunRecord], pairs: int) -> int:
    """As many as the runs had; between runs so many that a difference can stand after Holm."""
    sections = [record.config.get("validation") for record in records]
    known = [each.get("resamples") for each in sections if isinstance(each, Mapping)]
    own = max((each for each in known if isinstance(each, int)), default=RESAMPLES)
    return max(own, fewest_resamples(pairs)) if len(records) > 1 else own
