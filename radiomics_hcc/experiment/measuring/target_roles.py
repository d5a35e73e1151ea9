"""Which measured lesions are targets: the largest that a criterion allows at the baseline."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.experiment.measuring.reading import Outcome
from radiomics_hcc.response.criteria import criterion_class
from radiomics_hcc.response.measurement import LesionStatus, Role
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.target_selection import TargetSelection, select_targets

WITHOUT_VIABLE_SIZES: Final = "recist11"
"""The criterion that chooses where no viable size could be measured at the baseline."""

LESION: Final = ["patient_id", "lesion_id"]


def with_roles(rows: pd.DataFrame, criterion: str) -> pd.DataFrame:
    """Make the lesions that the criterion does not choose non-targets, and say why in the note.

    A patient of whom no lesion has a viable size at the baseline (no arterial phase, no liver) has
    targets by RECIST 1.1: the sizes that are there are then compared, and a criterion of viable
    sizes says NE with the reason.

    Parameters
    ----------
    rows
        Of `measurement_frame`: every old lesion is a target.
    criterion
        Its kind, as `mrecist`.

    Raises
    ------
    InputError
        For a criterion that is unknown or has no targets.
    """
    chosen_by = criterion_class(criterion).from_config({})
    measurements = Measurements.from_frame(rows)
    selection = _decisions(select_targets(measurements, chosen_by), criterion)
    fallback = criterion_class(WITHOUT_VIABLE_SIZES).from_config({})
    plain = _decisions(select_targets(measurements, fallback), WITHOUT_VIABLE_SIZES)
    unread = _without_viable_sizes(rows)
    decided = pd.DataFrame(
        [
            {**row, **(plain if row["patient_id"] in unread else selection).get(_key(row), {})}
            for row in rows.to_dict("records")
        ],
        columns=[*rows.columns, "why"],
    )
    is_other = (decided["role"] == str(Role.NON_TARGET)).to_numpy()
    is_first = ~decided.duplicated(LESION).to_numpy()
    told = decided["note"] + ", " + decided["why"].fillna("")
    decided["note"] = told.where(is_other & is_first, decided["note"])
    is_merged = is_other & (decided["status"] == str(LesionStatus.MERGED)).to_numpy()
    decided["status"] = decided["status"].where(~is_merged, str(LesionStatus.PRESENT))
    return _without_fragments(decided.drop(columns="why"))


def check_roles(criterion: str) -> None:
    """Refuse a criterion that cannot choose targets, before anything is measured.

    Raises
    ------
    InputError
        For one that is unknown or has no targets.
    """
    select_targets(Measurements((), (), ""), criterion_class(criterion).from_config({}))


def _decisions(selection: TargetSelection, criterion: str) -> dict[tuple[str, str], dict[str, str]]:
    """The role of every lesion that is there at a baseline, and why it has it.

    A lesion that could not be measured stays a target where nothing else is one: the baseline is
    then not evaluable, rather than without targets.
    """
    with_targets = {item.measurement.patient_id for item in selection.candidates if item.is_chosen}
    found = {}
    for item in selection.candidates:
        row = item.measurement
        is_unread = row.status is LesionStatus.NOT_EVALUABLE and row.patient_id not in with_targets
        found[row.patient_id, row.lesion_id] = {
            "role": str(Role.TARGET if item.is_chosen or is_unread else Role.NON_TARGET),
            "why": f"no {criterion} target: {item.reason}",
        }
    return found


def _key(row: dict[str, str]) -> tuple[str, str]:
    return (row["patient_id"], row["lesion_id"])


def _without_viable_sizes(rows: pd.DataFrame) -> set[str]:
    """Patients with measured lesions at the baseline and no viable size of any of them."""
    first = rows.groupby("patient_id")["assessment"].transform("first")
    baseline = rows[(rows["assessment"] == first) & (rows["status"] == str(Outcome.MEASURED))]
    has_viable = (baseline["viable_mm"] != "").groupby(baseline["patient_id"]).any()
    return set(has_viable.index[~has_viable])


def _without_fragments(rows: pd.DataFrame) -> pd.DataFrame:
    """Only targets may be in fragments: of the others the largest fragment stays."""
    size = pd.to_numeric(rows["longest_mm"]).fillna(-1.0)
    order = rows.assign(size=size).sort_values("size", ascending=False, kind="stable")
    is_other = order["role"] != str(Role.TARGET)
    repeated = order.duplicated([*LESION, "assessment"]) & is_other
    return rows.drop(index=order.index[repeated]).reset_index(drop=True)
