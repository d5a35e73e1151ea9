"""What counts as equal, and where the files of a run are looked for."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.domain.digest import digest_json
from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.record import InputFile, RunRecord, RunStatus
from radiomics_hcc.errors import InputError
from radiomics_hcc.experiment.config import ExperimentConfig
from radiomics_hcc.experiment.named_files import (
    PATH_KEYS,
    TESTING_KEYS,
    named_files,
    with_files,
)
from radiomics_hcc.experiment.reproducing.given_inputs import refuse_changed
from radiomics_hcc.experiment.reproducing.leaves import leaves
from radiomics_hcc.experiment.reproducing.line import Line, Part, Verdict, told
from radiomics_hcc.experiment.reproducing.own_manifest import compare_manifest
from radiomics_hcc.experiment.reproducing.paths import located
from radiomics_hcc.experiment.reproducing.reproduction import Reproduction
from radiomics_hcc.experiment.reproducing.same_tables import compare_table, compare_tables
from radiomics_hcc.experiment.reproducing.same_words import compare_findings
from radiomics_hcc.experiment.reproducing.sources import find_source
from radiomics_hcc.experiment.reproducing.surroundings import compare_surroundings

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


def frame(*values: float) -> pd.DataFrame:
    names = [f"P{number}" for number in range(len(values))]
    return pd.DataFrame({"patient_id": names, "p_OR": values})


def compared(then: pd.DataFrame, now: pd.DataFrame, tolerance: float = 0.0) -> Line:
    return compare_table("out_of_fold", then, now, tolerance)


@settings(deadline=None, max_examples=30)
@given(values=st.lists(NUMBERS, min_size=1, max_size=5))
def test_a_table_equals_its_copy_empty_cells_and_infinities_too(values) -> None:
    line = compared(frame(*values), frame(*values))
    assert (line.verdict, line.differing) == (Verdict.EQUAL, 0)
    assert math.isnan(line.largest)


@settings(deadline=None, max_examples=30)
@given(value=st.floats(-1e6, 1e6))
def test_one_last_bit_is_a_difference(value) -> None:
    line = compared(frame(value, 1.0), frame(np.nextafter(value, np.inf), 1.0))
    assert (line.verdict, line.differing) == (Verdict.DIFFERS, 1)
    assert 0 < line.largest <= 1e-9


def test_the_largest_difference_its_column_and_the_patients_are_told_without_a_name() -> None:
    line = compared(frame(0.5, 0.25, 0.75), frame(0.5, 0.5, 0.625))
    assert line.largest == 0.25
    assert line.note == "largest 0.25 in p_OR; 2 of 3 patients"
    assert (line.cells, line.differing) == (6, 2)


@pytest.mark.parametrize(
    ("now", "tolerance", "verdict"),
    [
        (1000.0 + 1e-7, 1e-9, Verdict.WITHIN),
        (1000.0 + 1e-5, 1e-9, Verdict.DIFFERS),
        (1000.0 + 1e-7, 0.0, Verdict.DIFFERS),
        (np.nan, 1.0, Verdict.DIFFERS),
        (np.inf, 1.0, Verdict.DIFFERS),
    ],
)
def test_a_tolerance_is_relative_above_one(now, tolerance, verdict) -> None:
    assert compared(frame(1000.0), frame(now), tolerance).verdict is verdict


def test_the_sign_of_zero_is_not_the_same_bit_and_lies_within_any_tolerance() -> None:
    assert compared(frame(0.0), frame(-0.0)).verdict is Verdict.DIFFERS
    assert compared(frame(0.0), frame(-0.0), 1e-15).verdict is Verdict.WITHIN


@pytest.mark.parametrize("now", ["nonOR", None, ""])
def test_another_word_is_beyond_every_tolerance(now) -> None:
    then = pd.DataFrame({"label": ["OR", "OR"]})
    line = compared(then, pd.DataFrame({"label": ["OR", now]}), tolerance=10.0)
    assert (line.verdict, line.largest) == (Verdict.DIFFERS, math.inf)
    assert line.note == "words of label; 1 of 2 rows"


def test_days_and_whole_numbers_are_compared_too() -> None:
    then = pd.DataFrame({"day": pd.to_datetime(["2020-01-01"]), "n": pd.array([1], "Int64")})
    assert compared(then, then.copy()).verdict is Verdict.EQUAL
    later = then.assign(day=pd.to_datetime(["2020-01-02"]))
    assert compared(then, later).verdict is Verdict.DIFFERS
    assert compared(then, then.assign(n=pd.array([pd.NA], "Int64"))).verdict is Verdict.DIFFERS


def test_other_rows_tell_how_many_patients_only_one_side_has() -> None:
    line = compared(frame(0.1, 0.2, 0.3), frame(0.1, 0.2))
    assert line.verdict is Verdict.DIFFERS
    assert line.note == "another number of rows; 1 patients only then, 0 only now"


def test_a_column_that_is_gone_is_a_difference_and_a_new_one_is_none() -> None:
    more = frame(0.5).assign(threshold=0.4)
    assert compared(more, frame(0.5)).verdict is Verdict.DIFFERS
    line = compared(frame(0.5), more)
    assert (line.verdict, line.note) == (Verdict.EQUAL, "new columns: threshold")


def test_tables_of_one_side_are_named_and_only_a_lost_one_counts() -> None:
    lost, new = compare_tables({"lost": frame(0.1)}, {"new": frame(0.1)}, 0.0)
    assert (lost.verdict, lost.is_difference) == (Verdict.GONE, True)
    assert (new.verdict, new.is_difference) == (Verdict.NEW, False)


def test_a_finding_may_be_gone_new_of_another_severity_or_in_other_words() -> None:
    then = [Finding("A", "ok", "x"), Finding("B", "note", "x"), Finding("C", "ok", "1 of 2")]
    now = [Finding("A", "warning", "x"), Finding("C", "ok", "2 of 2"), Finding("D", "ok", "x")]
    lines = {line.item: line for line in compare_findings(then, now)}
    assert {item: str(line.verdict) for item, line in lines.items()} == {
        "A": "differs",
        "B": "gone",
        "C": "differs",
        "D": "new",
    }
    assert (lines["A"].then, lines["A"].now) == ("ok", "warning")
    assert (lines["C"].then, lines["C"].now) == ("1 of 2", "2 of 2")
    assert all(line.is_difference for line in lines.values())


def test_another_version_explains_a_difference_and_is_none(tmp_path) -> None:
    packages = {"numpy": "1.0", "elsewhere": "2.0"}
    lines = list(compare_surroundings({"python": "3.9.0", "packages": packages}, tmp_path))
    found = {line.item: line for line in lines}
    assert found["numpy"].verdict is Verdict.DIFFERS
    assert found["numpy"].now == np.__version__
    assert found["elsewhere"].verdict is Verdict.GONE
    assert found["python"].verdict is Verdict.DIFFERS
    assert not any(line.is_difference for line in lines)


def test_every_path_of_the_schema_is_known() -> None:
    """A new key that names a file must be added to the keys that are looked for."""
    words = ("images", "patients", "params", "table", "measurements")
    schema = ExperimentConfig.model_json_schema()
    sections = {key: each for key, each in schema["$defs"].items() if key.endswith("Section")}
    found = {
        (name.removesuffix("Section").lower(), key)
        for name, section in sections.items()
        for key in section["properties"]
        if key in words
    }
    of_sections = {("feature" if a == "features" else a, b) for a, b in PATH_KEYS}
    assert found == of_sections | {("secondcohort", key) for key in TESTING_KEYS}


def test_files_of_a_configuration_are_found_and_replaced_by_place() -> None:
    config = {
        "cohort": {"images": "a.csv", "patients": None},
        "features": {"table": None, "engine": "native"},
        "reliability": None,
        "testing": [{"kind": "temporal"}, {"kind": "second_cohort", "table": "b.csv"}],
    }
    assert named_files(config) == {
        ("cohort", "images"): "a.csv",
        ("testing", 1, "table"): "b.csv",
    }
    changed = with_files(config, lambda place, text: f"{place[0]}/{text}")
    assert changed["testing"][1]["table"] == "testing/b.csv"
    assert config["testing"][1]["table"] == "b.csv"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("data/a.csv", "data/a.csv"),
        ("../study/data/a.csv", "data/a.csv"),
        ("/home/someone/study/data/a.csv", "data/a.csv"),
        ("C:\\study\\data\\a.csv", "data/a.csv"),
        ("elsewhere/b.csv", "b.csv"),
    ],
)
def test_a_file_is_found_by_the_longest_end_of_its_path(tmp_path, text, found) -> None:
    (tmp_path / "data").mkdir()
    for name in ("data/a.csv", "a.csv", "b.csv"):
        (tmp_path / name).write_text(name)
    assert located(text, tmp_path) == (tmp_path / found).resolve()


def test_a_file_that_is_nowhere_keeps_its_plain_place(tmp_path) -> None:
    assert located("data/a.csv", tmp_path) == (tmp_path / "data/a.csv").resolve()


def test_leaves_keep_empty_sections() -> None:
    assert leaves({"a": [], "b": {"c": None}, "d": [1, "x"]}) == {
        "a": "[]",
        "b.c": "null",
        "d.0": "1",
        "d.1": '"x"',
    }


@pytest.fixture
def reproduction() -> Reproduction:
    lines = (
        Line(Part.INPUT, "features.table f.csv", Verdict.EQUAL, "aa", "aa"),
        told(Part.SOFTWARE, "numpy", "2.0", "2.1"),
        compared(frame(0.5, 0.25), frame(0.5, 0.5)),
        Line(Part.MODEL, "m|<b>", Verdict.NOT_COMPARED, note="older"),
    )
    return Reproduction("r1", "study", "study.yaml", 0.0, lines)


def test_sentences_name_every_line_that_is_not_equal(reproduction) -> None:
    text = "\n".join(reproduction.sentences())
    assert text.startswith("Run r1 was not reproduced: 2 things differ")
    assert "software numpy: differs, 2.0 then, 2.1 now" in text
    assert "table out_of_fold: differs" in text
    assert "features.table" not in text
    assert "not compared: times" in text


def test_every_written_form_says_the_same(reproduction, tmp_path) -> None:
    found = json.loads(reproduction.write(tmp_path / "r.json").read_text())
    assert found["is_equal"] is False
    assert [line["largest_difference"] for line in found["lines"]] == [None, None, 0.25, None]
    table = pd.read_csv(reproduction.write(tmp_path / "r.csv"))
    assert list(table["verdict"]) == list(reproduction.frame()["verdict"])
    text = reproduction.write(tmp_path / "r.md").read_text()
    assert "m\\|\\<b>" in text
    assert "<b>" not in reproduction._repr_html_()
    with pytest.raises(InputError, match=r"end it in \.json, \.csv, \.md"):
        reproduction.write(Path("r.html"))


def test_equality_within_a_tolerance_is_said_so() -> None:
    line = compared(frame(0.5), frame(0.5 + 1e-12), 1e-9)
    found = Reproduction("r1", "study", "f", 1e-9, (line,))
    assert found.is_equal
    assert found.headline() == "Run r1 was reproduced: 2 cells of 1 tables within 1e-09"


def test_a_manifest_that_was_edited_is_found_out_by_its_own_digests() -> None:
    config = {"seed": 5, "target": {"merge": {"OR": ["CR"], "nonOR": ["SD"]}}}
    file = InputFile("cohort.patients", "patients.csv", "ab" * 32)
    record = RunRecord("id", "n", "Why?", "early_response", RunStatus.COMPLETED, "now")
    record = replace(
        record,
        config=config,
        config_sha256=digest_json({**config, "class_order": ["OR", "nonOR"]}),
        inputs=(file,),
        data_sha256=digest_json([("cohort.patients", "patients.csv", "ab" * 32)]),
    )
    assert not [line for line in compare_manifest(record) if line.is_difference]
    seeded = replace(record, config={**config, "seed": 6})
    ranked = replace(record, config={**config, "target": {"merge": {"nonOR": [], "OR": []}}})
    other = replace(record, inputs=(replace(file, sha256="cd" * 32),))
    for edited, item in ((seeded, "configuration"), (ranked, "configuration"), (other, "inputs")):
        (line,) = [line for line in compare_manifest(edited) if line.is_difference]
        assert line.item == f"{item} of the manifest"
        with pytest.raises(InputError, match="one of the two was changed afterwards"):
            refuse_changed([line])


def test_the_name_of_a_repetition_that_was_kept_is_told() -> None:
    kept = Reproduction("1", "n", "study", 0.0, (), kept_as="2")
    assert "the repetition was kept as run 2" in kept.sentences()
    assert "kept" not in " ".join(replace(kept, kept_as="").sentences())


def test_a_file_with_the_name_of_the_run_but_another_seed_is_pointed_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "schema_version: 1\nname: study\nquestion: Why?\nintent: early_response\nseed: 1\n"
    more = "cohort: {patients: p.csv}\nfeatures: {table: t.csv}\nmodels: [{kind: elastic_net}]\n"
    target = "target: {column: label, merge: {A: [1], B: [2]}}\n"
    (tmp_path / "study.yaml").write_text(f"{text}{more}{target}")
    monkeypatch.chdir(tmp_path)
    record = RunRecord("id", "study", "Why?", "early_response", RunStatus.COMPLETED, "now")
    with pytest.raises(
        InputError, match=r"study\.yaml has its name .* try --experiment study\.yaml"
    ):
        find_source(record, None, None)
    with pytest.raises(InputError, match="name the file with --experiment"):
        find_source(replace(record, name="other"), None, None)
