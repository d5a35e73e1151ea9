"""The story of the command line on real files: cohort, features, response, models, report."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import SimpleITK

IDENTITIES = [f"{number:03d}" for number in range(1, 21)]
ASSESSED = [
    *("patient_id", "reader", "assessment", "baseline_sum", "nadir_sum", "current_sum"),
    *("target_response", "non_target_response", "new_lesion", "response", "reason"),
    *("change_from_baseline_percent", "change_from_nadir_percent", "flags", "baseline"),
]


@pytest.fixture(scope="module")
def extracted(story):
    """The features of every arterial lesion before treatment, as Parquet."""
    rows = story.table("cohort/cohort.csv")
    chosen = (rows["phase"] == "arterial") & (rows["timepoint"] == "pre")
    rows[chosen & (rows["region"] == "lesion")].to_csv(
        story.folder / "cohort/arterial.csv", index=False
    )
    return extract(story, "out/features.parquet")


@pytest.fixture(scope="module")
def tracked(story, extracted):
    """One tracked run in the default store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        return story.rhcc("run", "story.yaml")


def extract(place, output: str, *more: str):
    return place.rhcc(
        "extract", "cohort/arterial.csv", "--params", "params.yaml", "-o", output, *more
    )


def counts(answer) -> dict[str, int]:
    """How many were measured, cached, absent, failed, from the last line."""
    words = answer.out.strip().splitlines()[-1].partition(":")[0]
    return {part.split()[-1]: int(part.split()[0]) for part in words.split(", ")}


def test_extract_writes_parquet_with_a_sidecar(story, extracted) -> None:
    assert extracted.code == 0, extracted.err
    table = pd.read_parquet(story.folder / "out/features.parquet")
    assert sorted(set(table["patient_id"])) == IDENTITIES
    assert counts(extracted)["measured"] == len(table)
    sidecar = json.loads(story.text("out/features.json"))
    assert sidecar["engine"] == "native"
    assert set(sidecar["settings"]["featureClass"]) == {"shape", "firstorder", "glcm"}
    assert len(sidecar["files_sha256"]) == len(table)
    assert sidecar["ibsi_ids"]["original_shape_Sphericity"] == "QCFX"


def test_other_engine_gives_the_same_values(story, extracted) -> None:
    answer = extract(story, "out/other.parquet", "--engine", "pyradiomics", "--verify", "1")
    assert answer.code == 0, answer.err
    assert "of 1 lesion also measured with native" in answer.out
    ours, theirs = (
        pd.read_parquet(story.folder / f"out/{name}.parquet") for name in ("features", "other")
    )
    names = [name for name in ours.columns if name.startswith("original_")]
    assert list(ours.columns) == list(theirs.columns)
    np.testing.assert_allclose(ours[names], theirs[names], rtol=1e-9)
    verification = json.loads(story.text("out/other.json"))["verification"]
    assert verification["features"] == len(names)
    assert verification["largest_difference"] < 1e-9


def test_second_extraction_is_all_cached_and_equal(story, extracted) -> None:
    again = extract(story, "out/features.csv")
    assert counts(again)["measured"] == 0
    assert counts(again)["cache"] == counts(extracted)["measured"]
    written = story.table("out/features.csv")
    assert sorted(set(written["patient_id"])) == IDENTITIES
    first = pd.read_parquet(story.folder / "out/features.parquet")
    names = [name for name in first.columns if name.startswith("original_")]
    np.testing.assert_array_equal(written[names].astype(float), first[names])


def test_changed_settings_are_measured_anew(story, extracted) -> None:
    story.write("other.yaml", "featureClass: {firstorder: [Mean]}\nsetting: {binWidth: 10}\n")
    answer = story.rhcc(
        "extract", "cohort/arterial.csv", "--params", "other.yaml", "-o", "out/other.csv"
    )
    assert counts(answer)["cache"] == 0


def test_shards_make_up_the_whole(story, extracted) -> None:
    rows = []
    for shard in ("1/2", "2/2"):
        answer = extract(story, "out/part.csv", "--shard", shard)
        assert answer.code == 0
        rows.append(story.table("out/part.csv"))
    assert sum(map(len, rows)) == counts(extracted)["measured"]


