"""The record of a run: how it begins, what it says in words, and its tables."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pandas as pd

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.evaluation.verdict import verdict
from radiomics_hcc.experiment import inputs, tables
from radiomics_hcc.experiment.gather import Material
from radiomics_hcc.experiment.image_facts import image_facts
from radiomics_hcc.experiment.judge import Judged
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.experiment.procedure import validation_of
from radiomics_hcc.experiment.words import INCORPORATED, INTENT_NOTES, SOFTWARE, target_sentence
from radiomics_hcc.features.verify import agreement_of
from radiomics_hcc.modelling.permutation import permutation_test
from radiomics_hcc.response.best_response import best
from radiomics_hcc.tracking.provenance import collect


def started(experiment: Experiment) -> RunRecord:
    """The record of a run that has just begun."""
    now = datetime.now(UTC)
    config, digest = experiment.resolved(), experiment.digest()
    return RunRecord(
        run_id=f"{now:%Y%m%dT%H%M%S%f}-{digest[:8]}",
        name=experiment.name,
        question=experiment.config.question,
        intent=experiment.config.intent,
        status=RunStatus.STARTED,
        started=now.isoformat(timespec="seconds"),
        config=config,
        config_sha256=digest,
        provenance=collect(
            experiment.file.parent, started=now.isoformat(timespec="seconds"), arguments=sys.argv
        ),
    )


def summary(experiment: Experiment, material: Material, judged: Judged) -> dict[str, object]:
    """What the report says in words."""
    config, evaluation = experiment.config, judged.evaluation
    metadata = material.features.metadata
    metric = "auc" if (evaluation.metrics["metric"] == "auc").any() else "ordinal_c_index"
    return {
        "verdict": verdict(
            evaluation.comparisons,
            evaluation.metrics,
            primary=judged.primary.name,
            metric=metric,
        ),
        "headline_model": judged.primary.name,
        "classes": list(material.target.classes),
        "target": target_sentence(config),
        "intent": INCORPORATED if material.findings else INTENT_NOTES[config.intent],
        "engine": " ".join(str(metadata.get(k, "")) for k in ("engine", "engine_version")).strip(),
        "verification": str(agreement_of(material.features) or ""),
        "settings": metadata.get("settings", {}),
        "images": image_facts(material.cohort),
        "incorporation_justification": config.allow_incorporation if material.findings else None,
        "software": SOFTWARE,
    }


def record_tables(
    experiment: Experiment, material: Material, judged: Judged
) -> dict[str, pd.DataFrame]:
    """Every table of the record."""
    table, target = material.table, material.target
    clinical = inputs.clinical_columns(experiment, material.patients)
    found = {
        "cohort_flow": tables.cohort_flow(material.patients, material.features, table, target),
        "table_one": tables.table_one(clinical, target),
        "labels": target.frame(),
        "label_counts": tables.label_counts(target),
        "exclusions": target.exclusions,
        "features": tables.feature_summary(table),
        "missing": tables.missing_cells(table),
        **tables.model_tables(judged, table, target),
    }
    if material.labels.response is not None:
        found["response"] = material.labels.response.frame()
        found["best_response"] = best(material.labels.response).frame()
    if experiment.config.validation.permutations:
        found["permutation"] = _permutation(experiment, material, judged)
    return found


def _permutation(experiment: Experiment, material: Material, judged: Judged) -> pd.DataFrame:
    """The primary model among the same procedure on permuted labels."""
    test = permutation_test(
        judged.primary,
        material.table,
        target=material.target,
        validation=validation_of(experiment),
        preparation=judged.preparation,
        score=tables.headline_score,
        jobs=experiment.config.execution.jobs,
    )
    return pd.DataFrame(
        {
            "model": [test.model],
            "observed": [test.observed],
            "permutations": [len(test.permuted)],
            "p_value": [test.p_value],
        }
    )
