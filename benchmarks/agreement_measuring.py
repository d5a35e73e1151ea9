"""How far diameters and volumes measured from synthetic images lie from the truth.

Prints bias and 95 % limits of agreement (Bland-Altman) and the classes by mRECIST. Run:

    python benchmarks/agreement_measuring.py [PATIENTS]
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.datasets.synthetic import SyntheticSettings, synthesise_cohort
from radiomics_hcc.experiment.measuring.measure import Measured, Measuring
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.mrecist import MRECIST
from radiomics_hcc.response.uncertainty import uncertainty

PATIENTS = 24
SIZES = {
    "longest_mm": "whole_mm",
    "viable_mm": "viable_mm",
    "volume_ml": "volume_ml",
    "viable_volume_ml": "viable_volume_ml",
}
LIMITS = 1.96
DOUBT = "lipiodol_unsubtracted"
FOUR_PHASES = ("unenhanced", "arterial", "portal", "delayed")
BREATH_MM = 4.0


@dataclass(frozen=True)
class Agreement:
    """Measured against true sizes, and the classes that follow from each."""

    sizes: pd.DataFrame
    classes: pd.DataFrame


def measured_against_truth(folder: Path, jobs: int = 1) -> Agreement:
    """Measure a synthetic cohort that lies in a folder, and set its truth beside it."""
    measured = Measuring(jobs=jobs)(load_cohort(folder / "cohort.csv", check="headers"))
    return Agreement(_sizes(measured, folder), _classes(measured, folder))


def bland_altman(sizes: pd.DataFrame, name: str) -> dict[str, float]:
    """Bias and limits of agreement of measured minus true, over the lesions that have both."""
    error = (sizes[name] - sizes[f"true_{name}"]).dropna()
    bias, spread = float(error.mean()), float(error.std(ddof=1))
    return {
        "n": len(error),
        "bias": bias,
        "low": bias - LIMITS * spread,
        "high": bias + LIMITS * spread,
        "median_absolute": float(error.abs().median()),
    }


def _sizes(measured: Measured, folder: Path) -> pd.DataFrame:
    truth = pd.read_csv(folder / "truth.csv").set_index(["patient_id", "lesion_id"])
    rows = []
    for reading in measured.readings:
        if reading.outcome != "measured":
            continue
        row = truth.loc[(reading.patient_id, reading.lesion_id)]
        found = {name: reading.values.get(name, np.nan) for name in SIZES}
        true = {
            f"true_{name}": row[f"{reading.timepoint}_{known}"] for name, known in SIZES.items()
        }
        pattern = row[f"{reading.timepoint}_pattern"]
        rows.append(
            {
                "patient_id": reading.patient_id,
                "timepoint": reading.timepoint,
                "lesion_id": reading.lesion_id,
                "pattern": pattern,
                "flags": "; ".join(reading.flags),
                **found,
                **true,
            }
        )
    return pd.DataFrame(rows)


def _classes(measured: Measured, folder: Path) -> pd.DataFrame:
    truth = pd.read_csv(folder / "truth_patients.csv").set_index("patient_id")["response"]
    assessed = assess(measured.measurements, MRECIST())
    doubted = {row.patient_id: any(DOUBT in flag for flag in row.flags) for row in assessed}
    rows = []
    for each in uncertainty(measured.measurements, MRECIST()).assessments:
        patient = each.assessment.patient_id
        possible = [str(word) for word in each.possible]
        rows.append(
            {
                "patient_id": patient,
                "true": truth[patient],
                "measured": str(each.assessment.response),
                "possible": " ".join(possible),
                "is_allowed": truth[patient] in possible,
                "is_doubted": doubted[patient],
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    """Make cohorts on the full grid, measure them, and print the tables."""
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else PATIENTS
    for name, settings in {
        "arterial and portal phase": SyntheticSettings(patients),
        "four phases, breathing up to 4 mm": SyntheticSettings(
            patients, phases=FOUR_PHASES, breath_shift_mm=BREATH_MM
        ),
    }.items():
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            synthesise_cohort(folder, settings, jobs=2)
            print(f"\n{name}")
            show(measured_against_truth(folder, jobs=2))


def show(agreement: Agreement) -> None:
    """Print bias, limits of agreement and classes."""
    alive = agreement.sizes[agreement.sizes["true_viable_mm"] > 0]
    groups = [("all", agreement.sizes), ("viable", alive), *agreement.sizes.groupby("pattern")]
    for group, rows in groups:
        for size in SIZES:
            found = bland_altman(rows, size)
            print(
                f"{group:9} {size:17} n {found['n']:3.0f}  bias {found['bias']:+6.2f}  limits "
                f"{found['low']:+7.2f} to {found['high']:+7.2f}  median |error| "
                f"{found['median_absolute']:5.2f}"
            )
    classes = agreement.classes
    equal = int((classes["true"] == classes["measured"]).sum())
    allowed, explained = classes["is_allowed"], classes["is_allowed"] | classes["is_doubted"]
    print(
        f"classes equal {equal} of {len(classes)}, allowed by uncertainty {int(allowed.sum())}, "
        f"allowed or flagged {DOUBT} {int(explained.sum())}"
    )
    print(classes[classes["true"] != classes["measured"]].to_string(index=False))


if __name__ == "__main__":
    main()
