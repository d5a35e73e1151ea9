"""What the model is for, whom it learned from, and how it was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from radiomics_hcc.domain.positive_class import positive_classes
from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.report import words
from radiomics_hcc.report.numbers import number, score
from radiomics_hcc.report.sections.card.reading import (
    CardPart,
    card_of,
    mapping,
    number_of,
    text,
    words_of,
)

DEVICE: Final = "Research software, not a medical device: not for decisions about a patient."
INCORPORATED: Final = (
    "Declared as {intent}, but the author allowed columns from the scan on which the label was "
    "read ({why}): its scores are not those of a prediction, and it is not for the declared use."
)
SERIOUS: Final = "The checks have serious findings ({codes}): read the limitations before any use."
TIME_ORDER: Final = "HCC001"
"""The check that says how the order in time of scans and label is known."""
MOST_FEATURES: Final = 12
NO_OPTION: Final = ("", "none", "None")


def intended_use(record: RunRecord) -> CardPart:
    """For which question and intent, and what it must not be used for."""
    card = card_of(record)
    sentences = (
        f"Question: {record.question}",
        _declared(record, text(card, "intent") or record.intent),
        *_serious(record),
        *_outcome(record),
        DEVICE,
        f"Not for another intent than this one, {_elsewhere(record)}; not for scanners, protocols "
        "or treatments that the training data do not have, unless it was tested there.",
    )
    return CardPart("Intended use", sentences)


def training_data(record: RunRecord) -> CardPart:
    """Who was learned from."""
    card = card_of(record)
    return CardPart(
        "Training data",
        (
            _patients(record, card),
            f"Time points: {', '.join(_timepoints(record)) or 'not recorded'}; contrast phase: "
            f"{_phase(record) or 'not chosen by the run'}.",
            *_time_order(record),
            *_places(record, card),
            *_dates(record),
            f"SHA-256 of the input data: {record.data_sha256 or 'not recorded'}.",
        ),
    )


def making(record: RunRecord) -> CardPart:
    """Classifier, parameters, features, harmonisation, calibration, threshold."""
    card = card_of(record)
    return CardPart("How it was made", tuple(_made(card)))


def _declared(record: RunRecord, intent: str) -> str:
    """The intent in words; where the scan of the label was allowed, that it does not hold."""
    why = text(record.summary, "incorporation_justification")
    if why:
        return INCORPORATED.format(intent=words.spoken(intent).lower(), why=why)
    return words.INTENTS.get(intent, f"Declared intent: {intent}.")


def _serious(record: RunRecord) -> Iterator[str]:
    codes = dict.fromkeys(each.code for each in record.findings if each.severity == "serious")
    if codes:
        yield SERIOUS.format(codes=", ".join(codes))


def _time_order(record: RunRecord) -> Iterator[str]:
    """What proves that scans precede the label, where the check has nothing to warn of."""
    mild = [each for each in record.findings if each.severity in ("ok", "note")]
    yield from (each.sentence for each in mild if each.code == TIME_ORDER)


def _outcome(record: RunRecord) -> Iterator[str]:
    classes = words_of(card_of(record), "classes") or words_of(record.summary, "classes")
    if target := text(record.summary, "target"):
        yield f"Outcome: {target}"
    if classes:
        yield f"Output: a probability of each class ({', '.join(classes)}; best first)."


def _elsewhere(record: RunRecord) -> str:
    """The time points and the phase that the model knows, as what it is not for."""
    points, phase = ", ".join(_timepoints(record)), _phase(record)
    told = f"other time points than {points}" if points else "other time points"
    return f"{told} or another contrast phase{f' than {phase}' if phase else ''}"


def _timepoints(record: RunRecord) -> list[str]:
    columns = mapping(card_of(record), "columns").values()
    points = [text(column, "timepoint") for column in columns if isinstance(column, Mapping)]
    if not any(points):
        points = [str(point) for point in record.tables.get("features", {}).get("timepoint", ())]
    return [point for point in dict.fromkeys(points) if point]


def _phase(record: RunRecord) -> str:
    return text(mapping(record.config, "cohort"), "phase")


def _patients(record: RunRecord, card: Mapping[str, object]) -> str:
    counts = {name: str(count) for name, count in mapping(card, "patients").items()}
    if not counts:
        table = record.tables.get("label_counts", pd.DataFrame(columns=["label", "patients"]))
        counts = {str(row.label): str(row.patients) for row in table.itertuples()}
    if not counts:
        return "Patients per class: not recorded."
    told = f"Patients per class: {', '.join(f'{name} {count}' for name, count in counts.items())}"
    rows = number_of(card, "rows")
    return f"{told}; {number(rows)} rows." if rows is not None else f"{told}."


def _places(record: RunRecord, card: Mapping[str, object]) -> Iterator[str]:
    """Sites or scanners, as far as the run was told of them."""
    harmonised = mapping(card, "harmonisation")
    if batches := words_of(harmonised, "batches"):
        yield f"{words.spoken(text(harmonised, 'batch'))}: {', '.join(batches)}."
    levels = record.tables.get("subgroups", pd.DataFrame(columns=["variable", "level"]))
    for name in words_of(record.config, "context"):
        known = levels.loc[levels["variable"] == name, "level"].astype(str)
        if name != text(harmonised, "batch"):
            yield f"{words.spoken(name)}: {', '.join(known) or 'known, levels not listed'}."


def _dates(record: RunRecord) -> Iterator[str]:
    labels = record.tables.get("labels", pd.DataFrame())
    if "date" in labels.columns and labels["date"].notna().any():
        days = pd.to_datetime(labels["date"])
        first, last = days.min(), days.max()
        yield f"The outcome was assessed from {first:%Y-%m} to {last:%Y-%m}."


def _made(card: Mapping[str, object]) -> Iterator[str]:
    step = mapping(card, "step")
    yield f"Kind: {words.model(text(step, 'kind') or text(card, 'model') or 'not recorded')}."
    own = [name for name in step if name not in ("kind", "calibration")]
    told = [f"{name} {step[name]}" for name in own if str(step[name]) not in NO_OPTION]
    if told:
        yield f"Settings: {', '.join(told)}."
    found = mapping(card, "parameters")
    if found:
        yield f"Parameters that the inner folds chose: {', '.join(_values(found))}."
    yield from _features(words_of(card, "selected"))
    if "harmonisation" in card:
        yield _harmonisation(mapping(card, "harmonisation"))
    if "calibration" in card:
        yield f"Calibration of the probabilities: {text(card, 'calibration')}."
    if "threshold" in card:
        yield _threshold(card)
    if seed := text(card, "seed"):
        yield f"Seed: {seed}."


def _values(found: Mapping[str, object]) -> list[str]:
    return [
        f"{name} {f'{value:.3g}' if isinstance(value, int | float) else value}"
        for name, value in found.items()
    ]


def _features(names: tuple[str, ...]) -> Iterator[str]:
    if names:
        shown = ", ".join(names[:MOST_FEATURES])
        more = len(names) - MOST_FEATURES
        rest = f" and {more} more, listed in the card" if more > 0 else ""
        yield f"{len(names)} features are used: {shown}{rest}."


def _harmonisation(card: Mapping[str, object]) -> str:
    if not card:
        return "Features are not harmonised."
    kept = ", ".join(words_of(card, "covariates")) or "no covariates"
    return (
        f"Features are harmonised by {text(card, 'batch')} (ComBat; keeps {kept}); for a value "
        f"that training never saw: {text(card, 'unseen').replace('_', ' ')}."
    )


def _threshold(card: Mapping[str, object]) -> str:
    value, positive = number_of(card, "threshold"), positive_classes(words_of(card, "classes"))
    if value is None or positive is None:
        return "No threshold: the most probable class is called."
    rule = words.spoken(text(card, "threshold_rule")) or "not recorded"
    called = " or ".join(positive)
    return f"A patient is called {called} from a probability of {score(value)} (rule: {rule})."
