"""From repeated feature tables to the reliability of every feature, of single scans and changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.cohort import Status
from radiomics_hcc.domain.delta import DeltaKind
from radiomics_hcc.domain.feature import SIZE_COLUMNS
from radiomics_hcc.domain.table import KEYS, FeatureTable
from radiomics_hcc.evaluation.reliability import RELIABILITY_COLUMNS, reliability_table

SINGLE: Final = "single"
COLUMNS: Final = ("feature", "timepoint", "kind", *RELIABILITY_COLUMNS[1:])
LESION: Final = ["patient_id", "lesion_id"]
NO_FEATURES: Final = frozenset((*KEYS, *SIZE_COLUMNS))
Reliability = Callable[..., pd.DataFrame]  # of values, features and patients
ANCHOR_NOTE: Final = (
    "no change is taken: its grey levels start at another place in every region "
    "(binOrigin gives them one)"
)


def agreement(
    tables: Mapping[str, FeatureTable],
    timepoints: Sequence[str],
    *,
    resamples: int = 0,
    seed: int = 0,
) -> pd.DataFrame:
    """Reliability of every feature at every time point and of its changes.

    Changes are taken between the first time point and each later one, within each variant or
    reader, for lesions that are there at both.

    Parameters
    ----------
    tables
        One for every variant or reader, of one phase and region.
    timepoints
        In order of time.
    resamples, seed
        Bootstrap of patients for the intervals; 0 for F-based ones.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`: `kind` is `single`, or `delta_<kind>` with the time point
        `delta_<kind>(before,after)` as in a patient table. A feature without a value has its note.
    """
    reliability = partial(reliability_table, resamples=resamples, seed=seed)
    parts = [
        _part(_at(tables, timepoint), reliability).assign(timepoint=timepoint, kind=SINGLE)
        for timepoint in timepoints
    ]
    for after in timepoints[1:]:
        for kind in DeltaKind:
            words = {
                "timepoint": f"delta_{kind}({timepoints[0]},{after})",
                "kind": f"delta_{kind}",
            }
            changed = _changes(tables, timepoints[0], after, kind)
            parts.append(_part(changed, reliability).assign(**words))
            parts.append(_without_anchor(tables).assign(**words))
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(filled, ignore_index=True)[list(COLUMNS)]


def values_frame(tables: Mapping[str, FeatureTable]) -> pd.DataFrame:
    """All tables below each other; the column `variant` says which one a row is of."""
    parts = []
    for name, table in tables.items():
        rows = table.frame()
        rows.insert(list(rows.columns).index("status") + 1, "variant", name)
        parts.append(rows)
    return pd.concat(parts, ignore_index=True)


def missing_lesions(tables: Mapping[str, FeatureTable]) -> list[str]:
    """Lesions that some tables have and others lack or call absent, in words."""
    rows = values_frame(tables)
    there = rows[rows["status"] == Status.PRESENT]
    keys = ["patient_id", "timepoint", "phase", "region", "lesion_id"]
    found = []
    for key, names in there.groupby(keys, sort=False)["variant"]:
        lacking = [name for name in tables if name not in set(names)]
        if lacking:
            lesion = " ".join(str(word) for word in key if word)
            found.append(f"{lesion}: not measured by {', '.join(lacking)}")
    return found


def _at(tables: Mapping[str, FeatureTable], timepoint: str) -> dict[str, pd.DataFrame]:
    return {name: _measured(table.data, timepoint) for name, table in tables.items()}


def _changes(
    tables: Mapping[str, FeatureTable], before: str, after: str, kind: DeltaKind
) -> dict[str, pd.DataFrame]:
    """Changes of the lesions that are measured at both time points, for each table."""
    found = {}
    for name, table in tables.items():
        kept = table.drop(table.anchor_dependent)
        earlier, later = (_measured(kept.data, timepoint) for timepoint in (before, after))
        both = earlier.index.intersection(later.index)
        rows = kept.data[pd.MultiIndex.from_frame(kept.data[LESION]).isin(both)]
        if len(both):
            delta = FeatureTable(rows, kept.metadata).delta(
                before, after, kind=kind, allow_anchor_dependent=True, allow_other_phase=True
            )
            rows = delta.data.assign(timepoint=after)
        found[name] = _measured(rows, after)[kept.features]
    return found


def _measured(rows: pd.DataFrame, timepoint: str) -> pd.DataFrame:
    """The rows of lesions that are there at a time point, by patient and lesion."""
    is_there = (rows["timepoint"] == timepoint) & (rows["status"] == Status.PRESENT)
    return rows[is_there].set_index(LESION)


def _part(frames: Mapping[str, pd.DataFrame], reliability: Reliability) -> pd.DataFrame:
    """Reliability of all features of some frames, index patient and lesion."""
    named = dict.fromkeys(name for frame in frames.values() for name in frame.columns)
    features = [str(name) for name in named if name not in NO_FEATURES]
    lesions = _lesions(frames.values())
    cube = np.stack(
        [
            frame.reindex(index=lesions, columns=features).to_numpy(dtype=float, na_value=np.nan)
            for frame in frames.values()
        ],
        axis=1,
    )
    return reliability(cube, features, [str(patient) for patient, _ in lesions])


def _lesions(frames: Iterable[pd.DataFrame]) -> pd.MultiIndex:
    """Every lesion that some frame has, in the order in which they come."""
    named = dict.fromkeys(lesion for frame in frames for lesion in frame.index)
    return pd.MultiIndex.from_tuples(list(named), names=LESION)


def _without_anchor(tables: Mapping[str, FeatureTable]) -> pd.DataFrame:
    """A row with a note for every feature that has no change."""
    named = dict.fromkeys(name for table in tables.values() for name in table.anchor_dependent)
    rows = pd.DataFrame({"feature": list(named)}).reindex(columns=list(COLUMNS))
    words = {"reliability": "", "interval": "", "note": ANCHOR_NOTE}
    counts = {"lesions": 0, "patients": 0, "variants": len(tables)}
    return rows.assign(**words, **counts)
