"""The tables of one model, as files beside it: what a person looks for under its name."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.tracking.run_folder import parquet

PREDICTIONS: Final = "out_of_fold"
READABLE: Final = ("metrics", "selected")
"""Small tables, as CSV: MLflow's pages show them without a download."""


def model_files(record: RunRecord, model: str) -> dict[str, bytes]:
    """Give the files of one model by name: `out_of_fold.parquet`, `metrics.csv`, `selected.csv`.

    A table without rows of the model has no file.
    """
    files: dict[str, bytes] = {}
    predictions = _rows(record, PREDICTIONS, model)
    if len(predictions):
        files[f"{PREDICTIONS}.parquet"] = parquet(PREDICTIONS, predictions)
    for name in READABLE:
        rows = _rows(record, name, model)
        if len(rows):
            files[f"{name}.csv"] = rows.to_csv(index=False).encode()
    return files


def _rows(record: RunRecord, name: str, model: str) -> pd.DataFrame:
    """A table's rows of one model; none where the table is missing or knows no models."""
    table = record.tables.get(name, pd.DataFrame())
    return table[table["model"] == model] if "model" in table else table.iloc[:0]
