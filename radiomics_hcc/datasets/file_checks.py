"""Whether the files that a cohort names can be measured; every file is opened once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeVar

import numpy as np

from radiomics_hcc.datasets.consistency import consistency_problems, problem_of
from radiomics_hcc.datasets.itk_files import Header, read_header
from radiomics_hcc.datasets.nifti import LabelMap, absent_label, read_labels, read_volume
from radiomics_hcc.domain.cohort import Case, Cohort
from radiomics_hcc.errors import InputError, Problem

CheckLevel = Literal["tables", "headers", "voxels"]
MARGIN_VOXELS: Final = 5  # around a region, as PyRadiomics crops before it resamples (padDistance)

Box = tuple[slice, slice, slice]
Found = TypeVar("Found")


def check_cohort(
    cohort: Cohort, level: CheckLevel, *, allow_other_grids: bool = False
) -> list[Problem]:
    """Tell everything that keeps a cohort from being measured.

    Parameters
    ----------
    cohort
        Any cohort whose cases name NIfTI, NRRD or MetaImage files.
    level
        `tables`: rows against each other, no file. `headers`: also that every file is there and
        an image, and that image and mask share one grid (`rhcc validate`). `voxels`: also that
        every mask is whole, that its label occurs, and that the image is finite in and near the
        region (`rhcc extract`).
    allow_other_grids
        Whether a mask may lie on another grid than its image; its voxels are then not checked.

    Notes
    -----
    Every mask is read once, then every floating-point image once, one at a time; integer images
    cannot hold NaN and are not read. NaN and infinity count inside the box around a region of
    interest and `MARGIN_VOXELS` beyond it, because interpolation carries them from there into
    the region; elsewhere (outside the round field of view) they are harmless and ignored.
    """
    problems = consistency_problems(cohort)
    if level == "tables":
        return problems
    headers, unreadable = _headers(cohort.cases)
    measurable, differing = _on_one_grid(cohort.cases, headers)
    problems += unreadable + ([] if allow_other_grids else differing)
    if level == "headers":
        return problems
    boxes, wrong_masks = _boxes(measurable)
    return problems + wrong_masks + _not_finite(boxes, headers)


@dataclass(frozen=True)
class _Use:
    """A file and the rows that name it in one column."""

    column: str
    path: Path
    cases: Sequence[Case]

    def read(self, reader: Callable[[Path], Found]) -> tuple[Found | None, list[Problem]]:
        """Read the file, or say at the first row that names it why that fails."""
        try:
            return reader(self.path), []
        except InputError as error:
            others = len(self.cases) - 1
            more = f" (and {others} more row{'s' if others > 1 else ''})" if others else ""
            return None, [
                problem_of(self.cases[0], f"{self.column} {p.where}: {p.what}{more}", p.remedy)
                for p in error.problems
            ]


def _uses(cases: Iterable[Case], column: Literal["image", "mask"]) -> list[_Use]:
    users: dict[Path, list[Case]] = defaultdict(list)
    for case in cases:
        path = case.image if column == "image" else case.mask
        if path is not None:
            users[path].append(case)
    return [_Use(column, path, members) for path, members in users.items()]


def _headers(cases: Sequence[Case]) -> tuple[dict[Path, Header], list[Problem]]:
    headers: dict[Path, Header] = {}
    problems: list[Problem] = []
    for use in (*_uses(cases, "image"), *_uses(cases, "mask")):
        header, refusals = use.read(read_header)
        problems += refusals
        if header is not None:
            headers[use.path] = header
    return headers, problems


def _on_one_grid(
    cases: Iterable[Case], headers: dict[Path, Header]
) -> tuple[list[Case], list[Problem]]:
    """The cases whose image and mask share a grid, and one problem per pair that does not."""
    fitting, problems = [], []
    told: set[tuple[Path, Path]] = set()
    for case in cases:
        image, mask = case.image, case.mask
        if image is None or mask is None or not {image, mask} <= headers.keys():
            continue
        differences = headers[image].geometry.differences(headers[mask].geometry)
        if not differences:
            fitting.append(case)
        elif (image, mask) not in told:
            told.add((image, mask))
            what = f"image {image.name} and mask {mask.name} lie on different grids: "
            remedy = "resample the mask onto the image with nearest-neighbour interpolation"
            problems.append(problem_of(case, what + ", ".join(differences), remedy))
    return fitting, problems


def _boxes(cases: Iterable[Case]) -> tuple[list[tuple[Case, Box]], list[Problem]]:
    """The box around every region that is present, padded by the margin."""
    boxes: list[tuple[Case, Box]] = []
    problems: list[Problem] = []
    for use in _uses(cases, "mask"):
        label_map, refusals = use.read(read_labels)
        problems += refusals
        if label_map is None:
            continue
        for case in use.cases:
            box = _box(label_map, case.label)
            if box is not None:
                boxes.append((case, box))
            elif not case.is_absent:
                what, remedy = absent_label(label_map, case.label)
                problems.append(problem_of(case, f"mask {use.path.name}: {what}", remedy))
    return boxes, problems


def _box(label_map: LabelMap, label: int | str) -> Box | None:
    if isinstance(label, str):
        return None
    inside = label_map.mask(label).array
    spans = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        occupied = np.flatnonzero(inside.any(axis=others))
        if not occupied.size:
            return None
        spans.append(slice(max(occupied[0] - MARGIN_VOXELS, 0), occupied[-1] + MARGIN_VOXELS + 1))
    return spans[0], spans[1], spans[2]


def _not_finite(boxes: Sequence[tuple[Case, Box]], headers: dict[Path, Header]) -> list[Problem]:
    box_of = {id(case): box for case, box in boxes}
    problems: list[Problem] = []
    for use in _uses((case for case, _ in boxes), "image"):
        if headers[use.path].is_integer:
            continue
        volume, refusals = use.read(read_volume)
        problems += refusals
        if volume is None:
            continue
        for case in use.cases:
            count = int((~np.isfinite(volume.array[box_of[id(case)]])).sum())
            if count:
                what = f"image {use.path.name}: {count} voxels in or near the region are NaN or "
                problems.append(problem_of(case, what + "infinite", "repair or re-export it"))
    return problems
