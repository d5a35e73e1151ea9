"""The card as parts, and as a Markdown file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.report import words
from radiomics_hcc.report.figures.gallery import headline_model
from radiomics_hcc.report.markdown_text import escaped, fenced, listed, table_lines
from radiomics_hcc.report.sections.card.judging import (
    applicability,
    identity,
    limitations,
    performance,
)
from radiomics_hcc.report.sections.card.making import intended_use, making, training_data
from radiomics_hcc.report.sections.card.reading import CardPart, primary_model

NOT_SAVED: Final = "No model was saved by this run: there is nothing to load."
AUTHOR: Final = CardPart(
    "Author to complete",
    (
        "Contact: who answers questions on this model.",
        "Ethics: committee, approval and consent, or their waiver.",
        "Licence of the model and of the data that it was made from.",
        "Setting: where and by whom it is meant to be studied.",
    ),
)


def card_parts(record: RunRecord) -> tuple[CardPart, ...]:
    """The parts of the card in reading order; empty of a run that did not complete.

    Without a saved model the card tells of the run and says so.
    """
    if not record.is_completed:
        return ()
    model = primary_model(record)
    if model is None:
        own = (CardPart("How to use it", (NOT_SAVED,)),)
        return (
            intended_use(record),
            training_data(record),
            performance(record),
            limitations(record),
            *own,
            AUTHOR,
        )
    return (
        intended_use(record),
        training_data(record),
        making(record),
        performance(record),
        limitations(record),
        applicability(record),
        identity(record, model.sha256),
        AUTHOR,
    )


def card_title(record: RunRecord) -> str:
    """Model and experiment."""
    return f"Model card: {words.model(headline_model(record) or 'no model')} of {record.name}"


def model_card_markdown(record: RunRecord) -> str:
    """The card as a Markdown file; empty of a run that did not complete.

    Every value is escaped. The same record gives the same text.
    """
    parts = card_parts(record)
    if not parts:
        return ""
    lines = [f"# {escaped(card_title(record))}", *(line for part in parts for line in _part(part))]
    return "\n\n".join(lines) + "\n"


def _part(part: CardPart) -> Iterator[str]:
    yield f"## {escaped(part.title)}"
    yield listed(part.sentences)
    if part.table is not None:
        yield from table_lines(part.table)
    if part.code:
        yield fenced(part.code)
