from datetime import date
from fractions import Fraction
from itertools import permutations

import pytest

from radiomics_hcc.domain.consensus import ConsensusRule
from radiomics_hcc.domain.response import (
    ImmuneResponse,
    ResponseAssessment,
    ResponseClass,
    ResponseTable,
    UnorderedResponse,
)
from radiomics_hcc.errors import InputError
from radiomics_hcc.response.readers import (
    NO_CONSENSUS,
    first_readings,
    reader_discordance,
    voting_word,
    with_consensus,
)

CR, PR, SD, PD = ResponseClass
NE = UnorderedResponse.NE


def reading(reader, response, *, patient="P1", day=60, total="44"):
    return ResponseAssessment(
        patient_id=patient,
        reader=reader,
        baseline=0,
        assessment=day,
        baseline_sum=Fraction("62.8"),
        nadir_sum=Fraction("62.8"),
        current_sum=None if total is None else Fraction(total),
        target_response=response,
        non_target_response=UnorderedResponse.NA,
        new_lesion=False,
        response=response,
        reason="",
    )


def table_of(*rows, without=()):
    return ResponseTable("mrecist", tuple(rows), without)


def consensus_of(rule, *responses):
    rows = [reading(f"R{place}", word) for place, word in enumerate(responses, start=1)]
    return next(row for row in with_consensus(table_of(*rows), rule) if row.reader == str(rule))


@pytest.mark.parametrize(
    ("words", "majority", "median", "unanimous"),
    [
        ((PR, PR, PR), PR, PR, PR),
        ((PR, PR, SD), PR, PR, NE),
        ((CR, PR, SD), PR, PR, NE),
        ((CR, PR, NE), NE, NE, NE),
        ((CR, NE, NE), CR, CR, CR),
        ((NE, NE, NE), NE, NE, NE),
    ],
)
def test_each_rule(words, majority, median, unanimous) -> None:
    for shuffled in permutations(words):
        found = [consensus_of(rule, *shuffled).response for rule in ConsensusRule]
        assert found == [majority, median, unanimous]


def test_words_of_irecist_have_a_consensus_too() -> None:
    words = (ImmuneResponse.IUPD, ImmuneResponse.ISD, ImmuneResponse.ICPD)
    assert consensus_of(ConsensusRule.MEDIAN, *words).response is ImmuneResponse.IUPD


def test_reason_lists_every_reader_with_word_sum_and_change() -> None:
    rows = [reading("R1", PR, total="43.96"), reading("R2", PR, total=None), reading("R3", SD)]
    found = with_consensus(table_of(*rows), ConsensusRule.MAJORITY).assessments[-1]
    assert found.reason == (
        "Majority of 3 of 3 readers: PR. R1 PR (sum 43.96, -30.0 %); R2 PR (no sum); "
        "R3 SD (sum 44, -29.9 %)."
    )
    assert found.current_sum is None


def test_no_consensus_is_kept_as_ne_with_a_flag() -> None:
    found = consensus_of(ConsensusRule.UNANIMOUS, CR, PR)
    assert (found.response, found.flags) == (NE, (NO_CONSENSUS,))
    assert "no consensus, excluded" in found.reason


def test_readings_meet_at_the_same_assessment_only() -> None:
    rows = [reading("R1", CR, day=60), reading("R2", PR, day=60), reading("R2", SD, day=90)]
    found = [
        r for r in with_consensus(table_of(*rows), ConsensusRule.MEDIAN) if r.reader == "median"
    ]
    assert [(row.assessment, row.response) for row in found] == [(60, NE), (90, SD)]
    assert "1 of 2 readers" in found[1].reason


def test_patients_that_nobody_followed_stay_without_follow_up() -> None:
    table = table_of(
        *(reading("R1", CR), reading("R2", CR)),
        without=(("P1", "R3"), ("P2", "R1"), ("P2", "R2")),
    )
    found = with_consensus(table, ConsensusRule.MAJORITY).without_follow_up
    assert ("P2", "majority") in found
    assert ("P1", "majority") not in found
    assert set(table.without_follow_up) < set(found)


def test_one_reader_or_a_reader_named_like_the_rule_is_refused() -> None:
    with pytest.raises(InputError, match="one reader"):
        with_consensus(table_of(reading("R1", CR)), ConsensusRule.MAJORITY)
    named = table_of(reading("R1", CR), reading("majority", CR))
    with pytest.raises(InputError, match="rename the reader"):
        with_consensus(named, ConsensusRule.MAJORITY)


def test_first_readings_take_the_first_follow_up_of_each_reader() -> None:
    rows = [
        reading("R1", SD, day=90),
        reading("R1", PR),
        reading("R2", NE),
        reading("R2", PD, day=90),
    ]
    frame = first_readings(table_of(*rows), voting_word)
    assert frame.loc["P1", "R1"] == "PR"
    assert frame["R2"].isna().all()


def test_discordant_readers_are_named_with_the_distance() -> None:
    rows = [
        *(reading("R1", CR), reading("R2", SD), reading("R3", SD)),
        *(reading("R1", PR, patient="P2"), reading("R2", PR, patient="P2")),
        *(reading("R1", PR, patient="P3"), reading("R2", NE, patient="P3")),
    ]
    found = reader_discordance(table_of(*rows))
    assert found["patient_id"].tolist() == ["P1"]
    assert found.loc[0, ["R1", "R2", "R3", "steps", "what"]].tolist() == [
        *("CR", "SD", "SD"),
        *(2, "1 CR, 2 SD: CR to SD"),
    ]


def test_dates_are_written_as_in_the_response_table() -> None:
    rows = [reading("R1", CR, day=date(2020, 1, 5)), reading("R2", PD, day=date(2020, 1, 5))]
    assert reader_discordance(table_of(*rows))["assessment"].tolist() == ["2020-01-05"]
