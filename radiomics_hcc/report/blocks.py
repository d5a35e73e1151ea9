"""What a report page is made of; the template knows how each block looks."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import ClassVar, Final, TypeAlias

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.numbers import NOT_AVAILABLE, number

MOST_ROWS: Final = 60
MOST_PRINTED_COLUMNS: Final = 10  # more of them cannot be read on a sheet of paper
MIDNIGHT: Final = " 00:00:00"  # of a day without a time
CUT: Final = "The first"  # so begins the note below a table that is shown in part
CellFormat: TypeAlias = Callable[[float], str]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; tone `plain`, `quiet` or `alert`."""

    text: str
    tone: str = "plain"
    kind: ClassVar[str] = "paragraph"


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True)
class Items:
    """A list of sentences."""

    sentences: tuple[str, ...]
    kind: ClassVar[str] = "items"


@dataclass(frozen=True)
class Code:
    """Text to be copied as it is."""

    text: str
    label: str
    kind: ClassVar[str] = "code"


@dataclass(frozen=True)
class Missing:
    """Something that a complete run has and this one has not."""

    what: str
    reason: str = "not recorded in this run"
    kind: ClassVar[str] = "missing"

    @property
    def sentence(self) -> str:
        """What is missing, and why."""
        return f"{self.what}: {self.reason}."


@dataclass(frozen=True)
class Table:
    """Cells as text; the first column heads its row.

    Parameters
    ----------
    caption
        What the table shows.
    columns
        Headings.
    rows
        Cells, as many per row as there are headings.
    numeric
        Places of the columns that are set right.
    note
        A line below.
    grouped
        Whether a row heading that repeats the one above is shown once.
    values
        The cells as they were before they became text, where they were; for programs.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    note: str = ""
    grouped: bool = False
    values: tuple[tuple[object, ...], ...] = ()
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Download:
    """A file that lies inside the page.

    Parameters
    ----------
    name
        File name.
    uri
        `data:` address with the bytes.
    columns, values
        Of a table: its headings and cells as they were before they became text; for programs.
    """

    name: str
    uri: str
    columns: tuple[str, ...] = ()
    values: tuple[tuple[object, ...], ...] = ()
    kind: ClassVar[str] = "download"


@dataclass(frozen=True)
class Picture:
    """A figure, its words, and the numbers behind it."""

    identity: str
    uri: str
    alt: str
    caption: str
    data: Table | None = None
    download: Download | None = None
    kind: ClassVar[str] = "picture"


@dataclass(frozen=True)
class Pair:
    """Square figures, beside each other where the page is wide enough."""

    pictures: tuple[Picture, ...]
    kind: ClassVar[str] = "pair"


@dataclass(frozen=True)
class FindingList:
    """Findings: code, severity and sentence."""

    findings: tuple[tuple[str, str, str], ...]
    kind: ClassVar[str] = "findings"


@dataclass(frozen=True)
class Fold:
    """Blocks that the reader opens."""

    summary: str
    blocks: tuple[Block, ...]
    kind: ClassVar[str] = "fold"

    @property
    def is_titled(self) -> bool:
        """Whether a table within it says again what the fold is called."""
        captions = [block.caption for block in self.blocks if isinstance(block, Table)]
        return self.summary in captions

    @property
    def is_printed(self) -> bool:
        """Whether it is short enough for paper: whole tables, no pages of code."""
        return all(_is_short(block) for block in self.blocks)


Block: TypeAlias = (
    Paragraph
    | Heading
    | Items
    | Code
    | Missing
    | Table
    | Download
    | Picture
    | Pair
    | FindingList
    | Fold
)


@dataclass(frozen=True)
class Section:
    """A part of the page with a heading of its own."""

    identity: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """What a complete run would have had here."""
        return tuple(block.what for block in self.blocks if isinstance(block, Missing))

    @property
    def is_missing(self) -> bool:
        """Whether nothing at all was recorded."""
        return len(self.missing) == len(self.blocks)


def table_of(
    frame: pd.DataFrame,
    caption: str,
    *,
    formats: Mapping[str, CellFormat] | None = None,
    most_rows: int = MOST_ROWS,
) -> Table:
    """Put a DataFrame into words: headings, few digits, a dash for what is empty.

    Parameters
    ----------
    frame
        Any table; its index is left out.
    caption
        What it shows.
    formats
        How numbers of a column are written, by column name.
    most_rows
        Further rows are left to the CSV, and a note says how many.
    """
    shown = frame.head(most_rows)
    numeric = [place for place, name in enumerate(frame.columns) if _is_numeric(frame[name])]
    cells = [
        [cell_text(value, (formats or {}).get(str(name), number)) for value in shown[name]]
        for name in shown.columns
    ]
    note = f"{CUT} {len(shown)} of {len(frame)} rows." if len(shown) < len(frame) else ""
    return Table(
        caption,
        tuple(words.column(str(name)) for name in frame.columns),
        tuple(zip(*cells, strict=True)),
        frozenset(numeric),
        note,
        values=_values(shown),
    )


def cell_text(value: object, write: CellFormat = number) -> str:
    """A cell as text."""
    if isinstance(value, str):
        return value or NOT_AVAILABLE
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    if isinstance(value, Real):
        return write(float(value))
    if value is None or value is pd.NA or value is pd.NaT:
        return NOT_AVAILABLE
    return str(value).removesuffix(MIDNIGHT) if isinstance(value, pd.Timestamp) else str(value)


def csv_download(name: str, frame: pd.DataFrame) -> Download:
    """A table as a CSV file inside the page."""
    uri = data_uri("text/csv;charset=utf-8", frame.to_csv(index=False).encode())
    return Download(name, uri, tuple(map(str, frame.columns)), _values(frame))


def data_uri(media_type: str, content: bytes) -> str:
    """Bytes as an address that needs no network."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _values(frame: pd.DataFrame) -> tuple[tuple[object, ...], ...]:
    return tuple(zip(*(frame[name].tolist() for name in frame.columns), strict=True))


def _is_short(block: Block) -> bool:
    if isinstance(block, Table):
        is_whole = len(block.rows) <= MOST_ROWS and not block.note.startswith(CUT)
        return is_whole and len(block.columns) <= MOST_PRINTED_COLUMNS
    if isinstance(block, Fold):
        return block.is_printed
    return not isinstance(block, Code) or block.text.count("\n") < MOST_ROWS


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
