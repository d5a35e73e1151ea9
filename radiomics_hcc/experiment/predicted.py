"""What is asked of a model, and its predictions of new patients with what must be known of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.experiment.words import SOFTWARE
from radiomics_hcc.modelling.card import untold
from radiomics_hcc.modelling.conformal import Conformal
from radiomics_hcc.modelling.final import FinalModel
from radiomics_hcc.modelling.leakage import Intent


@dataclass(frozen=True)
class Question:
    """What is asked of a model.

    Parameters
    ----------
    intent
        Intent of the use; None: that of the model. A model that describes the response
        (`response_reading`) has to be asked by name.
    conformal
        Prediction sets at a level; None: no sets.
    """

    intent: str | None = None
    conformal: Conformal | None = None

    @classmethod
    def of(cls, intent: str | None, level: float | None, *, by_class: bool) -> Question:
        """The question that the options of the command line ask.

        Raises
        ------
        InputError
            Where sets are to be calibrated by class and no level is given.
        """
        if by_class and level is None:
            what = "says how prediction sets are calibrated, and none are asked for"
            raise InputError([Problem("--by-class", what, "add --conformal 0.9")])
        return cls(intent, None if level is None else Conformal(level, by_class))


@dataclass(frozen=True, eq=False)
class NewPredictions:
    """Predictions of new patients, and what must be known to read them.

    Parameters
    ----------
    frame
        See `predict`.
    about
        JSON values that go beside the file: run, model, intent, notes.
    """

    frame: pd.DataFrame
    about: Mapping[str, object]

    @property
    def notes(self) -> list[str]:
        """Sentences for the reader."""
        told = self.about["notes"]
        assert isinstance(told, list)
        return told

    def write(self, output: Path) -> Path:
        """Write the table as CSV, and what is about it beside it as `<output>.json`."""
        self.frame.to_csv(output, index=False)
        beside = output.with_name(f"{output.name}.json")
        beside.write_text(json.dumps(dict(self.about), indent=2) + "\n", encoding="utf-8")
        return beside


def about(
    record: RunRecord, final: FinalModel, intent: Intent, notes: list[str]
) -> dict[str, object]:
    """What a reader of the predictions must know, as JSON values.

    Parameters
    ----------
    record, final
        The run and its model.
    intent
        With which the model was used.
    notes
        What was found out about these patients and sets.
    """
    card = final.card
    told = [f"the model's card is of an older version and does not tell {w}" for w in untold(card)]
    if intent is Intent.RESPONSE_READING:
        told.append("the model describes the response on the scan that decides it, no prediction")
    if card.get("applicability") is None and "applicability" in card:
        told.append("the model does not tell how far a patient is from its training data")
    return {
        "run": record.run_id,
        "experiment": record.name,
        "model": card["model"],
        "model_sha256": record.models[0].sha256,
        "intent": str(intent),
        "classes": card["classes"],
        "threshold": card.get("threshold"),
        "threshold_rule": card.get("threshold_rule", ""),
        "calibration": card.get("calibration", ""),
        "notes": [*told, *notes, *card["warnings"], card["note"], SOFTWARE],
    }
