"""What is known of a cohort's images from their headers, for the record of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from radiomics_hcc.datasets.nifti import read_geometry
from radiomics_hcc.domain.cohort import Cohort
from radiomics_hcc.errors import InputError


def image_facts(cohort: Cohort) -> dict[str, str]:
    """Modalities and the ranges of the pixel and slice distances of a cohort's images.

    Parameters
    ----------
    cohort
        Only headers of its images are read; one that cannot be read is passed over, since the
        extraction has told it.

    Returns
    -------
    dict
        `images` (how many), `modality`, `in_plane_mm`, `slice_spacing_mm`; empty without images.
    """
    images = {case.image: case.modality for case in cohort.cases if case.image is not None}
    if not images:
        return {}
    modality = ", ".join(sorted(set(images.values())))
    facts = {"images": str(len(images)), "modality": modality}
    spacings = list(_spacings_mm(images))
    if not spacings:
        return facts
    return facts | {
        "in_plane_mm": _range(step for _, y_mm, x_mm in spacings for step in (y_mm, x_mm)),
        "slice_spacing_mm": _range(z_mm for z_mm, _, _ in spacings),
    }


def _spacings_mm(images: Iterable[Path]) -> Iterator[tuple[float, float, float]]:
    for image in sorted(images):
        try:
            z_mm, y_mm, x_mm = read_geometry(image).spacing_mm
        except InputError:
            continue
        yield z_mm, y_mm, x_mm


def _range(values: Iterable[float]) -> str:
    """`0.7` where all are equal, else `0.7 to 0.98`."""
    known = sorted(values)
    ends = dict.fromkeys(f"{value:.3g}" for value in (known[0], known[-1]))
    return " to ".join(ends)
