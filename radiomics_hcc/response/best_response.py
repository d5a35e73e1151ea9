"""Best overall response, time to progression and progression-free survival of each patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from radiomics_hcc.domain.response import (
    AssessmentTime,
    ImmuneResponse,
    MarkerResponse,
    ResponseAssessment,
    ResponseClass,
    ResponseTable,
    ResponseWord,
    TreatmentResponseCategory,
    UnorderedResponse,
    days_between,
)
from radiomics_hcc.errors import InputError
from radiomics_hcc.response.best_checks import death_problems, start_problems, unranked_words
from radiomics_hcc.response.best_table import BestResponse, BestResponseTable
from radiomics_hcc.response.progression import Progression, first_progression
from radiomics_hcc.response.response_rates import COMPLETE, PARTIAL, STABLE

RANKED: Final[tuple[ResponseWord, ...]] = (
    *(ResponseClass.CR, ImmuneResponse.ICR),
    *(ResponseClass.PR, ImmuneResponse.IPR),
    *(ResponseClass.SD, ImmuneResponse.ISD),
    *(UnorderedResponse.NON_CR_NON_PD, ImmuneResponse.NON_ICR_NON_IUPD),
    *(ResponseClass.PD, ImmuneResponse.ICPD, ImmuneResponse.IUPD),
    *(MarkerResponse.RESPONDER, MarkerResponse.NON_RESPONDER),
    *(TreatmentResponseCategory.NONVIABLE, TreatmentResponseCategory.NONPROGRESSING),
    *(TreatmentResponseCategory.EQUIVOCAL, TreatmentResponseCategory.VIABLE),
    *(TreatmentResponseCategory.NONEVALUABLE, UnorderedResponse.NE, UnorderedResponse.NA),
)
"""Best first. iCPD stands before iUPD: what was confirmed is no longer called unconfirmed."""

LESSER: Final[dict[ResponseWord, ResponseWord]] = {
    ResponseClass.CR: ResponseClass.PR,
    ImmuneResponse.ICR: ImmuneResponse.IPR,
    ResponseClass.PR: ResponseClass.SD,
    ImmuneResponse.IPR: ImmuneResponse.ISD,
}
"""What a response that is not confirmed counts for."""

UNEVALUABLE: Final = (UnorderedResponse.NE, TreatmentResponseCategory.NONEVALUABLE)
WITHOUT_PROGRESSION: Final = (MarkerResponse, TreatmentResponseCategory)
NO_FOLLOW_UP: Final = "No follow-up: NE."


@dataclass(frozen=True)
class _Rules:
    """What `best` was asked."""

    criterion: str
    confirmation_days: int | None
    stable_minimum_days: int
    starts: Mapping[str, AssessmentTime]
    deaths: Mapping[str, AssessmentTime]
    knows_progression: bool


def best(
    table: ResponseTable,
    *,
    confirmation_days: int | None = None,
    stable_minimum_days: int = 0,
    starts: Mapping[str, AssessmentTime] | None = None,
    deaths: Mapping[str, AssessmentTime] | None = None,
) -> BestResponseTable:
    """Find the best overall response, the time to progression and progression-free survival.

    Parameters
    ----------
    table
        From `assess`, by any criterion of the toolkit. For blood markers and LI-RADS categories
        the best word is found; they know no progression and have no times.
    confirmation_days
        None: the best word until progression. A number (28 in RECIST 1.1): CR needs a later CR
        and PR a later PR or CR, at least that many days after; what is not confirmed is SD, and
        a CR followed by PR is PR (RECIST 1.1, table 3 and its footnote).
    stable_minimum_days
        SD counts only when seen at least that many days after the start, else it is NE.
    starts
        Start of treatment by patient, from which times count; else the baseline.
    deaths
        Day of death by patient; who is not in it was alive when last seen.

    Raises
    ------
    InputError
        Where a response has no rank, a time is of another sort (date, day number) than the
        assessments, a start is later than a follow-up or a death earlier than one. All at once.

    Notes
    -----
    What ends the search is told in `first_progression`: the first PD; for iRECIST the first
    iUPD of the block that ends in iCPD; for imRECIST the first PD that is not negated. Patients
    who did not progress are censored at their last evaluable assessment, on day 0 where none
    was.
    """
    starts, deaths = starts or {}, deaths or {}
    problems = unranked_words(table, RANKED)
    problems += start_problems(table, starts) + death_problems(table, deaths, starts)
    if problems:
        raise InputError(problems, title=f"best response by {table.criterion}")
    knows_progression = not any(isinstance(row.response, WITHOUT_PROGRESSION) for row in table)
    rules = _Rules(
        criterion=table.criterion,
        confirmation_days=confirmation_days,
        stable_minimum_days=stable_minimum_days,
        starts=starts,
        deaths=deaths,
        knows_progression=knows_progression,
    )
    found = [
        _best_of(list(group), rules)
        for _, group in groupby(table, key=lambda row: (row.patient_id, row.reader))
    ]
    found += [_without_follow_up(*who, rules) for who in table.without_follow_up]
    return BestResponseTable(tuple(sorted(found, key=lambda item: (item.patient_id, item.reader))))


def _best_of(rows: Sequence[ResponseAssessment], rules: _Rules) -> BestResponse:
    end = first_progression(rows, rules.criterion) if rules.knows_progression else None
    counted = rows[: rows.index(end.row)] if end else rows
    words = [(_word_of(row, counted, rules), row) for row in counted]
    words += [(end.word, end.row)] if end else []
    word, row = min(words, key=lambda pair: RANKED.index(pair[0]))
    why = f" {end.why}" if end and end.why else ""
    died = row.patient_id in rules.deaths
    ttp_days, pfs_days = _times(rows, end, rules)
    return BestResponse(
        patient_id=row.patient_id,
        reader=row.reader,
        best_response=word,
        progressed=end is not None,
        ttp_days=ttp_days,
        reason=f"{word} at {row.assessment}: {row.reason}{why}",
        pfs_event=rules.knows_progression and (end is not None or died),
        pfs_days=pfs_days,
    )


def _times(
    rows: Sequence[ResponseAssessment], end: Progression | None, rules: _Rules
) -> tuple[int | None, int | None]:
    """Days to progression, and to progression or death; both to the last look where neither."""
    if not rules.knows_progression:
        return None, None
    start = rules.starts.get(rows[0].patient_id, rows[0].baseline)
    evaluable = [row.assessment for row in rows if row.response not in UNEVALUABLE]
    last = end.row.assessment if end else (evaluable[-1] if evaluable else start)
    ttp_days = days_between(start, last)
    death = rules.deaths.get(rows[0].patient_id)
    if end is not None or death is None:
        return ttp_days, ttp_days
    return ttp_days, days_between(start, death)


def _without_follow_up(patient_id: str, reader: str, rules: _Rules) -> BestResponse:
    death, start = rules.deaths.get(patient_id), rules.starts.get(patient_id)
    reason, days = NO_FOLLOW_UP, None
    if death is not None and rules.knows_progression:
        days = None if start is None else days_between(start, death)
        reason += " Died, but no start of treatment is given." if start is None else " Died."
    return BestResponse(
        patient_id=patient_id,
        reader=reader,
        best_response=UnorderedResponse.NE,
        progressed=False,
        ttp_days=None,
        reason=reason,
        pfs_event=death is not None and rules.knows_progression,
        pfs_days=days,
    )


def _word_of(
    row: ResponseAssessment, rows: Sequence[ResponseAssessment], rules: _Rules
) -> ResponseWord:
    """What one assessment counts for, once confirmation and least duration are asked for."""
    word = row.response
    if rules.confirmation_days is not None:
        word = _confirmed(row, rows, rules.confirmation_days)
    start = rules.starts.get(row.patient_id, row.baseline)
    is_early = days_between(start, row.assessment) < rules.stable_minimum_days
    return UnorderedResponse.NE if word in STABLE and is_early else word


def _confirmed(
    row: ResponseAssessment, rows: Sequence[ResponseAssessment], least_days: int
) -> ResponseWord:
    later = {
        other.response
        for other in rows
        if days_between(row.assessment, other.assessment) >= least_days
    }
    word = row.response
    if word in COMPLETE and not later & set(COMPLETE):
        word = LESSER[word]
    if word in PARTIAL and not later & {*COMPLETE, *PARTIAL}:
        word = LESSER[word]
    return word
