from __future__ import annotations

import pandas as pd
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.readings import target_from_readings

OBJECTIVE = {"OR": ["CR", "PR"], "nonOR": ["SD", "PD"]}


def readings(*rows: tuple[str, str, object, object]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["patient_id", "reader", "assessment", "response"])


def three(patient: str, *words: str) -> list[tuple[str, str, str, str]]:
    return [(patient, f"R{n}", "2020-02-01", word) for n, word in enumerate(words, start=1)]


def test_majority_of_three_readers_decides() -> None:
    table = readings(*three("A", "CR", "CR", "PD"), *three("B", "SD", "PD", "PD"))
    assert target_from_readings(table).labels.to_dict() == {"A": "CR", "B": "PD"}


def test_three_different_readings_give_the_median_class() -> None:
    table = readings(*three("A", "CR", "PD", "PR"), *three("B", "SD", "SD", "SD"))
    assert target_from_readings(table).labels["A"] == "PR"


def test_readers_vote_with_merged_classes() -> None:
    table = readings(*three("A", "CR", "PR", "SD"), *three("B", "SD", "PD", "PD"))
    target = target_from_readings(table, merge=OBJECTIVE)
    assert target.classes == ("OR", "nonOR")
    assert target.labels.to_dict() == {"A": "OR", "B": "nonOR"}
    assert target.codes().to_dict() == {"A": 0, "B": 1}


def test_median_is_not_the_majority_of_an_even_vote() -> None:
    table = readings(*three("A", "CR", "CR", "CR", "PD"), *three("B", "SD", "SD", "PD", "PD"))
    target = target_from_readings(table, readers="median")
    assert target.labels.to_dict() == {"A": "CR"}
    assert "without a middle class" in target.exclusions.loc[0, "reason"]


def test_two_readers_who_disagree_exclude_the_patient_with_their_words() -> None:
    table = readings(*three("A", "CR", "PD"), *three("B", "SD", "SD"))
    target = target_from_readings(table)
    assert target.exclusions["patient_id"].tolist() == ["A"]
    assert "R1 CR on 2020-02-01, R2 PD on 2020-02-01" in target.exclusions.loc[0, "reason"]


@pytest.mark.parametrize("word", ["NE", "NA", "NON-CR/NON-PD", None])
def test_a_reading_that_is_no_class_never_is_a_label(word: str | None) -> None:
    table = readings(*three("A", word), *three("B", "SD"), *three("C", "CR"))
    target = target_from_readings(table)
    assert sorted(target.labels.index) == ["B", "C"]
    assert "no reader gave a class" in target.exclusions.loc[0, "reason"]


def test_readings_that_are_no_class_do_not_vote() -> None:
    table = readings(*three("A", "NE", "PR", "PR"), *three("B", "SD", "SD", "NA"))
    assert target_from_readings(table).labels.to_dict() == {"A": "PR", "B": "SD"}


def test_one_named_reader_decides_and_all_are_kept_for_scoring() -> None:
    table = readings(*three("A", "CR", "PD"), *three("B", "NE", "SD"))
    target = target_from_readings(table, readers="R1")
    assert target.labels.to_dict() == {"A": "CR"}
    assert target.exclusions.loc[0, "reason"] == (
        "R1 gave no class: R1 NE on 2020-02-01, R2 SD on 2020-02-01"
    )
    assert target.reader_labels.loc["A"].to_dict() == {"R1": "CR", "R2": "PD"}


def test_first_follow_up_counts_unless_the_last_is_asked_for() -> None:
    table = readings(
        ("A", "R1", "2020-09-01", "PD"), ("A", "R1", "2020-02-01", "CR"), *three("B", "SD")
    )
    first, last = target_from_readings(table), target_from_readings(table, assessment="last")
    assert (first.labels["A"], last.labels["A"]) == ("CR", "PD")
    assert first.dates["A"] == pd.Timestamp("2020-02-01")


def test_the_date_of_a_label_is_the_earliest_of_the_readers_days() -> None:
    table = readings(
        ("A", "R1", "2020-02-05", "CR"), ("A", "R2", "2020-02-01", "CR"), *three("B", "SD")
    )
    assert target_from_readings(table).dates["A"] == pd.Timestamp("2020-02-01")


def test_day_numbers_order_follow_ups_and_give_no_date() -> None:
    table = readings(("A", "", 100, "PD"), ("A", "", 30, "CR"), ("B", "", 9, "SD"))
    target = target_from_readings(table)
    assert target.labels["A"] == "CR"
    assert target.dates.isna().all()


def test_a_table_without_a_reader_column_has_one_reader() -> None:
    table = readings(*three("A", "CR"), *three("B", "SD")).drop(columns="reader")
    target = target_from_readings(table)
    assert target.labels.to_dict() == {"A": "CR", "B": "SD"}
    assert target.reader_labels.columns.tolist() == ["reader"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop(columns="response"), "column 'response'"),
        (lambda table: table.assign(response="better"), "'better'.*belongs to no class"),
        (lambda table: table.assign(response=["iUPD", "SD"]), "'iUPD'.*belongs to no class"),
        (lambda table: table.assign(assessment="spring"), "no date and no day number"),
        (lambda table: table.assign(assessment=["2020-01-01", 5]), "mixes"),
        (lambda table: pd.concat([table, table]), "there twice"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(change, message: str) -> None:
    table = readings(*three("A", "CR"), *three("B", "SD"))
    with pytest.raises(InputError, match=message):
        target_from_readings(change(table))


def test_an_unknown_reader_is_refused_with_the_known_ones() -> None:
    table = readings(*three("A", "CR", "CR"), *three("B", "SD", "SD"))
    with pytest.raises(InputError, match="did you mean 'majority'"):
        target_from_readings(table, readers="majorty")


def test_unanimous_readings_give_the_class_and_others_exclude_the_patient() -> None:
    table = readings(*three("A", "CR", "CR", "NE"), *three("B", "SD", "SD", "PR"))
    target = target_from_readings(table, readers="unanimous")
    assert target.labels.to_dict() == {"A": "CR"}
    assert target.exclusions["reason"].str.startswith("readings are not unanimous: R1 SD").all()


def test_words_of_other_criteria_are_classes_in_their_own_order() -> None:
    table = readings(
        *three("A", "iPR", "iPR", "iSD"),
        *three("B", "iUPD", "iSD", "iUPD"),
        *three("C", "NON-iCR/NON-iUPD", "NE", "NE"),
    )
    merge = {"OR": ["iCR", "iPR"], "nonOR": ["iSD", "iUPD", "iCPD"]}
    assert target_from_readings(table, merge=merge).labels.to_dict() == {"A": "OR", "B": "nonOR"}
    whole = target_from_readings(table)
    assert whole.classes == ("iCR", "iPR", "iSD", "iUPD", "iCPD")
    assert whole.exclusions["patient_id"].tolist() == ["C"]


def test_a_merge_of_another_criterion_is_refused_with_the_right_word() -> None:
    table = readings(*three("A", "iPR", "iPR", "iSD"))
    with pytest.raises(InputError, match="unknown class 'PR'; did you mean 'iPR'"):
        target_from_readings(table, merge={"OR": ["CR", "PR"], "nonOR": ["SD", "PD"]})
