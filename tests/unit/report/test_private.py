"""The private edition: no patient, date, file or small count is in it, in any format."""

import base64
import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.record import InputFile, ModelFile, RunRecord, RunStatus
from radiomics_hcc.report.files import page_files
from radiomics_hcc.report.formats import write_as
from radiomics_hcc.report.page import page_of
from radiomics_hcc.report.private import private
from radiomics_hcc.report.private_edition.sentences import Cleaner, pseudonyms

COUNTED = {
    *("All", "OR", "nonOR", "Patients", "Positives", "Cells", "Missing", "Lesions"),
    *("Trained on", "Patients better than it"),
}
SECRET_FILES = ("cohort_zurich.csv", "HCC_007_pre.nii.gz", "cohort/measurements_b.csv")
DATE = re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d")


def telling(run):
    """The synthetic run with everything that a private edition has to hide."""
    assessed = run.tables["response"]
    first = pd.Timestamp("2019-03-01")
    days = pd.Series(first + pd.to_timedelta(np.arange(40) * 3, unit="D"))
    later = days + pd.to_timedelta(assessed["assessment"], unit="D")
    assessed = assessed.assign(
        baseline=days.dt.strftime("%Y-%m-%d"),
        assessment=later.dt.strftime("%Y-%m-%d"),
        reason="PR at 2019-05-01, image HCC_007_pre.nii.gz",
    )
    one = run.tables["table_one"]
    few = pd.DataFrame(
        [
            ("BCLC", "A", "50 (60 %)", "27 (66 %)", "23 (53 %)"),
            ("BCLC", "B", "31 (37 %)", "13 (32 %)", "18 (42 %)"),
            ("BCLC", "C", "3 (4 %)", "1 (2 %)", "2 (5 %)"),
            ("Size", "empty", "2 (2 %)", "2 (5 %)", "0 (0 %)"),
        ],
        columns=one.columns,
    )
    tables = {
        **run.tables,
        "response": assessed,
        "table_one": pd.concat([one, few], ignore_index=True),
        "labels": run.tables["labels"].assign(date="2019-05-01"),
        "exclusions": pd.DataFrame(
            {
                "patient_id": [f"HCC_{number:03d}" for number in range(85, 100)],
                "reason": ["no follow-up scan"] * 12 + ["mask of HCC_097_pre.nii.gz is empty"] * 3,
            }
        ),
        "of_tomorrow": pd.DataFrame({"patient_id": ["HCC_001"], "secret": ["unknown table"]}),
    }
    return replace(
        run,
        tables=tables,
        inputs=(
            InputFile("cohort.images", SECRET_FILES[0], "ab" * 32),
            *(InputFile("image", f"HCC_{n:03d} pre arterial", "cd" * 32) for n in range(1, 9)),
        ),
        config={
            **run.config,
            "cohort": {"images": f"/data/zurich/{SECRET_FILES[0]}"},
            "target": {"measurements": SECRET_FILES[2]},
            "testing": [{"kind": "later", "from": "2020-01-31"}],
        },
        provenance={
            **run.provenance,
            "host": "radiology-pc-7",
            "command": ["rhcc", "run", "/home/meier/tace.yaml"],
        },
        summary={**run.summary, "unknown": "summary of tomorrow"},
        findings=(
            *run.findings,
            Finding("HCC003", "warning", "One patient may be there twice: HCC_003 and HCC_004."),
            Finding("HCC011", "note", "2 patients have a scan of 2019-04-02 in cohort_zurich.csv."),
        ),
        models=(ModelFile("elastic_net", b"x", "ef" * 32, {"columns": {"age": {"minimum": 31}}}),),
        figures={"montage_HCC_001_L1.png": base64.b64decode("iVBORw0KGgo=")},
    )


@pytest.fixture(scope="module")
def secretive(run):
    return telling(run)


@pytest.fixture(scope="module")
def hidden(secretive):
    return private(secretive)


@pytest.fixture(scope="module")
def written(secretive, tmp_path_factory):
    """Every text of the three formats, what lies inside `data:` addresses and beside it too."""
    folder = tmp_path_factory.mktemp("private")
    for name in ("report.html", "report.md", "report.json"):
        write_as(secretive, folder / name, is_private=True)
    texts = {
        file.name: file.read_text(encoding="utf-8")
        for file in folder.rglob("*")
        if file.is_file() and file.suffix != ".png"
    }
    inside = re.findall(r'data:[^"]*?base64,([A-Za-z0-9+/=]*)', texts["report.html"])
    return {
        **texts,
        **{f"inside {place}": base64.b64decode(part).decode() for place, part in enumerate(inside)},
    }


def test_three_formats_are_looked_at_with_their_figures_and_tables(written):
    assert {"report.html", "report.md", "report.json", "waterfall.svg", "roc.csv"} <= set(written)
    assert sum(name.startswith("inside") for name in written) > 20


