"""The checks of an experiment's material, before every fit."""

from __future__ import annotations

from collections.abc import Mapping

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.experiment.before_fit import Beside, findings_before
from radiomics_hcc.experiment.config import FeatureSection
from radiomics_hcc.experiment.gather import Material
from radiomics_hcc.experiment.load import Experiment


def audit_material(
    experiment: Experiment,
    material: Material,
    *,
    other_table: PatientTable | None = None,
    other_features: FeatureTable | None = None,
) -> tuple[Finding, ...]:
    """Run every check that needs no model on what an experiment read and measured.

    Parameters
    ----------
    other_table, other_features
        A cohort for testing, which must have no patient in common with this one.

    Returns
    -------
    tuple of Finding
        In the order of the codes. A finding that the material already carries, such as an
        allowed incorporation, stands in the place of its check's.
    """
    config = experiment.config
    phase, section = config.cohort.phase, config.features
    beside = Beside(
        config.intent,
        material.patients.get("treatment_date"),
        material.features.select(phase=str(phase)) if phase else material.features,
        left_out(material.features, section) if section.table else (),
        config.harmonise.batch if config.harmonise else "",
        config.harmonise.covariates if config.harmonise else (),
        other_table,
        other_features,
    )
    return findings_before(material.table, material.target, beside, known=material.findings)


def left_out(features: FeatureTable, section: FeatureSection) -> tuple[str, ...]:
    """Features that the sidecar names and the table lacks, though nobody asked to leave them out.

    Those that hold the grey level itself may be dropped for changes over time, and do not count.
    """
    named = features.metadata.get("ibsi_ids")
    if not isinstance(named, Mapping):
        return ()
    there = {*features.features, *section.exclude}
    gone = [name for name in map(str, named) if name not in there]
    dropped = FeatureTable(features.data.reindex(columns=gone), features.metadata).anchor_dependent
    return tuple(name for name in gone if name.startswith(section.prefix) and name not in dropped)
