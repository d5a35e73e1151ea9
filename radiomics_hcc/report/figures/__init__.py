"""Figures from tables: compute first, draw later."""

from radiomics_hcc.report.figures.calibration import (
    CalibrationTables,
    calibration,
    calibration_tables,
)
from radiomics_hcc.report.figures.decision import decision_curve, net_benefit_difference
from radiomics_hcc.report.figures.elsewhere import elsewhere
from radiomics_hcc.report.figures.explanations import coefficients, importance
from radiomics_hcc.report.figures.flow import cohort_flow
from radiomics_hcc.report.figures.forest import forest
from radiomics_hcc.report.figures.gallery import figures
from radiomics_hcc.report.figures.instability import instability
from radiomics_hcc.report.figures.limits import Limits, limits_of
from radiomics_hcc.report.figures.performance import confusion, roc
from radiomics_hcc.report.figures.selection import selected
from radiomics_hcc.report.figures.spider import spider
from radiomics_hcc.report.figures.subgroups import subgroups
from radiomics_hcc.report.figures.swimmer import swimmer
from radiomics_hcc.report.figures.waterfall import waterfall

__all__ = [
    "CalibrationTables",
    "Limits",
    "calibration",
    "calibration_tables",
    "coefficients",
    "cohort_flow",
    "confusion",
    "decision_curve",
    "elsewhere",
    "figures",
    "forest",
    "importance",
    "instability",
    "limits_of",
    "net_benefit_difference",
    "roc",
    "selected",
    "spider",
    "subgroups",
    "swimmer",
    "waterfall",
]
