"""The patients about whom the model is most wrong."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.report.blocks import (
    Block,
    Fold,
    Missing,
    Paragraph,
    Section,
    Table,
    cell_text,
    csv_download,
)
from radiomics_hcc.report.numbers import NOT_AVAILABLE, percent, score
from radiomics_hcc.report.sections.montages import montage_block, montages_by_patient
from radiomics_hcc.report.sections.source import Source

WORST: Final = 10
ABOUT: Final = (
    "Sorted by how little probability the true class got. Look for a wrong label, a bad mask or a "
    "bad scan before anything else. Near the threshold: the mean prediction is within 0.1 of the "
    "mean threshold, so that a small change would turn the call. Of more than two classes, the "
    "calls of the repeats and the threshold are about objective response or not."
)
NOT_CLINICAL: Final = (
    "model",
    "rank",
    "patient_id",
    "label",
    "predicted",
    "p_true",
    "p_predicted",
    "share_wrong",
    "class_distance",
    "near_boundary",
)


def errors(source: Source) -> Section:
    """The ten worst patients with what is known of them at baseline, and their slices."""
    if not source.has("errors"):
        return Section("errors", "Errors", (Missing("Patients by their error"),))
    frame = source.frame("errors")
    caption = f"All patients by their error ({len(frame)} rows)"
    every = Fold(caption, (_table(frame, caption), csv_download("errors.csv", frame)))
    blocks = (Paragraph(ABOUT), _table(worst(source), _caption(frame)), every, *_slices(source))
    return Section("errors", "Errors", blocks)


def worst(source: Source) -> pd.DataFrame:
    """The worst patients, at most ten; empty where errors were not recorded."""
    return source.frame("errors").head(WORST)


def _caption(frame: pd.DataFrame) -> str:
    return f"The {min(WORST, len(frame))} patients with the least probability for their class"


def _table(frame: pd.DataFrame, caption: str) -> Table:
    clinical = [str(name) for name in frame.columns if name not in NOT_CLINICAL]
    cells = tuple(
        (
            str(row["patient_id"]),
            str(row["label"]),
            str(row["predicted"]),
            score(row["p_true"]),
            percent(row["share_wrong"]),
            _near(row["near_boundary"]),
            *(
                ["; ".join(f"{name} {cell_text(row[name])}" for name in clinical)]
                if clinical
                else []
            ),
        )
        for _, row in frame.iterrows()
    )
    heads = (
        "Patient",
        "True class",
        "Predicted",
        "Probability of it",
        "Wrong in, of repeats",
        "Threshold",
        *(["Known at baseline"] if clinical else []),
    )
    return Table(caption, heads, cells, frozenset({3, 4}))


def _near(value: object) -> str:
    return NOT_AVAILABLE if pd.isna(value) else ("near the threshold" if value else "no")


def _slices(source: Source) -> list[Block]:
    names = [str(name) for name in worst(source)["patient_id"]]
    found = montages_by_patient(source, names)
    return [montage_block(source, file) for patient in names for file in found.get(patient, ())]
