"""Slices of the cohort's lesions with viable part and diameters, before beside after."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.cohort import Cohort, Lesion, Study
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.experiment.lesion_view import LesionView, ViewStudy
from radiomics_hcc.experiment.liver_place import LiverPlace
from radiomics_hcc.experiment.measuring.visits import ONLY_LESION, lesion_cases
from radiomics_hcc.features.measure import CASE_ERRORS
from radiomics_hcc.imaging.chord import AxialDiameter
from radiomics_hcc.imaging.viable_rule import ViableRule
from radiomics_hcc.report import words
from radiomics_hcc.report.montage import Diameter, Panel, cropped, montage
from radiomics_hcc.report.numbers import fixed, number
from radiomics_hcc.report.patient_sides import facing

MARGIN_MM: Final = 35.0  # around the lesion: enough to see where in the liver it lies
LINE_CHARACTERS: Final = 62
MOST_REMARK_LINES: Final = 3
HEADING_CHARACTERS: Final = 40
MIDDLE: Final = LiverPlace((0.5, 0.5, 0.5), 40.0)  # of a lesion that no time point shows


class HasSettings(Protocol):
    """What a picture needs of a measurement: which region is a lesion, and the rule's numbers."""

    @property
    def region(self) -> str:
        """The region of interest that is a lesion."""

    @property
    def settings(self) -> Mapping[str, object]:
        """How was measured: `rule` holds the parameters of the `ViableRule`."""


def montages(cohort: Cohort, most: int = 3, chosen: Sequence[str] = ()) -> dict[str, bytes]:
    """Draw the first lesion of the first patients: one figure file each, PNG by name.

    Parameters
    ----------
    cohort
        Its time points stand side by side, each in its arterial phase, else in the first that it
        has. With an arterial phase the viable part is found and drawn.
    most
        How many patients are drawn.
    chosen
        Patients that are drawn as well, such as those that a model calls wrongly; those without
        an image are passed over.
    """
    first: dict[str, str] = {}
    for lesion in cohort.lesions:
        first.setdefault(lesion.patient_id, _name(lesion))
    pictures: dict[str, bytes] = {}
    known = [patient for patient in chosen if patient in first]
    for patient in dict.fromkeys([*known, *list(first)[:most]]):
        pictures |= _drawn(_studies(cohort, patient), [first[patient]], ViewStudy())
    return pictures


def lesion_montage(cohort: Cohort, lesion: Lesion) -> bytes:
    """Draw one lesion at every time point, as PNG.

    The slices are those in which the viable part was measured, and those of the longest diameter
    in a second row where they are others. Where the lesion has vanished or is not there yet, the
    slice is drawn in which it lies at the time point before, or at the first one that has it,
    found again by its place in the liver.

    Raises
    ------
    InputError
        Where no image of the patient can be read.
    """
    studies = _studies(cohort, lesion.patient_id)
    pictures = _drawn(studies, [_name(lesion)], ViewStudy())
    if not pictures:
        raise InputError([Problem(lesion.patient_id, "no image can be read for a picture")])
    return next(iter(pictures.values()))


def lesion_montages(cohort: Cohort, measured: HasSettings) -> dict[str, bytes]:
    """Draw every lesion that was measured: PNG by file name.

    A patient of whom no image can be read has no picture; `measured.failures` says why.

    Parameters
    ----------
    cohort
        The one that was measured.
    measured
        Says what a lesion is, and by which rule its viable part was found.
    """
    stored = measured.settings.get("rule")
    rule = ViableRule(**stored) if isinstance(stored, dict) else ViableRule()
    look = ViewStudy(rule, measured.region)
    pictures: dict[str, bytes] = {}
    for patient in dict.fromkeys(case.patient_id for case in cohort.cases):
        studies = _studies(cohort, patient)
        names = dict.fromkeys(
            name for study in studies for name in lesion_cases(study, measured.region)
        )
        pictures |= _drawn(studies, list(names), look)
    return pictures


def file_name(patient_id: str, lesion_id: str) -> str:
    """The file of a lesion's picture; different names stay different, also with slashes."""
    return (
        "_".join(["montage", *(quote(word, safe=" ") for word in (patient_id, lesion_id))]) + ".png"
    )


def _name(lesion: Lesion) -> str:
    return lesion.lesion_id or ONLY_LESION


def _studies(cohort: Cohort, patient_id: str) -> list[Study]:
    order = list(cohort.timepoints)
    own = [study for study in cohort.studies if study.patient_id == patient_id]
    return sorted(own, key=lambda study: order.index(study.timepoint))


def _drawn(studies: Sequence[Study], lesions: Sequence[str], look: ViewStudy) -> dict[str, bytes]:
    """The picture of each lesion of a patient by file name, every study read once."""
    views: list[Mapping[str, LesionView]] = []
    for study in studies:
        try:
            views.append(look(study, lesions))
        except CASE_ERRORS:
            continue
    if not views:
        return {}
    patient = studies[0].patient_id
    return {
        file_name(patient, name): montage(_rows(name, [found[name] for found in views]))
        for name in lesions
    }


