"""Paired differences between the models, corrected for their number."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import Block, Paragraph, Section, Table
from radiomics_hcc.report.comparing.material import Material, folded, picture
from radiomics_hcc.report.comparing.verdict import main_differences
from radiomics_hcc.report.figures.compare_paired import compare_paired
from radiomics_hcc.report.numbers import interval, p_number

MOST_DRAWN: Final = 20  # rows that fit on a page; more pairs are not read as a forest
TITLE: Final = "Paired differences"
RULE: Final = (
    "Both models of a pair are judged on the same drawn patients. p is two-sided; Holm's "
    "correction is over all pairs of one metric in this comparison. In Brier score and log loss "
    "lower is better."
)
FOLD_TEST: Final = "t: corrected resampled t test of the folds (Nadeau-Bengio), where splits agree."
CHOSEN: Final = (
    "Too many pairs to draw them all: shown is the model with the best rank of those that are "
    "compared with the most others. "
)
NONE: Final = (
    "There is no paired difference: no two models were judged on the same patients with the same "
    "labels and classes."
)


def paired(material: Material) -> Section:
    """Differences in discrimination as a figure and a table, all others folded away."""
    frame = material.frame("paired")
    if frame.empty:
        why = NONE if len(material.marks) > 1 else "There is one model only: no difference."
        return Section("paired", TITLE, (Paragraph(why),))
    main = main_differences(material)
    shown, which = _drawn(material, main)
    metric = words.metric(str(shown["metric"].iloc[0]))
    chosen = CHOSEN if which else ""
    caption = f"Paired differences in {metric}{which}, with 95 % intervals. {chosen}"
    drawing = picture(
        "paired",
        compare_paired(shown, material.marks),
        alt=f"Forest plot of {len(shown)} paired differences in {metric}; same data below.",
        caption=f"{caption}Filled: shown after Holm's correction. Hollow: not shown.",
        data=shown,
    )
    every = difference_table(material, frame, f"Every paired difference ({len(frame)} rows)")
    blocks: list[Block] = [
        Paragraph(RULE, "quiet"),
        drawing,
        difference_table(material, shown, f"Paired differences in {metric}{which}"),
        folded("paired", every, frame),
    ]
    return Section("paired", TITLE, tuple(blocks))


def _drawn(material: Material, main: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """All pairs; of too many those of one model, and words that say so."""
    if len(main) <= MOST_DRAWN:
        return main, ""
    best = _best(material, main)
    own = main[(main["left"] == best) | (main["right"] == best)]
    return own.reset_index(drop=True), f" between {material.name(best)} and each other model"


def _best(material: Material, main: pd.DataFrame) -> str:
    """Of the models with the most pairs the one with the best rank."""
    counts = pd.concat([main["left"], main["right"]]).value_counts(sort=False)
    often = [str(label) for label in counts.index[counts == counts.max()]]
    ranks = pd.concat(material.rank_groups(str(main["metric"].iloc[0])) or [pd.DataFrame()])
    known = ranks[ranks["label"].isin(often)] if len(ranks) else ranks
    if known.empty:
        return often[0]
    return str(known.sort_values("rank", kind="stable")["label"].iloc[0])


def difference_table(material: Material, frame: pd.DataFrame, caption: str) -> Table:
    """Differences with interval and p-values; those of the fold test where recorded."""
    name = "p_corrected_t_holm"
    has_fold_test = name in frame.columns and bool(frame[name].notna().any())
    cells = tuple(
        (
            material.pair(row),
            words.metric(str(row["metric"])),
            interval(row["difference"], row["low"], row["high"]),
            p_number(row["p_value"]),
            p_number(row["p_holm"]),
            *([p_number(row[name])] if has_fold_test else []),
        )
        for _, row in frame.iterrows()
    )
    heads = ("Difference", "Metric", "Estimate (95 % interval)", "p", "p (Holm)")
    extra = ("t, p (Holm)",) if has_fold_test else ()
    numeric = frozenset(range(2, len(heads) + len(extra)))
    return Table(caption, (*heads, *extra), cells, numeric, FOLD_TEST if has_fold_test else "")