def test_failed_case_exits_1_and_the_others_are_there(story, extracted) -> None:
    rows = story.table("cohort/arterial.csv").head(2)
    image = SimpleITK.ReadImage(str(story.folder / "cohort" / rows["image"].iloc[0]))
    voxel = SimpleITK.Image(image.GetSize(), SimpleITK.sitkUInt8)
    voxel.CopyInformation(image)
    voxel[10, 10, 10] = 1
    SimpleITK.WriteImage(voxel, str(story.folder / "cohort" / "voxel.nii.gz"))
    tiny = rows.iloc[[0]].assign(patient_id="021", mask="voxel.nii.gz", label="1")
    pd.concat([rows, tiny]).to_csv(story.folder / "cohort/tiny.csv", index=False)
    patients = story.table("cohort/patients.csv")
    extra = pd.concat([patients, patients.head(1).assign(patient_id="021")])
    known = story.text("cohort/patients.csv")
    try:
        extra.to_csv(story.folder / "cohort/patients.csv", index=False)
        answer = story.rhcc(
            "extract", "cohort/tiny.csv", "--params", "params.yaml", "-o", "out/tiny.csv"
        )
    finally:
        story.write("cohort/patients.csv", known)
    assert answer.code == 1
    assert "failed: 021" in answer.err
    assert "Traceback" not in answer.err
    table = story.table("out/tiny.csv").set_index("patient_id")
    assert len(table) == 3
    assert table.loc["021", "original_firstorder_Mean"] == ""
    assert (table.drop("021")["original_firstorder_Mean"] != "").all()
    reasons = json.loads(story.text("out/tiny.json"))["empty_cells"]
    assert {entry["patient_id"] for entry in reasons} == {"021"}


def test_table_of_pyradiomics_batches_is_taken_as_it_is(story, extracted) -> None:
    rows = story.table("cohort/arterial.csv").head(2)
    batch = rows[["image", "mask", "label", "patient_id"]].set_axis(
        ["Image", "Mask", "Label", "ID"], axis=1
    )
    batch.to_csv(story.folder / "cohort/batch.csv", index=False)
    answer = story.rhcc(
        "extract", "cohort/batch.csv", "--params", "params.yaml", "-o", "out/batch.csv"
    )
    assert answer.code == 0, answer.err
    assert counts(answer) == {"measured": 0, "cache": 2, "absent": 0, "failed": 0}
    assert set(story.table("out/batch.csv")["patient_id"]) == set(rows["patient_id"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-o", "out/x.txt"], "end it in .parquet or .csv"),
        (["-o", "out/x.csv", "--regions", "lesion,livver"], "no case of 'livver'"),
        (["-o", "out/x.csv", "--region", "lesion", "--region", "livver"], "no case of 'livver'"),
        (["-o", "out/x.csv", "--ring", "0"], "give a positive width"),
        (["-o", "out/x.csv", "--shard", "3/2"], "1 <= i <= N"),
        (["-o", "out/x.csv", "--engine", "handmade"], "handmade"),
        (["-o", "out/x.csv", "--params", "gone.yaml"], "gone.yaml"),
    ],
)
def test_mistake_in_the_words_of_extract_is_told(story, extracted, words, told) -> None:
    answer = story.rhcc("extract", "cohort/arterial.csv", *words)
    assert answer.code == 1
    assert told in answer.err
    assert "Traceback" not in answer.err


def test_every_mistake_in_a_cohort_is_told_with_its_line(story, extracted) -> None:
    rows = story.table("cohort/arterial.csv").head(3)
    rows.loc[0, "image"] = "gone.nii.gz"
    rows.loc[1, "date"] = "5.3.2020"
    rows.loc[2, "patient_id"] = "099"
    rows.to_csv(story.folder / "cohort/wrong.csv", index=False)
    answer = story.rhcc("extract", "cohort/wrong.csv", "-o", "out/wrong.csv")
    assert answer.code == 1
    for line, word in ((2, "gone.nii.gz"), (3, "5.3.2020"), (4, "099")):
        assert any(f"wrong.csv:{line}" in told and word in told for told in answer.err.split("\n"))
    assert not (story.folder / "out/wrong.csv").exists()


@pytest.mark.parametrize("criterion", ["mrecist", "recist11"])
def test_assess_writes_the_declared_columns(story, criterion: str) -> None:
    answer = story.rhcc(
        "assess", "cohort/measurements.csv", "--criterion", criterion, "-o", "out/response.csv"
    )
    assert answer.code == 0, answer.err
    table = story.table("out/response.csv")
    assert list(table.columns) == ASSESSED
    assert sorted(set(table["patient_id"])) == IDENTITIES
    assert set(table["response"]) <= {"CR", "PR", "SD", "PD", "NE"}
    assert (table["reason"] != "").all()


