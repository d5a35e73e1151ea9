"""Tables that say how far a model's numbers can be trusted: calibration, utility, stability."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.domain.positive_class import positive_classes
from radiomics_hcc.evaluation.boundaries import boundaries
from radiomics_hcc.evaluation.calibration_smooth import calibration_errors, smooth_calibration
from radiomics_hcc.evaluation.errors_by_patient import error_table
from radiomics_hcc.evaluation.explanations import coefficient_table, importance_table
from radiomics_hcc.evaluation.instability import instability, instability_summary
from radiomics_hcc.evaluation.net_benefit import decision_curve, net_benefit_difference
from radiomics_hcc.evaluation.reader_ceiling import reader_ceiling
from radiomics_hcc.evaluation.stability import stability_table
from radiomics_hcc.evaluation.subgroups import subgroup_table
from radiomics_hcc.evaluation.threshold_summary import threshold_summary
from radiomics_hcc.experiment import inputs
from radiomics_hcc.experiment.gather import Material
from radiomics_hcc.experiment.judge import Judged
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.experiment.procedure import preparation_of, validation_of
from radiomics_hcc.modelling.crossval import ModelRun
from radiomics_hcc.modelling.explain import GroupImportance, explain

NOT_DRAWN: Final = ("no_information", "negative_control")
"""Baselines whose curves say nothing beyond their metrics."""


def trust_tables(
    experiment: Experiment, material: Material, judged: Judged
) -> dict[str, pd.DataFrame]:
    """Every such table of one run, by its name in the record."""
    predictions = judged.evaluation.predictions
    primary = predictions[judged.primary.name]
    clinical = inputs.clinical_columns(experiment, material.patients)
    groups = inputs.subgroup_columns(experiment, material.patients)
    found = {
        "thresholds": threshold_summary(
            list(predictions.values()), rule=experiment.config.validation.threshold
        ),
        "errors": error_table(primary, clinical),
        **_explanations(experiment, material, judged),
    }
    if len(groups.columns):
        found["subgroups"] = subgroup_table(primary, groups.reindex(material.target.labels.index))
    if positive_classes(primary.classes):
        found |= _two_class_tables(judged)
    if len(primary.classes) > 2:
        found["boundaries"] = boundaries(primary)
    readers = material.target.reader_labels.reindex(material.target.labels.index)
    if len(readers.columns) > 1:
        found["reader_ceiling"] = reader_ceiling(primary, readers)
    return {name: frame for name, frame in found.items() if len(frame)}


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


def _explanations(
    experiment: Experiment, material: Material, judged: Judged
) -> dict[str, pd.DataFrame]:
    """Which features the models used, how steadily, and how much the primary one needs them."""
    validation, section = validation_of(experiment), experiment.config.validation
    folds = validation.outer * validation.repeats
    selected = pd.concat([run.selected for run in judged.runs], ignore_index=True)
    slopes = pd.concat([run.coefficients for run in judged.runs], ignore_index=True)
    among = {
        run.candidate.name: _choices(run)
        for run in judged.runs
        if run.candidate.step.selected_features != 0 or run.candidate.step.block_step
    }
    found = {
        "coefficients": coefficient_table(slopes, folds),
        "stability": stability_table(selected, folds, among),
    }
    preparation = preparation_of(experiment, material.table)
    if preparation.reliability is not None:
        found["reliability"] = preparation.reliability.frame(material.table.names("radiomic"))
    if section.importance:
        explained = explain(
            judged.primary,
            material.table,
            target=material.target,
            validation=validation,
            preparation=preparation,
            how=GroupImportance(permutations=section.importance),
            jobs=experiment.config.execution.jobs,
        )
        found["importance"] = importance_table(explained.drops, 1.0 / (validation.outer - 1))
        found["importance_groups"] = explained.groups
    return found


def _choices(run: ModelRun) -> int:
    """From how many columns a model could choose; those made of words or gaps count if chosen."""
    made = set(run.selected["feature"]) - set(run.candidate.columns)
    return len(run.candidate.columns) + len(made)


def _stacked(
    predictions: Mapping[str, Predictions], table: Callable[[Predictions], pd.DataFrame]
) -> pd.DataFrame:
    return pd.concat([table(each) for each in predictions.values()], ignore_index=True)
