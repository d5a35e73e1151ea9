"""Honest numbers on the public HCC-TACE-Seg table: a large AUC here is a leak."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from radiomics_hcc.domain.patient_table import Column, PatientTable
from radiomics_hcc.modelling.baselines import baseline_candidates
from radiomics_hcc.modelling.candidates import model_candidates
from radiomics_hcc.modelling.classifiers.elastic_net import ElasticNet
from radiomics_hcc.modelling.crossval import cross_validate
from radiomics_hcc.modelling.targets import match, target_from_column
from radiomics_hcc.modelling.validation import Validation

TABLE = (
    Path(__file__).parents[4]
    / "shared/data/hcc_tace_seg/hcc_tace_seg_clinical_radiomics_merged.csv"
)

pytestmark = pytest.mark.skipif(not TABLE.is_file(), reason="HCC-TACE-Seg table is not there")


def cross_validated_auc(label: str, name: str) -> float:
    """AUC of one candidate over one repeat of the outer folds, pre-treatment features only."""
    rows = pd.read_csv(TABLE).rename(columns={"TCIA_ID": "patient_id"})
    features = [name for name in rows if name.startswith("original_")]
    data = rows.set_index("patient_id")[features].add_prefix("pre.")
    columns = {f"pre.{n}": Column(f"pre.{n}", "radiomic", "pre", n) for n in features}
    table = PatientTable(data, columns, pd.DataFrame(index=data.index))
    table, target = match(table, target_from_column(rows, label, order=["1", "0"]))
    known = [*model_candidates([ElasticNet()], table), *baseline_candidates(table, ElasticNet())]
    chosen = [candidate for candidate in known if candidate.name == name]
    validation = Validation(repeats=1, inner=3)
    frame = cross_validate(chosen, table, target=target, validation=validation)[0].predictions.frame
    return float(roc_auc_score(frame["label"] == "1", frame["p_1"]))


def test_radiomics_says_little_about_objective_response() -> None:
    assert 0.40 < cross_validated_auc("y_or_2of3", "elastic_net") < 0.70


def test_size_alone_says_something_about_complete_response() -> None:
    assert 0.70 < cross_validated_auc("y_cr_2of3", "size_only") < 0.88
