"""Contrast phases of the two scans that a change is taken between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pandas as pd

from radiomics_hcc.errors import InputError, Problem

ARROW: Final = "->"
"""Joins the phases before and after of a change between different ones: `arterial->portal`."""

LESION: Final = ["patient_id", "modality", "region", "lesion_id"]
REMEDY: Final = (
    "measure one phase at both time points, or allow it and have it marked (allow_other_phase)"
)


@dataclass(frozen=True)
class PhasePair:
    """A lesion that is measured at both time points, and in no phase at both.

    Parameters
    ----------
    lesion
        Patient, modality, region and lesion.
    before, after
        Its phases; an empty word where none is told.
    """

    lesion: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def name(self) -> str:
        """Words that name patient, region and lesion."""
        patient, _, region, lesion_id = self.lesion
        return " ".join(word for word in (patient, region, lesion_id) if word)

    @property
    def is_single(self) -> bool:
        """Whether there is one phase on either side, so that the pair is clear."""
        return len(self.before) == len(self.after) == 1

    def __str__(self) -> str:
        return ARROW.join(_told(phases) for phases in (self.before, self.after))


def unlike_pairs(data: pd.DataFrame, before: str, after: str) -> tuple[PhasePair, ...]:
    """Lesions with rows at both time points that have no phase in common.

    Parameters
    ----------
    data
        Rows with `timepoint`, `phase` and the columns that name a lesion.
    before, after
        The time points.
    """
    return tuple(_unlike(data, before, after))


def check_phases(data: pd.DataFrame, before: str, after: str) -> None:
    """Refuse changes between different contrast phases.

    Raises
    ------
    InputError
        One problem per lesion that has no phase in common.
    """
    _refuse(unlike_pairs(data, before, after))


def with_common_phases(
    data: pd.DataFrame, before: str, after: str
) -> tuple[pd.DataFrame, tuple[PhasePair, ...]]:
    """The rows with `arterial->portal` for the phase of lesions that have none in common.

    Returns
    -------
    The rows, and the pairs that were made.

    Raises
    ------
    InputError
        Where such a lesion has several phases at a time point: which belong together is unclear.
    """
    pairs = unlike_pairs(data, before, after)
    _refuse(tuple(pair for pair in pairs if not pair.is_single))
    words = {pair.lesion: str(pair) for pair in pairs}
    keys = data[LESION].itertuples(index=False, name=None)
    here = data["timepoint"].isin([before, after])
    phases = [
        words.get(key, phase) if is_here else phase
        for key, phase, is_here in zip(keys, data["phase"], here, strict=True)
    ]
    return data.assign(phase=phases), pairs


def _unlike(data: pd.DataFrame, before: str, after: str) -> Iterator[PhasePair]:
    there = data[data["timepoint"].isin([before, after])]
    for lesion, rows in there.groupby(LESION, sort=False):
        phases = [
            tuple(dict.fromkeys(rows.loc[rows["timepoint"] == timepoint, "phase"]))
            for timepoint in (before, after)
        ]
        if all(phases) and not set(phases[0]) & set(phases[1]):
            yield PhasePair(tuple(map(str, lesion)), *phases)


def _refuse(pairs: tuple[PhasePair, ...]) -> None:
    if pairs:
        raise InputError(
            [
                Problem(
                    pair.name, f"{_told(pair.before)} before, {_told(pair.after)} after", REMEDY
                )
                for pair in pairs
            ],
            "change between different contrast phases",
        )


def _told(phases: tuple[str, ...]) -> str:
    return ", ".join(phase or "unknown" for phase in phases)
