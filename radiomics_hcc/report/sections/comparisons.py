"""Paired differences between models on the same patients and splits."""

from __future__ import annotations

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import Block, Fold, Missing, Table, csv_download
from radiomics_hcc.report.figures.forest import discrimination
from radiomics_hcc.report.figures.gallery import headline_model
from radiomics_hcc.report.numbers import interval, p_number
from radiomics_hcc.report.sections.source import Source

FOLD_TEST = (
    "p: patient bootstrap. t: corrected resampled t test of the folds (Nadeau-Bengio). Both are "
    "Holm-corrected over the comparisons in one metric."
)


def comparisons(source: Source, metrics: pd.DataFrame) -> list[Block]:
    """Differences of the headline model in discrimination in sight, all others folded away."""
    if not source.has("comparisons"):
        return [Missing("Paired comparisons")]
    frame = source.frame("comparisons")
    in_sight = frame[frame["metric"].isin(discrimination(metrics)["metric"].unique())]
    shown = of_headline(in_sight, headline_model(source.record))
    caption = "Paired comparisons on the same patients and splits, Holm-corrected"
    every = f"Comparisons of all models in every metric ({len(frame)} rows)"
    download = csv_download("comparisons.csv", frame)
    return [
        comparison_table(shown, caption),
        Fold(every, (comparison_table(frame, every), download)),
    ]


def of_headline(frame: pd.DataFrame, headline: str) -> pd.DataFrame:
    """Comparisons of the headline model; all where it has none."""
    own = frame[frame["model"] == headline]
    return own if len(own) else frame


def comparison_table(frame: pd.DataFrame, caption: str) -> Table:
    """Differences with their interval and p-values; those of the fold test where recorded."""
    has_fold_test = "p_corrected_t_holm" in frame.columns and bool(
        frame["p_corrected_t_holm"].notna().any()
    )
    cells = tuple(
        (
            f"{words.model(str(row['model']))} − {words.model(str(row['reference']))}",
            words.metric(str(row["metric"])),
            interval(row["difference"], row["low"], row["high"]),
            p_number(row["p_value"]),
            p_number(row["p_holm"]),
            *([p_number(row["p_corrected_t_holm"])] if has_fold_test else []),
        )
        for _, row in frame.iterrows()
    )
    heads = ("Comparison", "Metric", "Difference (95 % interval)", "p", "p (Holm)")
    extra = ("t, p (Holm)",) if has_fold_test else ()
    numeric = frozenset(range(2, len(heads) + len(extra)))
    return Table(caption, (*heads, *extra), cells, numeric, FOLD_TEST if has_fold_test else "")
