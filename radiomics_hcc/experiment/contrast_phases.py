"""Contrast phases of a cohort's images from their HU: empty ones filled, stated ones checked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.datasets.cohort_table import (
    CohortTable,
    read_cohort_table,
    write_cohort_table,
)
from radiomics_hcc.domain.cohort import Case, Region
from radiomics_hcc.domain.volume import Mask
from radiomics_hcc.domain.words import Word
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.features.progress import Progress, Silent
from radiomics_hcc.imaging.contrast_phase import PHASE_RANGES, PhaseEvidence, contrast_phase

CT: Final = "CT"
PHASE_TABLE_COLUMNS: Final = (
    "patient_id",
    "timepoint",
    "image",
    "stated_phase",
    "phase",
    "finding",
    "possible",
    "aorta_hu",
    "portal_vein_hu",
    "liver_hu",
    "evidence",
)
"""The columns of the evidence, one row per image."""


class PhaseFinding(Word):
    """What the HU of an image say to the phase that its rows state."""

    CONFIRMED = "confirmed"
    COMPATIBLE = "compatible"
    FILLED = "filled"
    UNKNOWN = "phase_unknown"
    TWICE = "phase_twice"
    MISMATCH = "phase_mismatch"
    NOT_CT = "not_ct"


LISTED: Final = (PhaseFinding.MISMATCH, PhaseFinding.TWICE, PhaseFinding.UNKNOWN)


@dataclass(frozen=True, eq=False)
class CheckedPhases:
    """A cohort whose images have phases, and the evidence.

    Parameters
    ----------
    table
        The cohort as it was.
    evidence
        One row per image in the order of the table, with the columns `PHASE_TABLE_COLUMNS`;
        `phase` is what the cohort says now. A stated phase stands, also against the evidence.
    """

    table: CohortTable = field(repr=False)
    evidence: pd.DataFrame = field(repr=False)

    @property
    def mismatches(self) -> list[str]:
        """Images whose stated phase the HU contradict, each with the evidence."""
        rows = self.evidence[self.evidence["finding"] == PhaseFinding.MISMATCH]
        return [_sentence(row) for row in rows.to_dict(orient="records")]

    def frame(self) -> pd.DataFrame:
        """The evidence, one row per image."""
        return self.evidence.copy()

    def write(self, output: Path, evidence: Path | None = None) -> Path:
        """Write the cohort and, beside it unless told otherwise, the evidence; tells where."""
        phases = dict(zip(_images(self.table.cases), self.evidence["phase"], strict=True))
        cells = [
            {**row.cells, "phase": case.phase if case.image is None else phases[case.image]}
            for row, case in zip(self.table.rows, self.table.cases, strict=True)
        ]
        write_cohort_table(self.table, cells, output)
        path = evidence or output.with_name(f"{output.stem}_phases.csv")
        self.evidence.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")
        return path

    def sentences(self) -> Iterator[str]:
        """How many images are what, and every one that a person should look at."""
        counts = Counter(self.evidence["finding"])
        told = ", ".join(f"{count} {word}" for word, count in counts.items())
        yield f"{len(self.evidence)} images: {told}"
        for row in self.evidence[self.evidence["finding"].isin(LISTED)].to_dict(orient="records"):
            yield f"{row['finding']}: {_sentence(row)}"

    def _repr_html_(self) -> str:
        return f"<p>{next(self.sentences())}</p>{self.evidence.to_html(index=False)}"


def check_phases(
    path: Path, *, allow_outside: bool = False, progress: Progress | None = None
) -> CheckedPhases:
    """Compare the stated phase of every CT with its HU, and find those that are not stated.

    Aorta, portal vein and liver are measured in every image, by masks of its own rows or by those
    of another image of the visit on the same grid; see `contrast_phase`.

    Parameters
    ----------
    path
        `cohort.csv`; `phase` may be empty.
    allow_outside
        Whether paths may lead outside the folder of the table.
    progress
        Is told image by image.

    Raises
    ------
    InputError
        With everything that is wrong with the table, an image with two phases included.
    """
    table = read_cohort_table(path, allow_outside=allow_outside, needs_phases=False)
    problems = list(_two_phases(table.cases))
    if problems:
        raise InputError(problems, str(path))
    images = _images(table.cases)
    written = {row.where: row.cells["image"] for row in table.rows}
    teller = progress or Silent()
    teller.start(len(images))
    rows = []
    for cases in images.values():
        visit = [case for case in table.cases if _visit(case) == _visit(cases[0])]
        rows.append(_image_row(written[cases[0].source], cases, _evidence(cases[0], visit)))
        teller.advance("ok", f"{' '.join(_visit(cases[0]))} {rows[-1]['phase']}")
    teller.finish()
    return CheckedPhases(table, pd.DataFrame(_told_apart(rows), columns=list(PHASE_TABLE_COLUMNS)))


def _visit(case: Case) -> tuple[str, str]:
    return case.patient_id, case.timepoint


def _images(cases: Iterable[Case]) -> dict[Path, list[Case]]:
    """The rows of every image."""
    found: dict[Path, list[Case]] = defaultdict(list)
    for case in cases:
        if case.image is not None:
            found[case.image].append(case)
    return found


def _two_phases(cases: Iterable[Case]) -> Iterator[Problem]:
    """Images whose rows state different phases, or belong to different visits."""
    for image, rows in _images(cases).items():
        stated = {case.phase: case for case in rows if case.phase}
        first, *others = stated.values() or rows[:1]
        for other in others:
            what = f"image {image.name} is {other.phase} here and {first.phase} at {first.source}"
            yield Problem(other.source, what, "an image has one phase")
        for other in rows:
            if _visit(other) != _visit(rows[0]):
                what = f"image {image.name} belongs to {' '.join(_visit(rows[0]))}"
                yield Problem(other.source, f"{what} at {rows[0].source}", "correct the image")


def _evidence(image: Case, visit: Sequence[Case]) -> PhaseEvidence | None:
    """What the HU of an image say; None for what is no CT."""
    if image.modality != CT:
        return None
    volume = image.read_image()
    regions: dict[str, Mask] = {}
    lesions: list[Mask] = []
    for case in sorted(visit, key=lambda case: case.image != image.image):
        wanted = case.region in PHASE_RANGES and case.region not in regions
        if case.is_absent or not (wanted or case.region == Region.LESION):
            continue
        mask = case.read_mask()
        if volume.geometry.differences(mask.geometry):
            continue
        if wanted:
            regions[case.region] = mask
        elif case.image == image.image:
            lesions.append(mask)
    arrays = [mask.array for mask in lesions]
    tumour = Mask(np.logical_or.reduce(arrays), volume.geometry) if arrays else None
    return contrast_phase(volume, regions, lesions=tumour)


def _image_row(
    image: str, cases: Sequence[Case], evidence: PhaseEvidence | None
) -> dict[str, object]:
    stated = next((case.phase for case in cases if case.phase), "")
    hu: Mapping[str, float] = evidence.hu if evidence else {}
    return {
        "patient_id": cases[0].patient_id,
        "timepoint": cases[0].timepoint,
        "image": image,
        "stated_phase": stated,
        "phase": stated or (evidence.phase if evidence else ""),
        "finding": _finding(stated, evidence),
        "possible": " or ".join(evidence.possible) if evidence else "",
        **{f"{region}_hu": hu.get(region) for region in PHASE_RANGES},
        "evidence": evidence.sentence if evidence else "phases of CT alone can be told from HU",
    }


def _finding(stated: str, evidence: PhaseEvidence | None) -> PhaseFinding:
    if evidence is None:
        return PhaseFinding.NOT_CT
    if not stated:
        return PhaseFinding.FILLED if evidence.phase else PhaseFinding.UNKNOWN
    if evidence.contradicts(stated):
        return PhaseFinding.MISMATCH
    if stated == evidence.phase:
        return PhaseFinding.CONFIRMED
    return PhaseFinding.COMPATIBLE if evidence.possible else PhaseFinding.UNKNOWN


def _told_apart(rows: Sequence[dict[str, object]]) -> Iterator[dict[str, object]]:
    """The rows; a phase that a visit would have twice is not filled in."""
    counts = Counter((row["patient_id"], row["timepoint"], row["phase"]) for row in rows)
    for row in rows:
        is_twice = counts[row["patient_id"], row["timepoint"], row["phase"]] > 1
        if is_twice and row["finding"] == PhaseFinding.FILLED:
            yield {**row, "phase": "", "finding": PhaseFinding.TWICE}
        else:
            yield row


def _sentence(row: Mapping[str, object]) -> str:
    stated = f"stated {row['stated_phase']}, " if row["stated_phase"] else ""
    where = f"{row['patient_id']} {row['timepoint']} {Path(str(row['image'])).name}"
    return f"{where}: {stated}{row['evidence']}"
