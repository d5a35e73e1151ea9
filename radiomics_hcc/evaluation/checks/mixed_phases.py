"""HCC011: scans of different contrast phases side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity, Stage
from radiomics_hcc.evaluation.outcomes import name_some

ACROSS = "->"
"""Stands in the phase of a change between two phases."""


@dataclass(frozen=True)
class MixedPhases(Check):
    """Whether all patients were scanned in the same phases, at each time point and over time."""

    kind: ClassVar[str] = "mixed_phases"
    code: ClassVar[str] = "HCC011"
    title: ClassVar[str] = "Mixed contrast phases"
    severity: ClassVar[Severity] = "warning"
    stage: ClassVar[Stage] = "before"
    needs: ClassVar[tuple[str, ...]] = ("phases",)

    def judge(self, given: CheckInput) -> Finding:
        """Compare the phases of the patients at each time point, then of each patient."""
        scans = pd.DataFrame(given.phases)[["patient_id", "timepoint", "phase"]].drop_duplicates()
        if scans.empty or (scans["phase"] == "").all():
            return self.not_checked("the contrast phase of no scan is known")
        told = [*_at_timepoints(scans), *_over_time(scans)]
        if told:
            return self.finding(
                "warning",
                f"Contrast phases are mixed: {'; '.join(told)}. Enhancement differs between "
                "phases without any change of the tumour.",
            )
        phases = ", ".join(sorted(scans["phase"].unique()))
        return self.finding(
            "ok", f"All patients have the same phases at each time point: {phases}."
        )


def _at_timepoints(scans: pd.DataFrame) -> Iterator[str]:
    for timepoint, rows in scans.groupby("timepoint", sort=True):
        sets = rows.groupby("patient_id")["phase"].agg(lambda own: " + ".join(sorted(own)))
        counts = sets.replace("", "unknown").value_counts()
        if len(counts) > 1:
            listed = name_some([f"{phase} {count}" for phase, count in counts.items()])
            yield f"patients at {timepoint}: {listed}"


def _over_time(scans: pd.DataFrame) -> Iterator[str]:
    """Patients without a phase in common to all of their time points."""
    known = scans[scans["phase"] != ""]
    times = known.groupby("patient_id")["timepoint"].nunique()
    shared = known.groupby(["patient_id", "phase"])["timepoint"].nunique()
    most = shared.groupby(level="patient_id").max().reindex(times.index)
    apart = set(times.index[most < times])
    apart |= set(known.loc[known["phase"].str.contains(ACROSS, regex=False), "patient_id"])
    if apart:
        yield f"no phase in common over time in {name_some(sorted(map(str, apart)))}"
