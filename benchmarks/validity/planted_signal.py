"""A planted signal: does the interval hold the truth, and does selection find what was planted?

The label follows three radiomic columns. Each study goes through nested cross-validation as an
experiment does, and its refitted procedure is tried on 5,000 new patients. Three truths:

- own model: the AUC on the new patients of this study's refit on all its patients;
- procedure: the mean of these AUCs over the studies, which is what a refit on so many patients
  reaches on average;
- fold size: the same mean for refits on four fifths of the patients, which is what the outer
  folds fit and hence what the interval is about.

    python benchmarks/validity/planted_signal.py --studies 200 --patients 60 120 --jobs 2
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

import pandas as pd
from null_cohorts import FOLDS, METRIC, RESAMPLES, STEP, selection_index
from shares import arguments, markdown, mean, share, side_by_side, write
from simulated_cohorts import Plan, block_mates, simulate
from sklearn.metrics import roc_auc_score

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.evaluation.compare import standing
from radiomics_hcc.experiment.judge import Judged, judge
from radiomics_hcc.modelling.baselines import NEGATIVE_CONTROL, SIZE_ONLY
from radiomics_hcc.modelling.final import FinalModel, fit_final
from radiomics_hcc.modelling.pipeline import prepare
from radiomics_hcc.modelling.targets import Target
from radiomics_hcc.modelling.validation import Validation

PLANTED: Final = 3
EFFECT: Final = 1.2
NEW_PATIENTS: Final = 5000
NEW_SEED: Final = 2_000_003
TRUTHS: Final = {"own model": "own", "procedure": "procedure", "fold size": "fold_size"}


@cache
def new_patients(plan: Plan) -> tuple[PatientTable, Target]:
    """Patients that no study has seen, the same for every study."""
    return simulate(plan, NEW_SEED)


def judge_planted(plan: Plan, study: int, validation: Validation = FOLDS) -> dict[str, object]:
    """Interval, AUC on new patients and selection of the primary model of one study."""
    table, target = simulate(plan, seed=study)
    folds = replace(validation, seed=study)
    judged = judge([STEP], table, target=target, validation=folds, resamples=RESAMPLES)
    fewer = _four_fifths(target, folds)
    smaller = table.restrict(fewer.labels.index)
    new = new_patients(replace(plan, patients=NEW_PATIENTS))
    return {
        "patients": plan.patients,
        "study": study,
        **_interval(judged),
        "own": _auc_on_new(fit_final(judged.primary, table, target=target, validation=folds), new),
        "fold_size": _auc_on_new(
            fit_final(judged.primary, smaller, target=fewer, validation=folds), new
        ),
        **_selection(judged, plan),
    }


def _interval(judged: Judged) -> dict[str, object]:
    """AUC and limits of the primary model, and whether it is said to beat size alone."""
    evaluation, name = judged.evaluation, judged.primary.name
    metrics, compared = evaluation.metrics, evaluation.comparisons
    row = metrics[(metrics["metric"] == METRIC) & (metrics["model"] == name)].iloc[0]
    is_against_size = (compared["model"] == name) & (compared["reference"] == SIZE_ONLY)
    against = compared[is_against_size & (compared["metric"] == METRIC)].iloc[0]
    names = ["estimate", "low", "high", "nb_low", "nb_high"]
    return {**row[names].to_dict(), "beats_size": standing(against) == "better"}


def _selection(judged: Judged, plan: Plan) -> dict[str, float]:
    """How often columns are selected over the outer folds, and how steadily."""
    chosen = judged.evaluation.selected
    own = chosen[chosen["model"] == judged.primary.name].set_index("feature")["frequency"]
    every = list(judged.primary.columns)
    near = set(plan.planted_columns) | set(block_mates(plan))
    groups = {
        "planted": plan.planted_columns,
        "mates": block_mates(plan),
        "others": [name for name in every if name not in near],
    }
    shares = {name: own.reindex(names).fillna(0.0).mean() for name, names in groups.items()}
    control = selection_index(judged, NEGATIVE_CONTROL)
    return {**shares, "stability": selection_index(judged), "stability_control": control}


def _four_fifths(target: Target, folds: Validation) -> Target:
    """The training patients of the first outer fold."""
    dealt = folds.folds.frame(target.labels)
    tested = dealt.loc[(dealt["repeat"] == 0) & (dealt["fold"] == 0), "patient_id"]
    return target.exclude(pd.Index(tested), "left out to train on as many as a fold does")


def _auc_on_new(model: FinalModel, new: tuple[PatientTable, Target]) -> float:
    """AUC of a refitted model on new patients, the rows of a patient averaged."""
    rows, truth = new
    chance = model.pipeline.predict_proba(prepare(rows.data, list(model.card["columns"])))[:, 0]
    by_patient = pd.Series(chance, index=rows.patient_ids).groupby(level=0).mean()
    is_first = truth.labels.reindex(by_patient.index) == truth.classes[0]
    return float(roc_auc_score(is_first, by_patient))


def with_truths(studies: pd.DataFrame) -> pd.DataFrame:
    """Add the mean over the studies as truth of the procedure, at full and at fold size."""
    by_size = studies.groupby("patients")
    return studies.assign(
        procedure=by_size["own"].transform("mean"), fold_size=by_size["fold_size"].transform("mean")
    )


def coverage(studies: pd.DataFrame) -> pd.DataFrame:
    """Coverage of both intervals, by size and by what is taken as the truth."""
    rows = []
    for patients, group in with_truths(studies).groupby("patients", sort=False):
        for words, name in TRUTHS.items():
            truth = group[name]
            rows.append(
                {
                    "patients": patients,
                    "truth": words,
                    "mean truth": f"{truth.mean():.3f}",
                    "mean estimate": mean(group["estimate"]),
                    "bootstrap covers": share(truth.between(group["low"], group["high"])),
                    "Nadeau-Bengio covers": share(truth.between(group["nb_low"], group["nb_high"])),
                    "mean width": f"{(group['high'] - group['low']).mean():.3f}",
                }
            )
    return pd.DataFrame(rows)


def selection(studies: pd.DataFrame) -> pd.DataFrame:
    """How often planted and other columns are selected, and how steadily, by size."""
    rows = []
    for patients, group in studies.groupby("patients", sort=False):
        rows.append(
            {
                "patients": patients,
                "studies": len(group),
                "planted selected": mean(group["planted"]),
                "same block selected": mean(group["mates"]),
                "others selected": mean(group["others"]),
                "studies with planted above others": share(group["planted"] > group["others"]),
                "Nogueira index": mean(group["stability"]),
                "of the negative control": mean(group["stability_control"]),
                "said to beat size alone": share(group["beats_size"]),
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    chosen = arguments(__doc__.splitlines()[0]).parse_args()
    folds = replace(FOLDS, repeats=chosen.repeats)
    plans = [Plan(size, planted=PLANTED, effect=EFFECT) for size in chosen.patients]
    tasks = [(plan, study, folds) for plan in plans for study in range(chosen.studies)]
    studies = pd.DataFrame(side_by_side(judge_planted, tasks, chosen.jobs))
    write("planted_signal", studies)
    print(markdown(coverage(studies)), end="\n\n")
    print(markdown(selection(studies)))


if __name__ == "__main__":
    main()
