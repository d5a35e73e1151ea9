"""On which patients the models disagree."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.report.blocks import Block, Paragraph, Section, Table, cell_text, csv_download
from radiomics_hcc.report.comparing.material import Material, folded, picture
from radiomics_hcc.report.figures.compare_marks import MOST_OVERLAID
from radiomics_hcc.report.figures.compare_patients import (
    CALLED,
    MOST_PATIENTS,
    PROBABILITY,
    called_wrong,
    compare_patients,
    disputed,
)
from radiomics_hcc.report.numbers import NOT_AVAILABLE, interval, p_number, score

TITLE: Final = "Patients on whom they disagree"
RULE: Final = (
    "Probability of the positive class (of the true class where no class is positive) from the "
    "patient's own outer folds, mean over the repeats. "
    "Two models with the same AUC may be wrong about different patients."
)
ALIKE: Final = "No patient has probabilities that differ between models."
NOBODY: Final = (
    "No two models have a probability of the same class for the same patients: there is nothing "
    "to disagree about."
)
MANY: Final = " Each stroke is a model; letters name the lowest and the highest."
KAPPA: Final = (
    "Kappa: agreement of the called classes beyond chance (Cohen). p: exact McNemar test of "
    "whether the two are equally often right, Holm-corrected over the pairs."
)


def patients(material: Material) -> Section:
    """Figure and table of the most disputed patients, then how far the calls of pairs agree."""
    known = material.frame("disagreement")
    frame = disputed(known)
    if len(material.marks) < 2:
        alone = Paragraph("There is one model only: nobody to disagree with.")
        return Section("patients", TITLE, (alone,))
    blocks: list[Block] = [Paragraph(ALIKE if len(known) else NOBODY)]
    if len(frame):
        top = frame.head(MOST_PATIENTS)
        blocks = [Paragraph(RULE, "quiet"), _picture(material, frame), _table(material, top)]
        blocks.append(csv_download("disagreement.csv", known))
    blocks += _agreement(material)
    return Section("patients", TITLE, tuple(blocks))


def _picture(material: Material, frame: pd.DataFrame) -> Block:
    top = frame.head(MOST_PATIENTS)
    how = MANY if len(material.marks) > MOST_OVERLAID else ""
    return picture(
        "patients",
        compare_patients(top, material.marks),
        alt=f"Probabilities of {len(material.marks)} models for the {len(top)} patients with the "
        "largest spread; same data below.",
        caption=f"The {len(top)} of {len(frame)} patients with the largest spread between the "
        f"models.{how}",
        data=top,
    )


def _table(material: Material, top: pd.DataFrame) -> Table:
    caption = f"The {len(top)} most disputed patients"
    if material.are_few:
        heads = ("Patient", "Truth", "Spread", *(mark.name for mark in material.marks.values()))
        cells = tuple((*_who(row), *_calls(material, row)) for _, row in top.iterrows())
        note = "Called class, with the probability of the positive class in brackets."
        return Table(caption, heads, cells, frozenset({2}), note)
    heads = ("Patient", "Truth", "Spread", "Called wrong by", "Lowest", "Highest")
    cells = tuple(
        (*_who(row), called_wrong(row), *_ends(material, row)) for _, row in top.iterrows()
    )
    return Table(caption, heads, cells, frozenset({2}))


def _who(row: pd.Series) -> tuple[str, ...]:
    return cell_text(row["patient_id"]), cell_text(row["truth"]), score(row["spread"])


def _calls(material: Material, row: pd.Series) -> list[str]:
    told = []
    for label in material.marks:
        chance, call = row[f"{PROBABILITY}{label}"], row[f"{CALLED}{label}"]
        is_called = isinstance(call, str) and bool(call)
        told.append(f"{call} ({score(chance)})" if is_called else NOT_AVAILABLE)
    return told


def _ends(material: Material, row: pd.Series) -> tuple[str, ...]:
    chances = row[[f"{PROBABILITY}{label}" for label in material.marks]].astype(float)
    ends = (chances.idxmin(), chances.idxmax())
    return tuple(
        f"{material.marks[str(name).removeprefix(PROBABILITY)].letter}: {score(chances[name])}"
        for name in ends
    )


def _agreement(material: Material) -> list[Block]:
    frame = material.frame("agreement")
    if frame.empty:
        return [Paragraph("Agreement of the called classes: no pair may be compared.")]
    cells = tuple(
        (
            material.letters(row),
            *(cell_text(row[name]) for name in COUNTS),
            interval(*(round(row[name], KAPPA_DECIMALS) for name in KAPPAS)),
            p_number(row["p_holm"]),
        )
        for _, row in frame.iterrows()
    )
    heads = ("Pair", "Both right", "Only first right", "Only second right", "Both wrong")
    numeric = frozenset(range(1, len(heads) + 2))
    caption = f"How far the called classes agree ({len(frame)} pairs)"
    table = Table(caption, (*heads, "Kappa (95 % interval)", "p (Holm)"), cells, numeric, KAPPA)
    if material.are_few:
        return [table, csv_download("agreement.csv", frame)]
    return [folded("agreement", table, frame)]


KAPPAS: Final = ("kappa", "kappa_low", "kappa_high")
KAPPA_DECIMALS: Final = 6  # a kappa of zero differs from it in the sixteenth decimal
COUNTS: Final = ("both_right", "only_left_right", "only_right_right", "both_wrong")
