from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
from lesion_phantom import GRID, Phantom

from radiomics_hcc import cli
from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.datasets.synthetic import SyntheticSettings, synthesise_cohort
from radiomics_hcc.domain.volume import Geometry
from radiomics_hcc.errors import InputError
from radiomics_hcc.experiment.identity.lesions_over_time import MatchedCohort, match_cohort
from radiomics_hcc.imaging.rigid import RigidTransform

MOVE = RigidTransform((0.04, -0.03, 0.05), (9.0, -7.0, 8.0))
A, B, C = ((-35.0, -10.0, 10.0), 16.0), ((30.0, -20.0, -15.0), 11.0), ((0.0, -25.0, 25.0), 8.0)
KEYS = ["patient_id", "timepoint", "phase", "mask", "label"]


@pytest.fixture
def phantom(tmp_path: Path) -> Phantom:
    return Phantom(tmp_path)


def written(matched: MatchedCohort, folder: Path) -> pd.DataFrame:
    """The written cohort's lesion rows; that it loads is part of every test."""
    path = folder / "matched.csv"
    matched.write(path)
    load_cohort(path)
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    return table[table["region"] == "lesion"]


def ids(table: pd.DataFrame, timepoint: str) -> dict[str, str]:
    """Identity by label at one time point, gone lesions by their status."""
    rows = table[table["timepoint"] == timepoint]
    return {row["label"] or row["status"]: row["lesion_id"] for _, row in rows.iterrows()}


def test_moved_patient_is_named_by_size_and_followed(phantom, tmp_path):
    phantom.visit("pre", [[B], [A]])
    phantom.visit("post", [[(A[0], 10.0)], [(B[0], 13.0)]], move=MOVE)
    matched = match_cohort(phantom.write())
    table = written(matched, tmp_path)
    assert ids(table, "pre") == {"1": "L2", "2": "L1"}
    assert ids(table, "post") == {"1": "L1", "2": "L2"}
    assert set(matched.links["outcome"]) == {"matched"}
    assert (matched.links["check"] == "").all()
    assert (matched.links["overlap_dice"] > 0.3).all()
    assert (matched.links["distance_mm"] < 2).all()
    assert (matched.links["registration_shift_mm"] - 13.9).abs().max() < 1.5


def test_vanished_lesion_gets_an_absent_row_per_phase_and_a_new_one_the_next_name(
    phantom, tmp_path
):
    phantom.visit("pre", [[A], [B]], phases=("arterial", "portal"))
    phantom.visit("post", [[A], [C]], phases=("arterial", "portal"), day="2020-03-01")
    table = written(match_cohort(phantom.write()), tmp_path)
    post = table[table["timepoint"] == "post"]
    gone = post[post["status"] == "absent"]
    assert gone["lesion_id"].tolist() == ["L2", "L2"]
    assert sorted(gone["phase"]) == ["arterial", "portal"]
    assert set(gone["date"]) == {"2020-03-01"}
    assert (gone[["mask", "label"]] == "").all(axis=None)
    assert post[post["label"] == "2"]["lesion_id"].tolist() == ["L3", "L3"]


def test_all_lesions_gone_leaves_rows_that_say_so(phantom, tmp_path):
    phantom.visit("pre", [[A], [B]])
    phantom.visit("post", [])
    table = written(match_cohort(phantom.write()), tmp_path)
    post = table[table["timepoint"] == "post"]
    assert post[["lesion_id", "status"]].to_numpy().tolist() == [["L1", "absent"], ["L2", "absent"]]


def test_split_lesion_leaves_lettered_fragments(phantom, tmp_path):
    phantom.visit("pre", [[A], [B]])
    small = ((-44.0, -10.0, 10.0), 5.5)
    large = ((-28.0, -10.0, 10.0), 7.5)
    phantom.visit("post", [[small], [B], [large]])
    matched = match_cohort(phantom.write())
    assert ids(written(matched, tmp_path), "post") == {"1": "L1~b", "2": "L2", "3": "L1~a"}
    assert sorted(matched.links["outcome"]) == ["matched", "split", "split"]


def test_merged_lesion_gets_a_row_that_says_so(phantom, tmp_path):
    near = ((-10.0, -10.0, 10.0), 9.0)
    phantom.visit("pre", [[A], [near]])
    phantom.visit("post", [[A, near, ((-22.0, -10.0, 10.0), 9.0)]])
    matched = match_cohort(phantom.write())
    table = written(matched, tmp_path)
    assert ids(table, "post") == {"1": "L1", "merged": "L2"}
    assert matched.links["outcome"].tolist() == ["merged", "merged"]
    cohort = load_cohort(tmp_path / "matched.csv")
    assert [case.is_absent for case in cohort.cases if case.lesion_id == "L2"] == [False, True]