def test_no_patient_is_named(secretive, written):
    patients = {str(name) for name in secretive.tables["labels"]["patient_id"]}
    patients |= set(secretive.tables["exclusions"]["patient_id"])
    assert len(patients) > 90
    for name, text in written.items():
        assert not [patient for patient in patients if patient in text], name


def test_no_date_is_told(secretive, written):
    for name, text in written.items():
        assert DATE.findall(text) == [], name
        assert secretive.run_id not in text


@pytest.mark.parametrize(
    "word",
    [*SECRET_FILES, "zurich", "/home/meier", "radiology-pc-7", "unknown table", "of tomorrow"],
)
def test_no_file_folder_machine_or_unknown_entry_is_told(written, word):
    assert [name for name, text in written.items() if word in text] == []


def test_no_small_count_is_in_a_table(written):
    seen = 0
    for table in tables_of(json.loads(written["report.json"])["sections"]):
        for place in [n for n, head in enumerate(table["columns"]) if head in COUNTED]:
            for row in table["rows"]:
                seen += 1
                assert not re.fullmatch(r"[1-4](?: \(.*\))?", row[place]), (table["caption"], row)
    assert seen > 100


def tables_of(value):
    if isinstance(value, list):
        for part in value:
            yield from tables_of(part)
    elif isinstance(value, dict):
        if value.get("kind") == "table":
            yield value
        for part in value.values():
            yield from tables_of(part)


def test_table_one_hides_small_cells_and_what_would_tell_them(hidden):
    rows = hidden.tables["table_one"].set_index(["variable", "level"])
    assert rows.loc[("BCLC", "C")].tolist() == ["< 5", "< 5", "< 5"]
    assert (rows.loc["BCLC"] == "hidden").to_numpy().sum() >= 2
    assert rows.loc[("Sex", "male"), "all"] == "65 (77 %)"


def test_cohort_flow_has_no_step_that_lost_a_few(hidden):
    assert hidden.tables["cohort_flow"]["patients"].tolist() == [91, "hidden", "hidden", 84]


def test_exclusions_are_told_by_reason(hidden):
    table = hidden.tables["exclusions"]
    assert table.columns.tolist() == ["reason", "patients"]
    assert table["patients"].tolist() == ["hidden", "< 5"]


def test_a_small_group_elsewhere_hides_its_like(hidden):
    groups = hidden.tables["external_groups"].set_index("group")
    assert groups.loc["south", "nonOR"] == "< 5"
    assert "hidden" in groups["nonOR"].tolist()


def test_days_stay_and_changes_are_rounded(secretive, hidden):
    assessed = hidden.tables["response"]
    assert sorted(assessed["assessment"]) == sorted(
        (pd.to_datetime(row.assessment) - pd.to_datetime(row.baseline)).days
        for row in secretive.tables["response"].itertuples()
    )
    assert (assessed["change_from_baseline_percent"].dropna() % 1 == 0).all()
    assert not {"reason", "baseline_sum", "current_sum", "flags"} & set(assessed.columns)


def test_values_of_single_patients_are_left_out(hidden):
    assert not {"minimum", "maximum"} & set(hidden.tables["features"].columns)
    assert not {"age", "afp"} & set(hidden.tables["errors"].columns)
    assert not {"labels", "out_of_fold", "splits", "of_tomorrow"} & set(hidden.tables)
    assert hidden.models[0].card["columns"] == {
        "age": {"minimum": None, "maximum": None, "quantiles": {}, "words": [], "empty": 0}
    }
    assert hidden.figures == {}


def test_names_are_the_same_in_all_tables_and_their_order_is_another_one(secretive, hidden):
    original = secretive.tables["errors"]["patient_id"].tolist()
    names = dict(zip(original, hidden.tables["errors"]["patient_id"], strict=True))
    changes = secretive.tables["best_response"].set_index("patient_id")["ttp_days"]
    hidden_changes = hidden.tables["best_response"].set_index("patient_id")["ttp_days"]
    assert all(changes[old] == hidden_changes[new] for old, new in names.items())
    assert sorted(names.values()) != list(names.values())


def test_a_small_class_takes_everything_with_it_that_would_tell_its_size(run):
    counts = pd.DataFrame({"label": ["OR", "nonOR"], "patients": [81, 3]})
    sentence = Finding("HCC004", "serious", "Class nonOR has 3 patients (OR 81, nonOR 3).")
    tables = {**run.tables, "label_counts": counts}
    record = private(replace(run, tables=tables, findings=(sentence,)))
    assert record.tables["label_counts"]["patients"].tolist() == ["hidden", "< 5"]
    assert not {"roc", "confusion", "errors", "instability", "decision_curve"} & set(record.tables)
    assert set(record.tables["table_one"]["nonOR"]) == {"hidden"}
    assert record.findings[0].sentence == (
        "Class nonOR has fewer than 5 patients (OR (hidden), nonOR (hidden))."
    )
    assert page_of(record).verdict.facts[-1].detail == "OR hidden, nonOR < 5"


