"""Write docs/ibsi_values.md and docs/ibsi_features.md; `make ibsi` runs it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from reference_values import (
    CONFIGURATIONS,
    FILTER_IDS,
    IS_THERE,
    MISSING,
    Reference,
    measured,
    phase_2_measured,
    phase_2_references,
    references,
)
from test_ibsi2_response_maps import MAPS, PHANTOMS, TABLE, read
from workflow_values import workflow_references, workflow_values

from radiomics_hcc.features.ibsi.catalogue import Entry, catalogue
from radiomics_hcc.features.ibsi.formulas import LETTERS

DOCS: Final = Path(__file__).parents[2] / "docs"
MAP_TOLERANCE_PERCENT: Final = 1.0  # of the range of the reference map; IBSI 2's own criterion
NAMES: Final[Mapping[str, str]] = {
    "dig_phantom": "digital phantom",
    **{f"chest_config_{letter}": f"configuration {letter.upper()}" for letter in "abcde"},
}
VALUES_HEAD: Final = """\
# IBSI reference values

Written by `make ibsi`; not edited by hand. Our values beside the reference values of the Image
Biomarker Standardisation Initiative: IBSI 1 (arXiv:1612.07003; Zwanenburg et al., Radiology 295
(2020) 328; values as the MIRP project has tabulated them) and IBSI 2 (arXiv:2006.05470; Whybra et
al., Radiology 310 (2024) e231319). Settings: `tests/ibsi/reference_values.py`.

A value is inside where it differs from the reference by at most the tolerance, or by half a unit
of the last digit of the reference: references are printed with three significant digits (3 stands
for 3.00), and where all teams agreed on these the tolerance is 0. A response map is inside where no
voxel differs by more than 1 % of the reference's range. Five features have no reference value in
any configuration (minimum bounding box, minimum enclosing ellipsoid, area under the intensity-
volume histogram) and one of IBSI 2 has none by consensus (8.B, quartile coefficient of dispersion).
"""
FEATURES_HEAD: Final = """\
# Features

Written by `make ibsi` from `radiomics_hcc/features/ibsi/catalogue.py`; not edited by hand. The
settings are in [ibsi.md](ibsi.md). Sections are those of the IBSI manual (arXiv:1612.07003). A
feature of PyRadiomics that has an IBSI id has IBSI's definition, but IBSI's settings may give it
another value: the axis lengths divide by n and not n - 1, Energy adds a shift, and discretisation,
interpolation and aggregation differ (see `features/shape.py` and `features/first_order.py`).
"""


@dataclass(frozen=True)
class Line:
    """One comparison, as it is printed."""

    tag: str
    ibsi_id: str
    ours: str
    reference: str
    tolerance: str
    is_inside: bool

    def __str__(self) -> str:
        verdict = "inside" if self.is_inside else "**outside**"
        cells = (self.tag, self.ibsi_id, self.ours, self.reference, self.tolerance, verdict)
        return "| " + " | ".join(cells) + " |"


def lines_of_features() -> Iterator[tuple[str, list[Line]]]:
    """IBSI 1 and IBSI 2 phase 2."""
    for configuration in CONFIGURATIONS:
        found, wanted = measured(configuration), references(configuration)
        lines = [_line(found[name].value, one, found[name].ibsi_id) for name, one in wanted.items()]
        yield f"IBSI 1, {NAMES[configuration]}", lines
    for filter_id in FILTER_IDS:
        responses, consensus = phase_2_measured(filter_id), phase_2_references(filter_id)
        lines = [
            _line(responses[name].value, one, responses[name].ibsi_id)
            for name, one in consensus.items()
        ]
        yield f"IBSI 2, phase 2, filter {filter_id}", lines


def lines_of_workflow() -> Iterator[tuple[str, list[Line]]]:
    """Image and region on the way to the features."""
    for configuration in list(CONFIGURATIONS)[1:]:
        values, wanted = workflow_values(configuration), workflow_references(configuration)
        lines = [_line(values[tag], one, "") for tag, one in wanted.items()]
        yield f"IBSI 1, {NAMES[configuration]}, image and region", lines


def lines_of_maps() -> Iterator[tuple[str, list[Line]]]:
    """IBSI 2 phase 1: the largest difference in percent of the map's range."""
    lines = []
    for name, (phantom, step, _) in TABLE.items():
        image, spacing_mm = read(PHANTOMS / phantom / "image" / f"{phantom}.nii.gz")
        reference, _ = read(MAPS / f"{name}-ValidCRM.nii")
        percent = 100 * np.abs(step(image, spacing_mm) - reference).max() / np.ptp(reference)
        inside = bool(percent <= MAP_TOLERANCE_PERCENT)
        lines.append(
            Line(f"{name} ({phantom})", "", f"{percent:.2g} %", "0 %", "1 %", is_inside=inside)
        )
    yield "IBSI 2, phase 1, response maps (largest difference in percent of the range)", lines


def values_page(sections: Iterable[tuple[str, list[Line]]]) -> str:
    """The whole page: a summary, then every line."""
    found = dict(sections)
    inside = {title: sum(line.is_inside for line in lines) for title, lines in found.items()}
    total = sum(len(lines) for lines in found.values())
    parts = [VALUES_HEAD, f"**{sum(inside.values())} of {total} values are inside.**\n"]
    parts.append("| reference | inside | of |\n|---|---|---|")
    parts += [f"| {title} | {inside[title]} | {len(lines)} |" for title, lines in found.items()]
    for title, lines in found.items():
        parts.append(f"\n## {title}\n")
        parts.append("| tag | IBSI id | ours | reference | tolerance | verdict |")
        parts.append("|---|---|---|---|---|---|")
        parts += [str(line) for line in lines]
    return "\n".join(parts) + "\n"


def features_page(entries: Iterable[Entry]) -> str:
    """The catalogue, class by class."""
    titles = {"ibsi": "IBSI", "pyradiomics": "PyRadiomics"}
    classes: dict[str, list[Entry]] = {}
    for entry in entries:
        title = f"{titles[entry.family]}: {entry.class_name}"
        classes.setdefault(title, []).append(entry)
    parts = [FEATURES_HEAD]
    for title, members in classes.items():
        parts.append(f"## {title}\n")
        letters = LETTERS.get(members[0].class_name)
        parts += [f"{letters}.\n"] if letters else []
        parts.append("| feature | IBSI id | formula | section |\n|---|---|---|---|")
        for one in members:
            formula = one.formula.replace("|", "\\|")
            parts.append(f"| {one.name} | {one.ibsi_id} | {formula} | {one.section} |")
        parts.append("")
    return "\n".join(parts)


def _line(value: float, reference: Reference, ibsi_id: str) -> Line:
    return Line(
        reference.tag,
        ibsi_id,
        f"{value:.6g}",
        reference.printed,
        f"{reference.tolerance:g}",
        reference.holds(value),
    )


def main() -> int:
    """Write both pages; without the data only the features."""
    (DOCS / "ibsi_features.md").write_text(features_page(catalogue()), encoding="utf-8")
    if not IS_THERE:
        sys.stderr.write(f"docs/ibsi_values.md stays as it is: {MISSING}\n")
        return 1
    sections = [*lines_of_features(), *lines_of_workflow(), *lines_of_maps()]
    (DOCS / "ibsi_values.md").write_text(values_page(sections), encoding="utf-8")
    outside = [str(line) for _, lines in sections for line in lines if not line.is_inside]
    count = sum(len(lines) for _, lines in sections)
    sys.stdout.write(f"{count - len(outside)} of {count} reference values are inside\n")
    sys.stdout.writelines(f"{line}\n" for line in outside)
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main())