def test_lesion_that_comes_back_gets_its_name_back(phantom, tmp_path):
    phantom.visit("pre", [[A], [B]], day="2020-01-01")
    phantom.visit("post", [[A]], day="2020-03-01")
    phantom.visit("late", [[B], [A]], day="2020-06-01", move=MOVE)
    table = written(match_cohort(phantom.write()), tmp_path)
    assert ids(table, "post") == {"1": "L1", "absent": "L2"}
    assert ids(table, "late") == {"1": "L2", "2": "L1"}


def test_lesion_beyond_the_later_image_has_not_vanished(phantom, tmp_path):
    phantom.visit("pre", [[A], [((0.0, -20.0, 40.0), 7.0)]])
    lower = Geometry((18, 50, 60), GRID.spacing_mm, GRID.origin_mm)
    phantom.visit("post", [[A]], grid=lower)
    matched = match_cohort(phantom.write())
    outcomes = dict(zip(matched.links["lesion_id"], matched.links["outcome"], strict=True))
    assert outcomes["L2"] == "not_imaged"
    assert "L2" not in ids(written(matched, tmp_path), "post").values()


def test_order_of_rows_changes_no_identity(phantom, tmp_path):
    phantom.visit("pre", [[A], [B], [C]])
    phantom.visit("post", [[C], [A], [B]], move=MOVE)
    first = written(match_cohort(phantom.write()), tmp_path)
    phantom.rows.reverse()
    again = written(match_cohort(phantom.write("reversed.csv")), tmp_path)
    for timepoint in ("pre", "post"):
        assert ids(again, timepoint) == ids(first, timepoint)


def test_phases_drawn_apart_are_one_lesion(phantom, tmp_path):
    phantom.visit("pre", [[A], [B]], phases=("arterial",))
    apart = Phantom(tmp_path)
    apart.visit("pre", [[B], [A]], patient="portal", phases=("portal",))
    phantom.rows += [{**row, "patient_id": "P1"} for row in apart.rows]
    matched = match_cohort(phantom.write())
    table = written(matched, tmp_path).set_index(["phase", "label"])["lesion_id"]
    assert table.to_dict() == {
        ("arterial", "1"): "L1",
        ("arterial", "2"): "L2",
        ("portal", "1"): "L2",
        ("portal", "2"): "L1",
    }
    assert (
        matched.links[["timepoint_before", "timepoint_after"]].to_numpy().tolist()
        == [["pre", "pre"]] * 2
    )


def test_single_visit_is_named_and_said(phantom):
    phantom.visit("pre", [[A], [B]])
    matched = match_cohort(phantom.write())
    assert [row["lesion_id"] for row in matched.cells] == ["L1", "L2", ""]
    said = "1 patients matched: lesions named at one time point; 0 to check"
    assert list(matched.sentences()) == [said]


def test_named_patients_are_left_as_they_are(phantom, tmp_path):
    phantom.visit("pre", [[A], [B]], ids=["x", "y"])
    phantom.visit("post", [[A], [B]], ids=["y", "x"])
    matched = match_cohort(phantom.write())
    assert ids(written(matched, tmp_path), "post") == {"1": "y", "2": "x"}
    assert matched.links.empty


def test_half_named_patient_is_refused_with_the_rows(phantom):
    phantom.visit("pre", [[A], [B]], ids=["x", "y"])
    phantom.visit("post", [[A], [B]], ids=["x"])
    with pytest.raises(InputError) as caught:
        match_cohort(phantom.write())
    assert [problem.where for problem in caught.value.problems] == ["cohort.csv:6"]
    assert "--keep" in str(caught.value)


def test_given_names_are_kept_and_the_rest_is_matched_to_them(phantom, tmp_path):
    phantom.visit("pre", [[A], [B]], ids=["x", "L1"])
    phantom.visit("post", [[A], [B], [C]], ids=["x"])
    table = written(match_cohort(phantom.write(), keep=True), tmp_path)
    assert ids(table, "post") == {"1": "x", "2": "L1", "3": "L2"}


def test_all_wrong_rows_are_told_at_once(phantom):
    phantom.visit("pre", [[A]])
    phantom.rows += [{**phantom.rows[0]}, {**phantom.rows[0], "status": "absent", "label": 9}]
    with pytest.raises(InputError) as caught:
        match_cohort(phantom.write())
    assert [problem.where for problem in caught.value.problems] == ["cohort.csv:4", "cohort.csv:5"]