def test_the_page_says_first_that_it_is_private_and_what_is_missing(hidden, written):
    page = written["report.html"]
    assert page.index("Private edition") < page.index('id="verdict"')
    assert "left out of its private edition" in page
    assert "not recorded in this run." not in page
    assert page_files(page_of(hidden).sections).names


def test_a_private_record_stays_as_it_is_and_is_made_alike_again(secretive, hidden):
    assert private(hidden) is hidden
    again = private(secretive)
    assert again.summary == hidden.summary
    for name, table in hidden.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table)


def test_why_a_run_failed_is_told_but_not_in_the_private_edition():
    summary = {"failure": "cohort.csv: 2 patients have no image; HCC_001 on 2020-02-03"}
    record = RunRecord(
        "id", "n", "Why?", "early_response", RunStatus.FAILED, "now", summary=summary
    )
    assert page_of(record).verdict.more == summary["failure"]
    told = page_of(private(record)).verdict.more
    assert told == "Why it failed is left out of the private edition."


def test_scores_of_a_group_with_a_hidden_count_are_left_out(secretive, hidden):
    groups = secretive.tables["external_groups"]
    shown = hidden.tables["external_groups"].set_index("group")
    alone = {name for name in groups["group"] if shown.loc[name, "note"]}
    assert alone
    for name in ("external_metrics", "external_comparisons"):
        assert set(secretive.tables[name].get("group", alone)) & alone
        assert not set(hidden.tables[name].get("group", ())) & alone


def test_the_sizes_of_groups_cannot_be_told_from_their_scores(run):
    """Two of three sites have 19 patients, all three have 40: one site has 2."""
    sizes = {"Uster": (1, 1), "north": (12, 7), "south": (13, 6)}
    groups = pd.DataFrame(
        [("loo", name, True, 40 - a - b, a + b, a, b, "") for name, (a, b) in sizes.items()],
        columns=["design", "group", "is_tested", "trained", "tested", "OR", "nonOR", "note"],
    )
    scores = pd.DataFrame(
        [("m", "auc", 0.7, 0.6, 0.8, "bootstrap (12 of 200 resamples undefined); x", n, g, "loo")
         for g, n in {"all tested": 40, "Uster": 2, "north": 19, "south": 19}.items()],
        columns=["model", "metric", "estimate", "low", "high", "method", "patients", "group",
                 "design"],
    )  # fmt: skip
    alone = groups.assign(design="second cohort")[:1]
    tables = {
        **run.tables,
        "external_groups": pd.concat([groups, alone]),
        "external_metrics": pd.concat([scores, scores[:1].assign(design="second cohort")]),
    }
    told = private(replace(run, tables=tables)).tables
    assert told["external_metrics"][["design", "group"]].to_numpy().tolist() == [
        ["loo", "all tested"]
    ]
    assert told["external_metrics"]["method"].tolist() == ["bootstrap; x"]
    assert (told["external_groups"]["note"] == "scores are hidden with the counts").all()


def test_how_many_patients_were_lost_cannot_be_counted_in_lists_of_patients(run):
    """A patient whom the models do not see would be one row more than there are labels."""
    lost = run.tables["response"][:1].assign(patient_id="LOST_1")
    tables = {**run.tables, "response": pd.concat([run.tables["response"], lost])}
    told = private(replace(run, tables=tables)).tables
    assert len(told["response"]) == len(run.tables["response"])
    numbers = [int(name[1:]) for name in told["errors"]["patient_id"]]
    assert max(numbers) > 2 * len(run.tables["labels"])


def test_a_number_of_patients_that_is_nearly_all_is_hidden_with_its_digits(run):
    study = private(
        replace(
            run,
            tables={
                **run.tables,
                "reader_agreement": pd.DataFrame(
                    {
                        "of": "x",
                        "readers": "all",
                        "statistic": "unanimous patients",
                        "weights": "identity",
                        "estimate": [17 / 85, 0.123456],
                        "low": 0.1,
                        "high": 0.3,
                        "patients": [85, 60],
                        "method": "Wilson",
                        "note": "",
                    }
                ),
            },
        )
    ).tables["reader_agreement"]
    assert study["patients"].tolist() == ["hidden", 60]
    assert study["estimate"].tolist() == [0.2, 0.123456]


def test_probabilities_of_patients_have_two_decimals(hidden):
    for name in ("errors", "instability"):
        numbers = hidden.tables[name].select_dtypes("float")
        assert not numbers.empty
        pd.testing.assert_frame_equal(numbers, numbers.round(2))


