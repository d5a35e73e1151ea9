"""The top of the page: what can be said about the compared runs, and how sure it is."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.domain.evaluation import SEVERITIES
from radiomics_hcc.report import words
from radiomics_hcc.report.comparing.material import Material
from radiomics_hcc.report.figures.compare_paired import is_shown
from radiomics_hcc.report.numbers import NOT_AVAILABLE, interval, p_value, percent, unbroken
from radiomics_hcc.report.sections.verdict import LIGHTS, Fact, Verdict

MOST_PAIRS_TOLD: Final = 3
LOWER_IS_BETTER: Final = ("brier", "log_loss")
NO_PROOF: Final = "A difference that is not shown is no proof that the models are equal."


def compared_verdict(material: Material) -> Verdict:
    """What the comparison says about its models, or that it may say nothing."""
    found = [finding.severity for finding in material.comparison.findings]
    worst = max(found, key=SEVERITIES.index, default="ok")
    colour, light = LIGHTS[worst] if found else ("grey", "Nothing was found that stands in the way")
    sentence, more = _told(material)
    return Verdict(sentence, colour, light, tuple(_facts(material)), more)


def _told(material: Material) -> tuple[str, str]:
    models = len(material.marks)
    if models < 2:
        return "There is one model only: nothing to compare it with.", ""
    rows = main_differences(material)
    if rows.empty:
        return (
            f"These {models} models may not be compared with each other: no two of them were "
            "judged on the same patients with the same labels and classes.",
            "Their numbers stand beside each other below, but a difference between them may come "
            "from the patients or from the question.",
        )
    return _differing(material, rows), f"{_uncompared(material)}{NO_PROOF}"


def main_differences(material: Material) -> pd.DataFrame:
    """Paired differences in the metric that the verdict speaks of."""
    paired = material.frame("paired")
    if paired.empty:
        return paired
    rows = paired[paired["metric"] == material.main_metric]
    rows = rows if len(rows) else paired[paired["metric"] == paired["metric"].iloc[0]]
    return rows.reset_index(drop=True)


def _differing(material: Material, rows: pd.DataFrame) -> str:
    metric = words.metric(str(rows["metric"].iloc[0]))
    shown = rows[[is_shown(row) for _, row in rows.iterrows()]]
    if shown.empty:
        return f"In {metric} {_none_of(material, rows)} shown to differ after Holm's correction."
    largest = shown.reindex(shown["difference"].abs().sort_values(ascending=False).index)
    told = [_sentence(material, row) for _, row in largest.head(MOST_PAIRS_TOLD).iterrows()]
    more = f"; and {len(shown) - len(told)} more" if len(shown) > len(told) else ""
    who = _some_of(material, rows, len(shown))
    return f"In {metric} {who} after Holm's correction: {'; '.join(told)}{more}."


def _none_of(material: Material, rows: pd.DataFrame) -> str:
    if len(material.marks) == 2:
        return "the two models are not"
    if len(rows) == 1:
        return "the one pair of models that was compared is not"
    return f"none of the {len(rows)} pairs of models is"


def _some_of(material: Material, rows: pd.DataFrame, shown: int) -> str:
    if len(material.marks) == 2:
        return "the two models differ"
    if len(rows) == 1:
        return "the one pair of models that was compared differs"
    return f"{shown} of the {len(rows)} pairs of models {'differs' if shown == 1 else 'differ'}"


def _sentence(material: Material, row: pd.Series) -> str:
    is_left_higher = row["difference"] > 0
    is_left_better = is_left_higher != (row["metric"] in LOWER_IS_BETTER)
    sides = ("left", "right") if is_left_better else ("right", "left")
    better, worse = (material.name(row[side]) for side in sides)
    limits = sorted((row["low"], row["high"]), key=abs)
    size = interval(abs(row["difference"]), *(abs(limit) for limit in limits))
    return f"{better} is better than {worse} by {size}, {unbroken(p_value(row['p_holm']))}"


def _uncompared(material: Material) -> str:
    """How many pairs could not be compared."""
    pairs = material.rivals()
    missing = int((~pairs["may_compare"].astype(bool) & ~pairs["are_compared"].astype(bool)).sum())
    if not missing:
        return ""
    told = "1 pair was" if missing == 1 else f"{missing} pairs were"
    return f"{told} not compared: patients, labels or classes are not the same. "


def _facts(material: Material) -> list[Fact]:
    facts = [_models(material), _patients(material)]
    best = _highest(material)
    if best is not None:
        facts.append(best)
    groups = material.rank_groups(material.main_metric)
    if len(groups) == 1:
        first = groups[0].sort_values("best", ascending=False, kind="stable").iloc[0]
        detail = f"of the resamples of patients had {material.name(first['label'])} in first place"
        facts.append(Fact("Most often first", percent(first["best"]), detail))
    return facts


def _models(material: Material) -> Fact:
    runs = material.frame("runs")
    out = len(material.frame("left_out"))
    count = runs["run_id"].nunique()
    told = f"of {count} run{'s' * (count != 1)}"
    return Fact("Models", str(len(runs)), f"{told}; {out} left out" if out else told)


def _patients(material: Material) -> Fact:
    counts = material.frame("runs")["patients"].dropna().astype(int)
    if counts.empty:
        return Fact("Patients", NOT_AVAILABLE, "not recorded")
    if counts.min() == counts.max():
        return Fact("Patients", str(counts.max()), "in every model")
    return Fact("Patients", f"{counts.min()} to {counts.max()}", "not the same in every model")


def _highest(material: Material) -> Fact | None:
    """The best estimate of the main metric, with the warning that it was picked."""
    metrics = material.frame("metrics")
    rows = metrics[metrics["metric"] == material.main_metric] if len(metrics) else metrics
    rows = rows.dropna(subset=["estimate"]) if len(rows) else rows
    if rows.empty or material.main_metric in LOWER_IS_BETTER:
        return None
    row = rows.loc[rows["estimate"].idxmax()]
    value = interval(row["estimate"], row["low"], row["high"])
    picked = "; picked as the highest, so it is too hopeful" if len(rows) > 1 else ""
    if _uncompared(material):
        picked = "; not all of them may be compared: it is no winner"
    label = f"Highest {words.metric(material.main_metric)}"
    return Fact(label, value, f"{material.name(row['label'])}{picked}")
