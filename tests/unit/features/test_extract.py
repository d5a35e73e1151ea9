from __future__ import annotations

import dataclasses
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from extraction_doubles import CountingReader, MeanEngine

from radiomics_hcc.domain.cohort import Case, Status
from radiomics_hcc.domain.table import KEYS, FeatureTable
from radiomics_hcc.errors import InputError
from radiomics_hcc.features import engines
from radiomics_hcc.features.assemble import summary_of
from radiomics_hcc.features.extract import Extraction, extract
from radiomics_hcc.features.parameters import make_parameters
from radiomics_hcc.features.shard import Shard

MEAN = "original_firstorder_Mean"


@pytest.fixture
def use_engine(monkeypatch: pytest.MonkeyPatch):
    def use(**behaviour):
        monkeypatch.setitem(engines.ENGINES, "mean", lambda: MeanEngine(**behaviour))

    use()
    return use


@pytest.fixture
def cases(write_patient, use_engine) -> list[Case]:
    return write_patient("p1", seed=1) + write_patient("p2", seed=2)


class Recorder:
    def __init__(self) -> None:
        self.events: list[tuple[str, ...]] = []

    def start(self, total: int) -> None:
        self.events.append(("start", str(total)))

    def advance(self, outcome: str, case: str) -> None:
        self.events.append((outcome, case))

    def note(self, sentence: str) -> None:
        self.events.append(("note", sentence))

    def finish(self) -> None:
        self.events.append(("finish",))


def test_every_case_has_a_row_in_the_order_of_the_cohort(cases, make_cohort):
    cases = cases[::-1]
    table = extract(make_cohort(cases), engine="mean")
    assert list(table.data.columns[:10]) == [*KEYS, "voxels", "volume_ml"]
    assert list(zip(table.data["patient_id"], table.data["lesion_id"], strict=True)) == [
        (case.patient_id, case.lesion_id) for case in cases
    ]


def test_values_are_those_of_the_region(cases, make_cohort):
    table = extract(make_cohort(cases), engine="mean")
    for case, row in zip(cases, table.data.to_dict("records"), strict=True):
        inside = case.read_mask().array
        assert row["voxels"] == {1: 27, 2: 64, 3: 125}[case.label]
        assert row["volume_ml"] == pytest.approx(row["voxels"] * 2.5 / 1000)
        assert row[MEAN] == case.read_image().array[inside].mean()


def test_key_columns_come_from_the_case(cases, make_cohort):
    case = dataclasses.replace(cases[0], date=date(2020, 2, 29), phase="arterial", modality="MR")
    row = extract(make_cohort([case]), engine="mean").data.iloc[0]
    assert row["date"] == pd.Timestamp("2020-02-29")
    assert (row["phase"], row["modality"], row["status"]) == ("arterial", "MR", "present")


def test_empty_feature_keeps_its_reason(cases, make_cohort):
    table = extract(make_cohort(cases[:1]), engine="mean")
    assert table.reasons.to_dict("records") == [
        {
            "patient_id": "p1",
            "timepoint": "pre",
            "phase": "",
            "lesion_id": "1",
            "feature": "original_glcm_Contrast",
            "reason": "too few neighbours",
        }
    ]


def test_absent_lesion_measures_zero_and_says_why_its_features_are_empty(cases, make_cohort):
    gone = dataclasses.replace(cases[1], image=None, mask=None, status=Status.ABSENT)
    table = extract(make_cohort([cases[0], gone]), engine="mean")
    row = table.data.iloc[1]
    assert (row["status"], row["voxels"], row["volume_ml"]) == ("absent", 0, 0)
    assert np.isnan(row[MEAN])
    reasons = table.reasons[table.reasons["lesion_id"] == "2"]
    assert list(zip(reasons["feature"], reasons["reason"], strict=True)) == [
        ("*", "the lesion is absent")
    ]
    assert summary_of(table).absent == 1


