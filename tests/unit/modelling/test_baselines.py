from __future__ import annotations

import numpy as np
import pandas as pd

from radiomics_hcc.domain.patient_table import Column, PatientTable
from radiomics_hcc.modelling.baselines import baseline_candidates, size_columns
from radiomics_hcc.modelling.candidates import model_candidates
from radiomics_hcc.modelling.classifiers.elastic_net import ElasticNet
from radiomics_hcc.modelling.classifiers.random_forest import RandomForest

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
    found = {c.name: c for c in baseline_candidates(table(radiomic("pre", VOLUME), TEXTURE, AGE))}
    assert set(found) == {"no_information", "size_only", "clinical_only", "radiomics_only"}
    assert found["size_only"].columns == (f"pre.{VOLUME}",)
    assert found["clinical_only"].columns == ("age",)
    assert "age" not in found["radiomics_only"].columns
    assert all(candidate.is_baseline for candidate in found.values())


def test_without_size_or_clinical_columns_no_information_is_left() -> None:
    assert [c.name for c in baseline_candidates(table(TEXTURE))] == ["no_information"]


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
