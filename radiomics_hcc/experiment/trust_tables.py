"""Tables that say how far a model's numbers can be trusted: calibration, utility, stability."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding, Predictions
from radiomics_hcc.domain.positive_class import positive_classes
from radiomics_hcc.evaluation.boundaries import boundaries
from radiomics_hcc.evaluation.calibration_smooth import calibration_errors, smooth_calibration
from radiomics_hcc.evaluation.column_losses import column_losses
from radiomics_hcc.evaluation.errors_by_patient import error_table
from radiomics_hcc.evaluation.explanations import coefficient_table, importance_table
from radiomics_hcc.evaluation.instability import instability, instability_summary
from radiomics_hcc.evaluation.net_benefit import decision_curve, net_benefit_difference
from radiomics_hcc.evaluation.reader_ceiling import reader_ceiling
from radiomics_hcc.evaluation.stability import stability_table
from radiomics_hcc.evaluation.subgroups import subgroup_table
from radiomics_hcc.evaluation.threshold_summary import threshold_summary
from radiomics_hcc.experiment import inputs
from radiomics_hcc.experiment.attempt import attempt
from radiomics_hcc.experiment.gather import Material, Talk
from radiomics_hcc.experiment.judge import Judged
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.experiment.procedure import validation_of
from radiomics_hcc.experiment.reader_agreement_table import reader_agreement_table
from radiomics_hcc.experiment.scan_days import scan_days
from radiomics_hcc.modelling.crossval import ModelRun
from radiomics_hcc.modelling.explain import GroupImportance, explain

NOT_DRAWN: Final = ("no_information", "negative_control")
"""Baselines whose curves say nothing beyond their metrics."""


def trust_tables(
    experiment: Experiment, material: Material, judged: Judged, talk: Talk
) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """Every such table of one run, by its name in the record, and what could not be made."""
    found: dict[str, pd.DataFrame] = {}
    findings = []
    for what, make in _makers(experiment, material, judged, talk).items():
        nothing: dict[str, pd.DataFrame] = {}
        tables, failed = attempt(f"The part `{what}`", make, nothing)
        found |= tables
        findings += failed
    return {name: frame for name, frame in found.items() if len(frame)}, findings


def _makers(
    experiment: Experiment, material: Material, judged: Judged, talk: Talk
) -> dict[str, Callable[[], dict[str, pd.DataFrame]]]:
    """What makes each part of the tables; one that fails does not take the others with it."""
    predictions = judged.evaluation.predictions
    primary = predictions[judged.primary.name]
    rule = experiment.config.validation.threshold
    makers: dict[str, Callable[[], dict[str, pd.DataFrame]]] = {
        "thresholds": lambda: {
            "thresholds": threshold_summary(list(predictions.values()), rule=rule)
        },
        "errors": lambda: {
            "errors": error_table(primary, inputs.clinical_columns(experiment, material.patients))
        },
        "stability": lambda: _stability(experiment, material, judged),
        "column losses": lambda: {
            "column_losses": column_losses(pd.concat([run.column_counts for run in judged.runs]))
        },
        "subgroups": lambda: _subgroups(experiment, material, judged),
        "calibration and utility": lambda: (
            _two_class_tables(judged) if positive_classes(primary.classes) else {}
        ),
        "boundaries": lambda: (
            {"boundaries": boundaries(primary)} if len(primary.classes) > 2 else {}
        ),
        "reader ceiling": lambda: _reader_ceiling(material, primary),
        "days of the scans": lambda: {
            "scan_days": scan_days(material.table, material.target, material.patients)
        },
        "agreement of the readers": lambda: {
            "reader_agreement": reader_agreement_table(experiment, material)
        },
    }
    if experiment.config.validation.importance:
        makers["importance"] = lambda: _importance(experiment, material, judged, talk)
    return makers


def _subgroups(
    experiment: Experiment, material: Material, judged: Judged
) -> dict[str, pd.DataFrame]:
    groups = inputs.subgroup_columns(experiment, material.patients)
    if not len(groups.columns):
        return {}
    primary = judged.evaluation.predictions[judged.primary.name]
    known = groups.reindex(material.target.labels.index)
    return {"subgroups": subgroup_table(primary, known, auc_widening=judged.auc_widening)}


def _reader_ceiling(material: Material, primary: Predictions) -> dict[str, pd.DataFrame]:
    readers = material.target.reader_labels.reindex(material.target.labels.index)
    if len(readers.columns) < 2:
        return {}
    return {"reader_ceiling": reader_ceiling(primary, readers)}


def _two_class_tables(judged: Judged) -> dict[str, pd.DataFrame]:
    """Calibration and utility of every model and baseline that knows something."""
    shown = {
        name: each for name, each in judged.evaluation.predictions.items() if name not in NOT_DRAWN
    }
    primary = shown[judged.primary.name]
    tables = {
        "instability": instability(primary),
        "instability_summary": _stacked(shown, instability_summary),
        "decision_curve": pd.concat(
            [decision_curve(each).assign(model=name) for name, each in shown.items()],
            ignore_index=True,
        ),
        "calibration_smooth": _stacked(shown, smooth_calibration),
        "calibration_errors": _stacked(shown, calibration_errors),
    }
    if judged.reference in shown and judged.reference != judged.primary.name:
        difference = net_benefit_difference(primary, shown[judged.reference])
        tables["net_benefit_difference"] = difference.assign(
            model=judged.primary.name, reference=judged.reference
        )
    return tables


def _stability(
    experiment: Experiment, material: Material, judged: Judged
) -> dict[str, pd.DataFrame]:
    """Which features the models used, and how steadily."""
    validation = validation_of(experiment)
    folds = validation.outer * validation.repeats
    selected = pd.concat([run.selected for run in judged.runs], ignore_index=True).infer_objects()
    slopes = pd.concat([run.coefficients for run in judged.runs], ignore_index=True).infer_objects()
    among = {
        run.candidate.name: _choices(run)
        for run in judged.runs
        if run.candidate.step.selected_features != 0 or run.candidate.step.block_step
    }
    found = {
        "coefficients": coefficient_table(slopes, folds),
        "stability": stability_table(selected, folds, among),
    }
    rule = judged.preparation.reliability
    if rule is not None:
        found["reliability"] = rule.frame(material.table.names("radiomic"))
    return found


def _importance(
    experiment: Experiment, material: Material, judged: Judged, talk: Talk
) -> dict[str, pd.DataFrame]:
    """How much the primary model needs each group of features."""
    validation = validation_of(experiment)
    talk.say("importance: the outer folds are fitted once more")
    explained = explain(
        judged.primary,
        material.table,
        target=material.target,
        validation=validation,
        preparation=judged.preparation,
        how=GroupImportance(permutations=experiment.config.validation.importance),
        jobs=experiment.config.execution.jobs,
    )
    return {
        "importance": importance_table(explained.drops, 1.0 / (validation.outer - 1)),
        "importance_groups": explained.groups,
    }


def _choices(run: ModelRun) -> int:
    """From how many columns a model could choose; those made of words or gaps count if chosen."""
    made = set(run.selected["feature"]) - set(run.candidate.columns)
    return len(run.candidate.columns) + len(made)


def _stacked(
    predictions: Mapping[str, Predictions], table: Callable[[Predictions], pd.DataFrame]
) -> pd.DataFrame:
    return pd.concat([table(each) for each in predictions.values()], ignore_index=True)
