"""How much a patient's prediction depends on who else was in the training."""

from __future__ import annotations

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import Block, Fold, Missing, Paragraph, Section, Table
from radiomics_hcc.report.figures.gallery import headline_model
from radiomics_hcc.report.numbers import percent, score
from radiomics_hcc.report.sections.source import Source

TITLE = "Stability of predictions"


def instability(source: Source) -> Section:
    """The instability plot with a sentence, and the same numbers for every model."""
    if not source.has("instability"):
        return Section("instability", TITLE, (Missing("Instability of predictions"),))
    model = words.model(headline_model(source.record)) or "the model"
    picture = source.picture(
        "instability.svg",
        alt=f"Range of the predictions of {model} over the repeats against their mean, one bar "
        "per patient, with the mean threshold; same data below.",
        caption="Prediction instability. A long bar means that another training set of the same "
        "cohort would have told this patient something else; a bar across the dashed line, that "
        "the call would have changed.",
        data=source.frame("instability"),
    )
    return Section("instability", TITLE, (*_summary(source), picture))


def _summary(source: Source) -> list[Block]:
    if not source.has("instability_summary"):
        return [Missing("Instability of every model")]
    frame = source.frame("instability_summary")
    own = frame[frame["model"] == headline_model(source.record)]
    told = [Paragraph(_sentence(row)) for _, row in own.iterrows()]
    caption = "Instability of every model"
    return [*told, Fold(caption, (_table(frame, caption),))]


def _sentence(row: pd.Series) -> str:
    if row["note"]:
        return f"{words.spoken(str(row['note']))}."
    return (
        f"Over {row['repeats']} repeats a patient's prediction lies on average "
        f"{score(row['mean_absolute_prediction_instability'])} from the patient's mean. "
        f"{row['patients_ever_called_otherwise']} of {row['patients']} patients are called "
        "otherwise in at least one repeat."
    )


def _table(frame: pd.DataFrame, caption: str) -> Table:
    cells = tuple(
        (
            words.model(str(row.model)),
            score(row.mean_absolute_prediction_instability),
            score(row.median_range),
            percent(row.classification_instability),
            str(row.note) or f"{row.patients_ever_called_otherwise} of {row.patients}",
        )
        for row in frame.itertuples(index=False)
    )
    heads = (
        "Model",
        "Mean distance from the mean",
        "Median 95 % range",
        "Calls that differ",
        "Patients ever called otherwise",
    )
    return Table(caption, heads, cells, frozenset({1, 2, 3, 4}))
