"""How well the models did, against chance, size and each other."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import (
    Block,
    Fold,
    Heading,
    Missing,
    Pair,
    Paragraph,
    Picture,
    Section,
    Table,
    csv_download,
    table_of,
)
from radiomics_hcc.report.figures.forest import discrimination
from radiomics_hcc.report.figures.gallery import (
    baseline_models,
    class_names,
    confusion_matrix,
    headline_model,
)
from radiomics_hcc.report.numbers import NOT_AVAILABLE, interval, p_value, score
from radiomics_hcc.report.sections.comparisons import comparisons
from radiomics_hcc.report.sections.source import Source

INTERVALS: Final = (
    "Interval: patient bootstrap. Beside it, the Nadeau-Bengio corrected t interval of the folds' "
    "scores."
)
EVERY: Final = "every metric"
THRESHOLD_RULES: Final = {
    "youden": "Youden's index",
    "sensitivity_90": "a sensitivity of 90 %",
    "prevalence": "the share of positive patients",
    "half": "the fixed value 0.5",
}
PROCEDURE: Final = (
    "The nested estimate belongs to the whole procedure (filters, selection, tuning and fitting, "
    "repeated inside every training fold), not to one fitted model. The model that is saved is a "
    "refit of that procedure on all patients."
)


def performance(source: Source) -> Section:
    """Forest plot, metrics, thresholds, ROC, confusion matrix and comparisons."""
    title = "Performance (internal testing)"
    if not source.has("metrics"):
        return Section("performance", title, (Missing("Metrics"), *_curves(source)))
    metrics = source.frame("metrics")
    blocks: list[Block] = [Paragraph(PROCEDURE), _forest(source, metrics)]
    blocks += [_headline_table(source, metrics), *_thresholds(source)]
    blocks += [*_chance(source), *_boundaries(source)]
    blocks += [Heading("Curves"), *_curves(source)]
    blocks += [Heading("Comparisons"), *comparisons(source, metrics), _all_models(metrics)]
    return Section("performance", title, tuple(blocks))


def baselines(source: Source) -> Section:
    """What the models are compared with, on the same patients and splits."""
    title = "Baselines"
    names = baseline_models(source.record)
    if not names:
        return Section("baselines", title, (Missing("Baselines"),))
    rows = discrimination(source.frame("metrics"))
    rows = rows[rows["model"].isin(names)]
    metric = words.metric(str(rows["metric"].iloc[0])) if len(rows) else "AUC"
    cells = tuple(
        (words.model(str(row.model)), interval(row.estimate, row.low, row.high))
        for row in rows.itertuples(index=False)
    )
    text = "Every baseline ran on the same patients and splits as the models."
    table = Table("Baselines", ("Baseline", f"{metric} (95 % interval)"), cells, frozenset({1}))
    return Section("baselines", title, (Paragraph(text), table))


def _forest(source: Source, metrics: pd.DataFrame) -> Block:
    return source.picture(
        "forest.svg",
        alt="Forest plot: one row per model and baseline with its estimate and 95 % interval, and "
        "a line at 0.5; same data below.",
        caption="Discrimination of every model (filled) and baseline (hollow). Bars are 95 % "
        "intervals, the dotted line is chance.",
        data=discrimination(metrics),
    )


def _headline_table(source: Source, metrics: pd.DataFrame) -> Block:
    model = headline_model(source.record)
    rows = metrics[metrics["model"] == model]
    if rows.empty:
        return Missing(f"Metrics of {words.model(model)}")
    cells = tuple(
        (
            words.metric(str(row.metric)),
            interval(row.estimate, row.low, row.high),
            interval(row.estimate, row.nb_low, row.nb_high),
        )
        for row in rows.itertuples(index=False)
    )
    heads = ("Metric", "Estimate (95 % interval)", "Nadeau-Bengio interval")
    note = " ".join([INTERVALS, *_undefined(rows)])
    caption = f"Metrics of {words.model(model)}"
    return Table(caption, heads, cells, frozenset({1, 2}), note)


def _chance(source: Source) -> list[Block]:
    """The score of the headline model among permuted labels, where recorded."""
    blocks: list[Block] = []
    if source.has("permutation"):
        test = source.frame("permutation").iloc[0]
        blocks.append(
            Paragraph(
                f"Permutation of the patients' labels through the whole procedure, one repeat: "
                f"{words.model(str(test['model']))} scores {score(test['observed'])}, "
                f"{p_value(test['p_value'])} among {test['permutations']} permutations."
            )
        )
    return blocks


def _thresholds(source: Source) -> list[Block]:
    """At which threshold sensitivity and its like are, and how much it varied between folds."""
    if not source.has("thresholds"):
        return []
    frame = source.frame("thresholds")
    own = frame[frame["model"] == headline_model(source.record)]
    told = [Paragraph(_threshold_sentence(row, source)) for _, row in own.iterrows()]
    formats = dict.fromkeys(("mean", "sd", "minimum", "maximum"), score)
    caption = "Thresholds of every model over the folds"
    return [*told, Fold(caption, (table_of(frame, caption, formats=formats),))]


def _threshold_sentence(row: pd.Series, source: Source) -> str:
    if not row["folds"]:
        return f"Thresholds: {row['note']}."
    classes = class_names(source.record)
    positive = f"of {classes[0]} " if len(classes) == 2 else "of the positive class "
    rule = THRESHOLD_RULES.get(str(row["rule"]), f"the rule {row['rule']}")
    return (
        f"Sensitivity, specificity and predictive values are at the threshold that each training "
        f"fold chose by {rule}: a probability {positive}of {score(row['mean'])} on average "
        f"({score(row['minimum'])} to {score(row['maximum'])} over {row['folds']} folds)."
    )


def _boundaries(source: Source) -> list[Block]:
    """Each place between two of several ordered classes, as a two-class question."""
    if not source.has("boundaries"):
        return []
    frame = source.frame("boundaries")
    cells = tuple(
        (
            str(row.boundary),
            words.metric(str(row.metric)),
            str(row.note) or interval(row.estimate, row.low, row.high),
            f"{row.positives} of {row.patients}",
        )
        for row in frame.itertuples(index=False)
    )
    caption = "Each boundary between the classes, from the same coherent probabilities"
    heads = ("Boundary", "Metric", "Estimate (95 % interval)", "Patients better than it")
    return [Table(caption, heads, cells, frozenset({2, 3}), grouped=True)]


def _undefined(rows: pd.DataFrame) -> list[str]:
    """What is said about single metrics beside their interval, the metrics of each remark."""
    told: dict[str, list[str]] = {}
    for row in rows.itertuples(index=False):
        interval_by, _, remarks = str(row.method).partition("; ")
        if interval_by.replace("_", " ") != "patient bootstrap":
            remarks = str(row.method)
        for remark in filter(None, remarks.split("; ")):
            told.setdefault(remark, []).append(words.metric(str(row.metric)))
    return [
        f"{words.spoken(remark)}: {EVERY if len(names) == len(rows) else ', '.join(names)}."
        for remark, names in told.items()
    ]


def _all_models(metrics: pd.DataFrame) -> Block:
    names = list(metrics["model"].unique())
    found = {
        (row.model, row.metric): interval(row.estimate, row.low, row.high)
        for row in metrics.itertuples(index=False)
    }
    kinds = list(metrics["metric"].unique())
    cells = tuple(
        (words.metric(str(kind)), *(found.get((name, kind), NOT_AVAILABLE) for name in names))
        for kind in kinds
    )
    heads = ("Metric", *(words.model(str(name)) for name in names))
    caption = "Metrics of every model and baseline, with 95 % intervals"
    table = Table(caption, heads, cells, frozenset(range(1, len(heads))))
    return Fold(caption, (table, csv_download("metrics.csv", metrics)))


def _curves(source: Source) -> list[Block]:
    model = words.model(headline_model(source.record)) or "the model"
    roc = source.picture(
        "roc.svg",
        alt=f"ROC curves of all models, {model} in front; same data below.",
        caption=f"ROC curves. The band is the 95 % band of {model}.",
        data=source.frame("roc"),
    )
    if source.has("masked_confusion"):
        return [roc, source.table("masked_confusion", "Ordered confusion matrix, mean per repeat")]
    return _beside(roc, _confusion(source))


def _confusion(source: Source) -> Picture | Missing:
    matrix = confusion_matrix(source.record) if source.has("confusion") else None
    data = None if matrix is None else matrix.rename_axis(index="True class").reset_index()
    return source.picture(
        "confusion.svg",
        alt="Confusion matrix in the order of the response: true classes in rows, predicted "
        "classes in columns; same data below.",
        caption="Ordered confusion matrix. Mean number of patients per repeat and share of the "
        "true class; errors further from the diagonal are worse.",
        data=data,
    )


def _beside(*blocks: Picture | Missing) -> list[Block]:
    pictures = tuple(block for block in blocks if isinstance(block, Picture))
    missing = [block for block in blocks if isinstance(block, Missing)]
    return [Pair(pictures), *missing] if pictures else [*missing]
