"""The classifiers by their kind; other packages add theirs through an entry point."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any, Final

from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.classifiers.base import ClassifierStep
from radiomics_hcc.modelling.classifiers.elastic_net import ElasticNet
from radiomics_hcc.modelling.classifiers.gradient_boosting import GradientBoosting
from radiomics_hcc.modelling.classifiers.k_nearest import KNearest
from radiomics_hcc.modelling.classifiers.linear_svm import LinearSvm
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.classifiers.random_forest import RandomForest
from radiomics_hcc.modelling.classifiers.rbf_svm import RbfSvm
from radiomics_hcc.modelling.classifiers.stacking import Stacking

ENTRY_POINT_GROUP: Final = "radiomics_hcc.classifiers"

CLASSIFIERS: Final[Mapping[str, type[ClassifierStep]]] = {
    step.kind: step
    for step in (
        ElasticNet,
        OrdinalLogistic,
        RandomForest,
        GradientBoosting,
        LinearSvm,
        RbfSvm,
        KNearest,
        Stacking,
    )
}


def all_classifiers() -> dict[str, type[ClassifierStep]]:
    """The package's classifiers and those that installed packages add, by kind.

    Raises
    ------
    InputError
        Where an entry point is no `ClassifierStep` or takes a kind that is in use.
    """
    found = dict(CLASSIFIERS)
    problems = []
    for point in entry_points(group=ENTRY_POINT_GROUP):
        step = point.load()
        if not (isinstance(step, type) and issubclass(step, ClassifierStep)):
            problems.append(Problem(point.value, "is not a ClassifierStep"))
        elif step.kind in found:
            problems.append(Problem(point.value, f"kind {step.kind!r} is already in use"))
        else:
            found[step.kind] = step
    if problems:
        raise InputError(problems, f"entry points {ENTRY_POINT_GROUP}")
    return found


def make_classifier(config: Mapping[str, Any]) -> ClassifierStep:
    """Make a classifier from `{kind: ..., parameter: value}`.

    Raises
    ------
    InputError
        For an unknown kind or parameter.
    """
    known = all_classifiers()
    kind = str(config.get("kind", ""))
    if kind not in known:
        raise InputError(
            [Problem("models.kind", f"unknown {kind!r}", did_you_mean(kind, list(known)))]
        )
    return known[kind].from_config(config)
