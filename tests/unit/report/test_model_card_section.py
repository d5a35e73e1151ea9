"""The model card: of full cards, older ones, and runs without a model."""

import base64
from dataclasses import replace

import pandas as pd
import pytest

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.record import ModelFile, RunStatus
from radiomics_hcc.report.blocks import Download, Heading, Items, Table
from radiomics_hcc.report.sections.card.parts import card_parts, model_card_markdown
from radiomics_hcc.report.sections.model_card import model_card
from radiomics_hcc.report.sections.source import Source

SHA256 = "ef56" * 16
PARTS = [
    "Intended use",
    "Training data",
    "How it was made",
    "Performance",
    "Limitations",
    "Applicability",
    "How to use it",
    "Author to complete",
]
CARD = {
    "model": "elastic_net",
    "step": {"kind": "elastic_net", "selection": "univariate", "class_weight": "none"},
    "target": "mrecist",
    "classes": ["OR", "nonOR"],
    "patients": {"OR": 41, "nonOR": 43},
    "rows": 97,
    "columns": {
        "pre.original_glcm_Contrast": {
            "kind": "radiomic",
            "timepoint": "pre",
            "type": "number",
            "minimum": 1.25,
            "maximum": 80.0,
            "empty": 2,
        },
        "sex": {"kind": "clinical", "timepoint": "", "type": "word", "minimum": None, "empty": 0},
    },
    "parameters": {"C": 0.01, "l1_ratio": 0.5},
    "selected": ["pre.original_glcm_Contrast", "sex_male"],
    "seed": 7,
    "versions": {"radiomics-hcc": "0.1.0"},
    "warnings": ["The label's own scan is among the features."],
    "intent": "early_response",
    "threshold": 0.4321,
    "threshold_rule": "youden",
    "calibration": "temperature",
    "harmonisation": {
        "batch": "site",
        "covariates": ["age"],
        "unseen": "pass_through",
        "batches": ["north", "south"],
    },
    "applicability": {"patients": 84},
}


@pytest.fixture(scope="module")
def record(run):
    return replace(run, models=(ModelFile("elastic_net", b"x", SHA256, CARD),))


def with_card(record, card):
    return replace(record, models=(ModelFile("elastic_net", b"x", SHA256, card),))


def section_of(record):
    return model_card(Source(record, {}))


def text_of(record):
    return "\n".join(
        sentence for part in card_parts(record) for sentence in (*part.sentences, part.code)
    )


class TestTheCardOfACompletedRun:
    def test_it_has_every_part_in_order(self, record):
        headings = [each.text for each in section_of(record).blocks if isinstance(each, Heading)]
        assert headings == PARTS

    @pytest.mark.parametrize(
        "fact",
        [
            "Early response",
            "not a medical device",
            "other time points than pre",
            "OR 41, nonOR 43; 97 rows",
            "Elastic net",
            "C 0.01, l1_ratio 0.5",
            "2 features are used: pre.original_glcm_Contrast, sex_male",
            "harmonised by site (ComBat; keeps age)",
            "pass through",
            "north, south",
            "probabilities: temperature",
            "called OR from a probability of 0.43 (rule: Youden)",
            "Seed: 7",
            "AUC: 0.71 (0.62 to 0.80), 84 patients",
            "Against lesion size alone: AUC difference",
            "belong to the procedure",
            SHA256,
            "rhcc predict NEW --model 20261120T101500Z-1f3c9a2e",
            "radiomics-hcc 0.1.0",
            "The label's own scan is among the features.",
            "Licence",
        ],
    )
    def test_it_tells(self, record, fact):
        assert fact in text_of(record)

    def test_ranges_are_those_of_the_columns_that_are_used(self, record):
        tables = [block for block in section_of(record).blocks if isinstance(block, Table)]
        assert [table.rows for table in tables] == [
            (("pre.original_glcm_Contrast", "1.25", "80", "2"),)
        ]

    def test_limitations_are_serious_findings_first_and_no_others(self, record):
        serious = Finding("HCC007", "serious", "No better than chance.")
        unchecked = Finding("HCC010", "note", "Not checked (site): needs context.")
        found = replace(record, findings=(*record.findings, serious, unchecked))
        limits = next(part for part in card_parts(found) if part.title == "Limitations").sentences
        codes = [sentence[:6] for sentence in limits if sentence.startswith("HCC")]
        assert codes == ["HCC007", "HCC004", "HCC011"]
        assert "Not checked: HCC010; the findings say why." in limits

    def test_tests_elsewhere_are_told_apart_from_internal_testing(self, record):
        tables = {k: v for k, v in record.tables.items() if not k.startswith("external")}
        assert "No test on other patients" not in text_of(record)
        assert "Testing elsewhere, Second clinic" in text_of(record)
        assert "No test on other patients" in text_of(replace(record, tables=tables))

    def test_subgroups_are_told_by_their_ends(self, record):
        assert "AUC from 0.70 (Sex: male) to 0.73 (Scanner: A very long scanner name" in text_of(
            record
        )
        assert "1 with too few patients" in text_of(record)

    def test_context_columns_name_their_levels(self, record):
        of_scanner = replace(record, config={**record.config, "context": ["scanner", "reader"]})
        assert "Scanner: A very long scanner name" in text_of(of_scanner)
        assert "Reader: known, levels not listed." in text_of(of_scanner)

    def test_months_of_the_assessment_are_told_where_days_are_known(self, record):
        days = pd.to_datetime(["2019-03-04"] + ["2021-07-30"] * 83)
        labels = record.tables["labels"].assign(date=days)
        dated = replace(record, tables={**record.tables, "labels": labels})
        assert "assessed from 2019-03 to 2021-07" in text_of(dated)
        assert "assessed from" not in text_of(record)

    def test_a_reading_model_says_that_it_does_not_predict(self, record):
        reading = with_card(record, {**CARD, "intent": "response_reading"})
        assert "it does not predict it" in text_of(reading)
        assert "--intent response_reading -o predictions.csv" in text_of(reading)
        assert "--intent" not in text_of(record)

    def test_an_allowed_scan_of_the_label_is_told_instead_of_the_intent(self, record):
        summary = {**record.summary, "incorporation_justification": "a positive control"}
        declared = with_card(record, {**CARD, "intent": "pretreatment_prediction"})
        assert "only scans before treatment may be used" in text_of(declared)
        told = text_of(replace(declared, summary=summary))
        assert "Declared as pretreatment prediction, but the author allowed columns" in told
        assert "(a positive control)" in told
        assert "only scans before treatment" not in told

    def test_serious_findings_stand_at_the_intended_use(self, record):
        assert "serious findings" not in text_of(record)
        grave = Finding("HCC007", "serious", "No better than chance.")
        part = card_parts(replace(record, findings=(*record.findings, grave)))[0]
        assert any("serious findings (HCC007)" in sentence for sentence in part.sentences)

    def test_what_proves_the_order_in_time_stands_at_the_training_data(self, record):
        others = tuple(each for each in record.findings if each.code != "HCC001")
        order = "107 columns resting on the name of the time point alone."
        mild = replace(record, findings=(*others, Finding("HCC001", "note", order)))
        assert order in card_parts(mild)[1].sentences
        grave = replace(record, findings=(*others, Finding("HCC001", "serious", order)))
        assert order not in card_parts(grave)[1].sentences


