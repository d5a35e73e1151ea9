"""ROC, calibration and decision curves of every compared model, from its run or made anew."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.domain.positive_class import positive_classes
from radiomics_hcc.evaluation.calibration_smooth import smooth_calibration
from radiomics_hcc.evaluation.curves import roc_curve
from radiomics_hcc.evaluation.net_benefit import decision_curve
from radiomics_hcc.experiment.comparing.entries import Entry
from radiomics_hcc.modelling.baselines import NEGATIVE_CONTROL, NO_INFORMATION

ROC_COLUMNS: Final = ("fpr", "tpr", "low", "high")
CALIBRATION_COLUMNS: Final = ("boundary", "predicted", "observed", "low", "high", "note")
DECISION_COLUMNS: Final = ("threshold", "net_benefit", "low", "high", "treat_all", "treat_none")
NOT_DRAWN: Final = (NO_INFORMATION, NEGATIVE_CONTROL)
"""Their calibration and utility say nothing beyond their metrics; runs do not keep them either."""


def curve_tables(entries: Sequence[Entry], restricted: Collection[str]) -> dict[str, pd.DataFrame]:
    """Curves of every label: `roc`, `calibration`, `decision`.

    Parameters
    ----------
    entries
        What is compared.
    restricted
        Labels that are judged on some of their patients only: their run's curves are of others.

    Returns
    -------
    dict
        Tables with `label` first. The run's own rows where it has them, else made from its
        out-of-fold predictions. Without a positive class there is neither ROC nor decision curve.
    """
    two = [each for each in entries if positive_classes(each.compared.predictions.classes)]
    told = [each for each in entries if each.model not in NOT_DRAWN]
    useful = [each for each in two if each.model not in NOT_DRAWN]
    return {
        kind.name: kind.stacked(chosen, restricted)
        for kind, chosen in ((ROC, two), (CALIBRATION, told), (DECISION, useful))
    }


@dataclass(frozen=True)
class _Kind:
    """A kind of curve: its name here, the run's table of it, and how it is made anew."""

    name: str
    table: str
    columns: tuple[str, ...]
    make: Callable[[Predictions], pd.DataFrame]

    def stacked(self, entries: Sequence[Entry], restricted: Collection[str]) -> pd.DataFrame:
        """The curves of all entries in one table."""
        frames = [self._of(each, restricted) for each in entries]
        full = [frame for frame in frames if len(frame)]
        if not full:
            return pd.DataFrame(columns=["label", *self.columns])
        return pd.concat(full, ignore_index=True)

    def _of(self, entry: Entry, restricted: Collection[str]) -> pd.DataFrame:
        kept = entry.record.tables.get(self.table)
        own = None if kept is None else kept[kept["model"] == entry.model]
        if own is None or own.empty or entry.label in restricted:
            own = self.make(entry.compared.predictions)
        curve = own[list(self.columns)].reset_index(drop=True)
        curve.insert(0, "label", entry.label)
        return curve


def _roc(predictions: Predictions) -> pd.DataFrame:
    names = {"false_positive_rate": "fpr", "sensitivity": "tpr"}
    return roc_curve(predictions).rename(columns=names)


ROC: Final = _Kind("roc", "roc", ROC_COLUMNS, _roc)
CALIBRATION: Final = _Kind(
    "calibration", "calibration_smooth", CALIBRATION_COLUMNS, smooth_calibration
)
DECISION: Final = _Kind("decision", "decision_curve", DECISION_COLUMNS, decision_curve)
