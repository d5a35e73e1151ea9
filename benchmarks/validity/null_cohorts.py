"""Null cohorts: labels that know nothing of any column, through the whole procedure.

Each study goes through nested cross-validation beside its baselines as an experiment does. The
true AUC of every model is 0.5, whatever it was trained on, so that an interval that leaves 0.5
out is wrong, and so is every comparison that is called a difference.

    python benchmarks/validity/null_cohorts.py --studies 200 --patients 60 120 --jobs 2
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from shares import arguments, markdown, mean, share, side_by_side, write
from simulated_cohorts import Plan, simulate

from radiomics_hcc.evaluation.compare import standing
from radiomics_hcc.evaluation.metrics import score_repeats
from radiomics_hcc.evaluation.outcomes import read_outcomes
from radiomics_hcc.evaluation.stability import selection_stability
from radiomics_hcc.experiment.judge import Judged, judge
from radiomics_hcc.modelling.baselines import NO_INFORMATION
from radiomics_hcc.modelling.candidates import Candidate
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.permutation import permutation_test
from radiomics_hcc.modelling.validation import Validation

TRUTH: Final = 0.5
METRIC: Final = "auc"
STEP: Final = OrdinalLogistic()
FOLDS: Final = Validation(outer=5, repeats=1, inner=2)
"""Fewer repeats and inner folds than by default, so that hundreds of studies take minutes. More
repeats narrow the bootstrap of the averaged score more than they steady the score itself; what ten
repeats do is in `interval_coverage.py`."""

RESAMPLES: Final = 1000
# 19 permutations: p <= 0.05 only where the real labels do best of 20, which happens in 5 % of
# the studies where they mean nothing.
PERMUTATION_PLAN: Final = Plan(radiomic=10, most_lesions=1)
PERMUTATION_FOLDS: Final = Validation(outer=2, repeats=1, inner=2, permutations=19)
REJECTION: Final = 0.05


def judge_null(plan: Plan, study: int, validation: Validation = FOLDS) -> pd.DataFrame:
    """AUC and intervals of every model of one null cohort, and the comparisons called.

    Returns
    -------
    pandas.DataFrame
        One row per model: `model, estimate, low, high, nb_low, nb_high` and, the same in all
        rows, `patients, study, compared, called, called_corrected, stability`: how many
        comparisons of AUC there are, how many are said to stand, how many of these have a
        corrected t with p < 0.05 as well, and Nogueira's index of the primary model.
    """
    table, target = simulate(plan, seed=study)
    folds = replace(validation, seed=study)
    judged = judge([STEP], table, target=target, validation=folds, resamples=RESAMPLES)
    found = judged.evaluation
    rows = found.metrics[found.metrics["metric"] == METRIC]
    compared = found.comparisons[found.comparisons["metric"] == METRIC]
    stands = [standing(row) != "undecided" for _, row in compared.iterrows()]
    both = np.array(stands, dtype=bool) & (compared["p_corrected_t"] < REJECTION).to_numpy()
    names = ["model", "estimate", "low", "high", "nb_low", "nb_high"]
    return rows[names].assign(
        patients=plan.patients,
        study=study,
        compared=len(stands),
        called=sum(stands),
        called_corrected=int(both.sum()),
        stability=selection_index(judged),
    )


def selection_index(judged: Judged, model: str | None = None) -> float:
    """Nogueira's index of the features that a model (the primary one) uses over the folds."""
    name = model or judged.primary.name
    run = next(run for run in judged.runs if run.candidate.name == name)
    folds = len(judged.evaluation.splits[["repeat", "fold"]].drop_duplicates())
    # Indicators of empty cells and the columns of words come on top of the candidate's columns.
    candidates = max(len(run.candidate.columns), run.selected["feature"].nunique())
    index = selection_stability(run.selected, outer_folds=folds, candidates=candidates)
    return float(index["stability"].iloc[0]) if len(index) else float("nan")


def permute_null(patients: int, study: int) -> float:
    """P-value of the permutation test of one null cohort, with settings of its own."""
    table, target = simulate(replace(PERMUTATION_PLAN, patients=patients), seed=study)
    candidate = Candidate("radiomic", STEP, tuple(table.names("radiomic")))
    test = permutation_test(
        candidate,
        table,
        target=target,
        validation=replace(PERMUTATION_FOLDS, seed=study),
        score=lambda predictions: float(score_repeats(read_outcomes(predictions), METRIC).mean()),
    )
    return test.p_value


def summary(judged: pd.DataFrame) -> pd.DataFrame:
    """Coverage of the intervals, and how often a difference was called, by size and model."""
    rows = []
    models = judged[judged["model"] != NO_INFORMATION]
    for (patients, model), group in models.groupby(["patients", "model"], sort=False):
        covers = (group["low"] <= TRUTH) & (group["high"] >= TRUTH)
        covers_nb = (group["nb_low"] <= TRUTH) & (group["nb_high"] >= TRUTH)
        rows.append(
            {
                "patients": patients,
                "model": model,
                "studies": len(group),
                "mean AUC": mean(group["estimate"]),
                "bootstrap covers 0.5": share(covers),
                "Nadeau-Bengio covers 0.5": share(covers_nb),
            }
        )
    return pd.DataFrame(rows)


def errors(judged: pd.DataFrame, p_values: pd.DataFrame) -> pd.DataFrame:
    """How often something was found where there is nothing, by size."""
    rows = []
    for patients, group in judged.groupby("patients", sort=False):
        by_study = group.drop_duplicates("study")
        rejected = p_values.loc[p_values["patients"] == patients, "p_value"] <= REJECTION
        rows.append(
            {
                "patients": patients,
                "comparisons per study": int(by_study["compared"].max()),
                "studies with a difference called (Holm)": share(by_study["called"] > 0),
                "and by the corrected t": share(by_study["called_corrected"] > 0),
                "Nogueira index": mean(by_study["stability"]),
                "permutation test p <= 0.05": share(rejected),
                "permutation studies": len(rejected),
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument(
        "--permuted",
        type=int,
        default=100,
        help="studies of its own settings for the permutation test",
    )
    chosen = parser.parse_args()
    folds = replace(FOLDS, repeats=chosen.repeats)
    tasks = [
        (Plan(size), study, folds) for size in chosen.patients for study in range(chosen.studies)
    ]
    judged = pd.concat(side_by_side(judge_null, tasks, chosen.jobs), ignore_index=True)
    places = [(size, study) for size in chosen.patients for study in range(chosen.permuted)]
    p_values = pd.DataFrame(places, columns=["patients", "study"]).assign(
        p_value=side_by_side(permute_null, places, chosen.jobs)
    )
    write("null_cohorts", judged)
    write("null_permutations", p_values)
    print(markdown(summary(judged)), end="\n\n")
    print(markdown(errors(judged, p_values)))


if __name__ == "__main__":
    main()
