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
)
from radiomics_hcc.report.figures.forest import discrimination
from radiomics_hcc.report.figures.gallery import (
    baseline_models,
    confusion_matrix,
    headline_model,
)
from radiomics_hcc.report.numbers import interval, p_number, p_value, score
from radiomics_hcc.report.sections.source import Source

INTERVALS: Final = (
    "Interval: patient bootstrap. Beside it, the Nadeau-Bengio corrected t interval of the folds' "
    "scores."
)
PROCEDURE: Final = (
    "The nested estimate belongs to the whole procedure (filters, selection, tuning and fitting, "
    "repeated inside every training fold), not to one fitted model. The model that is saved is a "
    "refit of that procedure on all patients."
)


def performance(source: Source) -> Section:
    """Forest plot, metrics, ROC, calibration, confusion matrix and comparisons."""
    title = "Performance (internal testing)"
    if not source.has("metrics"):
        return Section("performance", title, (Missing("Metrics"), *_curves(source)))
    metrics = source.frame("metrics")
    blocks: list[Block] = [Paragraph(PROCEDURE), _forest(source, metrics)]
    blocks += [_headline_table(source, metrics), *_readers_and_chance(source)]
    blocks += [Heading("Curves"), *_curves(source)]
    blocks += [Heading("Comparisons"), *_comparisons(source, metrics), _all_models(metrics)]
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


def _readers_and_chance(source: Source) -> list[Block]:
    """The headline model against every reader, and among permuted labels, where recorded."""
    blocks: list[Block] = []
    if source.has("reader_scores"):
        frame = source.frame("reader_scores")
        shown = frame[frame["metric"].isin(discrimination(frame)["metric"].unique())]
        cells = tuple(
            (
                str(row.reader),
                words.metric(str(row.metric)),
                interval(row.estimate, row.low, row.high),
                str(row.patients),
            )
            for row in shown.itertuples(index=False)
        )
        caption = "The same predictions against the labels of each reader"
        heads = ("Reader", "Metric", "Estimate (95 % interval)", "Patients")
        blocks.append(Table(caption, heads, cells, frozenset({2, 3})))
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


def _undefined(rows: pd.DataFrame) -> list[str]:
    """What could not be computed for some metrics, one sentence each."""
    told = rows.set_index("metric")["method"].astype(str)
    return [
        f"{words.metric(str(metric))}: {method.partition('; ')[2] or method}."
        for metric, method in told.items()
        if method.replace("_", " ") != "patient bootstrap"
    ]


def _all_models(metrics: pd.DataFrame) -> Block:
    names = list(metrics["model"].unique())
    found = {
        (row.model, row.metric): interval(row.estimate, row.low, row.high)
        for row in metrics.itertuples(index=False)
    }
    kinds = list(metrics["metric"].unique())
    cells = tuple(
        (words.model(str(name)), *(found.get((name, kind), "–") for kind in kinds))
        for name in names
    )
    heads = ("Model", *(words.metric(str(kind)) for kind in kinds))
    caption = "Metrics of every model and baseline, with 95 % intervals"
    table = Table(caption, heads, cells, frozenset(range(1, len(heads))))
    return Fold(caption, (table, csv_download("metrics.csv", metrics)))


def _comparisons(source: Source, metrics: pd.DataFrame) -> list[Block]:
    """Differences in discrimination in sight, those in every metric folded away."""
    if not source.has("comparisons"):
        return [Missing("Paired comparisons")]
    frame = source.frame("comparisons")
    shown = frame[frame["metric"].isin(discrimination(metrics)["metric"].unique())]
    caption = "Paired comparisons on the same patients and splits, Holm-corrected"
    every = f"Comparisons in every metric ({len(frame)} rows)"
    folded = Fold(every, (_comparison_table(frame, every), csv_download("comparisons.csv", frame)))
    return [_comparison_table(shown, caption), folded]


def _comparison_table(frame: pd.DataFrame, caption: str) -> Table:
    cells = tuple(
        (
            f"{words.model(str(row.model))} − {words.model(str(row.reference))}",
            words.metric(str(row.metric)),
            interval(row.difference, row.low, row.high),
            p_number(row.p_value),
            p_number(row.p_holm),
        )
        for row in frame.itertuples(index=False)
    )
    heads = ("Comparison", "Metric", "Difference (95 % interval)", "p", "p (Holm)")
    return Table(caption, heads, cells, frozenset({2, 3, 4}))


def _curves(source: Source) -> list[Block]:
    model = words.model(headline_model(source.record)) or "the model"
    roc = source.picture(
        "roc.svg",
        alt=f"ROC curves of all models, {model} in front; same data below.",
        caption=f"ROC curves. The band is the 95 % band of {model}.",
        data=source.frame("roc"),
    )
    calibration = source.picture(
        "calibration.svg",
        alt=f"Calibration of {model}: observed share against predicted probability, with the "
        "diagonal of perfect calibration; same data below.",
        caption=f"Calibration of {model}. Bars are 95 % intervals, larger dots "
        "hold more patients; on the dotted line predictions mean what they say.",
        data=source.frame("calibration"),
    )
    return _beside(roc, calibration, _confusion(source))


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
