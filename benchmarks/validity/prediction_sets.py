"""Coverage of conformal prediction sets and of the applicability score, by simulation.

Usage: python benchmarks/validity/prediction_sets.py --studies 150 --patients 60 120

Each study draws patients, predicts them out of fold, takes the limits of the sets from these
predictions, refits on everyone, and counts how often the sets of 2,000 new patients hold their
class. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from radiomics_hcc.modelling.applicability import applicability, applicability_card, model_columns
from radiomics_hcc.modelling.conformal import Conformal, calibrate

COLUMNS, NEW_PATIENTS, LEVEL = 8, 2_000, 0.9
CUTS = {2: [0.0], 4: [-1.5, 0.3, 1.5]}
FOLDS, REPEATS, PENALTY = 5, 5, 0.3


def draw(generator: np.random.Generator, patients: int, classes: int):
    """Normal features of which two tell the ordered class, with logistic noise."""
    values = generator.normal(size=(patients, COLUMNS))
    score = values[:, 0] + 0.7 * values[:, 1] + generator.logistic(size=patients)
    names = [f"P{number}" for number in range(patients)]
    rows = pd.DataFrame(values, index=names, columns=[f"c{i}" for i in range(COLUMNS)])
    return rows, np.digitize(score, CUTS[classes])


def fitted(rows: pd.DataFrame, codes: np.ndarray) -> Pipeline:
    stages = [("scaling", StandardScaler()), ("model", LogisticRegression(C=PENALTY))]
    return Pipeline(stages).set_output(transform="pandas").fit(rows, codes)


def out_of_fold(rows: pd.DataFrame, codes: np.ndarray, seed: int) -> pd.DataFrame:
    parts = []
    for repeat in range(REPEATS):
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed * REPEATS + repeat)
        for train, test in folds.split(rows, codes):
            found = fitted(rows.iloc[train], codes[train]).predict_proba(rows.iloc[test])
            part = pd.DataFrame(found, columns=[f"p_{k}" for k in range(found.shape[1])])
            parts.append(part.assign(patient_id=rows.index[test], label=codes[test].astype(str)))
    return pd.concat(parts, ignore_index=True)


def study(patients: int, classes: int, by_class: bool, seed: int) -> dict[str, float] | None:
    """One study; None where a class is too small for the folds."""
    generator = np.random.default_rng([seed, patients, classes])
    rows, codes = draw(generator, patients, classes)
    new, truth = draw(generator, NEW_PATIENTS, classes)
    if np.bincount(codes, minlength=classes).min() < FOLDS:
        return None
    names = [str(code) for code in range(classes)]
    sets = calibrate(out_of_fold(rows, codes, seed), names, Conformal(LEVEL, by_class))
    pipeline = fitted(rows, codes)
    members = sets.members(pipeline.predict_proba(new))
    inside = members[np.arange(NEW_PATIENTS), truth]
    scores = applicability(applicability_card(pipeline, rows), model_columns(pipeline, new))
    return {
        "coverage": inside.mean(),
        "least covered class": min(inside[truth == code].mean() for code in range(classes)),
        "classes per set": members.sum(axis=1).mean(),
        "score below 0.05": (scores < 0.05).mean(),
        "score 0": (scores == 0.0).mean(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=150)
    parser.add_argument("--patients", type=int, nargs="+", default=[60, 120])
    given = parser.parse_args()
    header = None
    for patients in given.patients:
        for classes in CUTS:
            for by_class in (False, True):
                found = [study(patients, classes, by_class, seed) for seed in range(given.studies)]
                table = pd.DataFrame([one for one in found if one is not None])
                if header is None:
                    header = ["patients", "classes", "calibrated", "studies", *table.columns]
                    print("| " + " | ".join(header) + " |")
                    print("|" + "---|" * len(header))
                way = "within each class" if by_class else "over all"
                cells = [patients, classes, way, len(table), *(f"{v:.3f}" for v in table.mean())]
                print("| " + " | ".join(map(str, cells)) + " |", flush=True)


if __name__ == "__main__":
    main()