def _rows(lesion_id: str, views: Sequence[LesionView]) -> list[list[Panel | None]]:
    """A row of slices of the viable part, and one of those longest diameters that lie elsewhere."""
    placed = list(_placed(views))
    radius_mm = max(place.radius_mm for _, place in placed)
    first: list[Panel | None] = []
    second: list[Panel | None] = []
    for view, place in placed:
        told = (_heading(view, lesion_id), _numbers(view))
        lines = view.viable_lines or view.longest_lines
        first.append(_panel(view, place, lines=lines, told=told, radius_mm=radius_mm))
        told = (f"{view.study.timepoint}: slice of the longest diameter", ())
        other = _panel(view, place, lines=view.longest_lines, told=told, radius_mm=radius_mm)
        second.append(None if _is_in_one_slice(view) else other)
    return [first, second]


def _placed(views: Sequence[LesionView]) -> Iterator[tuple[LesionView, LiverPlace]]:
    """Each view with its lesion's place, or the place at the time point before (or after)."""
    own = [_place(view) for view in views]
    place = next((found for found in own if found is not None), MIDDLE)
    for view, found in zip(views, own, strict=True):
        place = found or place
        yield view, place


def _place(view: LesionView) -> LiverPlace | None:
    if view.lesion is None or view.lesion.is_empty:
        return None
    return LiverPlace.of(view.lesion, view.images.liver)


def _panel(
    view: LesionView,
    place: LiverPlace,
    *,
    lines: Sequence[AxialDiameter],
    told: tuple[str, tuple[str, ...]],
    radius_mm: float,
) -> Panel:
    """The slice of the first diameter, else of the place; every time point cut to one size."""
    image = view.images.phases[view.images.phase]
    z, y, x = place.voxel(image.geometry, view.images.liver)
    index = lines[0].slice_index if lines else z
    regions = {"liver": view.images.liver, "lesion": view.lesion, "viable": view.viable}
    masks: dict[str, NDArray[np.bool_]] = {
        name: mask.array[index] for name, mask in regions.items() if mask is not None
    }
    _, y_mm, x_mm = image.geometry.spacing_mm
    panel = Panel(
        image.array[index].astype(np.float64),
        masks,
        (y_mm, x_mm),
        words.shortened(told[0], HEADING_CHARACTERS),
        diameters=tuple(_diameters(view, index)),
        numbers=told[1],
    )
    shown = cropped(panel, margin_mm=MARGIN_MM, around=_square(panel, (y, x), radius_mm))
    return facing(shown, image.geometry.direction)


def _diameters(view: LesionView, index: int) -> Iterator[Diameter]:
    lines = [("longest diameter", line) for line in view.longest_lines]
    lines += [("viable diameter", line) for line in view.viable_lines]
    for name, line in lines:
        if line.slice_index == index:
            yield Diameter(name, line.ends_yx_mm)


def _square(panel: Panel, middle: tuple[int, int], radius_mm: float) -> NDArray[np.bool_]:
    """Pixels around a place, as far as the lesion reached when it was largest."""
    y, x = middle
    rows, columns = (int(np.ceil(radius_mm / step)) for step in panel.spacing_yx_mm)
    found = np.zeros(panel.image_hu.shape, dtype=np.bool_)
    found[max(0, y - rows) : y + rows + 1, max(0, x - columns) : x + columns + 1] = True
    return found


def _is_in_one_slice(view: LesionView) -> bool:
    lines = (*view.viable_lines[:1], *view.longest_lines[:1])
    return len({line.slice_index for line in lines}) <= 1


def _heading(view: LesionView, lesion_id: str) -> str:
    study = view.study
    told = (study.patient_id, lesion_id, study.timepoint, view.images.phase)
    heading = " ".join(word for word in told if word)
    if view.is_absent:
        return f"{heading}: vanished"
    return heading if view.lesion is not None else f"{heading}: not there"


def _numbers(view: LesionView) -> tuple[str, ...]:
    """Diameters, volumes, and what was said of them."""
    lines: list[str] = []
    if view.lesion is not None and view.longest_lines:
        lines = [f"longest {_sum_mm(view.longest_lines)}", f"{number(view.lesion.volume_ml)} ml"]
    if lines and view.viable is not None:
        lines[0] += f", viable {_sum_mm(view.viable_lines)}"
        lines[1] += f", viable {number(view.viable.volume_ml)} ml"
    remarks = textwrap.wrap("; ".join(view.remarks), LINE_CHARACTERS, max_lines=MOST_REMARK_LINES)
    return (*lines, *remarks)


def _sum_mm(lines: Sequence[AxialDiameter]) -> str:
    return f"{fixed(sum(line.length_mm for line in lines), 1)} mm"
