"""How long perturbed re-extraction takes, and how far features hold on phantom lesions.

Prints a table in markdown: seconds of one processor for one variant of one lesion (reading and
supervoxels shared by the variants of a lesion are counted in), and what that makes for a study of
100 lesions with 30 variants on two cores.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Final

from phantom import scattered, write_case
from workloads import DESCRIPTIONS, PARAMETERS

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.experiment.robustness.agreement import agreement
from radiomics_hcc.experiment.robustness.perturbing import Perturbing
from radiomics_hcc.features.native_engine import NativeEngine
from radiomics_hcc.features.parameters import make_parameters
from radiomics_hcc.imaging.perturb.plan import DEFAULT_VARIANTS, VariantPlan

STUDY_LESIONS: Final = 100
CORES: Final = 2
SECONDS_PER_MINUTE: Final = 60.0
HEADER: Final = "patient_id,timepoint,region,lesion_id,image,mask,label\n"


def cohort_of(folder: Path, lesions: int, diameter_mm: float) -> Path:
    """A cohort of lesions in one phantom."""
    image, mask = write_case(folder, scattered(lesions, diameter_mm))
    rows = [f"p{n},pre,lesion,L{n},{image.name},{mask.name},{n}" for n in range(1, lesions + 1)]
    path = folder / "cohort.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n")
    return path


def measured(workload: str, diameter_mm: float, lesions: int, variants: int) -> tuple[float, str]:
    """Processor seconds for one variant of one lesion, and the words for its features."""
    parameters = make_parameters(PARAMETERS[workload])
    NativeEngine().warm_up(parameters)
    with tempfile.TemporaryDirectory() as name:
        cohort = load_cohort(cohort_of(Path(name), lesions, diameter_mm))
        begin = time.process_time()
        tables = Perturbing(VariantPlan(variants=variants), parameters)(cohort)
        seconds = (time.process_time() - begin) / (lesions * (variants + 1))
    compared = {key: table for key, table in tables.items() if key != "0"}
    counts = agreement(compared, ("pre",))["reliability"].value_counts()
    return seconds, ", ".join(f"{count} {word or 'none'}" for word, count in counts.items())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workloads", nargs="+", default=["W1"], choices=sorted(PARAMETERS))
    parser.add_argument("--diameters-mm", nargs="+", type=float, default=[20.0, 40.0, 60.0])
    parser.add_argument("--lesions", type=int, default=3)
    parser.add_argument("--variants", type=int, default=6)
    asked = parser.parse_args()
    study = f"{STUDY_LESIONS} lesions x {DEFAULT_VARIANTS} variants, {CORES} cores"
    print(f"| workload | diameter | processor s per variant | {study} | features |")
    print("|---|---|---|---|---|")
    for workload in asked.workloads:
        for diameter_mm in asked.diameters_mm:
            seconds, words = measured(workload, diameter_mm, asked.lesions, asked.variants)
            whole = seconds * STUDY_LESIONS * (DEFAULT_VARIANTS + 1) / CORES / SECONDS_PER_MINUTE
            told = f"{workload}: {DESCRIPTIONS[workload]}"
            print(f"| {told} | {diameter_mm:g} mm | {seconds:.3f} | {whole:.1f} min | {words} |")


if __name__ == "__main__":
    main()
