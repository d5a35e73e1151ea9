"""Slices of the cohort's lesions with their contours, before beside after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.cohort import Case, Cohort, Lesion, Region
from radiomics_hcc.domain.volume import Mask
from radiomics_hcc.report.montage import Panel, cropped, montage


def montages(cohort: Cohort, most: int = 3) -> dict[str, bytes]:
    """Draw the first lesion of the first patients: one figure file each, PNG by name.

    Parameters
    ----------
    cohort
        Its time points stand side by side; one phase each, the first that the table names.
    most
        How many patients are drawn.
    """
    drawn: dict[str, bytes] = {}
    patients: set[str] = set()
    for lesion in cohort.lesions:
        if lesion.patient_id not in patients and len(patients) < most:
            patients.add(lesion.patient_id)
            name = f"montage_{lesion.patient_id}_{lesion.lesion_id}.png"
            drawn[name] = lesion_montage(cohort, lesion)
    return drawn


def lesion_montage(cohort: Cohort, lesion: Lesion) -> bytes:
    """Draw one lesion at every time point, as PNG.

    Where it has vanished or is not there yet, the slice is drawn in which it lies at the time
    point before, or the first one that has it.
    """
    return montage([list(_panels(cohort, lesion))])


def _panels(cohort: Cohort, lesion: Lesion) -> Iterator[Panel]:
    found = {timepoint: _case(cohort, lesion, timepoint) for timepoint in cohort.timepoints}
    masks = {
        timepoint: case.read_mask()
        for timepoint, case in found.items()
        if case is not None and case in lesion.cases and not case.is_absent
    }
    shares = {timepoint: _slice_share(mask) for timepoint, mask in masks.items()}
    share = next(iter(shares.values()), 0.5)
    for timepoint, case in found.items():
        share = shares.get(timepoint, share)
        if case is not None:
            titled = replace(case, region=Region.LESION, lesion_id=lesion.lesion_id)
            liver = _liver(cohort.cases, case)
            yield cropped(_panel(titled, masks.get(timepoint), liver, share))


def _case(cohort: Cohort, lesion: Lesion, timepoint: str) -> Case | None:
    """The lesion's case at a time point; else another of the same patient and phase."""
    own = [case for case in lesion.cases if case.timepoint == timepoint]
    phases = {case.phase for case in lesion.cases}
    others = [
        case
        for case in cohort.cases
        if (case.patient_id, case.timepoint) == (lesion.patient_id, timepoint)
        and case.phase in phases
    ]
    return next((case for case in (*own, *others) if case.image is not None), None)


def _panel(case: Case, lesion: Mask | None, liver: Mask | None, share: float) -> Panel:
    image = case.read_image()
    place = min(int(share * image.geometry.size[0]), image.geometry.size[0] - 1)
    regions = {"liver": liver, "lesion": lesion}
    masks: dict[str, NDArray[np.bool_]] = {
        name: mask.array[place] for name, mask in regions.items() if mask is not None
    }
    _, y_mm, x_mm = image.geometry.spacing_mm
    words = (case.patient_id, case.lesion_id, case.timepoint, case.phase)
    title = " ".join(word for word in words if word)
    if lesion is None:
        title += ": vanished" if case.is_absent else ": not there"
    volume = None if lesion is None else lesion.volume_ml
    slice_hu = image.array[place].astype(np.float64)
    return Panel(slice_hu, masks, (y_mm, x_mm), title, volume)


def _liver(cases: Sequence[Case], lesion: Case) -> Mask | None:
    """The liver's mask in the same image, where the cohort has one."""
    for case in cases:
        if case.region == Region.LIVER and case.image == lesion.image and case.mask is not None:
            return case.read_mask()
    return None


def _slice_share(lesion: Mask) -> float:
    """How far up the image the slice with most of the lesion lies, 0 to 1."""
    areas = lesion.array.sum(axis=(1, 2))
    return (int(np.argmax(areas)) + 0.5) / len(areas)
