"""The tables of the package, and the schema of the experiment file, for people and programs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Final

from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.checks.table import CHECKS
from radiomics_hcc.evaluation.metrics import METRICS
from radiomics_hcc.experiment.config import ExperimentConfig
from radiomics_hcc.features.engines import ENGINES
from radiomics_hcc.modelling.classifiers.table import all_classifiers
from radiomics_hcc.modelling.leakage import Intent
from radiomics_hcc.response.criteria import criteria
from radiomics_hcc.tracking.open import all_trackers


def _documented(table: Mapping[str, object]) -> dict[str, str]:
    return {name: (inspect.getdoc(value) or "").partition("\n")[0] for name, value in table.items()}


KINDS: Final[Mapping[str, Callable[[], dict[str, str]]]] = {
    "criteria": lambda: _documented(criteria()),
    "classifiers": lambda: _documented(all_classifiers()),
    "engines": lambda: _documented(ENGINES),
    "checks": lambda: {code: check.title for code, check in CHECKS.items()},
    "metrics": lambda: {name: metric.title for name, metric in METRICS.items()},
    "trackers": all_trackers,
}


def list_kind(kind: str) -> dict[str, str]:
    """Name and one line for everything of a kind.

    Raises
    ------
    InputError
        For an unknown kind.
    """
    if kind not in KINDS:
        remedy = did_you_mean(kind, list(KINDS))
        raise InputError([Problem("list", f"unknown kind {kind!r}", remedy)])
    return KINDS[kind]()


def experiment_schema() -> dict[str, object]:
    """JSON Schema of the experiment file, with the words that are known here."""
    schema = ExperimentConfig.model_json_schema()
    known = {
        ("TargetSection", "criterion"): list(criteria()),
        ("FeatureSection", "engine"): list(ENGINES),
    }
    for (section, key), words in known.items():
        schema["$defs"][section]["properties"][key]["enum"] = words
    model = schema["properties"]["models"]["items"]
    model["properties"] = {"kind": {"enum": list(all_classifiers())}}
    model["required"] = ["kind"]
    schema["properties"]["intent"]["enum"] = [str(intent) for intent in Intent]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
