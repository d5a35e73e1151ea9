"""What the models use: selection and its stability, slopes, importance, reliability."""

from __future__ import annotations

from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import (
    Block,
    Fold,
    Heading,
    Missing,
    Paragraph,
    Section,
    csv_download,
    table_of,
)
from radiomics_hcc.report.figures.explanations import most_used
from radiomics_hcc.report.figures.gallery import headline_model
from radiomics_hcc.report.figures.selection import most_selected
from radiomics_hcc.report.numbers import fixed, interval, percent, score
from radiomics_hcc.report.sections.source import Source

TITLE = "What the model uses"


def uses(source: Source) -> Section:
    """Selection frequency with its stability, coefficients, importance and reliability."""
    blocks = [*_selection(source), *_coefficients(source)]
    blocks += [*_importance(source), *_reliability(source)]
    return Section("uses", TITLE, tuple(blocks))


def _selection(source: Source) -> list[Block]:
    if not source.has("selected"):
        return [Missing("Selected features")]
    frame = most_selected(source.frame("selected"), headline_model(source.record))
    picture = source.picture(
        "selected.svg",
        alt="How often each feature was selected over the outer folds, most often first, with its "
        "correlation with lesion volume; same data below.",
        caption="Selection frequency. A hollow dot marks a feature that follows the lesion's "
        "volume (|ρ| of at least 0.7) and may stand for size.",
        data=frame,
    )
    formats = {"frequency": percent, "rho_volume": score}
    table = source.table("selected", "Selected features of every model", formats)
    return [Heading("Selection"), *_stability(source), picture, Fold("All models", (table,))]


def _stability(source: Source) -> list[Block]:
    """How alike the selections of the folds are, in a sentence, and of every model in a table."""
    if not source.has("stability"):
        return [Missing("Stability of the selection")]
    frame = source.frame("stability")
    told = [
        Paragraph(
            f"Stability of the selection (Nogueira): {interval(row.stability, row.low, row.high)}, "
            f"{row.word}; {fixed(row.mean_selected, 1)} features in a fold on average. 1: every "
            "fold chose the same; 0: no more alike than by chance."
        )
        for row in frame[frame["model"] == headline_model(source.record)].itertuples(index=False)
    ]
    caption = "Stability of the selection of every model"
    return [*told, Fold(caption, (table_of(frame, caption),))]


def _coefficients(source: Source) -> list[Block]:
    if not source.has("coefficients"):
        return []  # a forest of trees has none
    frame = source.frame("coefficients")
    model = words.model(str(most_used(frame, headline_model(source.record))["model"].iloc[0]))
    picture = source.picture(
        "coefficients.svg",
        alt=f"Mean coefficient of the most used features of {model} with their spread over the "
        "folds, and the share of folds that used them; same data below.",
        caption=f"Coefficients of {model}. Mean and standard deviation over the folds that used "
        "the feature, per standard deviation of the training patients.",
        data=frame,
    )
    return [Heading("Coefficients"), picture]


def _importance(source: Source) -> list[Block]:
    if not source.has("importance"):
        return []
    picture = source.picture(
        "importance.svg",
        alt="How much the score falls when a group of correlated columns is shuffled, the most "
        "needed group first; same data below.",
        caption="Permutation importance of groups of correlated columns. Correlated columns stand "
        "in for each other and are shuffled together; “+ 3”: three more are in the group.",
        data=source.frame("importance"),
    )
    return [Heading("Importance"), picture, *_groups(source)]


def _groups(source: Source) -> list[Block]:
    if not source.has("importance_groups"):
        return [Missing("Columns of each group")]
    frame = source.frame("importance_groups")
    inside = frame.groupby("group", sort=False)["feature"].agg([len, ", ".join]).reset_index()
    shared = inside[inside["len"] > 1].set_axis(["group", "columns", "in the group"], axis=1)
    if shared.empty:
        return [Paragraph("Every column is a group of its own.", "quiet")]
    several = "group" if len(shared) == 1 else f"{len(shared)} groups"
    caption = f"What is in the {several} of several columns"
    listed = table_of(shared, caption)
    return [Fold(caption, (listed, csv_download("importance_groups.csv", frame)))]


def _reliability(source: Source) -> list[Block]:
    if not source.has("reliability"):
        return []
    frame = source.frame("reliability")
    kept = int(frame["kept"].sum())
    reasons = frame.loc[~frame["kept"].astype(bool), "reason"].value_counts()
    lost = "; ".join(f"{count}: {reason}" for reason, count in reasons.items())
    told = f"{kept} of {len(frame)} radiomic columns are kept by their reliability"
    sentence = Paragraph(f"{told} ({lost})." if lost else f"{told}.")
    folded = source.folded("reliability", "Reliability of every radiomic column")
    return [Heading("Reliability"), sentence, folded]
