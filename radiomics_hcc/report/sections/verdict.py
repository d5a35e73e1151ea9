"""The top of the page: the question, the answer, and what to think of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import pandas as pd

from radiomics_hcc.domain.evaluation import SEVERITIES
from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import cell_text
from radiomics_hcc.report.figures.forest import discrimination
from radiomics_hcc.report.figures.gallery import headline_model
from radiomics_hcc.report.numbers import interval, p_value, unbroken

SIGNIFICANCE: Final = 0.05  # of the Holm-corrected p-value
UNFINISHED: Final = {
    RunStatus.STARTED: "This run has started but not finished: there is no result yet.",
    RunStatus.FAILED: "This run failed: there is no result. What it recorded until then follows.",
}
SENTENCE_END: Final = re.compile(r"(?<=[.!?]) (?=[A-Z])")
LIGHTS: Final = {
    "ok": ("green", "Green: no check has a warning"),
    "note": ("green", "Green: no check has a warning"),
    "warning": ("amber", "Amber: read the warnings first"),
    "serious": ("red", "Red: do not rely on the numbers before you have read why"),
}


@dataclass(frozen=True)
class Fact:
    """A key number: label, value, and a line of explanation."""

    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True)
class Verdict:
    """The answer in a sentence, what else there is to say, its traffic light and key numbers."""

    sentence: str
    colour: str
    light: str
    facts: tuple[Fact, ...] = ()
    more: str = ""


def verdict(record: RunRecord) -> Verdict:
    """What the run says, or that it says nothing."""
    if not record.is_completed:
        lines = str(record.summary.get("failure") or "").splitlines()
        why = "; ".join(line.strip() for line in lines)
        return Verdict(UNFINISHED[record.status], "grey", f"Run {record.status}", more=why)
    colour, light = LIGHTS[worst_severity(record)]
    if not record.findings:
        colour, light = "grey", "No checks were recorded"
    sentence = str(record.summary.get("verdict") or "No verdict was recorded in this run.")
    first, *others = SENTENCE_END.split(sentence, maxsplit=1)
    told = f"{light}{_counted(record)}"
    return Verdict(first, colour, told, tuple(_facts(record)), "".join(others))


def worst_severity(record: RunRecord) -> str:
    """The most severe word among the findings; `ok` where there is none."""
    found = [finding.severity for finding in record.findings]
    return max(found, key=SEVERITIES.index, default="ok")


def _counted(record: RunRecord) -> str:
    """How many findings ask for attention: ` (1 serious, 2 warnings)`."""
    found = [finding.severity for finding in record.findings]
    serious, warnings = found.count("serious"), found.count("warning")
    told = [f"{serious} serious"] if serious else []
    told += [f"{warnings} warning{'s' * (warnings > 1)}"] if warnings else []
    return f" ({', '.join(told)})" if told else ""


def against_size(record: RunRecord) -> pd.Series | None:
    """The comparison of the headline model with size alone, in the metric of the forest plot."""
    metrics = record.tables.get("metrics", pd.DataFrame())
    comparisons = record.tables.get("comparisons", pd.DataFrame())
    if metrics.empty or comparisons.empty:
        return None
    names = discrimination(metrics)["metric"].unique()
    rows = comparisons[
        (comparisons["model"] == headline_model(record))
        & comparisons["reference"].astype(str).str.contains("size")
        & comparisons["metric"].isin(names)
    ]
    return None if rows.empty else rows.iloc[0]


def _facts(record: RunRecord) -> list[Fact]:
    metrics = record.tables.get("metrics", pd.DataFrame())
    facts = []
    if not metrics.empty:
        rows = discrimination(metrics)
        rows = rows[rows["model"] == headline_model(record)]
        facts += [_headline_fact(row) for _, row in rows.head(1).iterrows()]
    facts.append(_size_fact(record))
    if not metrics.empty:
        facts.append(_patients_fact(record, metrics))
    return facts


def _headline_fact(row: pd.Series) -> Fact:
    value = interval(row["estimate"], row["low"], row["high"])
    detail = f"{words.model(str(row['model']))}; 95 % interval, chance is 0.50"
    return Fact(words.metric(str(row["metric"])), value, detail)


def _size_fact(record: RunRecord) -> Fact:
    label = "Better than size alone?"
    row = against_size(record)
    if row is None:
        return Fact(label, "Not recorded", "the comparison is not in this run")
    stands = not row["p_holm"] >= SIGNIFICANCE  # without a p-value the interval decides alone
    answer = "Not shown"
    if stands and (row["low"] > 0 or row["high"] < 0):
        answer = "Yes" if row["low"] > 0 else "No, worse"
    difference = interval(row["difference"], row["low"], row["high"])
    p = unbroken(p_value(row["p_holm"]))
    return Fact(label, answer, f"{words.metric(row['metric'])} difference {difference}; {p} (Holm)")


def _patients_fact(record: RunRecord, metrics: pd.DataFrame) -> Fact:
    patients = int(metrics["patients"].max())
    counts = record.tables.get("label_counts", pd.DataFrame())
    split = [f"{label} {cell_text(count)}" for label, count in counts.to_numpy()[:, :2]]
    return Fact("Patients", str(patients), ", ".join(split) or "by the metrics table")
