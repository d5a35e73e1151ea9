"""Best overall responses and times of all patients: as a table, as rates, as medians."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from radiomics_hcc.domain.response import ResponseWord
from radiomics_hcc.response.response_rates import response_rates
from radiomics_hcc.response.time_to_event import median_time

BEST_COLUMNS: Final = (
    "patient_id",
    "reader",
    "best_response",
    "progressed",
    "ttp_days",
    "pfs_event",
    "pfs_days",
    "reason",
)
TIME_COLUMNS: Final = (
    "reader",
    "endpoint",
    "patients",
    "untimed",
    "events",
    "median_days",
    "low",
    "high",
)


@dataclass(frozen=True)
class BestResponse:
    """Best overall response and times of one patient, as one reader saw it.

    Parameters
    ----------
    patient_id, reader
        Who, and by whom.
    best_response
        The best word until progression; NE where nothing could be evaluated.
    progressed
        Whether radiological progression was seen that counts.
    ttp_days
        Days from the start to progression, or to the last evaluable assessment (censored).
        None without follow-up, and for criteria that know no progression.
    reason
        Why, in words.
    pfs_event
        Whether the patient progressed or died.
    pfs_days
        Days from the start to the first of both, or to the last evaluable assessment.
    """

    patient_id: str
    reader: str
    best_response: ResponseWord
    progressed: bool
    ttp_days: int | None
    reason: str
    pfs_event: bool = False
    pfs_days: int | None = None


@dataclass(frozen=True)
class BestResponseTable:
    """One best response per patient and reader, those without follow-up included."""

    patients: tuple[BestResponse, ...]

    def frame(self) -> pd.DataFrame:
        """One row per patient and reader."""
        rows = [
            (
                *(p.patient_id, p.reader, str(p.best_response)),
                *(p.progressed, p.ttp_days, p.pfs_event, p.pfs_days, p.reason),
            )
            for p in self.patients
        ]
        frame = pd.DataFrame(rows, columns=list(BEST_COLUMNS))
        return frame.astype({"ttp_days": "Int64", "pfs_days": "Int64"})

    def rates(self) -> pd.DataFrame:
        """Complete response, objective response and disease control per reader.

        One row per reader and rate, with its Wilson interval (95 %); NE and missing follow-up
        stay in the denominator. Markers and LI-RADS categories have rates of their own.
        """
        words = {
            reader: [patient.best_response for patient in patients]
            for reader, patients in self._by_reader().items()
        }
        return response_rates(words)

    def times(self) -> pd.DataFrame:
        """Median time to progression and progression-free survival per reader, in days.

        Product-limit estimates with their intervals (95 %), empty where the curve does not come
        down to one half. `untimed` counts the patients without a time: they have no follow-up.
        """
        rows = [
            (reader, endpoint, *_median([times(patient) for patient in patients]))
            for reader, patients in self._by_reader().items()
            for endpoint, times in ENDPOINTS.items()
        ]
        frame = pd.DataFrame(rows, columns=list(TIME_COLUMNS))
        return frame.astype(dict.fromkeys(TIME_COLUMNS[-3:], "Int64"))

    def _by_reader(self) -> dict[str, list[BestResponse]]:
        readers = dict.fromkeys(patient.reader for patient in self.patients)
        return {name: [p for p in self.patients if p.reader == name] for name in readers}

    def __len__(self) -> int:
        return len(self.patients)

    def _repr_html_(self) -> str:
        caption = html.escape(f"Best overall response of {len(self)} patients and readers")
        return f"<p>{caption}</p>" + str(self.frame().to_html(index=False, na_rep="", max_rows=60))


def _ttp(patient: BestResponse) -> tuple[int | None, bool]:
    return patient.ttp_days, patient.progressed


def _pfs(patient: BestResponse) -> tuple[int | None, bool]:
    return patient.pfs_days, patient.pfs_event


ENDPOINTS: Final = {"ttp": _ttp, "pfs": _pfs}


def _median(times: Sequence[tuple[int | None, bool]]) -> tuple[int | None, ...]:
    timed = [(days, event) for days, event in times if days is not None]
    days, events = [days for days, _ in timed], [event for _, event in timed]
    found = median_time(days, events)
    counts = (len(times), len(times) - len(timed), sum(events))
    return (*counts, found.median, found.low, found.high)
