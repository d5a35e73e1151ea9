"""Figures from tables: compute first, draw later."""

from radiomics_hcc.report.figures.flow import cohort_flow
from radiomics_hcc.report.figures.forest import forest
from radiomics_hcc.report.figures.gallery import figures
from radiomics_hcc.report.figures.limits import Limits, limits_of
from radiomics_hcc.report.figures.performance import calibration, confusion, roc
from radiomics_hcc.report.figures.selection import selected
from radiomics_hcc.report.figures.spider import spider
from radiomics_hcc.report.figures.swimmer import swimmer
from radiomics_hcc.report.figures.waterfall import waterfall

__all__ = [
    "Limits",
    "calibration",
    "cohort_flow",
    "confusion",
    "figures",
    "forest",
    "limits_of",
    "roc",
    "selected",
    "spider",
    "swimmer",
    "waterfall",
]
