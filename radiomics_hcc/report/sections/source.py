"""What every section takes from a run: a table or the statement that there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import pandas as pd

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.report.blocks import (
    Block,
    CellFormat,
    Fold,
    Missing,
    Picture,
    csv_download,
    data_uri,
    table_of,
)

MEDIA_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


@dataclass(frozen=True, eq=False)
class Source:
    """A run and its figure files.

    Parameters
    ----------
    record
        The run.
    files
        SVG or PNG bytes by file name.
    """

    record: RunRecord
    files: Mapping[str, bytes]

    def frame(self, name: str) -> pd.DataFrame:
        """A table of the run, empty where there is none."""
        return self.record.tables.get(name, pd.DataFrame())

    def has(self, name: str) -> bool:
        """Whether the run recorded the table, with at least one row."""
        return len(self.frame(name)) > 0

    def text(self, key: str) -> str:
        """A value of the summary as text, empty where there is none."""
        value = self.record.summary.get(key)
        return "" if value is None else str(value)

    def table(
        self, name: str, caption: str, formats: Mapping[str, CellFormat] | None = None
    ) -> Block:
        """A table of the run in words, or that it was not recorded."""
        if not self.has(name):
            return Missing(caption)
        return table_of(self.frame(name), caption, formats=formats)

    def folded(self, name: str, caption: str) -> Block:
        """A long table that the reader opens, with its CSV."""
        if not self.has(name):
            return Missing(caption)
        frame = self.frame(name)
        summary = f"{caption} ({len(frame)} rows)"
        return Fold(summary, (table_of(frame, caption), csv_download(f"{name}.csv", frame)))

    def picture(
        self, file: str, *, alt: str, caption: str, data: pd.DataFrame | None = None
    ) -> Picture | Missing:
        """A figure with the numbers behind it, or that it was not recorded."""
        if file not in self.files:
            return Missing(caption.split(".")[0])
        path = PurePosixPath(file)
        uri = data_uri(MEDIA_TYPES[path.suffix], self.files[file])
        if data is None:
            return Picture(path.stem, uri, alt, caption)
        table = table_of(data, f"Data of the figure: {caption.split('.')[0]}")
        return Picture(path.stem, uri, alt, caption, table, csv_download(f"{path.stem}.csv", data))
