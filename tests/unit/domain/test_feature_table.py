from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.domain.table import (
    KEYS,
    REASON_COLUMNS,
    FeatureTable,
    complete_keys,
    sidecar_path,
)
from radiomics_hcc.errors import InputError

MEAN = "original_firstorder_Mean"


def example(values: list[float]) -> FeatureTable:
    data = pd.DataFrame(
        {
            "patient_id": [f"00{place}" for place in range(len(values))],
            "lesion_id": "1",
            "date": "2020-02-29",
            "voxels": 12.0,
            "volume_ml": 0.5,
            MEAN: values,
        }
    )
    reasons = pd.DataFrame([["000", "pre", "", "1", MEAN, "flat"]], columns=list(REASON_COLUMNS))
    return FeatureTable(complete_keys(data), {"engine": "x", "settings": {"binWidth": 25}}, reasons)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_written_table_comes_back(tmp_path: Path, suffix: str):
    table, path = example([np.nan, 1 / 3]), tmp_path / f"features{suffix}"
    table.write(path)
    again = FeatureTable.read(path)
    pd.testing.assert_frame_equal(again.data, table.data, check_dtype=False, check_exact=True)
    pd.testing.assert_frame_equal(again.reasons, table.reasons, check_dtype=False)
    assert again.metadata == table.metadata
    assert again.data["patient_id"].tolist() == ["000", "001"]


@settings(deadline=None, max_examples=30)
@given(values=st.lists(st.floats(allow_nan=False), min_size=1, max_size=5))
def test_csv_keeps_every_number(tmp_path_factory: pytest.TempPathFactory, values: list[float]):
    path = tmp_path_factory.mktemp("table") / "features.csv"
    example(values).write(path)
    again = FeatureTable.read(path).data[MEAN].to_numpy(float)
    np.testing.assert_array_equal(again, np.array(values))


@pytest.mark.parametrize("name", ["NA", "null", "None", "nan", "007", "1e5", "Müller"])
def test_patient_keeps_the_name_as_it_is_written(tmp_path: Path, name: str):
    path = tmp_path / "features.csv"
    path.write_text(f"patient_id,lesion_id,{MEAN}\n{name},NA,2\nb,1,NA\n", encoding="utf-8")
    data = FeatureTable.read(path).data
    assert data["patient_id"].tolist() == [name, "b"]
    assert data["lesion_id"].tolist() == ["NA", "1"]
    assert data[MEAN].dtype == float
    assert np.isnan(data[MEAN].iloc[1])


def test_table_of_others_gets_the_keys_it_lacks(tmp_path: Path):
    path = tmp_path / "theirs.csv"
    path.write_text(f"{MEAN},patient_id\n3,7\n")
    table = FeatureTable.read(path)
    assert list(table.data.columns) == [*KEYS, MEAN]
    assert table.features == [MEAN]
    row = table.data.iloc[0]
    assert row[["patient_id", "timepoint", "region", "status"]].tolist() == [
        "7",
        "pre",
        "lesion",
        "present",
    ]


def test_empty_key_cell_is_the_default_and_keeps_the_row_a_lesion(tmp_path: Path):
    path = tmp_path / "theirs.csv"
    path.write_text(f"patient_id,region,timepoint,{MEAN}\n1,,,3\n2,liver,post,4\n")
    data = FeatureTable.read(path).data
    assert data["region"].tolist() == ["lesion", "liver"]
    assert data["timepoint"].tolist() == ["pre", "post"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("features.csv", b""),
        ("features.csv", b"a,b\n1,2\n"),
        ("features.csv", b"patient_id,date\n1,someday\n"),
        ("features.csv", b"patient_id\n\xff\xfe\n"),
        ("features.parquet", b"not parquet"),
    ],
)
def test_file_that_is_no_table_is_refused_by_name(tmp_path: Path, name: str, content: bytes):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=name):
        FeatureTable.read(path)


@pytest.mark.parametrize("content", ["[1]", "{"])
def test_foreign_sidecar_is_refused(tmp_path: Path, content: str):
    path = tmp_path / "features.csv"
    path.write_text("patient_id\n1\n")
    sidecar_path(path).write_text(content)
    with pytest.raises(InputError, match=r"features\.csv"):
        FeatureTable.read(path)


def test_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="no such feature table"):
        FeatureTable.read(tmp_path / "nowhere.csv")


def test_selection_keeps_rows_and_their_reasons():
    table = example([np.nan, 2.0])
    first = table.select(patient_id="000")
    assert (len(first), len(first.reasons)) == (1, 1)
    second = table.select(patient_id=["001"], timepoint="pre")
    assert (len(second), len(second.reasons)) == (1, 0)


def test_sizes_by_voxel_count_are_no_features():
    assert example([1.0]).features == [MEAN]


def test_frame_is_a_copy():
    table = example([1.0])
    frame = table.frame()
    frame.loc[0, MEAN] = 99.0
    assert table.data[MEAN].tolist() == [1.0]


def test_notebook_shows_the_counts():
    assert "2 rows, 1 feature, 1 reason for empty cells" in example([np.nan, 1.0])._repr_html_()
