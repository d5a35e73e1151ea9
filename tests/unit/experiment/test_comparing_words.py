"""Labels, differences and findings of a comparison."""

from __future__ import annotations

from dataclasses import replace

import pytest
from compared_runs import completed, names, predictions

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.record import InputFile, RunRecord, RunStatus
from radiomics_hcc.experiment.comparing.compare import Asked, compare_runs
from radiomics_hcc.experiment.comparing.differences import code_of
from radiomics_hcc.experiment.comparing.labels import short_labels


def run(run_id="r1", name="tace", started="2026-11-20T10:15:00+00:00"):
    return replace(completed(run_id, name=name), started=started)


@pytest.mark.parametrize(
    ("chosen", "labels"),
    [
        ([("r1", "tace", "net")], ["net"]),
        ([("r1", "tace", "net"), ("r1", "tace", "forest")], ["net", "forest"]),
        ([("r1", "tace", "net"), ("r2", "mr", "net")], ["tace", "mr"]),
        ([("r1", "tace", "net"), ("r2", "mr", "forest")], ["tace", "mr"]),
        ([("r1", "tace.pre", "net"), ("r2", "tace.post", "net")], ["pre", "post"]),
        ([("r1", "tace.pre", "net"), ("r2", "mr.pre", "net")], ["tace", "mr"]),
        ([("r1", "tace.pre", "net"), ("r2", "mr.post", "net")], ["tace.pre", "mr.post"]),
        (
            [("r1", "tace", "net"), ("r1", "tace", "size"), ("r2", "mr", "net")],
            ["tace: net", "tace: size", "mr: net"],
        ),
    ],
)
def test_labels_are_the_shortest_words_that_tell_models_apart(chosen, labels):
    records = {run_id: run(run_id, name) for run_id, name, _ in chosen}
    assert short_labels([(records[run_id], model) for run_id, _, model in chosen]) == labels


def test_repeated_runs_are_told_apart_by_the_minute_then_by_identity():
    first, second = run("r1"), run("r2", started="2026-11-20T11:00:00+00:00")
    assert short_labels([(first, "net"), (second, "net")]) == [
        "tace (2026-11-20 10:15)",
        "tace (2026-11-20 11:00)",
    ]
    twins = short_labels([(first, "net"), (run("r3"), "net")])
    assert twins == ["tace (2026-11-20 10:15) [r1]", "tace (2026-11-20 10:15) [r3]"]


def second(**changes):
    models = [predictions("forest", effect=1, seed=3, patients=names(40))]
    return completed("r2", models=models, **changes)


def differences(**changes):
    found = compare_runs([completed(), second(**changes)])
    rows = found.differences.set_index(["part", "key"])
    return {key: tuple(row) for key, row in zip(rows.index, rows.to_numpy(), strict=True)}


def codes(*records):
    return {(f.code, f.severity) for f in compare_runs(list(records)).findings}


def test_equal_runs_have_no_differences():
    assert differences() == {}
    assert codes(completed(), second()) == {("METHOD", "note")}


def test_settings_that_differ_are_named_with_both_values():
    config = {
        "seed": 6,
        "validation": {"resamples": 60},
        "target": {"merge": {"OR": ["CR", "PR"], "nonOR": ["SD", "PD"]}},
        "models": [{"kind": "forest"}],
    }
    assert differences(config=config) == {
        ("configuration", "seed"): ("5", "6"),
        ("configuration", "models.0.kind"): ("not set", "forest"),
    }


def test_files_are_compared_by_digest_and_named():
    same = (InputFile("cohort.patients", "renamed.csv", "ab" * 32),)
    assert differences(inputs=same) == {}
    changed = (InputFile("cohort.patients", "patients.csv", "cd" * 32),)
    more = (*changed, InputFile("image", "aaaa", "ef" * 32))
    told = [
        f.sentence
        for f in compare_runs([completed(), second(inputs=more)]).findings
        if f.code == "DATA"
    ]
    assert told == [
        "The runs did not read the same files; other content in cohort.patients; "
        "read by some runs only: image."
    ]
    shown = ("patients.csv abababababab", "patients.csv cdcdcdcdcdcd")
    assert differences(inputs=changed) == {("data", "cohort.patients"): shown}
    assert ("DATA", "warning") in codes(completed(), second(inputs=changed))


def test_images_of_one_role_are_told_apart_by_their_case():
    images = tuple(InputFile("image", case, case * 16) for case in ("aaaa", "bbbb"))
    found = compare_runs([completed(), second(inputs=images)]).differences
    assert found["key"].tolist() == ["cohort.patients", "image: aaaa", "image: bbbb"]
    assert found[found.columns[2]].tolist()[1:] == ["not set", "not set"]


@pytest.mark.parametrize(("package", "severity"), [("scikit-learn", "warning"), ("joblib", "note")])
def test_another_version_of_what_computes_is_a_warning(package, severity):
    packages = {"numpy": "2.4.0", "scikit-learn": "1.9.1", package: "0.1"}
    provenance = {**completed().provenance, "packages": packages}
    assert ("SOFTWARE", severity) in codes(completed(), second(provenance=provenance))


