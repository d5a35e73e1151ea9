"""Several readers: their consensus, and the patients on whom they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Final, TypeAlias

import pandas as pd

from radiomics_hcc.domain.consensus import ConsensusRule, agreed_word
from radiomics_hcc.domain.response import (
    ResponseAssessment,
    ResponseTable,
    ResponseWord,
    UnorderedResponse,
)
from radiomics_hcc.domain.response_scale import NEVER_VOTES, Scale, scale_of
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.response.arithmetic import PUBLISHED_CHANGES, decimal_text, percent_text

NO_CONSENSUS: Final = "no consensus"
"""Flag of a row on which the readers do not agree by the rule."""

ReadingValue: TypeAlias = Callable[[ResponseAssessment], object]


def with_consensus(table: ResponseTable, rule: ConsensusRule) -> ResponseTable:
    """Add one more reader, named like the rule, who says what the readers agree on.

    Readings meet where patient and assessment are the same. Words that say no answer (NE, NA) do
    not vote; ties are never broken. Where there is no agreement the row is NE with the flag
    `no consensus`, so that the patient stays in every denominator and trains no model. The sums
    of such rows are empty: sums belong to a reader. The reason lists every reader's word and sum.

    Raises
    ------
    InputError
        Where there are fewer than two readers, or one of them has the name of the rule.
    """
    readers = readers_of(table)
    _check(readers, rule)
    scale = scale_of(row.response for row in table)
    ordered = sorted(table, key=lambda row: (row.patient_id, row.assessment, row.reader))
    agreed = [
        _agreed(list(rows), rule, scale, len(readers))
        for _, rows in groupby(ordered, key=lambda row: (row.patient_id, row.assessment))
    ]
    rows = sorted([*table, *agreed], key=lambda row: (row.patient_id, row.reader, row.assessment))
    followed = {row.patient_id for row in table}
    unseen = dict.fromkeys(name for name, _ in table.without_follow_up if name not in followed)
    without = (*table.without_follow_up, *((name, str(rule)) for name in unseen))
    return ResponseTable(table.criterion, tuple(rows), tuple(sorted(without)))


def readers_of(table: ResponseTable) -> tuple[str, ...]:
    """Names of all readers, sorted; those who saw baselines only too."""
    named = {row.reader for row in table} | {reader for _, reader in table.without_follow_up}
    return tuple(sorted(named))


def first_readings(table: ResponseTable, value: ReadingValue) -> pd.DataFrame:
    """What each reader found at the first follow-up of each patient.

    Parameters
    ----------
    value
        What is taken from an assessment, as its word; None leaves the cell empty.

    Returns
    -------
    pandas.DataFrame
        Index `patient_id`, one column per reader; empty where a reader has no follow-up.
    """
    rows = [(row.patient_id, row.reader, value(row)) for row in _first_of_each(table)]
    frame = pd.DataFrame(rows, columns=["patient_id", "reader", "value"])
    return frame.pivot(index="patient_id", columns="reader", values="value").rename_axis(
        columns=None
    )


def voting_word(row: ResponseAssessment) -> str | None:
    """The word of an assessment; None where it says no answer."""
    return None if row.response in NEVER_VOTES else str(row.response)


def reader_discordance(table: ResponseTable) -> pd.DataFrame:
    """Patients and assessments on which readers give different words.

    Returns
    -------
    pandas.DataFrame
        `patient_id, assessment`, one column of words per reader, `steps` (how far apart the best
        and the worst word stand on the criterion's scale) and `what` in words.
    """
    scale = scale_of(row.response for row in table)
    ordered = sorted(table, key=lambda row: (row.patient_id, row.assessment, row.reader))
    found = []
    for (patient, time), group in groupby(ordered, key=lambda r: (r.patient_id, r.assessment)):
        rows = list(group)
        places = sorted({scale.index(r.response) for r in rows if r.response not in NEVER_VOTES})
        if len(places) > 1:
            words = {row.reader: str(row.response) for row in rows}
            told = f"{_counts(rows)}: {scale[places[0]]} to {scale[places[-1]]}"
            when = time if isinstance(time, int) else time.isoformat()
            own = {"patient_id": patient, "assessment": when}
            found.append({**own, **words, "steps": places[-1] - places[0], "what": told})
    return pd.DataFrame(
        found,
        columns=["patient_id", "assessment", *readers_of(table), "steps", "what"],
    )


def _first_of_each(table: ResponseTable) -> list[ResponseAssessment]:
    first: dict[tuple[str, str], ResponseAssessment] = {}
    for row in sorted(table, key=lambda row: row.assessment):
        first.setdefault((row.patient_id, row.reader), row)
    return list(first.values())


def _agreed(
    rows: Sequence[ResponseAssessment], rule: ConsensusRule, scale: Scale, readers: int
) -> ResponseAssessment:
    response = _component([row.response for row in rows], rule, scale)
    is_decided = response is not UnorderedResponse.NE
    opening = f"{rule.value.capitalize()} of {len(rows)} of {readers} readers: "
    answer = str(response) if is_decided else "no consensus, excluded"
    told = "; ".join(map(_reading, rows))
    targets, non_targets = (
        [row.target_response for row in rows],
        [row.non_target_response for row in rows],
    )
    return ResponseAssessment(
        patient_id=rows[0].patient_id,
        reader=str(rule),
        baseline=min(row.baseline for row in rows),
        assessment=rows[0].assessment,
        baseline_sum=None,
        nadir_sum=None,
        current_sum=None,
        target_response=_component(targets, rule, scale_of(targets)),
        non_target_response=_component(non_targets, rule, scale_of(non_targets)),
        new_lesion=2 * sum(row.new_lesion for row in rows) > len(rows),
        response=response,
        reason=f"{opening}{answer}. {told}.",
        flags=() if is_decided else (NO_CONSENSUS,),
    )


def _component(words: Sequence[ResponseWord], rule: ConsensusRule, scale: Scale) -> ResponseWord:
    """The agreed word; what all readers say alike stays, even where it is no answer."""
    if len(set(words)) == 1:
        return words[0]
    votes = [str(word) for word in words if word not in NEVER_VOTES]
    agreed = agreed_word(votes, rule, [str(word) for word in scale])
    by_name = {str(word): word for word in scale}
    return by_name[agreed] if agreed else UnorderedResponse.NE


def _reading(row: ResponseAssessment) -> str:
    name = f"{row.reader} {row.response}"
    if row.current_sum is None:
        return f"{name} (no sum)"
    change = row.change_from_baseline
    told = "" if change is None else f", {percent_text(change, PUBLISHED_CHANGES)}"
    return f"{name} (sum {decimal_text(row.current_sum)}{told})"


def _counts(rows: Sequence[ResponseAssessment]) -> str:
    counts = Counter(str(row.response) for row in rows)
    return ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))


def _check(readers: Sequence[str], rule: ConsensusRule) -> None:
    if len(readers) < 2:
        problem = Problem(f"readers {rule}", "the table has one reader", "leave the rule out")
        raise InputError([problem], title="consensus of readers")
    if str(rule) in readers:
        problem = Problem(f"reader {rule}", "has the name of the rule", "rename the reader")
        raise InputError([problem], title="consensus of readers")
