"""One self-contained HTML page for compared runs: no script, no network, printable."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from radiomics_hcc.domain.run_comparison import RunComparison
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.report.blocks import Section
from radiomics_hcc.report.comparing.comparable import comparable
from radiomics_hcc.report.comparing.curves import curves
from radiomics_hcc.report.comparing.differences import differences
from radiomics_hcc.report.comparing.material import Material
from radiomics_hcc.report.comparing.paired import paired
from radiomics_hcc.report.comparing.patients import patients
from radiomics_hcc.report.comparing.runs import read_first, runs
from radiomics_hcc.report.comparing.scores import metrics, ranks
from radiomics_hcc.report.comparing.verdict import compared_verdict
from radiomics_hcc.report.figures.compare_marks import marks_of

PAGE_SUFFIXES: Final = (".html", ".htm")


def render_comparison(comparison: RunComparison) -> str:
    """The page of compared runs as text.

    Every value of the comparison is escaped. The same comparison gives the same text.
    """
    environment = Environment(
        loader=PackageLoader("radiomics_hcc.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("compare.html.j2").render(
        title=comparison.title,
        verdict=compared_verdict(material_of(comparison)),
        sections=comparison_sections(comparison),
    )


def write_comparison(comparison: RunComparison, path: Path | str) -> Path:
    """Write the page of compared runs and return where it lies.

    Raises
    ------
    InputError
        Where the name does not end in `.html`.
    """
    target = Path(path)
    if target.suffix.lower() not in PAGE_SUFFIXES:
        what = f"{target.suffix or 'a name without a suffix'} is no format of a comparison"
        raise InputError([Problem(str(target), what, "end it in .html; tables come with --csv")])
    target.write_text(render_comparison(comparison), encoding="utf-8")
    return target


def comparison_sections(comparison: RunComparison) -> list[Section]:
    """The parts of the page below the verdict, in reading order.

    A part about which nothing can be said stays and says why.
    """
    material = material_of(comparison)
    builders = (
        read_first,
        runs,
        differences,
        comparable,
        metrics,
        paired,
        ranks,
        curves,
        patients,
    )
    return [build(material) for build in builders]


def material_of(comparison: RunComparison) -> Material:
    """The comparison with a letter, a colour and a shape for each of its models."""
    return Material(comparison, marks_of(comparison.labels))