def test_uncommitted_and_other_code_is_told():
    git = {"commit": "1234" * 10, "dirty": True, "diff_sha256": "77" * 32}
    provenance = {**completed().provenance, "git": git}
    assert differences(provenance=provenance) == {
        ("code", "commit"): ("9f8e9f8e9f8e", "123412341234"),
        ("code", "changed since"): ("no", "yes"),
        ("code", "digest of the change"): ("e3b0e3b0e3b0", "777777777777"),
    }
    found = codes(completed(), second(provenance=provenance))
    assert {("CODE", "note"), ("CODE", "warning")} <= found


def test_code_that_was_never_kept_is_told():
    nothing = {"commit": None, "dirty": None, "diff_sha256": None, "reason": "no repository"}
    found = compare_runs([completed(), second(provenance={"git": nothing})]).findings
    told = [f.sentence for f in found if f.code == "CODE"]
    assert told == ["Known by the package's version alone, without a commit: forest."]


def test_a_run_that_may_read_the_label_is_no_rival_of_a_prediction():
    reading = second(intent="response_reading")
    found = codes(completed(), reading)
    assert {("INTENT", "serious"), ("INCORPORATION", "serious")} <= found
    both = codes(completed(intent="response_reading"), reading)
    assert ("INCORPORATION", "warning") in both
    assert not {code for code, _ in both} & {"INTENT"}


@pytest.mark.parametrize(
    "changes",
    [
        {"findings": (Finding("HCC001", "serious", "Its own scan."),)},
        {"summary": {**second().summary, "incorporation_justification": "a reading aid"}},
    ],
)
def test_incorporation_is_known_from_the_check_and_from_its_justification(changes):
    assert ("INCORPORATION", "serious") in codes(completed(), second(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"intent": "response_reading"},
        {"summary": {**second().summary, "incorporation_justification": "a reading aid"}},
    ],
)
def test_a_run_that_may_read_the_label_has_no_place_among_predictions(changes):
    found = compare_runs([completed(), second(**changes)])
    assert len(found.paired)
    assert found.ranks.empty
    assert not found.comparable.set_index("aspect")["same"]["intent"]
    assert len(compare_runs([completed(), second()]).ranks)


def test_serious_findings_of_a_run_are_passed_on():
    grave = second(findings=(Finding("HCC007", "serious", "Chance."),))
    found = compare_runs([completed(), grave]).findings
    assert any(f.code == "RUNS" and "forest (HCC007)" in f.sentence for f in found)


def many(count=3):
    models = [predictions(f"m{n}", effect=1, seed=n, patients=names(40)) for n in range(count)]
    return [completed(f"r{n}", models=[model]) for n, model in enumerate(models)]


def test_too_few_resamples_for_so_many_pairs_are_told_with_how_many_it_takes():
    found = [
        f for f in compare_runs(many(), asked=Asked(resamples=60)).findings if f.code == "MANY"
    ]
    assert [f.severity for f in found] == ["warning", "note"]
    assert "at least 120 resamples" in found[0].sentence  # 2 x 3 / 121 is just below 0.05


def test_between_runs_there_are_resamples_enough_for_holm():
    method = next(f.sentence for f in compare_runs(many()).findings if f.code == "METHOD")
    assert "120 resamples" in method  # the runs have 60


def test_comparable_says_every_aspect_of_every_pair():
    table = compare_runs([completed(), second()]).comparable
    assert table["aspect"].tolist() == ["patients", "labels", "classes", "splits", "intent"]
    assert table["same"].all()
    assert table["sentence"].tolist()[0] == "40 shared"


def test_classes_of_another_meaning_are_not_compared():
    models = [predictions("forest", effect=1, seed=3, patients=names(40))]
    frame = models[0].frame.rename(columns={"p_OR": "p_CR", "p_nonOR": "p_nonCR"})
    frame["label"] = frame["label"].map({"OR": "CR", "nonOR": "nonCR"})
    complete = replace(models[0], classes=("CR", "nonCR"), frame=frame)
    config = {"target": {"merge": {"CR": ["CR"], "nonCR": ["PR", "SD", "PD"]}}}
    summary = {"headline_model": "forest", "classes": ["CR", "nonCR"]}
    run_two = completed("r2", models=[complete], config=config, summary=summary)
    found = compare_runs([completed(), run_two])
    assert found.paired.empty
    assert any(f.code == "CLASSES" for f in found.findings)
    aspects = found.comparable.set_index("aspect")["same"]
    assert not aspects["classes"]
    assert not aspects["labels"]
    assert found.disagreement["p: elastic_net"].notna().all()
    assert found.disagreement["p: forest"].isna().all()


@pytest.mark.parametrize(
    ("code", "commit"),
    [({"commit": "c0de", "dirty": False}, "c0de"), ({"commit": None}, None), (None, "f01d")],
    ids=["the package's", "an installed package", "a run of before"],
)
def test_code_is_that_of_the_package_not_of_the_experiment(code, commit: str | None) -> None:
    folder = {"commit": "f01d", "dirty": True}
    provenance = {"git": folder} if code is None else {"git": folder, "code": code}
    record = RunRecord("r", "n", "q", "i", RunStatus.COMPLETED, "", provenance=provenance)
    assert code_of(record).get("commit") == commit
