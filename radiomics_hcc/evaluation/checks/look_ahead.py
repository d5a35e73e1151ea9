"""HCC001: columns that were measured after what they are to predict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity, Stage

SAID = {
    "dates": "proved by dates",
    "name": "resting on the name of the time point alone",
    "assumed": "taken to be known at baseline, without a day",
    "described": "not asked to precede the label, as the intent only describes",
}


@dataclass(frozen=True)
class LookAhead(Check):
    """What is proved about the order of columns and label, and what is believed.

    `order` has one row per group of columns; `proof` is `dates`, `name` (a time point called
    `pre` without days), `assumed` (a clinical column without a day), `described`
    (`response_reading`) or `forbidden`.
    """

    kind: ClassVar[str] = "look_ahead"
    code: ClassVar[str] = "HCC001"
    title: ClassVar[str] = "Look-ahead"
    severity: ClassVar[Severity] = "serious"
    stage: ClassVar[Stage] = "before"
    needs: ClassVar[tuple[str, ...]] = ("order",)

    def judge(self, given: CheckInput) -> Finding:
        """Name what is forbidden, else count what is proved and what is believed."""
        order = pd.DataFrame(given.order)
        forbidden = order[order["proof"] == "forbidden"]
        if len(forbidden):
            told = " | ".join(f"{row.where}: {row.what}" for row in forbidden.itertuples())
            return self.finding(
                "serious", f"Columns know more than the intent allows: {told}{_stop(told)}"
            )
        counts = order.groupby("proof")["columns"].sum()
        parts = [f"{counts[proof]} {said}" for proof, said in SAID.items() if proof in counts]
        is_proved = not {"name", "assumed"} & set(counts.index)
        return self.finding(
            "ok" if is_proved else "note",
            f"Columns by what says that they precede the label: {'; '.join(parts) or 'none'}.",
        )


def _stop(told: str) -> str:
    return "" if told.endswith(".") else "."
