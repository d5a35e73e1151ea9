"""What a report says of the agreement of readers."""

from dataclasses import replace

import pandas as pd
import pytest

from radiomics_hcc.evaluation.agreement import agreement
from radiomics_hcc.evaluation.reader_sums import number_agreement
from radiomics_hcc.report.blocks import Fold, Paragraph, Table
from radiomics_hcc.report.sections.reader_agreement import reader_agreement
from radiomics_hcc.report.sections.source import Source

WORDS = pd.DataFrame(
    {
        "R1": ["CR", "CR", "PR", "PD"],
        "R2": ["CR", "PR", "PR", "PD"],
        "R3": ["CR", "PR", "PR", "PD"],
    },
    index=list("ABCD"),
)
SUMS = pd.DataFrame({"R1": [10.0, 20, 30, 40], "R2": [11.0, 21, 31, 41]}, index=list("ABCD"))


def words_table(words=WORDS):
    return agreement(words, ["CR", "PR", "SD", "PD"])


def section_of(run, **parts):
    frames = [frame.assign(of=what) for what, frame in parts.items()]
    frame = pd.concat(frames, ignore_index=True)
    record = replace(run, tables={**run.tables, "reader_agreement": frame})
    return reader_agreement(Source(record, {}))


def tables_of(section):
    return [block for block in section.blocks if isinstance(block, Table)]


def test_every_pair_and_all_readers_have_a_row(run):
    (table,) = tables_of(section_of(run, words=words_table()))
    assert [row[0] for row in table.rows] == ["R1, R2", "R1, R3", "R2, R3", "All readers"]
    assert [row[1][:4] for row in table.rows] == ["0.75", "0.75", "1.00", "0.75"]
    assert {row[4] for row in table.rows} == {"4"}


def test_kappa_is_of_pairs_and_gwet_of_all(run):
    (table,) = tables_of(section_of(run, words=words_table()))
    assert [row[3] for row in table.rows[:-1]] == ["–"] * 3
    assert table.rows[-1][2] == "–"
    quadratic = words_table().query("weights == 'quadratic'")["estimate"].iloc[0]
    assert table.rows[0][2].startswith(f"{quadratic:.2f} (")


def test_a_sentence_says_on_whom_all_agree(run):
    first = section_of(run, words=words_table()).blocks[0]
    assert isinstance(first, Paragraph)
    assert first.text == "All readers say the same of 75 % of 4 patients (words)."


def test_sums_have_limits_of_agreement(run):
    (table,) = tables_of(section_of(run, sums=number_agreement(SUMS).assign(weights="", method="")))
    assert len(table.rows) == 1
    assert table.rows[0][0] == "R1, R2"
    assert table.rows[0][2].startswith("−1.00")
    assert table.rows[0][3] == "−1 to −1"


def test_a_kappa_without_a_meaning_says_why(run):
    same = pd.DataFrame({"R1": ["CR"] * 4, "R2": ["CR"] * 4}, index=list("ABCD"))
    (table,) = tables_of(section_of(run, words=words_table(same)))
    assert table.rows[0][2] == "all readings are the same word: kappa is undefined"


def test_what_a_column_means_is_said_once(run):
    tables = tables_of(section_of(run, words=words_table(), classes=words_table()))
    assert [bool(table.note) for table in tables] == [True, False]


def test_every_statistic_is_in_the_fold_and_its_csv(run):
    fold = section_of(run, words=words_table()).blocks[-1]
    assert isinstance(fold, Fold)
    assert len(fold.blocks[0].rows) == len(words_table())
    assert fold.blocks[1].name == "reader_agreement.csv"


@pytest.mark.parametrize("tables", [{}, {"reader_agreement": pd.DataFrame()}])
def test_labels_of_one_reader_have_no_section(run, tables):
    assert reader_agreement(Source(replace(run, tables=tables), {})).blocks == ()
