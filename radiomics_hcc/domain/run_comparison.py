"""Tracked runs beside each other: what differs, whether they compare, and how they did."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding, findings_html, metrics_html


@dataclass(frozen=True, eq=False)
class RunComparison:
    """Models of tracked runs, judged beside each other.

    A column `label` names one compared model of one run throughout; it is short and unique.

    Parameters
    ----------
    title
        What was asked for: the experiment's name, or the runs.
    runs
        One row per compared model: `label, run_id, name, model, question, intent, started,
        patients, config_sha256, data_sha256`.
    left_out
        Runs that do not enter: `run_id, name, status, reason`.
    differences
        What is not the same everywhere: `part, key`, then one column per label; `part` is
        `configuration`, `data`, `software` or `code`.
    comparable
        One row per pair and aspect: `left, right, aspect, same, sentence`; aspects are `patients`,
        `labels`, `classes`, `splits`, `intent`.
    metrics
        `label, metric, estimate, low, high, patients, repeats`.
    paired
        `left, right, metric, difference, low, high, p_value, p_holm, patients, p_corrected_t,
        p_corrected_t_holm`; the difference is left minus right. Pairs that do not compare have no
        row; without the same splits there is no corrected t.
    ranks
        `label, metric, rank, low, high, best, group, among`: the place among all models of the
        same group (1 is best) with its 95 % bootstrap interval, and the share of resamples in
        which the model came first. A group holds models that all compare with each other, are of
        the same intent, and all may or all may not read the scan of the label.
    roc, calibration, decision
        Curves of every label, `label` first, then the columns of the run's own tables `roc`,
        `calibration_smooth` and `decision_curve`.
    disagreement
        One row per patient: `patient_id, truth`, `p: <label>` the probability of the positive
        class (of the true one where no class is positive), `called: <label>` the class, and
        `spread`, the largest distance of probabilities.
    agreement
        One row per pair that compares: `left, right, patients, both_right, only_left_right,
        only_right_right, both_wrong, kappa, kappa_low, kappa_high, p_value, p_holm`; Cohen's
        kappa of the called classes, and the exact McNemar test.
    findings
        What a reader must know before the numbers, in words.
    """

    title: str
    runs: pd.DataFrame
    left_out: pd.DataFrame
    differences: pd.DataFrame
    comparable: pd.DataFrame
    metrics: pd.DataFrame
    paired: pd.DataFrame
    ranks: pd.DataFrame
    roc: pd.DataFrame
    calibration: pd.DataFrame
    decision: pd.DataFrame
    disagreement: pd.DataFrame
    agreement: pd.DataFrame
    findings: tuple[Finding, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the compared models, in the order of `runs`."""
        return tuple(str(label) for label in self.runs["label"])

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table by its name, for CSV files."""
        return {
            "runs": self.runs,
            "left_out": self.left_out,
            "differences": self.differences,
            "comparable": self.comparable,
            "metrics": self.metrics,
            "paired": self.paired,
            "ranks": self.ranks,
            "roc": self.roc,
            "calibration": self.calibration,
            "decision": self.decision,
            "disagreement": self.disagreement,
            "agreement": self.agreement,
        }

    def frame(self) -> pd.DataFrame:
        """One row per compared model: what it is, then every metric with its limits."""
        wide = self.metrics.pivot(
            index="label", columns="metric", values=["estimate", "low", "high"]
        )
        endings = {"estimate": "", "low": "_low", "high": "_high"}
        order = [(part, metric) for metric in self.metrics["metric"].unique() for part in endings]
        named = wide[order].set_axis([f"{m}{endings[p]}" for p, m in order], axis="columns")
        return self.runs.merge(named, left_on="label", right_index=True, how="left")

    def _repr_html_(self) -> str:
        head = f"<p>{html.escape(self.title)}</p>{findings_html(self.findings)}"
        return head + metrics_html(self.metrics.rename(columns={"label": "model"}))
