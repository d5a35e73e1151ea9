from __future__ import annotations

import dataclasses
import math
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from radiomics_hcc import tracking
from radiomics_hcc.domain.record import InputFile, ModelFile, RunRecord, RunStatus
from radiomics_hcc.tracking.items import (
    Dataset,
    Figure,
    JsonDocument,
    Metric,
    MetricSteps,
    ModelItem,
    Parameter,
    Table,
    Tag,
    items,
)
from radiomics_hcc.tracking.record_models import model_names, primary_model

METRICS = pd.DataFrame(
    {
        "model": ["no_information", "elastic_net", "elastic_net"],
        "metric": ["auc", "auc", "brier"],
        "estimate": [0.5, 0.8, 0.2],
        "low": [math.nan, 0.7, 0.1],
        "high": [math.nan, 0.9, 0.3],
    }
)


@pytest.fixture
def record() -> RunRecord:
    return RunRecord(
        run_id="20261120T101500-abcd",
        name="tace-ct",
        question="Is it so?",
        intent="response_reading",
        status=RunStatus.COMPLETED,
        started="2026-11-20T10:15:00+00:00",
        config={
            "seed": 7,
            "features": {"timepoints": ["pre", "post"], "delta": []},
            "models": [{"kind": "elastic_net", "alpha": 0.5}, {"kind": "random_forest"}],
        },
        inputs=(InputFile("cohort.images", "cohort.csv", "e" * 64),),
        provenance={"git": {"commit": "abc", "dirty": True, "diff_sha256": "d", "reason": None}},
        tables={"metrics": METRICS},
        figures={"roc.svg": b"<svg/>"},
        models=(ModelFile("elastic_net", b"", "", {}),),
    )


def parameters(record: RunRecord, model: str | None) -> dict[str, str]:
    found = [item for item in items(record) if isinstance(item, Parameter)]
    return {item.name: item.value for item in found if item.model == model}


def metrics(record: RunRecord, model: str | None) -> dict[str, float]:
    found = [item for item in items(record) if isinstance(item, Metric)]
    return {item.name: item.value for item in found if item.model == model}


def tags(record: RunRecord) -> dict[str, str]:
    return {
        item.name: item.value for item in items(record) if isinstance(item, Tag) and not item.model
    }


def test_a_record_becomes_items_of_every_kind(record: RunRecord) -> None:
    kinds = {type(item) for item in items(record)}
    assert kinds == {JsonDocument, Tag, Parameter, Dataset, Table, Figure, Metric, ModelItem}


def test_configuration_is_flattened_to_dotted_names(record: RunRecord) -> None:
    assert parameters(record, None) == {
        "seed": "7",
        "features.timepoints": '["pre", "post"]',
        "features.delta": "[]",
        "models.0.kind": "elastic_net",
        "models.0.alpha": "0.5",
        "models.1.kind": "random_forest",
    }


def test_a_model_has_its_own_parameters(record: RunRecord) -> None:
    assert parameters(record, "elastic_net") == {"kind": "elastic_net", "alpha": "0.5"}


def test_interval_ends_are_metrics_of_their_own(record: RunRecord) -> None:
    assert metrics(record, "elastic_net") == {
        "auc": 0.8,
        "auc.low": 0.7,
        "auc.high": 0.9,
        "brier": 0.2,
        "brier.low": 0.1,
        "brier.high": 0.3,
    }


def test_a_missing_interval_is_kept_as_nan(record: RunRecord) -> None:
    baseline = metrics(record, "no_information")
    assert baseline["auc"] == 0.5
    assert math.isnan(baseline["auc.low"])


def test_the_run_shows_the_primary_models_numbers(record: RunRecord) -> None:
    assert primary_model(record) == "elastic_net"
    assert metrics(record, None) == metrics(record, "elastic_net")


def test_models_are_named_in_the_order_of_the_table(record: RunRecord) -> None:
    assert model_names(record) == ["no_information", "elastic_net"]


def test_a_run_that_only_began_has_no_primary_model(record: RunRecord) -> None:
    began = dataclasses.replace(record, tables={}, models=())
    assert primary_model(began) is None
    assert metrics(began, None) == {}


def test_git_state_becomes_tags_without_what_is_unknown(record: RunRecord) -> None:
    found = tags(record)
    assert found["rhcc.git.commit"] == "abc"
    assert found["rhcc.git.dirty"] == "true"
    assert "rhcc.git.reason" not in found


@pytest.mark.parametrize("place", ["summary", "config"])
def test_an_allowed_incorporation_is_stamped_on_the_run(record: RunRecord, place: str) -> None:
    assert "rhcc.incorporation" not in tags(record)
    key = {"summary": "incorporation_justification", "config": "allow_incorporation"}[place]
    changed = dataclasses.replace(
        record,
        intent="pretreatment_prediction",
        status=RunStatus.COMPLETED if place == "summary" else RunStatus.STARTED,
        **{place: {**getattr(record, place), key: "the label's own scan"}},
    )
    assert tags(changed)["rhcc.incorporation"] == "the label's own scan"
    assert tags(changed)["rhcc.incorporation_risk"] == "allowed"


def test_reading_a_response_uses_the_scan_of_the_label(record: RunRecord) -> None:
    assert tags(record)["rhcc.incorporation_risk"] == "label_scan"


def test_a_justification_that_no_column_needed_is_no_risk(record: RunRecord) -> None:
    prediction = dataclasses.replace(record, intent="pretreatment_prediction")
    asked = {**record.config, "allow_incorporation": "the label's own scan"}
    found = tags(dataclasses.replace(prediction, config=asked))
    assert found["rhcc.incorporation_risk"] == "none"
    assert "rhcc.incorporation" not in found


def test_a_model_carries_the_tags_of_its_run_and_its_role(record: RunRecord) -> None:
    found = {
        item.name: item.value
        for item in items(record)
        if getattr(item, "model", None) == "no_information" and isinstance(item, Tag)
    }
    assert found["rhcc.model_role"] == "reference"
    assert found["rhcc.run_id"] == record.run_id
    assert found["rhcc.incorporation_risk"] == "label_scan"


def test_code_from_a_repository_is_tagged_beside_the_experiments_own(record: RunRecord) -> None:
    known = {**record.provenance, "code": {"commit": "def", "dirty": False}}
    found = tags(dataclasses.replace(record, provenance=known))
    assert (found["rhcc.code.commit"], found["rhcc.code.dirty"]) == ("def", "false")


def test_fold_scores_become_steps_in_the_order_of_repeat_and_fold(record: RunRecord) -> None:
    folds = pd.DataFrame(
        {
            "model": "elastic_net",
            "metric": "auc",
            "repeat": [1, 0, 0, 1],
            "fold": [0, 1, 0, 1],
            "value": [0.3, 0.2, 0.1, 0.4],
        }
    )
    run = dataclasses.replace(record, tables={"metrics": METRICS, "fold_metrics": folds})
    steps = [item for item in items(run) if isinstance(item, MetricSteps)]
    assert steps == [MetricSteps("outer_fold/auc", (0.1, 0.2, 0.3, 0.4), "elastic_net")]


def test_mlflow_is_loaded_by_its_own_tracker_only() -> None:
    modules = [path.stem for path in Path(tracking.__file__).parent.glob("*.py")]
    imports = "; ".join(f"import radiomics_hcc.tracking.{module}" for module in modules)
    code = f"{imports}; import sys; print('mlflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