def test_assess_adds_best_response_and_time_to_progression(story) -> None:
    story.rhcc("assess", "cohort/measurements.csv", "-o", "out/best.csv", "--best")
    columns = list(story.table("out/best.csv").columns)
    assert columns[: len(ASSESSED)] == ASSESSED
    assert len(columns) > len(ASSESSED)


def test_assess_takes_parameters_of_the_criterion(story) -> None:
    answer = story.rhcc(
        "assess", "cohort/measurements.csv", "-o", "out/x.csv", "--set", "progression_min=5"
    )
    assert answer.code == 1
    assert "progression_min_mm" in answer.err


def test_assess_does_not_know_a_criterion(story) -> None:
    answer = story.rhcc(
        "assess", "cohort/measurements.csv", "-o", "out/x.csv", "--criterion", "mrecis"
    )
    assert (answer.code, "did you mean 'mrecist'" in answer.err) == (1, True)


def test_validate_says_what_can_be_run(story) -> None:
    answer = story.rhcc("validate", "story.yaml")
    assert answer.code == 0, answer.err
    assert answer.out == "can be run: story: Do pre-treatment features tell the response?\n"


def test_validate_tells_every_mistake(story) -> None:
    answer = story.rhcc(
        "validate",
        "story.yaml",
        *("--set", "clinical=[agee]"),
        *("--set", "cohort.phase=delayed"),
        *("--set", "validation.outer=19"),
    )
    assert answer.code == 1
    for word in ("did you mean 'age'?", "phase 'delayed'", "for 19 folds"):
        assert word in answer.err


def test_run_tells_its_verdict_and_writes_the_report(story, tracked) -> None:
    assert tracked.code == 0, tracked.err
    assert "of story" in tracked.out
    assert "Research software" in tracked.out
    assert (story.folder / "mlflow.db").is_file()
    page = story.text("results/report.html")
    assert "Do pre-treatment features tell the response?" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_report_of_a_tracked_run_is_the_same_page(story, tracked) -> None:
    answer = story.rhcc("report", "story", "-o", "again/report.html")
    assert answer.code == 0, answer.err
    assert story.text("again/report.html") == story.text("results/report.html")


def test_unknown_run_is_told_with_what_there_is(story, tracked) -> None:
    answer = story.rhcc("report", "stori", "-o", "again/x.html")
    assert (answer.code, "there are: story" in answer.err) == (1, True)


def test_predictions_for_the_cohort_and_for_its_features_are_equal(
    story, tracked, extracted
) -> None:
    by_images = story.rhcc(
        "predict", "cohort/cohort.csv", "--model", "story", "-o", "out/by_images.csv"
    )
    by_table = story.rhcc(
        "predict",
        "out/features.parquet",
        *("--model", "story", "--patients", "cohort/patients.csv", "-o", "out/by_table.csv"),
    )
    assert (by_images.code, by_table.code) == (0, 0), by_images.err + by_table.err
    assert by_images.out.startswith("20 patients, ")
    first, second = story.table("out/by_images.csv"), story.table("out/by_table.csv")
    assert first["patient_id"].tolist() == IDENTITIES
    pd.testing.assert_frame_equal(first, second)


def test_patient_without_the_phase_has_a_row_with_a_warning(story, tracked) -> None:
    rows = story.table("cohort/cohort.csv")
    rows[(rows["patient_id"] != "007") | (rows["phase"] != "arterial")].to_csv(
        story.folder / "cohort/without.csv", index=False
    )
    answer = story.rhcc(
        "predict", "cohort/without.csv", "--model", "story", "-o", "out/without.csv"
    )
    assert answer.code == 0, answer.err
    told = story.table("out/without.csv").set_index("patient_id")
    assert sorted(told.index) == IDENTITIES
    assert told.loc["007", "predicted"] == ""
    assert "no features" in told.loc["007", "warnings"]


def test_run_on_the_extracted_table_is_the_run_on_images(story, tracked, extracted) -> None:
    answer = story.rhcc(
        "run",
        "story.yaml",
        *("--set", "cohort={patients: cohort/patients.csv}"),
        *("--set", "features={table: out/features.parquet}"),
        *("--set", "execution={tracker: runs}"),
        *("--set", "name=by-table"),
    )
    assert answer.code == 0, answer.err
    (manifest,) = story.folder.glob("runs/*/manifest.json")
    metrics = pd.read_parquet(manifest.parent / "tables" / "metrics.parquet")
    assert not metrics.empty
    verdict = json.loads(manifest.read_text())["summary"]["verdict"]
    assert verdict in tracked.out


