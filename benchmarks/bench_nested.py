"""Time of the default nested run: 105 patients, 150 columns, three models and the baselines.

Run `python benchmarks/bench_nested.py --jobs 2`; `--profile` tells where the time goes, per
candidate and function, in one process and one repeat. Seconds of one process are those of the
processor, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
from dataclasses import replace
from time import perf_counter, process_time
from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.patient_table import Column, PatientTable
from radiomics_hcc.modelling.baselines import baseline_candidates
from radiomics_hcc.modelling.candidates import Candidate, model_candidates
from radiomics_hcc.modelling.classifiers.elastic_net import ElasticNet
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.classifiers.random_forest import RandomForest
from radiomics_hcc.modelling.crossval import cross_validate
from radiomics_hcc.modelling.targets import Target, target_from_column
from radiomics_hcc.modelling.validation import Validation

PATIENTS: Final = 105
RADIOMIC: Final = 143
HIDDEN: Final = 25
"""Independent sources that the radiomic columns mix, so that they correlate as real ones do."""

SIZES: Final = ("original_shape_MeshVolume", "original_shape_Maximum3DDiameter")
CLASSES: Final = ("OR", "nonOR")
STEPS: Final = (ElasticNet(), OrdinalLogistic(), RandomForest())


def study(seed: int = 1) -> tuple[PatientTable, Target]:
    """105 patients, 145 radiomic and 5 clinical columns, a label that follows three of them."""
    generator = np.random.default_rng(seed)
    patients = pd.Index([f"P{number:03d}" for number in range(PATIENTS)], name="patient_id")
    sources = generator.normal(size=(PATIENTS, HIDDEN))
    mixing = generator.normal(size=(HIDDEN, RADIOMIC)) ** 3
    values = sources @ mixing + generator.normal(size=(PATIENTS, RADIOMIC))
    names = [f"original_glcm_F{number}" for number in range(RADIOMIC)]
    size = np.exp(sources[:, 0])
    data = pd.DataFrame(values, index=patients, columns=[f"pre.{name}" for name in names])
    for name, power in zip(SIZES, (1.0, 1 / 3), strict=True):
        data[f"pre.{name}"] = size**power * np.exp(0.05 * generator.normal(size=PATIENTS))
    data = data.mask(generator.random(data.shape) < 0.01)
    columns = {f"pre.{f}": Column(f"pre.{f}", "radiomic", "pre", f) for f in (*names, *SIZES)}
    clinical = pd.DataFrame(
        {
            "age": generator.normal(65, 8, PATIENTS),
            "afp": np.exp(generator.normal(3, 2, PATIENTS)),
            "bilirubin": np.exp(generator.normal(0, 0.4, PATIENTS)),
            "sex": generator.choice(["f", "m"], PATIENTS),
            "bclc": generator.choice(["A", "B", "C"], PATIENTS),
        },
        index=patients,
    )
    table = PatientTable(data, columns, pd.DataFrame(index=patients)).with_clinical(clinical)
    score = sources[:, 0] + sources[:, 1] + generator.normal(scale=1.5, size=PATIENTS)
    words = np.where(score > 0, *CLASSES)
    labels = pd.DataFrame({"patient_id": patients, "response": words})
    return table, target_from_column(labels, "response", order=CLASSES)


def candidates(table: PatientTable) -> list[Candidate]:
    """Three models and every baseline of the table."""
    return [*model_candidates(STEPS, table), *baseline_candidates(table, STEPS[0])]


def timed(chosen: list[Candidate], validation: Validation, jobs: int) -> float:
    """Seconds of one nested run: of the processor with one job, else of the clock."""
    clock = process_time if jobs == 1 else perf_counter
    table, target = study()
    start = clock()
    cross_validate(chosen, table, target=target, validation=validation, jobs=jobs)
    return clock() - start


def per_model(validation: Validation) -> pd.DataFrame:
    """Processor seconds of each candidate by itself, and of all together, which share stages."""
    table, _ = study()
    everyone = candidates(table)
    rows = [(each.name, timed([each], validation, 1)) for each in everyone]
    rows.append(("all together", timed(everyone, validation, 1)))
    return pd.DataFrame(rows, columns=["candidate", "seconds"])


def per_function(validation: Validation, lines: int = 40) -> None:
    """Where the time of all candidates together goes."""
    table, _ = study()
    profile = cProfile.Profile()
    profile.enable()
    timed(candidates(table), validation, 1)
    profile.disable()
    pstats.Stats(profile).sort_stats("cumulative").print_stats("radiomics_hcc|fit", lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    validation = Validation(repeats=given.repeats)
    if given.profile:
        once = replace(validation, repeats=1)
        print(per_model(once).to_string(index=False, float_format="{:.2f}".format))
        per_function(once)
        return
    table, _ = study()
    seconds = timed(candidates(table), validation, given.jobs)
    print(f"{given.repeats} repeats, {given.jobs} jobs: {seconds:.0f} s")


if __name__ == "__main__":
    main()
