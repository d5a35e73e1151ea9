"""What a card says, whatever version it is of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from radiomics_hcc.domain.record import ModelFile, RunRecord
from radiomics_hcc.report.blocks import Table
from radiomics_hcc.report.figures.gallery import headline_model

NO_CARD: Final[Mapping[str, object]] = MappingProxyType({})
LATER_FIELDS: Final = MappingProxyType(
    {
        "intent": "what it may be used for",
        "threshold": "the threshold that calls a patient",
        "calibration": "how probabilities were calibrated",
        "harmonisation": "whether features were harmonised",
        "applicability": "how far a patient is from those of the training",
    }
)
"""What the cards of older versions do not have."""

PRIVATE_EDITION: Final = "private_edition"
"""Key of the summary of a run whose private edition is shown."""


@dataclass(frozen=True)
class CardPart:
    """A part of the card: a heading, sentences, and a short table at most.

    Parameters
    ----------
    title
        Heading.
    sentences
        One fact each.
    table
        What is easier to read as rows.
    code
        What to type.
    """

    title: str
    sentences: tuple[str, ...]
    table: Table | None = None
    code: str = ""


def primary_model(record: RunRecord) -> ModelFile | None:
    """The saved file of the model that the verdict speaks of; None where none was saved."""
    name = headline_model(record)
    named = [file for file in record.models if file.model == name]
    return next(iter([*named, *record.models]), None)


def card_of(record: RunRecord) -> Mapping[str, object]:
    """The card of the primary model; empty where no model was saved."""
    model = primary_model(record)
    return NO_CARD if model is None else model.card


def is_private(record: RunRecord) -> bool:
    """Whether this is the private edition of a run, which lacks more than the run did."""
    return PRIVATE_EDITION in record.summary


def text(card: Mapping[str, object], key: str) -> str:
    """A value as text; empty where the card has none."""
    value = card.get(key)
    return "" if value is None else str(value)


def mapping(card: Mapping[str, object], key: str) -> Mapping[str, object]:
    """A part of the card; empty where there is none."""
    value = card.get(key)
    return value if isinstance(value, Mapping) else NO_CARD


def words_of(card: Mapping[str, object], key: str) -> tuple[str, ...]:
    """A list of the card as texts; empty where there is none."""
    value = card.get(key)
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def number_of(card: Mapping[str, object], key: str) -> float | None:
    """A number of the card; None where there is none."""
    value = card.get(key)
    return float(value) if isinstance(value, int | float) else None


def untold(card: Mapping[str, object]) -> tuple[str, ...]:
    """What a card does not tell, in words; nothing is missed where there is no card."""
    return tuple(what for key, what in LATER_FIELDS.items() if card and key not in card)