@pytest.mark.parametrize(
    ("kind", "name"),
    [("criteria", "mrecist"), ("classifiers", "elastic_net"), ("checks", "HCC005")],
)
def test_list_names_what_there_is(place, kind: str, name: str) -> None:
    answer = place.rhcc("list", kind)
    assert (answer.code, name in answer.out) == (0, True)


def test_schema_is_json(place) -> None:
    assert json.loads(place.rhcc("schema").out)["title"] == "ExperimentConfig"


def test_doctor_finds_this_installation_well(place) -> None:
    answer = place.rhcc("doctor")
    assert answer.code == 0
    assert "FAIL" not in answer.out


def test_damaged_cache_file_is_found_deleted_and_made_again(story, extracted, tmp_path) -> None:
    copied = tmp_path / "cache"
    extract(story, "out/copy.csv", "--cache", str(copied))
    assert story.rhcc("cache", "verify", copied).out == "0 damaged\n"
    victim = next(copied.glob("??/*.json"))
    victim.write_text(victim.read_text().replace("1", "2"))
    found = story.rhcc("cache", "verify", copied)
    assert found.code == 1
    assert str(victim) in found.out
    assert story.rhcc("cache", "gc", copied).out == "1 files deleted\n"
    again = extract(story, "out/copy.csv", "--cache", str(copied))
    assert counts(again)["measured"] == 1


def test_synth_makes_a_cohort_that_can_be_read(place) -> None:
    answer = place.rhcc("synth", "made", "--patients", 1, "--seed", 3)
    assert answer.code == 0, answer.err
    assert Path(place.folder / "made/cohort.csv").is_file()
    assert place.table("made/patients.csv")["patient_id"].tolist() == ["SYN_001"]


def test_help_names_every_verb(place) -> None:
    answer = place.rhcc("--help")
    assert answer.code == 0
    for verb in ("demo", "synth", "validate", "extract", "assess", "run", "report", "predict"):
        assert verb in answer.out


def test_version_is_told(place) -> None:
    assert place.rhcc("--version").out.startswith("radiomics_hcc ")


@pytest.mark.parametrize(
    "words",
    [
        ["extrakt"],
        ["extract"],
        ["extract", "cohort.csv"],
        ["run"],
        ["run", "e.yaml", "--jobs", "0"],
        ["synth", "d", "--patients", "many"],
        ["extract", "cohort.csv", "-o", "x.csv", "--ring", "-5"],
        ["report", "x", "-o", "."],
        ["cache", "burn"],
        ["assess", "m.csv", "-o", "r.csv", "--best", "--confirmation-days", "-3"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_2(place, words: list[str]) -> None:
    answer = place.rhcc(*words)
    assert answer.code == 2
    assert "Traceback" not in answer.err


def test_output_whose_folder_cannot_be_made_is_wrong_usage(place) -> None:
    place.write("taken", "a file")
    answer = place.rhcc("extract", "cohort.csv", "-o", "taken/features.csv")
    assert answer.code == 2


def test_file_in_the_place_of_a_folder_is_told(story, place) -> None:
    place.write("taken", "a file")
    assert place.rhcc("synth", "taken", "--patients", 1).code == 2
    assert place.rhcc("demo", "taken", "--patients", 1).code == 2
    assert story.rhcc("extract", "cohort/none.csv", "-o", "out/x.csv").code == 1


def test_file_that_cannot_be_written_is_one_plain_message(story, extracted) -> None:
    (story.folder / "sealed").mkdir()
    (story.folder / "sealed" / "x.json").mkdir()  # where the sidecar would lie
    answer = extract(story, "sealed/x.csv")
    assert answer.code == 1
    assert "x.json" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("words", [["run"], ["validate"]])
def test_mistake_is_one_plain_message(place, words: list[str]) -> None:
    answer = place.rhcc(*words, "nowhere.yaml")
    assert answer.code == 1
    assert answer.err.startswith("rhcc: ")
    assert "nowhere.yaml" in answer.err
    assert "Traceback" not in answer.err


def rhcc_process(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from radiomics_hcc.cli import main; main()", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_process_ends_with_1_and_without_a_traceback(place) -> None:
    done = rhcc_process(place.folder, "validate", "nowhere.yaml")
    assert done.returncode == 1
    assert done.stderr.startswith("rhcc: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("--debug", "validate"), ("validate", "--debug")])
def test_debug_shows_the_traceback(place, words: tuple[str, ...]) -> None:
    done = rhcc_process(place.folder, *words, "nowhere.yaml")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "nowhere.yaml" in done.stderr
