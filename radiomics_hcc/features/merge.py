"""`rhcc merge`: the parts of a sharded extraction as the one table that they come of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.domain.feature import FUNCTIONAL_PREFIX
from radiomics_hcc.domain.table import KEYS, REASON_COLUMNS, FeatureTable, complete_keys
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.features.assemble import NO_VALUE, WHOLE_ROW, merged_order
from radiomics_hcc.features.merge_checks import check_parts
from radiomics_hcc.features.merge_metadata import joined_metadata
from radiomics_hcc.features.shard import SHARD_KEY

SIZES: Final = ("voxels", "volume_ml")
ROW_KEYS: Final = ("patient_id", "timepoint", "phase", "lesion_id")
ENDINGS: Final = (".parquet", ".csv")


@dataclass(frozen=True, eq=False)
class Part:
    """A shard's table, and the places of its rows in the whole, ascending."""

    table: FeatureTable
    places: tuple[int, ...]


def merge_files(paths: Sequence[Path], output: Path) -> FeatureTable:
    """Join the tables that `rhcc extract --shard i/N` wrote, and write the whole.

    Parameters
    ----------
    paths
        One per shard, in any order, each with its sidecar.
    output
        A `.parquet` or `.csv` file.

    Raises
    ------
    InputError
        As `merge_tables` does; where a table cannot be read, or the output is no name of one.
    """
    if output.suffix not in ENDINGS:
        remedy = f"end it in {' or '.join(ENDINGS)}"
        raise InputError([Problem(str(output), "is no name of a feature table", remedy)])
    merged = merge_tables({str(path): FeatureTable.read(path) for path in _once(paths)})
    merged.write(output)
    return merged


def merge_tables(tables: Mapping[str, FeatureTable]) -> FeatureTable:
    """Join the parts of a sharded extraction.

    Rows, columns, reasons and metadata are those of an extraction without shards. Only the counts
    of cases found in the cache, and the lesions that another engine verified, are the sums of the
    parts'. Failed cases stay, each with its reason.

    Parameters
    ----------
    tables
        By a name for messages, such as the file's.

    Raises
    ------
    InputError
        Lists everything that is wrong: no part of an extraction, a part that is missing or comes
        twice, other settings, engine, versions or cohort, rows that are not those of the part.
    """
    check_parts(tables)
    parts = sorted((_part(table) for table in tables.values()), key=_first_place)
    filled = [part for part in parts if part.places] or parts[:1]
    features = merged_order(tuple(part.table.features) for part in filled)
    place = [number for part in filled for number in part.places]
    data = pd.concat([part.table.data for part in filled], ignore_index=True)
    ordered = _with_plain_days(data.set_axis(place).sort_index().reset_index(drop=True))
    metadata = joined_metadata([part.table.metadata for part in parts])
    reasons = _reasons(filled, features)
    return FeatureTable(ordered[[*KEYS, *SIZES, *features]], metadata, reasons)


def _with_plain_days(data: pd.DataFrame) -> pd.DataFrame:
    """The table with its days as an extraction makes them; files keep them in finer units."""
    days = [None if pd.isna(day) else day.date() for day in data["date"]]
    return complete_keys(data.assign(date=pd.Series(days, index=data.index, dtype=object)))


def _once(paths: Sequence[Path]) -> list[Path]:
    twice = sorted({path for path in paths if list(paths).count(path) > 1})
    if twice:
        raise InputError(Problem(str(path), "is named more than once") for path in twice)
    return list(paths)


def _part(table: FeatureTable) -> Part:
    note = table.metadata[SHARD_KEY]
    assert isinstance(note, dict)
    return Part(table, tuple(place for _, place in note["places"]))


def _first_place(part: Part) -> float:
    return part.places[0] if part.places else float("inf")


def _reasons(parts: Sequence[Part], features: Sequence[str]) -> pd.DataFrame:
    """The reasons of all parts in the order of the whole: by row, functional values last."""
    found = pd.concat([_placed(part, features) for part in parts], ignore_index=True)
    is_functional = found["feature"].str.startswith(FUNCTIONAL_PREFIX)
    ordered = found.assign(functional=is_functional).sort_values(
        ["functional", "place", "column"], kind="stable"
    )
    return ordered[list(REASON_COLUMNS)].reset_index(drop=True)


def _placed(part: Part, features: Sequence[str]) -> pd.DataFrame:
    """The reasons of a part with the places of their rows and columns in the whole.

    A feature that no case of this part has is empty in all its rows, as the engine gave no value.
    """
    columns = {WHOLE_ROW: 0, **{name: number for number, name in enumerate(features, 1)}}
    reasons = part.table.reasons.assign(place=_places_of_reasons(part))
    added = _added(part, [name for name in features if name not in part.table.data.columns])
    both = pd.concat([reasons, added], ignore_index=True) if len(added) else reasons
    return both.assign(column=both["feature"].map(columns).fillna(len(columns)).astype(int))


def _added(part: Part, missing: Sequence[str]) -> pd.DataFrame:
    """Reasons of the features that other parts alone have, for every measured row."""
    whole = part.table.reasons[part.table.reasons["feature"] == WHOLE_ROW]
    unmeasured = set(whole[list(ROW_KEYS)].itertuples(index=False, name=None))
    rows = part.table.data[list(ROW_KEYS)].assign(place=part.places)
    measured = [row for row in rows.itertuples(index=False, name=None) if row[:4] not in unmeasured]
    cells = [
        (*row[:4], name, NO_VALUE, row[4])
        for row in measured
        for name in missing
        if not name.startswith(FUNCTIONAL_PREFIX)
    ]
    return pd.DataFrame(cells, columns=[*REASON_COLUMNS, "place"])


def _places_of_reasons(part: Part) -> list[int]:
    """The place of the row that each reason belongs to.

    Reasons follow the rows, so that rows with the same keys in two regions are told apart.
    """
    rows = list(part.table.data[list(ROW_KEYS)].itertuples(index=False, name=None))
    keys = part.table.reasons[list(ROW_KEYS)].itertuples(index=False, name=None)
    places, at = [], 0
    for key in keys:
        ahead = next((number for number in range(at, len(rows)) if rows[number] == key), None)
        at = rows.index(key) if ahead is None else ahead
        places.append(part.places[at])
    return places
