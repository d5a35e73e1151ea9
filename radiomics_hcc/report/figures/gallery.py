"""All figure files of a run, made from its tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.report.figures.calibration import (
    CalibrationTables,
    calibration,
    calibration_tables,
)
from radiomics_hcc.report.figures.decision import decision_curve, net_benefit_difference
from radiomics_hcc.report.figures.elsewhere import elsewhere
from radiomics_hcc.report.figures.explanations import coefficients, importance
from radiomics_hcc.report.figures.flow import cohort_flow
from radiomics_hcc.report.figures.forest import discrimination, forest
from radiomics_hcc.report.figures.instability import instability
from radiomics_hcc.report.figures.limits import DIAMETERS, Limits, limits_of
from radiomics_hcc.report.figures.performance import confusion, roc
from radiomics_hcc.report.figures.selection import selected
from radiomics_hcc.report.figures.spider import spider
from radiomics_hcc.report.figures.subgroups import subgroups
from radiomics_hcc.report.figures.swimmer import swimmer
from radiomics_hcc.report.figures.waterfall import waterfall


def figures(record: RunRecord) -> dict[str, bytes]:
    """Every figure that the run's tables allow, as SVG bytes by file name.

    A figure whose table is missing or empty is left out, so that a run that failed halfway still
    has the others.
    """
    tables = {name: table for name, table in record.tables.items() if len(table)}
    return {f"{name}.svg": draw(record) for name, draw in DRAWINGS.items() if _can(name, tables)}


def class_names(record: RunRecord) -> list[str]:
    """The classes in the order of the response, as the summary lists them."""
    listed = record.summary.get("classes", ())
    return [str(name) for name in listed] if isinstance(listed, list | tuple) else []


def headline_model(record: RunRecord) -> str:
    """The model that the verdict speaks of; the first one where the summary names none."""
    named = str(record.summary.get("headline_model") or "")
    metrics = record.tables.get("metrics")
    if named or metrics is None or metrics.empty:
        return named
    return str(metrics["model"].iloc[0])


def baseline_models(record: RunRecord) -> list[str]:
    """Models in the metrics that the configuration did not ask for: they ran for comparison."""
    configured = configured_models(record)
    metrics = record.tables.get("metrics")
    if metrics is None or metrics.empty or not configured:
        return []
    asked = configured | {headline_model(record)}
    return [str(name) for name in metrics["model"].unique() if str(name) not in asked]


def configured_models(record: RunRecord) -> set[str]:
    """Names of the models that the configuration lists: their kind, numbered where it repeats."""
    listed = record.config.get("models", ())
    entries = listed if isinstance(listed, list | tuple) else ()
    kinds = [str(entry.get("kind", "")) for entry in entries if isinstance(entry, Mapping)]
    seen = [kinds[: place + 1].count(kind) for place, kind in enumerate(kinds)]
    pairs = zip(kinds, seen, strict=True)
    return {kind if count == 1 else f"{kind}_{count}" for kind, count in pairs}


def reference_model(record: RunRecord) -> str:
    """The baseline that the headline model is held against: size alone where nothing is said."""
    difference = record.tables.get("net_benefit_difference")
    if difference is not None and len(difference):
        return str(difference["reference"].iloc[0])
    return REFERENCE


def mean_threshold(record: RunRecord) -> float | None:
    """Mean over the folds of the threshold that the headline model chose; None without one."""
    table = record.tables.get("thresholds")
    if table is None or table.empty:
        return None
    found = table.loc[table["model"] == headline_model(record), "mean"].dropna()
    return float(found.iloc[0]) if len(found) else None


def calibration_of(record: RunRecord) -> CalibrationTables:
    """What is drawn as the calibration of the headline model."""
    return calibration_tables(record.tables, headline_model(record), class_names(record))


def response_limits(record: RunRecord) -> Limits:
    """The lines of the run's criterion; those of mRECIST where the configuration names none."""
    target = record.config.get("target")
    if not isinstance(target, Mapping) or not target.get("criterion"):
        return DIAMETERS
    parameters = target.get("parameters")
    known = parameters if isinstance(parameters, Mapping) else {}
    return limits_of(str(target["criterion"]), known)


def confusion_matrix(record: RunRecord) -> pd.DataFrame:
    """The confusion table as a matrix, classes best first in both directions."""
    table = record.tables["confusion"]
    found = [*class_names(record), *table["true"].astype(str), *table["predicted"].astype(str)]
    order = list(dict.fromkeys(found))
    matrix = table.astype({"true": str, "predicted": str}).pivot_table(
        index="true", columns="predicted", values="patients", aggfunc="sum"
    )
    return matrix.reindex(index=order, columns=order).fillna(0.0)


def _can(name: str, tables: Mapping[str, pd.DataFrame]) -> bool:
    if name == "calibration":
        return not {"calibration", "calibration_smooth"}.isdisjoint(tables)
    source = SOURCES[name]
    if name in ("forest", "elsewhere"):
        return source in tables and len(discrimination(tables[source])) > 0
    return source in tables


REFERENCE: Final = "size_only"

SOURCES: Final = {
    "cohort_flow": "cohort_flow",
    "waterfall": "response",
    "spider": "response",
    "swimmer": "response",
    "forest": "metrics",
    "roc": "roc",
    "calibration": "calibration",
    "decision_curve": "decision_curve",
    "net_benefit_difference": "net_benefit_difference",
    "instability": "instability",
    "subgroups": "subgroups",
    "coefficients": "coefficients",
    "importance": "importance",
    "elsewhere": "external_metrics",
    "confusion": "confusion",
    "selected": "selected",
}

DRAWINGS: Final[Mapping[str, Callable[[RunRecord], bytes]]] = {
    "cohort_flow": lambda record: cohort_flow(record.tables["cohort_flow"]),
    "waterfall": lambda record: waterfall(
        record.tables["response"],
        limits=response_limits(record),
        best=record.tables.get("best_response"),
    ),
    "spider": lambda record: spider(record.tables["response"], limits=response_limits(record)),
    "swimmer": lambda record: swimmer(
        record.tables["response"], record.tables.get("best_response")
    ),
    "forest": lambda record: forest(record.tables["metrics"], baseline_models(record)),
    "roc": lambda record: roc(record.tables["roc"], headline_model(record)),
    "calibration": lambda record: calibration(calibration_of(record)),
    "decision_curve": lambda record: decision_curve(
        record.tables["decision_curve"], headline_model(record), reference_model(record)
    ),
    "net_benefit_difference": lambda record: net_benefit_difference(
        record.tables["net_benefit_difference"]
    ),
    "instability": lambda record: instability(record.tables["instability"], mean_threshold(record)),
    "subgroups": lambda record: subgroups(record.tables["subgroups"]),
    "coefficients": lambda record: coefficients(
        record.tables["coefficients"], headline_model(record)
    ),
    "importance": lambda record: importance(
        record.tables["importance"], record.tables.get("importance_groups")
    ),
    "elsewhere": lambda record: elsewhere(
        record.tables["external_metrics"],
        record.tables.get("external_groups"),
        headline=headline_model(record),
        reference=reference_model(record),
    ),
    "confusion": lambda record: confusion(confusion_matrix(record)),
    "selected": lambda record: selected(record.tables["selected"], headline_model(record)),
}
