"""Whether the models may be compared at all, pair by pair."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import Block, Items, Paragraph, Section, Table
from radiomics_hcc.report.comparing.material import Material, folded
from radiomics_hcc.report.numbers import NOT_AVAILABLE, unbroken

SAME: Final = unbroken("✓ same")
OTHER: Final = unbroken("✗ differs")
FULLY: Final = unbroken("✓ yes")
WITH_CARE: Final = unbroken("△ care")
NOT: Final = unbroken("✗ no")
NOT_ASKED: Final = unbroken("– not asked")
RULE: Final = (
    "A paired difference needs the same patients, the same labels, and classes of which the "
    "positive one means the same. Other splits leave it "
    "possible, but part of it may come from the splits; another intent makes the models answers "
    "to different questions."
)
LEGEND: Final = (
    f"{FULLY}: the same in everything. {WITH_CARE}: compared, but not the same in everything. "
    f"{NOT}: not compared, as patients, labels or classes are not the same. {NOT_ASKED}: could be "
    "compared, but is no question, such as two baselines of one kind."
)
MOST_SENTENCES: Final = 12


def comparable(material: Material) -> Section:
    """A matrix of the pairs, and a sentence for everything that is not the same."""
    frame = material.frame("comparable")
    if frame.empty:
        alone = "There is one model only: no pair to look at."
        return Section("comparable", "May they be compared?", (Paragraph(alone),))
    pairs = _pairs(material, frame)
    blocks: list[Block] = [Paragraph(RULE, "quiet")]
    if material.are_few:
        blocks.append(pairs)
    else:
        blocks.append(_matrix(material, frame))
    blocks += _sentences(material, frame)
    blocks.append(folded("comparable", _every(material, frame), frame))
    return Section("comparable", "May they be compared?", tuple(blocks))


def _pairs(material: Material, frame: pd.DataFrame) -> Table:
    """A row per pair, a column per aspect."""
    aspects = [str(name) for name in frame["aspect"].unique()]
    cells = []
    states = _states(material, frame)
    for (left, right), rows in frame.groupby(["left", "right"], sort=False):
        found = dict(zip(rows["aspect"].astype(str), rows["same"], strict=True))
        told = [_same(found[name]) if name in found else NOT_AVAILABLE for name in aspects]
        pair = f"{material.name(left)} and {material.name(right)}"
        cells.append((pair, *told, states[left, right]))
    heads = ("Pair", *(words.spoken(name) for name in aspects), "Compared")
    caption = "Pairs of models and what is the same in both"
    return Table(caption, heads, tuple(cells), frozenset(range(1, len(heads))), LEGEND)


def _matrix(material: Material, frame: pd.DataFrame) -> Table:
    """A row and a column per model, each pair once."""
    states = {
        frozenset((str(left), str(right))): state
        for (left, right), state in _states(material, frame).items()
    }
    labels = list(material.marks)
    cells = tuple(
        (
            material.name(label),
            *(states.get(frozenset((label, other)), NOT_AVAILABLE) for other in labels[:place]),
            *[""] * (len(labels) - 1 - place),
        )
        for place, label in enumerate(labels)
        if place
    )
    heads = ("Model", *(material.marks[label].letter for label in labels[:-1]))
    caption = "Which pairs of models are compared"
    return Table(caption, heads, cells, frozenset(range(1, len(heads))), LEGEND)


def _states(material: Material, frame: pd.DataFrame) -> dict[tuple[object, object], str]:
    """What became of every pair."""
    states: dict[tuple[object, object], str] = {}
    for _, pair in material.rivals().iterrows():
        key = (pair["left"], pair["right"])
        own = (frame["left"] == key[0]) & (frame["right"] == key[1])
        if pair["are_compared"]:
            states[key] = FULLY if frame.loc[own, "same"].all() else WITH_CARE
        else:
            states[key] = NOT_ASKED if pair["may_compare"] else NOT
    return states


def _sentences(material: Material, frame: pd.DataFrame) -> list[Block]:
    """What is not the same; where many pairs say the same, once for all of them."""
    different = frame[~frame["same"].astype(bool)]
    if different.empty:
        return [Paragraph("Every pair is the same in every aspect.")]
    told: dict[tuple[str, str], list[str]] = {}
    for _, row in different.iterrows():
        key = (str(row["aspect"]), str(row["sentence"]))
        told.setdefault(key, []).append(material.letters(row))
    lines = [
        f"{words.spoken(aspect)} ({'; '.join(pairs)}): {sentence}"
        for (aspect, sentence), pairs in told.items()
    ]
    more = len(lines) - MOST_SENTENCES
    rest = [f"… and {more} more, in the table below."] if more > 0 else []
    return [Items((*lines[:MOST_SENTENCES], *rest))]


def _every(material: Material, frame: pd.DataFrame) -> Table:
    cells = tuple(
        (
            material.letters(row),
            words.spoken(str(row["aspect"])),
            _same(row["same"]),
            str(row["sentence"]) or NOT_AVAILABLE,
        )
        for _, row in frame.iterrows()
    )
    caption = f"Every pair and aspect ({len(frame)} rows)"
    return Table(caption, ("Pair", "Aspect", "Same", "What was found"), cells, grouped=False)


def _same(value: object) -> str:
    return SAME if bool(value) else OTHER
