from __future__ import annotations

import numpy as np
import pandas as pd

from radiomics_hcc.domain.patient_table import Column, PatientTable
from radiomics_hcc.modelling.baselines import baseline_candidates, size_columns
from radiomics_hcc.modelling.candidates import model_candidates
from radiomics_hcc.modelling.classifiers.elastic_net import ElasticNet
from radiomics_hcc.modelling.classifiers.random_forest import RandomForest
from radiomics_hcc.modelling.classifiers.stacking import Stacking

VOLUME = "original_shape_MeshVolume"
DELTA = "delta_relative(pre,post)"


def table(*columns: Column) -> PatientTable:
    names = [column.name for column in columns]
    data = pd.DataFrame(np.zeros((3, len(names))), columns=names)
    return PatientTable(data, {c.name: c for c in columns}, pd.DataFrame())


def radiomic(timepoint: str, feature: str) -> Column:
    return Column(f"{timepoint}.{feature}", "radiomic", timepoint, feature)


TEXTURE = radiomic("pre", "original_glcm_Contrast")
AGE = Column("age", "clinical")


def test_every_baseline_that_the_columns_allow_is_there() -> None:
    everything = table(radiomic("pre", VOLUME), TEXTURE, AGE)
    found = {c.name: c for c in baseline_candidates(everything, ElasticNet())}
    assert list(found) == [
        "no_information",
        "size_only",
        "clinical_only",
        "radiomics_only",
        "negative_control",
    ]
    assert found["size_only"].columns == (f"pre.{VOLUME}",)
    assert found["clinical_only"].columns == ("age",)
    assert "age" not in found["radiomics_only"].columns
    assert all(candidate.is_baseline for candidate in found.values())


def test_without_size_or_clinical_columns_two_baselines_are_left() -> None:
    found = baseline_candidates(table(TEXTURE), ElasticNet())
    assert [c.name for c in found] == ["no_information", "negative_control"]


def test_the_primary_model_is_compared_with_itself_on_radiomics_and_on_dealt_labels() -> None:
    primary = RandomForest(trees=50, calibration="sigmoid")
    found = {c.name: c for c in baseline_candidates(table(TEXTURE, AGE), primary)}
    assert found["radiomics_only"].step == primary
    assert found["negative_control"].step == primary
    assert found["negative_control"].columns == (TEXTURE.name, "age")
    assert [c.name for c in found.values() if c.is_negative_control] == ["negative_control"]


def test_radiomics_alone_cannot_be_stacked() -> None:
    found = {c.name: c for c in baseline_candidates(table(TEXTURE, AGE), Stacking())}
    assert found["radiomics_only"].step == ElasticNet()
    assert found["negative_control"].step == Stacking()


def test_only_the_baseline_of_size_keeps_unreliable_columns() -> None:
    found = baseline_candidates(table(radiomic("pre", VOLUME), TEXTURE, AGE), ElasticNet())
    assert [c.name for c in found if not c.reliable_only] == ["size_only"]


def test_size_alone_takes_its_change_where_the_table_has_it() -> None:
    both = table(
        TEXTURE, radiomic("pre", VOLUME), radiomic(DELTA, VOLUME), radiomic("post", VOLUME)
    )
    assert size_columns(both) == [f"pre.{VOLUME}", f"{DELTA}.{VOLUME}"]


def test_models_take_all_columns_and_repeated_kinds_are_numbered() -> None:
    steps = [ElasticNet(), RandomForest(), ElasticNet(features=4)]
    found = model_candidates(steps, table(TEXTURE, AGE))
    assert [c.name for c in found] == ["elastic_net", "random_forest", "elastic_net_2"]
    assert all(c.columns == (TEXTURE.name, "age") and not c.is_baseline for c in found)