def test_scan_without_a_liver_is_matched_in_doubt(phantom):
    phantom.visit("pre", [[A], [B]], organs=())
    phantom.visit("post", [[A], [B]], organs=())
    matched = match_cohort(phantom.write())
    assert matched.links["check"].tolist() == ["no_liver_mask"] * 2
    assert sum(sentence.startswith("check:") for sentence in matched.sentences()) == 2


def test_written_elsewhere_the_paths_still_lead_to_the_files(phantom, tmp_path):
    phantom.visit("pre", [[A]])
    matched = match_cohort(phantom.write())
    (tmp_path / "out").mkdir()
    matched.write(tmp_path / "out" / "cohort.csv", tmp_path / "links.csv")
    cohort = load_cohort(tmp_path / "out" / "cohort.csv", allow_outside=True)
    assert cohort.lesions[0].lesion_id == "L1"
    assert (tmp_path / "links.csv").is_file()


def test_visit_without_an_image_fails_alone_and_is_named(phantom, tmp_path):
    phantom.visit("pre", [[A]])
    gone = {"timepoint": "post", "status": "absent", "lesion_id": "L1", "region": "lesion"}
    phantom.rows.append({"patient_id": "P1", **gone})
    phantom.visit("pre", [[B]], patient="P2")
    matched = match_cohort(phantom.write(), keep=True)
    assert matched.failures == (
        "P1: cohort.csv:4: no image at time point 'post': nothing shows that its lesions are gone; "
        "give the image of the absent rows",
    )
    assert [row["lesion_id"] for row in matched.cells if row["region"] == "lesion"] == [
        "",
        "L1",
        "L1",
    ]


def test_split_and_merged_lesions_are_measured_as_one_lesion(phantom, tmp_path):
    near, bridge = ((-10.0, -10.0, 10.0), 9.0), ((-22.0, -10.0, 10.0), 9.0)
    parts = [[((-44.0, -10.0, 10.0), 5.5)], [((-28.0, -10.0, 10.0), 7.5)]]
    days = {"pre": "2020-01-01", "post": "2020-03-01"}
    phantom.visit("pre", [[A]], day=days["pre"])
    phantom.visit("post", parts, day=days["post"])
    phantom.visit("pre", [[A], [near]], day=days["pre"], patient="P2")
    phantom.visit("post", [[A, near, bridge]], day=days["post"], patient="P2")
    phantom.write()
    assert rhcc("match", tmp_path / "cohort.csv", "-o", tmp_path / "matched.csv") == 0
    assert rhcc("measure", tmp_path / "matched.csv", "-o", tmp_path / "sizes.csv") == 0
    sizes = pd.read_csv(tmp_path / "sizes.csv")
    after = sizes[sizes["assessment"] == days["post"]]
    assert after[["patient_id", "lesion_id", "status"]].to_numpy().tolist() == [
        ["P1", "L1", "measured"],
        ["P1", "L1", "measured"],
        ["P2", "L1", "measured"],
        ["P2", "L2", "merged"],
    ]


def rhcc(*words: str | Path) -> int:
    """Exit code of the command."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["rhcc", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    return int(ended.value.code or 0)


def truth_recovered(folder: Path, patients: int) -> tuple[int, int]:
    """Lesions of a synthetic cohort that keep their identity, and how many there are."""
    path = synthesise_cohort(folder, SyntheticSettings.small(patients))
    truth = pd.read_csv(path, dtype=str, keep_default_na=False)
    blank = truth[truth["status"] != "absent"].sample(frac=1, random_state=3)
    blank.assign(lesion_id="").to_csv(folder / "blank.csv", index=False)
    table = written(match_cohort(folder / "blank.csv"), folder)
    drawn = truth[truth["mask"] != ""].merge(table, on=KEYS, suffixes=("_true", ""))
    names = drawn.groupby(["patient_id", "lesion_id_true"])["lesion_id"].nunique()
    others = drawn.groupby(["patient_id", "lesion_id"])["lesion_id_true"].transform("nunique")
    gone = truth[truth["status"] == "absent"].groupby("patient_id").size()
    found = table[table["status"] == "absent"].groupby("patient_id").size()
    assert found.to_dict() == gone.to_dict()
    assert (others == 1).all()
    return int((names == 1).sum()), len(names)


def test_synthetic_patients_get_their_lesions_back(tmp_path):
    right, lesions = truth_recovered(tmp_path, patients=2)
    assert right == lesions >= 4


@pytest.mark.slow
def test_larger_synthetic_cohort_gets_its_lesions_back(tmp_path):
    right, lesions = truth_recovered(tmp_path, patients=40)
    assert right == lesions >= 60
