"""How the model did, where its limits are, and to whom it may be applied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import Table, cell_text
from radiomics_hcc.report.figures.forest import discrimination
from radiomics_hcc.report.figures.gallery import headline_model
from radiomics_hcc.report.numbers import interval, p_value, score
from radiomics_hcc.report.sections.card.reading import (
    CardPart,
    card_of,
    is_private,
    mapping,
    text,
    untold,
    words_of,
)
from radiomics_hcc.report.sections.verdict import against_size

PROCEDURE: Final = (
    "Internal testing by nested cross-validation. The estimates belong to the procedure that made "
    "this model, not to this refit on all patients, which no patient is left to judge."
)
NOT_EXTERNAL: Final = "No test on other patients than those of the cross-validation was made."
INTERNAL_ONLY: Final = (
    "Scores come from one data set; on patients of another place and time they are usually worse."
)
NOTHING_FOUND: Final = (
    "No check has a warning, which proves nothing that the checks do not look at."
)
NOT_CHECKED: Final = "Not checked"
ATTENTION: Final = ("serious", "warning")
MORE_METRICS: Final = ("brier", "sensitivity", "specificity", "quadratic_kappa")
READING: Final = "response_reading"
"""A model of this intent predicts nothing: it answers only where it is asked for by this name."""
ALL_TESTED: Final = "all tested"
MOST_ROWS: Final = 12


def performance(record: RunRecord) -> CardPart:
    """The nested estimates, against size, in subgroups, on other patients."""
    return CardPart(
        "Performance",
        (PROCEDURE, *_scores(record), *_against_size(record), *_subgroups(record), *_tests(record)),
    )


def limitations(record: RunRecord) -> CardPart:
    """What the checks found, and what was stamped on the card."""
    found = [each for each in record.findings if each.severity in ATTENTION]
    told = [
        f"{each.code} ({each.severity}): {each.sentence}"
        for severity in ATTENTION
        for each in found
        if each.severity == severity
    ]
    sentences = {each.sentence for each in found}
    stamped = [each for each in words_of(card_of(record), "warnings") if each not in sentences]
    unchecked = [each.code for each in record.findings if each.sentence.startswith(NOT_CHECKED)]
    if unchecked:
        stamped.append(f"{NOT_CHECKED}: {', '.join(unchecked)}; the findings say why.")
    return CardPart("Limitations", (INTERNAL_ONLY, *(told or [NOTHING_FOUND]), *stamped))


def applicability(record: RunRecord) -> CardPart:
    """Whom it may be applied to, with the training range of every column that it uses."""
    card = card_of(record)
    distances = mapping(card, "applicability")
    told = "rhcc predict warns of every patient outside of the training ranges."
    if distances:
        told += " It also says how far each patient is from the training patients (Mahalanobis)."
    older = untold(card)
    why = "of a private edition" if is_private(record) else "of an older version"
    missing = f"This card is {why} and does not tell: {', '.join(older)}."
    return CardPart("Applicability", (told, *([missing] if older else [])), table=_ranges(card))


def _scores(record: RunRecord) -> Iterator[str]:
    metrics = record.tables.get("metrics", pd.DataFrame())
    if metrics.empty:
        yield "Scores: not recorded."
        return
    own = metrics[metrics["model"] == headline_model(record)]
    more = own[own["metric"].isin(MORE_METRICS)]
    for row in pd.concat([discrimination(own), more]).drop_duplicates("metric").itertuples():
        value = interval(float(row.estimate), float(row.low), float(row.high))
        yield f"{words.metric(str(row.metric))}: {value}, {cell_text(row.patients)} patients."


def _against_size(record: RunRecord) -> Iterator[str]:
    row = against_size(record)
    if row is None:
        yield "Against lesion size alone: not recorded."
        return
    difference = interval(row["difference"], row["low"], row["high"])
    told = f"{words.metric(str(row['metric']))} difference {difference}, {p_value(row['p_holm'])}"
    yield f"Against lesion size alone: {told} (Holm)."


def _subgroups(record: RunRecord) -> Iterator[str]:
    frame = record.tables.get("subgroups", pd.DataFrame())
    if frame.empty:
        return
    parts = frame[frame["variable"] != "all"]
    known = parts[pd.to_numeric(parts["estimate"], errors="coerce").notna()]
    lost = len(parts) - len(known)
    few = f"; {lost} with too few patients" if lost else ""
    if known.empty:
        yield "Subgroups: all have too few patients for an estimate."
        return
    ordered = known.sort_values("estimate", kind="stable")
    ends = " to ".join(
        f"{score(float(row.estimate))} ({words.spoken(str(row.variable))}: {row.level})"
        for row in (ordered.iloc[0], ordered.iloc[-1])
    )
    metric = words.metric(str(known["metric"].iloc[0]))
    yield f"Subgroups (exploratory): {metric} from {ends}{few}."


def _tests(record: RunRecord) -> Iterator[str]:
    frame = record.tables.get("external_metrics", pd.DataFrame())
    if frame.empty:
        yield NOT_EXTERNAL
        return
    own = frame[(frame["model"] == headline_model(record)) & (frame["group"] == ALL_TESTED)]
    for row in discrimination(own).itertuples():
        value = interval(float(row.estimate), float(row.low), float(row.high))
        told = f"{words.metric(str(row.metric))} {value}, {cell_text(row.patients)} patients"
        yield f"Testing elsewhere, {words.design(str(row.design))}: {told}."


def _ranges(card: Mapping[str, object]) -> Table | None:
    """The training range of the columns of numbers that the model uses."""
    columns = mapping(card, "columns")
    used = [name for name in words_of(card, "selected") if name in columns]
    known = [(name, mapping(columns, name)) for name in used]
    rows = [
        (name, *(cell_text(part.get(key)) for key in ("minimum", "maximum", "empty")))
        for name, part in known
        if part.get("minimum") is not None
    ]
    if not rows:
        return None
    more = len(rows) - MOST_ROWS
    note = f"{more} further columns: in the card." if more > 0 else ""
    heads = ("Column", "Lowest", "Highest", "Empty cells")
    return Table(
        "Training range of the numbers that the model uses",
        heads,
        tuple(rows[:MOST_ROWS]),
        frozenset({1, 2, 3}),
        note,
    )


def identity(record: RunRecord, sha256: str) -> CardPart:
    """How to load it, and how to know that it is this one."""
    card = card_of(record)
    versions = ", ".join(f"{name} {value}" for name, value in mapping(card, "versions").items())
    sentences = (
        f"SHA-256 of the model file: {sha256}. It is checked before anything is read, and nothing "
        "but listed types is loaded.",
        f"Made with: {versions or 'versions not recorded'}.",
        f"Run: {record.run_id}; model: {headline_model(record)}.",
    )
    run = "RUN" if is_private(record) else record.run_id
    intent = text(card, "intent") or record.intent
    asked = f" --intent {intent}" if intent == READING else ""
    command = f"rhcc predict NEW --model {run}{asked} -o predictions.csv"
    return CardPart("How to use it", sentences, code=command)