def test_how_many_files_there_are_is_not_told(hidden):
    assert [each.file for each in hidden.inputs] == ["name hidden", "several files, names hidden"]


@pytest.mark.parametrize(
    ("code", "sentence", "told"),
    [
        ("HCC011", "at pre: arterial 38, portal 3.", "at pre: arterial …, portal …."),
        ("HCC002", "afp is empty in 3 of 26 OR.", "afp is empty in … of … OR."),
        ("HCC002", "afp is empty in 24 of 26 OR.", "afp is empty in … of … OR."),
        ("HCC004", "At least 10 patients (OR 26).", "At least 10 patients (OR 26)."),
        ("HCC012", "1 of 2 features (rho 0.97).", "1 of 2 features (rho 0.97)."),
        ("HCC005", "4 events, 0.6 for each.", "fewer than 5 events, … for each."),
        ("ABC001", "site B: 2", "site B: …"),
    ],
)
def test_findings_that_count_patients_lose_small_numbers_and_what_tells_them(
    run, code, sentence, told
):
    record = replace(run, findings=(Finding(code, "note", sentence),))
    assert private(record).findings[0].sentence == told


identities = st.from_regex(r"[A-ZÄÖÅ]{2,4}[-_./+$]?[0-9]{1,5}[a-z]?", fullmatch=True)


def record_of(names):
    """A completed run that names every patient wherever a name can be."""
    frame = pd.DataFrame({"patient_id": names, "label": "OR"})
    assessed = frame.assign(reader="R1", assessment=60, baseline=0, response="PR")
    tables = {
        "labels": frame,
        "errors": frame.assign(rank=1, p_true=0.5),
        "response": assessed.assign(change_from_baseline_percent=-30.0, reason="no"),
        "exclusions": frame.assign(reason=[f"mask of {name} is empty" for name in names]),
        "external_groups": pd.DataFrame(
            {"design": "site", "group": names, "trained": 9, "tested": 9, "OR": 9, "note": names}
        ),
    }
    first, second, *others = names
    found = Finding("HCC003", "warning", f"Twice: {first}; {second}, ({', '.join(others)}).")
    record = RunRecord("id", "n", f"Is {first} ill?", "early", RunStatus.COMPLETED, "now")
    inputs = tuple(InputFile("image", f"{name} pre arterial", "") for name in names)
    return replace(record, tables=tables, inputs=inputs, findings=(found,))


@settings(deadline=None, max_examples=40)
@given(names=st.lists(identities, min_size=6, max_size=6, unique=True))
def test_random_names_are_nowhere_in_the_private_record(names):
    told = private(record_of(names))
    cells = {
        str(cell) for table in told.tables.values() for row in table.to_numpy() for cell in row
    }
    assert not cells & set(names)
    sentences = [told.question, *(each.sentence for each in told.findings)]
    sentences += list(told.tables["exclusions"]["reason"])
    for name in names:
        alone = rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])"
        assert not [told for told in sentences if re.search(alone, told)]


@given(st.sets(st.text("P0123456789", min_size=2, max_size=5), min_size=1, max_size=30))
def test_no_new_name_is_another_patients_identity(patients):
    names = pseudonyms(patients, "secret")
    assert set(names) == patients
    assert len(set(names.values())) == len(patients)
    assert not set(names.values()) & patients


def test_the_order_of_new_names_needs_the_secret():
    patients = [f"HCC_{number:03d}" for number in range(50)]
    assert pseudonyms(patients, "one") != pseudonyms(patients, "another")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("scan of 2019-05-07", "scan of (date)"),
        ("on 2019-05-07T10:20:30+00:00.", "on (date)."),
        ("on 7.5.2019 and 05/07/2019", "on (date) and (date)"),
        ("study 20190507", "study (date)"),
        ("on 07.05.19, version 1.2.34", "on (date), version 1.2.34"),
        ("in 2026-W47 and 2026W471", "in (date) and (date)"),
        ("20. November 2026, Nov 2026, May 3, 2019", "(date), (date), (date)"),
        ("3 Mär 2019 and 12. Dez. 2020", "(date) and (date)"),
        (
            "AUC 0.87, seed 1234, 1.5 mm, 2019 patients",
            "AUC 0.87, seed 1234, 1.5 mm, 2019 patients",
        ),
        ("SYN_1 is SYN_12", "P001 is P002"),
        ("case.csv was read", "(file) was read"),
    ],
)
def test_dates_files_and_names_are_taken_out_of_text(text, told):
    assert Cleaner({"SYN_1": "P001", "SYN_12": "P002"}, ("case.csv",)).text(text) == told


def test_identities_that_are_numbers_are_blotted_out_of_sentences_only():
    cleaner = Cleaner({"12": "P001"})
    assert cleaner.text("12 folds") == "12 folds"
    assert cleaner.sentence("twice: 12 and 123") == "twice: … and 123"
