"""Clinical data of one patient: realistic, and silent about response."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.random import Generator

from radiomics_hcc.datasets.synthetic.lesions import Lesion

FIRST_DAY: Final = date(2019, 1, 1)
LAST_DAY_NUMBER: Final = 1500
GAP_MEDIAN_DAYS: Final = 63.0
GAP_LOG_SD: Final = 0.39  # quartiles 49 and 83 days
GAP_LIMITS_DAYS: Final = (30, 212)
TREATMENTS: Final = {"cTACE": 0.55, "DEB-TACE": 0.30, "TARE": 0.15}
HEPATITIS: Final = {"No virus": 0.45, "HCV only": 0.38, "HBV only": 0.12, "HCV and HBV": 0.05}
CHILD_PUGH: Final = {"A": 0.82, "B": 0.17, "C": 0.01}
MALE_SHARE: Final = 0.70
AFP_MEDIAN: Final = 32.0  # ng/mL
AFP_LOG_SD: Final = 2.2
MILAN_SINGLE_MM: Final = 50.0
MILAN_SEVERAL_MM: Final = 30.0
ADVANCED_SHARE: Final = 0.12  # BCLC C by performance status


@dataclass(frozen=True)
class Visits:
    """Days of one patient.

    Parameters
    ----------
    before, treatment, after
        First scan, treatment, second scan; in this order.
    """

    before: date
    treatment: date
    after: date

    @classmethod
    def draw(cls, rng: Generator) -> Visits:
        """Draw the days; the scans are 63 days apart in the median."""
        first = FIRST_DAY + timedelta(days=int(rng.integers(LAST_DAY_NUMBER)))
        gap = GAP_MEDIAN_DAYS * np.exp(GAP_LOG_SD * rng.standard_normal())
        days = int(np.clip(round(float(gap)), *GAP_LIMITS_DAYS))
        wait = int(rng.integers(3, min(28, days - 20)))
        return cls(first, first + timedelta(days=wait), first + timedelta(days=days))


def draw_treatment(rng: Generator) -> str:
    """Draw the treatment."""
    return _choose(rng, TREATMENTS)


def clinical_row(
    rng: Generator, lesions: tuple[Lesion, ...], *, treatment: str, visits: Visits
) -> dict[str, object]:
    """One row of `patients.csv` without the identity and the site."""
    performance = int(rng.random() < ADVANCED_SHARE)
    child_pugh = _choose(rng, CHILD_PUGH)
    return {
        "treatment": treatment,
        "treatment_date": visits.treatment.isoformat(),
        "age": int(np.clip(round(66 + 9 * rng.standard_normal()), 35, 88)),
        "sex": "male" if rng.random() < MALE_SHARE else "female",
        "hepatitis": _choose(rng, HEPATITIS),
        "cirrhosis": int(rng.random() < 0.85),
        "child_pugh": child_pugh,
        "performance_status": performance,
        "bclc": _bclc(lesions, performance, child_pugh),
        "afp": round(float(AFP_MEDIAN * np.exp(AFP_LOG_SD * rng.standard_normal())), 1),
        "albumin_g_dl": round(float(3.7 - 0.6 * (child_pugh != "A") + 0.4 * rng.normal()), 1),
        "bilirubin_mg_dl": round(float(np.exp(0.45 * rng.normal()) * _bilirubin(child_pugh)), 1),
        "lesion_count": len(lesions),
    }


def _bilirubin(child_pugh: str) -> float:
    return {"A": 0.8, "B": 1.8, "C": 3.5}[child_pugh]


def _bclc(lesions: tuple[Lesion, ...], performance: int, child_pugh: str) -> str:
    if child_pugh == "C":
        return "D"
    if performance:
        return "C"
    limit = MILAN_SINGLE_MM if len(lesions) == 1 else MILAN_SEVERAL_MM
    return "A" if max(lesion.diameter_mm for lesion in lesions) <= limit else "B"


def _choose(rng: Generator, shares: dict[str, float]) -> str:
    return str(rng.choice(list(shares), p=list(shares.values())))
