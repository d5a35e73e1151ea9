"""Write the measured tables of docs/parity.md: python tests/parity/report.py.

Largest relative differences of the public cases, by feature class and by image type: plain ones,
|a - b| / max(|a|, |b|), and those beyond the rounding of what a feature sums, which the tests check
(see `engine_comparison.py`). Takes some two minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pandas as pd
from engine_comparison import Comparison, compare, is_rounding_alone
from real_cases import FILES, SETTINGS, W3, read_case

from radiomics_hcc.domain.feature import feature_class
from radiomics_hcc.features.parameters import make_parameters

SMALL: Final = ("breast1", "brain2")
PAGE: Final = Path(__file__).parents[2] / "docs" / "parity.md"
START: Final = "<!-- measured: tests/parity/report.py writes from here -->\n"
END: Final = "<!-- measured: to here -->\n"


def measured() -> Iterator[tuple[str, Comparison]]:
    """Every public case; the small ones with every setting."""
    for name in FILES:
        few = {"defaults": {}, "1 mm, LoG and wavelet": W3}
        chosen: Mapping[str, Mapping[str, object]] = SETTINGS if name in SMALL else few
        for settings, content in chosen.items():
            yield f"{name}, {settings}", compare(*read_case(name), make_parameters(content))


def rows(case: str, found: Comparison) -> Iterator[dict[str, object]]:
    """One row for each value that both engines have."""
    theirs = {name: pair[1] for name, pair in found.values.items()}
    for name, (ours, value) in found.values.items():
        apart = abs(ours - value) / (max(abs(ours), abs(value)) or 1.0)
        if found.differences[name] == 0 and is_rounding_alone(name, theirs):
            apart = 0.0
        yield {
            "class": feature_class(name),
            "image type": name.split("_")[0].split("-")[0],
            "difference": apart,
            "beyond rounding": found.differences[name],
            "where": f"{name} ({case})",
        }


def table(values: pd.DataFrame, by: str) -> str:
    """Markdown: number of values and the largest differences of each group."""
    lines = [
        f"| {by} | values | beyond rounding | plainly | where |",
        "|---|---|---|---|---|",
    ]
    for name, group in values.groupby(by):
        worst = group.loc[group["difference"].idxmax()]
        lines.append(
            f"| {name} | {len(group):,} | {group['beyond rounding'].max():.1e} "
            f"| {worst['difference']:.1e} | {worst['where']} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, and put both tables where they belong on the page."""
    found = list(measured())
    values = pd.DataFrame([row for case, each in found for row in rows(case, each)])
    tables = "\n\n".join(table(values, by) for by in ("class", "image type"))
    counted = f"{len(values):,} values of {len(found)} extractions of {len(FILES)} public regions."
    before, rest = PAGE.read_text(encoding="utf-8").split(START)
    after = rest.split(END)[1]
    text = f"{before}{START}{counted}\n\n{tables}\n{END}{after}"
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