def test_merged_lesion_is_not_called_absent(cases, make_cohort):
    merged = dataclasses.replace(cases[1], image=None, mask=None, status=Status.MERGED)
    table = extract(make_cohort([cases[0], merged]), engine="mean")
    assert table.data.iloc[1]["status"] == "merged"
    reasons = table.reasons[table.reasons["lesion_id"] == "2"]
    assert list(reasons["reason"]) == ["the lesion has merged with another"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_failing_case_keeps_a_row_and_stops_no_other(cases, make_cohort, use_engine, jobs):
    use_engine(refuses=27, breaks_on=64, out_of_memory_on=125)
    small = dataclasses.replace(cases[3], label=2, mask=cases[0].mask)
    table = extract(make_cohort([*cases[:3], small]), engine="mean", jobs=jobs)
    reasons = ["the region is refused", "KeyError: 'a bug in the engine'", "out of memory"]
    assert [reason for _, reason in summary_of(table).failed] == [*reasons, reasons[1]]
    assert table.reasons["reason"].tolist() == [*reasons, reasons[1]]
    assert (table.reasons["feature"] == "*").all()
    assert len(table) == 4
    use_engine(breaks_on=64)
    table = extract(make_cohort(cases[:4]), engine="mean", jobs=jobs)
    assert table.data[MEAN].isna().tolist() == [False, True, False, False]


def test_case_that_kills_its_worker_fails_alone(cases, make_cohort, use_engine):
    cohort = make_cohort(cases[:4])
    expected = extract(cohort, engine="mean").data
    use_engine(killed_by=64)
    table = extract(cohort, engine="mean", jobs=2)
    ((case, reason),) = summary_of(table).failed
    assert case == "p1 pre lesion 2"
    assert "process died" in reason
    assert "SIGKILL" in reason
    survivors = [0, 2, 3]
    assert table.data.loc[survivors, MEAN].tolist() == expected.loc[survivors, MEAN].tolist()


def test_unreadable_image_and_missing_file_fail_alone(cases, make_cohort, tmp_path: Path):
    broken = tmp_path / "broken.nii.gz"
    broken.write_bytes(b"not an image")
    bad = [
        dataclasses.replace(cases[0], image=broken),
        dataclasses.replace(cases[1], mask=tmp_path / "nowhere.nii.gz"),
        dataclasses.replace(cases[2], mask=None),
        dataclasses.replace(cases[3], label=9),
    ]
    table = extract(make_cohort([*bad, cases[4]]), engine="mean")
    summary = summary_of(table)
    assert summary.ok == 1
    reasons = [reason for _, reason in summary.failed]
    assert "broken.nii.gz" in reasons[0]
    assert "nowhere.nii.gz" in reasons[1]
    assert "has no mask" in reasons[2]
    assert "9" in reasons[3]


def test_number_of_jobs_does_not_change_the_table(cases, make_cohort):
    one, two = (extract(make_cohort(cases), engine="mean", jobs=jobs) for jobs in (1, 2))
    pd.testing.assert_frame_equal(one.data, two.data, check_exact=True)
    pd.testing.assert_frame_equal(one.reasons, two.reasons)
    assert one.metadata == two.metadata


def test_image_is_read_once_for_its_lesions(cases, make_cohort, tmp_path: Path):
    log = tmp_path / "reads"
    counted = [dataclasses.replace(case, reader=CountingReader(case.reader, log)) for case in cases]
    extract(make_cohort(counted), engine="mean")
    assert sorted(log.read_text().split()) == ["p1_ct.nii.gz", "p2_ct.nii.gz"]


def test_second_run_is_all_hits_and_reads_no_image(cases, make_cohort, tmp_path: Path):
    log = tmp_path / "reads"
    log.touch()
    cache = tmp_path / "cache"
    first = extract(make_cohort(cases), engine="mean", cache=cache)
    counted = [dataclasses.replace(case, reader=CountingReader(case.reader, log)) for case in cases]
    second = extract(make_cohort(counted), engine="mean", cache=cache)
    assert summary_of(second).cached == len(cases)
    assert log.read_text() == ""
    pd.testing.assert_frame_equal(first.data, second.data, check_exact=True)
    pd.testing.assert_frame_equal(first.reasons, second.reasons)


def test_changed_image_label_settings_or_engine_is_measured_anew(
    cases, make_cohort, write_patient, use_engine, tmp_path: Path
):
    cache = tmp_path / "cache"
    cohort = make_cohort(cases[:1])

    def is_hit(cohort=cohort, parameters=None) -> bool:
        table = extract(cohort, parameters, engine="mean", cache=cache)
        return summary_of(table).cached == 1

    assert not is_hit()
    assert is_hit()
    assert not is_hit(make_cohort([dataclasses.replace(cases[0], label=2)]))
    assert not is_hit(parameters=make_parameters({"setting": {"binWidth": 10}}))
    same = {"binWidth": 25, "binOrigin": -100, "label": 1}
    assert is_hit(parameters=make_parameters({"setting": same}))
    use_engine(version="2")
    assert not is_hit()
    use_engine()
    assert is_hit()
    write_patient("p1", seed=99)
    assert not is_hit()


def test_file_moved_without_change_is_a_hit(cases, make_cohort, tmp_path: Path):
    cache = tmp_path / "cache"
    extract(make_cohort(cases[:1]), engine="mean", cache=cache)
    moved = Path(shutil.copy(cases[0].image, tmp_path / "elsewhere.nii.gz"))
    table = extract(
        make_cohort([dataclasses.replace(cases[0], image=moved)]), engine="mean", cache=cache
    )
    assert summary_of(table).cached == 1


def test_failure_is_not_cached(cases, make_cohort, use_engine, tmp_path: Path):
    cache = tmp_path / "cache"
    use_engine(refuses=27)
    extract(make_cohort(cases[:2]), engine="mean", cache=cache)
    use_engine()
    summary = summary_of(extract(make_cohort(cases[:2]), engine="mean", cache=cache))
    assert (summary.ok, summary.cached) == (1, 1)


def test_cache_that_cannot_be_a_folder_is_refused_first(cases, make_cohort):
    with pytest.raises(InputError, match="folder of the cache"):
        extract(make_cohort(cases), engine="mean", cache=cases[0].image)


def test_interrupt_leaves_what_was_measured_in_the_cache(
    cases, make_cohort, use_engine, tmp_path: Path
):
    cache = tmp_path / "cache"
    use_engine(interrupted_by=125)
    progress = Recorder()
    with pytest.raises(KeyboardInterrupt):
        extract(make_cohort(cases), engine="mean", cache=cache, progress=progress)
    assert progress.events[-1] == ("finish",)
    use_engine()
    summary = summary_of(extract(make_cohort(cases), engine="mean", cache=cache))
    assert (summary.ok, summary.cached) == (4, 2)


def test_progress_hears_of_every_case(cases, make_cohort, use_engine):
    use_engine(refuses=64)
    gone = dataclasses.replace(cases[2], status=Status.ABSENT)
    progress = Recorder()
    extract(make_cohort([*cases[:2], gone]), engine="mean", progress=progress)
    assert progress.events == [
        ("start", "3"),
        ("absent", "p1 pre lesion 3"),
        ("ok", "p1 pre lesion 1"),
        ("failed", "p1 pre lesion 2"),
        ("finish",),
    ]


def test_only_lesions_are_measured_unless_asked(cases, make_cohort):
    liver = dataclasses.replace(cases[0], region="liver", lesion_id="")
    cohort = make_cohort([liver, cases[1]])
    assert extract(cohort, engine="mean").data["region"].tolist() == ["lesion"]
    both = Extraction(engine="mean", regions=("liver", "lesion"))(cohort)
    assert both.data["region"].tolist() == ["liver", "lesion"]
    with pytest.raises(InputError, match="regions in the cohort: lesion, liver"):
        Extraction(engine="mean", regions=("spleen",))(cohort)


def test_shards_share_out_every_case_once(cases, make_cohort):
    cohort = make_cohort(cases)
    parts = [Extraction(engine="mean", shard=Shard(i, 2))(cohort).data for i in (1, 2)]
    keys = [
        (row.patient_id, row.lesion_id) for part in parts for row in part.itertuples(index=False)
    ]
    assert sorted(keys) == [(case.patient_id, case.lesion_id) for case in cases]


def test_label_of_the_parameter_file_may_not_contradict_the_cohort(cases, make_cohort):
    parameters = make_parameters({"setting": {"label": 2}})
    with pytest.raises(InputError, match="asks for label 2"):
        extract(make_cohort(cases[:1]), parameters, engine="mean")
    assert len(extract(make_cohort(cases[1:2]), parameters, engine="mean")) == 1


def test_parameter_file_may_be_named_by_its_path(cases, make_cohort, tmp_path: Path):
    path = tmp_path / "params.yaml"
    path.write_text("setting: {binWidth: 12}\n")
    table = extract(make_cohort(cases[:1]), str(path), engine="mean")
    assert table.metadata["settings"]["setting"]["binWidth"] == 12


def test_unknown_engine_lists_those_there_are(cases, make_cohort):
    with pytest.raises(InputError, match=r"'fast'.*native, pyradiomics"):
        extract(make_cohort(cases), engine="fast")


def test_at_least_one_job(cases, make_cohort):
    with pytest.raises(InputError, match="at least 1"):
        extract(make_cohort(cases), engine="mean", jobs=0)


def test_table_and_summary_survive_writing(cases, make_cohort, tmp_path: Path, use_engine):
    use_engine(refuses=64)
    table = extract(make_cohort(cases), engine="mean")
    path = tmp_path / "features.csv"
    table.write(path)
    again = FeatureTable.read(path)
    assert summary_of(again) == summary_of(table)
    pd.testing.assert_series_equal(again.data[MEAN], table.data[MEAN], check_exact=True)
    assert again.metadata["files_sha256"] == table.metadata["files_sha256"]


def test_table_without_summary_is_refused(cases):
    with pytest.raises(InputError, match="no summary"):
        summary_of(FeatureTable(pd.DataFrame()))


def test_summary_reads_as_counts_and_reasons(cases, make_cohort, use_engine):
    use_engine(refuses=64)
    text = str(summary_of(extract(make_cohort(cases[:3]), engine="mean")))
    assert text.splitlines() == [
        "2 ok, 0 cached, 0 absent, 1 failed",
        "  p1 pre lesion 2: the region is refused",
    ]
