"""Whether predicted probabilities mean what they say, and whether acting on them would help."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import Block, Fold, Missing, Pair, Picture, Section, Table
from radiomics_hcc.report.figures.gallery import (
    calibration_of,
    headline_model,
    reference_model,
)
from radiomics_hcc.report.numbers import interval
from radiomics_hcc.report.sections.source import Source

ERRORS_NOTE: Final = (
    "Distance between the predictions and the smooth curve: mean (ICI), median (E50) and 90 % "
    "(E90). Above zero for a perfectly calibrated model too, the more so the fewer patients: "
    "compare models rather than with zero."
)


def usefulness(source: Source) -> Section:
    """Calibration with its errors, decision curve, and the difference to the reference."""
    blocks: list[Block] = [_calibration(source), _errors(source)]
    pictures = [_decision(source), *_difference(source)]
    drawn = tuple(each for each in pictures if isinstance(each, Picture))
    blocks += [Pair(drawn)] if drawn else []
    blocks += [each for each in pictures if isinstance(each, Missing)]
    return Section("usefulness", "Calibration and usefulness", tuple(blocks))


def _calibration(source: Source) -> Picture | Missing:
    model = words.model(headline_model(source.record)) or "the model"
    tables = calibration_of(source.record)
    smooth = "The band is the 95 % band of the smooth curve. " if len(tables.smooth) else ""
    smooth += "Bars are 95 % intervals of groups of patients, larger dots hold more of them."
    below = " Below: how many patients have which prediction." if len(tables.chances) else ""
    return source.picture(
        "calibration.svg",
        alt=f"Calibration of {model}: observed share against predicted probability, with the "
        "diagonal of perfect calibration; same data below.",
        caption=f"Calibration of {model}. {smooth} On the dotted line predictions mean what they "
        f"say.{below}",
        data=tables.data(),
    )


def _errors(source: Source) -> Block:
    caption = "Calibration errors of every model"
    if not source.has("calibration_errors"):
        return Missing(caption)
    frame = source.frame("calibration_errors")
    return Fold(caption, (_error_table(frame, caption),))


def _error_table(frame: pd.DataFrame, caption: str) -> Table:
    cells = tuple(
        (
            words.model(str(row.model)),
            str(row.boundary),
            str(row.measure),
            str(row.note) or interval(row.estimate, row.low, row.high),
        )
        for row in frame.itertuples(index=False)
    )
    heads = ("Model", "Boundary", "Measure", "Estimate (95 % interval)")
    return Table(caption, heads, cells, frozenset({3}), ERRORS_NOTE, grouped=True)


def _decision(source: Source) -> Picture | Missing:
    model = words.model(headline_model(source.record)) or "the model"
    reference = words.model(reference_model(source.record))
    return source.picture(
        "decision_curve.svg",
        alt=f"Decision curve: net benefit of acting on {model}, on {reference}, on all and on "
        "nobody, over the threshold probability; same data below.",
        caption=f"Decision curve. Acting on {model} is useful at thresholds where it lies above "
        "acting on all and acting on none; the band is its 95 % band.",
        data=source.frame("decision_curve"),
    )


def _difference(source: Source) -> list[Picture | Missing]:
    if not source.has("net_benefit_difference"):
        return []
    reference = words.model(reference_model(source.record))
    return [
        source.picture(
            "net_benefit_difference.svg",
            alt=f"Net benefit of the model minus that of {reference} over the threshold "
            "probability, with a line at zero; same data below.",
            caption=f"Net benefit beyond {reference}. The 95 % band holds point by point and is "
            "no test over all thresholds.",
            data=source.frame("net_benefit_difference"),
        )
    ]
