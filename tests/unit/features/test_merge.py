"""Parts of a sharded extraction joined again: byte for byte the whole, or every reason why not."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from extraction_doubles import MeanEngine

from radiomics_hcc.domain.cohort import Cohort, Status
from radiomics_hcc.domain.table import FeatureTable, sidecar_path
from radiomics_hcc.errors import InputError
from radiomics_hcc.features import engines
from radiomics_hcc.features.extract import Extraction
from radiomics_hcc.features.merge import merge_files, merge_tables
from radiomics_hcc.features.parameters import make_parameters
from radiomics_hcc.features.rings import with_rings
from radiomics_hcc.features.shard import SHARD_KEY, Shard

PATIENTS = 5


@pytest.fixture
def use_engine(monkeypatch: pytest.MonkeyPatch):
    def use(**behaviour):
        monkeypatch.setitem(engines.ENGINES, "mean", lambda: MeanEngine(**behaviour))

    use()
    return use


@pytest.fixture
def cohort(write_patient, make_cohort, use_engine) -> Cohort:
    """Five patients, three lesions each; one vanished, one whose mask is missing, days."""
    cases = [case for n in range(PATIENTS) for case in write_patient(f"p{n}", seed=n)]
    cases[4] = dataclasses.replace(cases[4], status=Status.ABSENT, mask=None)
    cases[7] = dataclasses.replace(cases[7], mask=Path("nowhere.nii.gz"))
    cases = [dataclasses.replace(case, date=date(2020, 1, 2)) for case in cases]
    return make_cohort(cases[::-1])


def extracted(cohort: Cohort, shard: str = "1/1", **choices) -> FeatureTable:
    return Extraction(engine="mean", shard=Shard.parse(shard), **choices)(cohort)


def parts(cohort: Cohort, count: int, **choices) -> dict[str, FeatureTable]:
    return {f"{i}": extracted(cohort, f"{i}/{count}", **choices) for i in range(1, count + 1)}


def written(table: FeatureTable, path: Path) -> tuple[bytes, bytes]:
    """Table and sidecar as bytes."""
    table.write(path)
    return path.read_bytes(), sidecar_path(path).read_bytes()


@pytest.mark.parametrize("count", [2, 3, 9])
@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_merged_files_are_byte_for_byte_those_of_one_extraction(
    cohort, tmp_path, count, ending
) -> None:
    whole = written(extracted(cohort), tmp_path / f"whole{ending}")
    paths = []
    for name, table in parts(cohort, count).items():
        paths.append(tmp_path / f"part{name}{ending}")
        table.write(paths[-1])
    merged = merge_files(paths[::-1], tmp_path / f"merged{ending}")
    assert (tmp_path / f"merged{ending}").read_bytes() == whole[0]
    assert (tmp_path / "merged.json").read_bytes() == whole[1]
    assert len(merged) == 3 * PATIENTS


def test_regions_of_one_lesion_keep_their_rows_and_reasons(cohort, tmp_path) -> None:
    ringed = with_rings(cohort, 3.0)
    choices = {"regions": ("lesion", "ring_3mm")}
    whole = written(extracted(ringed, **choices), tmp_path / "whole.parquet")
    merged = merge_tables(parts(ringed, 3, **choices))
    assert written(merged, tmp_path / "merged.parquet") == whole


def test_failed_and_absent_cases_stay_with_their_reasons(cohort) -> None:
    merged = merge_tables(parts(cohort, 3))
    failed = merged.metadata["summary"]["failed"]
    assert [entry["case"] for entry in failed] == ["p2 pre lesion 2"]
    reasons = merged.reasons[merged.reasons["feature"] == "*"]
    assert sorted(reasons["patient_id"]) == ["p1", "p2"]
    assert reasons["reason"].str.len().min() > 0


def test_a_feature_that_one_part_alone_has_is_empty_with_a_reason_in_the_others(
    cohort, use_engine
) -> None:
    tables = parts(cohort, 2)
    data = tables["1"].data.assign(original_firstorder_Extra=1.5)
    tables["1"] = dataclasses.replace(tables["1"], data=data)
    merged = merge_tables(tables)
    empty = merged.data["original_firstorder_Extra"].isna()
    told = merged.reasons["feature"] == "original_firstorder_Extra"
    unmeasured = merged.data["original_firstorder_Mean"].isna()
    assert int(told.sum()) == int((empty & ~unmeasured).sum()) > 0


def test_a_single_part_of_one_is_a_whole_table_and_refused(cohort) -> None:
    with pytest.raises(InputError, match="does not say which part"):
        merge_tables({"whole": extracted(cohort)})


def test_missing_parts_are_named_with_what_to_run(cohort) -> None:
    tables = parts(cohort, 4)
    del tables["2"], tables["4"]
    with pytest.raises(InputError) as told:
        merge_tables(tables)
    assert [problem.where for problem in told.value.problems] == ["part 2/4", "part 4/4"]
    assert "rhcc extract --shard 2/4" in str(told.value)


def test_a_part_that_comes_twice_is_refused(cohort, tmp_path) -> None:
    tables = parts(cohort, 2)
    with pytest.raises(InputError, match="is part 1/2, as is 1"):
        merge_tables({**tables, "again": tables["1"]})
    tables["1"].write(tmp_path / "one.parquet")
    with pytest.raises(InputError, match="more than once"):
        merge_files([tmp_path / "one.parquet"] * 2, tmp_path / "all.parquet")


def test_parts_of_another_number_of_parts_are_refused(cohort) -> None:
    tables = parts(cohort, 2)
    with pytest.raises(InputError, match="is part 3/3, others are parts of 2"):
        merge_tables({**tables, "other": extracted(cohort, "3/3")})


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"parameters": make_parameters({"featureClass": {"firstorder": ["Mean"]}})}, "settings"),
        ({"verify": 0, "engine_version": "2"}, "engine_version"),
    ],
)
def test_other_settings_or_versions_are_all_told(cohort, use_engine, change, word) -> None:
    tables = {"1": extracted(cohort, "1/2")}
    use_engine(version=change.pop("engine_version", "1"))
    tables["2"] = extracted(cohort, "2/2", **change)
    with pytest.raises(InputError, match=f"has another {word}"):
        merge_tables(tables)


def test_parts_of_another_cohort_are_refused(cohort) -> None:
    fewer = dataclasses.replace(cohort, cases=cohort.cases[1:])
    tables = {"1": extracted(cohort, "1/2"), "2": extracted(fewer, "2/2")}
    with pytest.raises(InputError, match="is of another cohort than 1"):
        merge_tables(tables)


def test_rows_that_were_taken_out_of_a_part_are_noticed(cohort) -> None:
    tables = parts(cohort, 2)
    tables["1"] = dataclasses.replace(tables["1"], data=tables["1"].data.iloc[1:])
    with pytest.raises(InputError, match="rows that are not the"):
        merge_tables(tables)


def test_everything_wrong_is_listed_at_once(cohort) -> None:
    tables = parts(cohort, 4)
    assert len(tables["1"]) > 0
    tables["1"] = dataclasses.replace(tables["1"], data=tables["1"].data.iloc[1:])
    tables["3"] = dataclasses.replace(
        tables["3"], metadata={**tables["3"].metadata, "engine": "other"}
    )
    del tables["4"]
    with pytest.raises(InputError) as told:
        merge_tables(tables)
    assert len(told.value.problems) == 3


def test_a_sidecar_that_is_gone_is_told(cohort, tmp_path) -> None:
    extracted(cohort, "1/2").write(tmp_path / "one.parquet")
    (tmp_path / "one.json").unlink()
    with pytest.raises(InputError, match="sidecar JSON beside it"):
        merge_files([tmp_path / "one.parquet"], tmp_path / "all.parquet")


def test_output_with_another_ending_is_refused_before_anything_is_read(tmp_path) -> None:
    with pytest.raises(InputError, match="no name of a feature table"):
        merge_files([tmp_path / "nowhere.parquet"], tmp_path / "all.txt")


def test_the_sidecar_of_a_part_says_which_rows_of_the_whole_it_has(cohort, tmp_path) -> None:
    table = extracted(cohort, "2/3")
    table.write(tmp_path / "part.csv")
    note = json.loads((tmp_path / "part.json").read_text())[SHARD_KEY]
    assert (note["index"], note["count"], note["cases"]) == (2, 3, 3 * PATIENTS)
    names = [case.name for case in cohort.cases]
    assert all(names[place] == name for name, place in note["places"])
    assert len(note["places"]) == len(pd.read_csv(tmp_path / "part.csv"))
