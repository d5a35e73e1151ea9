"""Slices of the cohort's lesions with their contours, before beside after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    """Draw one lesion at every time point, as PNG; where it has vanished, at its last slice."""
    return montage([list(_panels(cohort, lesion))])


def _panels(cohort: Cohort, lesion: Lesion) -> Iterator[Panel]:
    share = 0.5
    for timepoint in cohort.timepoints:
        case = next((case for case in lesion.cases if case.timepoint == timepoint), None)
        if case is None or case.image is None:
            continue
        lesion_mask = None if case.is_absent else case.read_mask()
        liver = _liver(cohort.cases, case)
        share = _slice_share(lesion_mask, share)
        yield cropped(_panel(case, lesion_mask, liver, share))


def _panel(case: Case, lesion: Mask | None, liver: Mask | None, share: float) -> Panel:
    image = case.read_image()
    place = min(int(share * image.geometry.size[0]), image.geometry.size[0] - 1)
    regions = {"liver": liver, "lesion": lesion}
    masks: dict[str, NDArray[np.bool_]] = {
        name: mask.array[place] for name, mask in regions.items() if mask is not None
    }
    _, y_mm, x_mm = image.geometry.spacing_mm
    title = " ".join(part for part in (case.patient_id, case.timepoint, case.phase) if part)
    volume = None if lesion is None else lesion.volume_ml
    slice_hu = image.array[place].astype(np.float64)
    return Panel(slice_hu, masks, (y_mm, x_mm), title, volume)


def _liver(cases: Sequence[Case], lesion: Case) -> Mask | None:
    """The liver's mask in the same image, where the cohort has one."""
    for case in cases:
        if case.region == Region.LIVER and case.image == lesion.image and case.mask is not None:
            return case.read_mask()
    return None


def _slice_share(lesion: Mask | None, before: float) -> float:
    """How far up the image the slice with most of the lesion lies, 0 to 1."""
    if lesion is None or lesion.is_empty:
        return before
    areas = lesion.array.sum(axis=(1, 2))
    return (int(np.argmax(areas)) + 0.5) / len(areas)
