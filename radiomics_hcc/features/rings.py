"""Peritumoural rings of a whole cohort: derived cases, and how their masks are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from radiomics_hcc.domain.cohort import Case, Cohort, ImageReader, Region
from radiomics_hcc.domain.peritumoural import MaskFile, RingRecipe, ring_region
from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.errors import ExtractionError, InputError, Problem
from radiomics_hcc.imaging.ring import ring


def with_rings(cohort: Cohort, *widths_mm: float) -> Cohort:
    """Add a ring around every lesion, as cases of the region `ring_10mm` and the like.

    The ring is clipped to the region `liver` of the same image, where the cohort has one, and
    keeps out of the image's other lesions (see `imaging.ring.ring`). The ring of an absent lesion
    is absent. A ring of which nothing is left fails when it is read, with its reason.

    Parameters
    ----------
    cohort
        Any cohort; take rings before a selection by region, which would lose the liver.
    widths_mm
        Widths of the rings, mm.

    Raises
    ------
    InputError
        Where a width is no positive number, or the cohort has that region already.

    Examples
    --------
    >>> with_rings(Cohort((), {}), 10.0).cases
    ()
    """
    _check(cohort, widths_mm)
    images = _by_image(cohort)
    lesions = [case for case in cohort.cases if case.region == Region.LESION]
    rings = (
        _ring_of(lesion, width_mm, images[_image_of(lesion)])
        for width_mm in dict.fromkeys(widths_mm)
        for lesion in lesions
    )
    return replace(cohort, cases=(*cohort.cases, *rings))


@dataclass(frozen=True)
class RingReader:
    """Reads a ring where the mask of its lesion is asked for.

    Parameters
    ----------
    reader
        Reads the files.
    recipe
        What the ring rests on, beside its lesion.
    """

    reader: ImageReader
    recipe: RingRecipe

    def read_volume(self, path: Path) -> Volume:
        """Read an image."""
        return self.reader.read_volume(path)

    def read_mask(self, path: Path, label: int | str) -> Mask:
        """Read the ring around one label of a label map.

        Raises
        ------
        ExtractionError
            Where nothing is left of the ring.
        """
        lesion, recipe = self.reader.read_mask(path, label), self.recipe
        others = [self.reader.read_mask(other.path, other.label) for other in recipe.others]
        found = ring(lesion, recipe.width_mm, within=self._liver(), others=others)
        if found.is_empty:
            where = "liver" if recipe.liver else "voxel"
            raise ExtractionError(
                f"the ring is empty: no {where} outside the lesions lies within "
                f"{recipe.width_mm:g} mm of this lesion"
            )
        return found

    def _liver(self) -> Mask | None:
        parts = [self.reader.read_mask(part.path, part.label) for part in self.recipe.liver]
        if not parts:
            return None
        return Mask(np.any([part.array for part in parts], axis=0), parts[0].geometry)


def rings_without_liver(cohort: Cohort) -> list[Case]:
    """Rings that nothing clips, because the cohort has no liver in their image."""
    return [case for case in cohort.cases if case.ring is not None and not case.ring.liver]


def _check(cohort: Cohort, widths_mm: Sequence[float]) -> None:
    there = {case.region for case in cohort.cases}
    taken = [ring_region(width_mm) for width_mm in widths_mm if ring_region(width_mm) in there]
    problems = [Problem("ring", f"the cohort has the region {name!r} already") for name in taken]
    problems += [
        Problem("ring", f"a width of {width_mm:g} mm", "give a positive width")
        for width_mm in widths_mm
        if not 0 < width_mm < float("inf")
    ]
    if problems:
        raise InputError(problems)


def _ring_of(lesion: Case, width_mm: float, neighbours: Sequence[Case]) -> Case:
    region = ring_region(width_mm)
    if lesion.is_absent or lesion.mask is None:
        return replace(lesion, region=region, mask=None)
    others = [file for file in _masks(neighbours, Region.LESION) if file != _mask(lesion)]
    recipe = RingRecipe(width_mm, tuple(others), tuple(_masks(neighbours, Region.LIVER)))
    reader = RingReader(lesion.reader, recipe) if lesion.reader else None
    return replace(lesion, region=region, ring=recipe, reader=reader)


def _masks(cases: Sequence[Case], region: str) -> Iterator[MaskFile]:
    """The masks of one region that are present, each once."""
    found = dict.fromkeys(
        _mask(case) for case in cases if case.region == region and not case.is_absent
    )
    return (file for file in found if file is not None)


def _mask(case: Case) -> MaskFile | None:
    return None if case.mask is None else MaskFile(case.mask, case.label)


def _image_of(case: Case) -> tuple[str, str, str, Path | None]:
    return (case.patient_id, case.timepoint, case.phase, case.image)


def _by_image(cohort: Cohort) -> dict[tuple[str, str, str, Path | None], list[Case]]:
    found: dict[tuple[str, str, str, Path | None], list[Case]] = {}
    for case in cohort.cases:
        found.setdefault(_image_of(case), []).append(case)
    return found
