"""Change of features between two time points, lesion by lesion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.domain.cohort import UNMEASURED, Status
from radiomics_hcc.domain.feature import is_extensive
from radiomics_hcc.domain.grey_level_anchor import anchor_problems
from radiomics_hcc.domain.words import Word
from radiomics_hcc.errors import InputError, Problem

MATCH: Final = ["patient_id", "phase", "modality", "region", "lesion_id"]


class DeltaKind(Word):
    """How a change is written."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"
    LOG_RATIO = "log_ratio"


def check_anchors(columns: Sequence[str]) -> None:
    """Refuse changes of columns whose grey levels start at another place in every region.

    Raises
    ------
    InputError
        Where there is such a column: one problem for every feature class.
    """
    if columns:
        raise InputError(anchor_problems(columns), "change between time points")


def delta_rows(
    data: pd.DataFrame, features: list[str], before: str, after: str, kind: DeltaKind
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compute the change of every feature; returns the rows and the reasons of empty cells.

    The date of a row is the later scan's, because a change is known only then. `volume_ml`
    stays the volume before, which weights lesions within a patient.
    """
    earlier, later = _at(data, before), _at(data, after)
    keys = earlier.index.union(later.index, sort=False)
    first, last = earlier.reindex(keys), later.reindex(keys)
    b = _values(first, features)
    a = _values(last, features)
    state = pd.DataFrame(
        {
            "no_before": ~keys.isin(earlier.index) | first["status"].isin(UNMEASURED).to_numpy(),
            "no_after": ~keys.isin(later.index),
            "vanished": (last["status"] == Status.ABSENT).to_numpy(),
            "merged": (last["status"] == Status.MERGED).to_numpy(),
        },
        index=keys,
    )
    values, why = _change(a, b, kind, state, features)
    timepoint = f"delta_{kind}({before},{after})"
    rows = _rows(first, last, timepoint)
    rows = pd.concat([rows, pd.DataFrame(values, columns=features, index=keys)], axis=1)
    reasons = _reasons(why, keys, features, timepoint)
    return rows.reset_index()[_ordered(features)], reasons


def _ordered(features: list[str]) -> list[str]:
    keys = ["patient_id", "timepoint", "date", "phase", "modality", "region", "lesion_id", "status"]
    return [*keys, "voxels", "volume_ml", *features]


def _at(data: pd.DataFrame, timepoint: str) -> pd.DataFrame:
    rows = data[data["timepoint"] == timepoint]
    if rows.empty:
        found = ", ".join(map(str, data["timepoint"].unique()))
        raise InputError([Problem(f"time point {timepoint!r}", "has no row", f"found: {found}")])
    repeated = rows[rows.duplicated(MATCH, keep=False)]
    if not repeated.empty:
        raise InputError(
            Problem(" ".join(map(str, row)), f"appears more than once at {timepoint!r}")
            for row in repeated[MATCH].drop_duplicates().itertuples(index=False)
        )
    return rows.set_index(MATCH)


def _values(rows: pd.DataFrame, features: list[str]) -> NDArray[np.float64]:
    return np.asarray(rows[features].to_numpy(dtype=np.float64, na_value=np.nan))


def _rows(first: pd.DataFrame, last: pd.DataFrame, timepoint: str) -> pd.DataFrame:
    is_after = last["status"].notna()
    dates = last["date"].where(is_after, first["date"])
    is_own = is_after & (last["status"] != Status.MERGED)
    status = last["status"].where(is_own, "unmatched")
    sizes = {
        name: first[name] if name in first.columns else np.nan for name in ("voxels", "volume_ml")
    }
    return pd.DataFrame(
        {"timepoint": timepoint, "date": dates, "status": status, **sizes}, index=first.index
    )


def _change(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    kind: DeltaKind,
    state: pd.DataFrame,
    features: list[str],
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    extensive = np.array([is_extensive(name) for name in features], dtype=bool)[None, :]
    vanished = state["vanished"].to_numpy()[:, None]
    a = np.where(vanished & extensive, 0.0, a)
    opposite = (np.sign(a) * np.sign(b)) < 0
    rules = [
        (state["no_before"].to_numpy()[:, None], "the lesion is not there before"),
        (state["no_after"].to_numpy()[:, None], "the lesion has no row after"),
        (
            state["merged"].to_numpy()[:, None],
            "the lesion was merged into another: measured there",
        ),
        (vanished & ~extensive, "the lesion has vanished: nothing to measure after"),
        (np.isnan(b), "the feature is empty before"),
        (np.isnan(a), "the feature is empty after"),
        (np.isinf(a) | np.isinf(b), "a value is infinite"),
    ]
    if kind is not DeltaKind.ABSOLUTE:
        rules += [
            (b == 0, "the value before is zero"),
            (opposite, "the values before and after have opposite signs"),
        ]
    if kind is DeltaKind.LOG_RATIO:
        rules += [(a == 0, "the value after is zero: its logarithm is minus infinity")]
    why = np.full(a.shape, "", dtype=object)
    for mask, reason in reversed(rules):
        why[np.broadcast_to(mask, a.shape)] = reason
    usable = why == ""
    values = np.full(a.shape, np.nan)
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        values[usable] = _formula(a[usable], b[usable], kind)
    why[np.isinf(values)] = "the change is too large for a number"
    values[np.isinf(values)] = np.nan
    return values, why


def _formula(
    a: NDArray[np.float64], b: NDArray[np.float64], kind: DeltaKind
) -> NDArray[np.float64]:
    match kind:
        case DeltaKind.ABSOLUTE:
            return a - b
        case DeltaKind.RELATIVE:
            return (a - b) / np.abs(b)
        case DeltaKind.LOG_RATIO:
            return np.asarray(np.log(a / b))


def _reasons(
    why: NDArray[np.object_], keys: pd.MultiIndex, features: list[str], timepoint: str
) -> pd.DataFrame:
    row, column = np.nonzero(why != "")
    named = keys.to_frame(index=False).iloc[row]
    return pd.DataFrame(
        {
            "patient_id": named["patient_id"].to_numpy(),
            "timepoint": timepoint,
            "phase": named["phase"].to_numpy(),
            "lesion_id": named["lesion_id"].to_numpy(),
            "feature": np.array(features, dtype=object)[column],
            "reason": why[row, column],
        }
    )