class TestOtherRuns:
    @pytest.mark.parametrize("status", [RunStatus.FAILED, RunStatus.STARTED])
    def test_a_run_that_did_not_complete_has_no_card(self, record, status):
        broken = replace(record, status=status)
        assert section_of(broken).blocks == ()
        assert model_card_markdown(broken) == ""

    def test_a_run_without_a_model_says_that_there_is_nothing_to_load(self, record):
        without = replace(record, models=())
        assert "No model was saved" in text_of(without)
        assert "OR 41, nonOR 43" in text_of(without)
        assert "rhcc predict" not in text_of(without)

    def test_an_older_card_says_what_it_does_not_tell(self, record):
        later = ("intent", "threshold", "threshold_rule", "calibration", "harmonisation")
        old = {k: v for k, v in CARD.items() if k not in (*later, "applicability")}
        told = text_of(with_card(record, old))
        assert "does not tell: what it may be used for, the threshold that calls a patient" in told
        assert "is called" not in told
        assert "harmonised" not in told.replace("whether features were harmonised", "")

    def test_a_private_edition_names_no_run_to_load(self, record):
        summary = {**record.summary, "private_edition": ["Dates are left out."]}
        shown = replace(record, summary=summary, run_id="private edition of configuration 1f3c9a2e")
        card = {k: v for k, v in CARD.items() if k != "applicability"}
        told = text_of(with_card(shown, card))
        assert "rhcc predict NEW --model RUN -o" in told
        assert "of a private edition and does not tell" in told

    def test_an_empty_card_gives_a_page(self, record):
        assert "Patients per class: OR 41, nonOR 43." in text_of(with_card(record, {}))

    def test_a_card_without_a_threshold_says_who_is_called(self, record):
        none = with_card(record, {**CARD, "threshold": None})
        assert "the most probable class is called" in text_of(none)

    def test_a_run_without_any_table_still_has_a_card(self, record):
        bare = replace(record, tables={}, findings=(), summary={})
        told = text_of(bare)
        assert "Scores: not recorded." in told
        assert "Against lesion size alone: not recorded." in told
        assert "No check has a warning" in told

    def test_the_model_of_the_verdict_has_the_card(self, record):
        other = ModelFile("random_forest", b"y", "00" * 32, {**CARD, "seed": 8})
        both = replace(record, models=(other, *record.models))
        assert SHA256 in text_of(both)
        assert "00" * 32 not in text_of(both)


class TestTheFile:
    def test_the_download_is_the_markdown_card(self, record):
        download = section_of(record).blocks[-1]
        assert isinstance(download, Download)
        assert download.name == "model_card.md"
        content = base64.b64decode(download.uri.split(",")[1]).decode()
        assert content == model_card_markdown(record)

    def test_it_has_everything_that_the_section_has(self, record):
        told = model_card_markdown(record).replace("\\", "").replace("&gt;", ">")
        for block in section_of(record).blocks:
            texts = block.sentences if isinstance(block, Items) else ()
            assert all(" ".join(sentence.split()) in told for sentence in texts)
        assert all(f"## {part}" in told for part in PARTS)

    def test_values_cannot_become_marks_or_tags(self, record):
        odd = with_card(record, {**CARD, "selected": ["<script>|x|", "*bold*"]})
        told = model_card_markdown(odd)
        assert "<script>" not in told
        assert r"\*bold\*" in told

    def test_the_same_record_gives_the_same_text(self, record):
        again = replace(record, tables={k: v.copy() for k, v in record.tables.items()})
        assert model_card_markdown(record) == model_card_markdown(again)
