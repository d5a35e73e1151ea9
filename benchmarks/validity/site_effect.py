"""A site effect in the features: what harmonisation in the fold recovers, and does not invent.

First the features follow the label, and every site (A, B, C) measures them with a location and a
scale of its own. Then nothing in the features follows the label, and the label follows the site.

    python benchmarks/validity/site_effect.py --studies 100 --patients 120 --jobs 2
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from shares import arguments, markdown, mean, share, side_by_side, write
from simulated_cohorts import Plan, simulate
from sklearn.metrics import roc_auc_score

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.evaluation.checks.check import CheckInput
from radiomics_hcc.evaluation.checks.site_label import SiteLabel
from radiomics_hcc.modelling.candidates import Candidate
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.combat import ComBat
from radiomics_hcc.modelling.crossval import cross_validate, labelled_rows, run_splits
from radiomics_hcc.modelling.harmonise import Harmonise, harmonised_columns
from radiomics_hcc.modelling.preparation import Preparation
from radiomics_hcc.modelling.splits import Split
from radiomics_hcc.modelling.targets import Target
from radiomics_hcc.modelling.validation import Validation

SITES: Final = ("A", "B", "C")
LOCATION: Final = 1.5  # SD over features of a site's shift, in SD of the feature
SCALE: Final = 0.4  # SD over features of the logarithm of a site's factor
BIOLOGY: Final = Plan(radiomic=20, planted=3, effect=1.0, most_lesions=1)
NO_BIOLOGY: Final = Plan(radiomic=20, most_lesions=1)
FOLDS: Final = Validation(outer=5, repeats=1, inner=2)
FLAGGED: Final = 300
"""Cohorts on which HCC010 is asked, which takes no fit."""

COMBAT: Final = Harmonise("site", smallest_batch=3)  # inner training sets have 40 % of the patients
AS_MEASURED: Final = Preparation()

SiteShares = Mapping[str, tuple[float, float, float]]
APART: Final[SiteShares] = MappingProxyType({"OR": (0.4, 0.35, 0.25), "nonOR": (0.3, 0.35, 0.35)})
"""Shares of the sites among the patients of a class: their class shares differ moderately."""

FOLLOWED: Final[SiteShares] = MappingProxyType(
    {"OR": (0.6, 0.35, 0.05), "nonOR": (0.05, 0.35, 0.6)}
)
"""The label follows the site."""


@dataclass(frozen=True, eq=False)
class Study:
    """One cohort, as it would be without and as it is with the effect of the sites."""

    clean: PatientTable
    measured: PatientTable
    target: Target


def make_study(plan: Plan, shares: SiteShares, seed: int) -> Study:
    """Deal the patients to sites by their class, and let every site measure in its own way."""
    table, target = simulate(plan, seed)
    generator = np.random.default_rng([seed, 1])
    patients = table.patient_ids.unique()
    dealt = [generator.choice(SITES, p=shares[name]) for name in target.labels.loc[patients]]
    clean = table.with_context(pd.DataFrame({"site": dealt}, index=patients))
    site = clean.context.loc[table.patient_ids, "site"].to_numpy()
    columns = harmonised_columns(table.columns)
    data = clean.data.copy()
    values = data[columns].to_numpy(copy=True)
    for name in SITES:
        factor = np.exp(SCALE * generator.normal(size=len(columns)))
        values[site == name] *= factor
        values[site == name] += LOCATION * generator.normal(size=len(columns))
    data[columns] = values
    return Study(clean, replace(clean, data=data), target)


def judge_recovery(patients: int, study: int) -> dict[str, float]:
    """AUC of models of features that follow the label, by what was done about the sites."""
    made = make_study(replace(BIOLOGY, patients=patients), APART, study)
    passed, pooled = (
        Preparation(replace(COMBAT, unseen=unseen)) for unseen in ("pass_through", "pooled")
    )
    known = [
        ("no site effect", made.clean, AS_MEASURED),
        ("as measured", made.measured, AS_MEASURED),
        ("ComBat in the fold", made.measured, Preparation(COMBAT)),
    ]
    new = [*known[:2], ("ComBat in the fold", made.measured, passed)]
    new.append(("ComBat, new site pooled", made.measured, pooled))
    found: dict[str, float] = {"patients": patients, "study": study}
    for name, table, preparation in known:
        found |= {f"{name}: {key}": value for key, value in scores(table, made.target, preparation)}
    for name, table, preparation in new:
        found[f"{name}: new site"] = new_site(table, made.target, preparation)
    return found


def judge_invention(patients: int, study: int) -> dict[str, float]:
    """AUC where the label follows the site and nothing else."""
    made = make_study(replace(NO_BIOLOGY, patients=patients), FOLLOWED, study)
    arms = [
        ("as measured", made.measured, AS_MEASURED),
        ("ComBat in the fold", made.measured, Preparation(COMBAT)),
        ("ComBat with the outcome", with_outcome(made), AS_MEASURED),
    ]
    found: dict[str, float] = {"patients": patients, "study": study}
    for name, table, preparation in arms:
        found |= {f"{name}: {key}": value for key, value in scores(table, made.target, preparation)}
    return found


def judge_flags(patients: int, study: int) -> dict[str, float]:
    """What HCC010 says where the label follows the site, and where it does not."""
    plan = replace(NO_BIOLOGY, patients=patients)
    even = dict.fromkeys(FOLLOWED, (1 / 3, 1 / 3, 1 / 3))
    followed, unrelated = (said(make_study(plan, shares, study)) for shares in (FOLLOWED, even))
    return {
        "patients": patients,
        "study": study,
        "serious": followed == "serious",
        "false alarm": unrelated in ("warning", "serious"),
    }


def scores(
    table: PatientTable,
    target: Target,
    preparation: Preparation,
    validation: Validation = FOLDS,
) -> list[tuple[str, float]]:
    """AUC out of fold, of all patients and of pairs of one site."""
    run = cross_validate(
        [candidate(table)], table, target=target, validation=validation, preparation=preparation
    )[0]
    frame = run.predictions.frame
    site = table.context.loc[frame["patient_id"], "site"].to_numpy()
    is_first = (frame["label"] == "OR").to_numpy()
    probability = frame["p_OR"].to_numpy()
    return [
        ("all", float(roc_auc_score(is_first, probability))),
        ("within a site", within_auc(is_first, probability, site)),
    ]


def new_site(table: PatientTable, target: Target, preparation: Preparation) -> float:
    """AUC of pairs of one site, each site predicted by a model of the other two."""
    models = [candidate(table)]
    data = labelled_rows(models, table, target, preparation=preparation)
    site = table.context.loc[data.rows.index, "site"].to_numpy()
    splits = [
        Split(0, fold, np.flatnonzero(site != name), np.flatnonzero(site == name))
        for fold, name in enumerate(SITES)
    ]
    frame = run_splits(models, data, splits=splits, validation=FOLDS)[0].predictions.frame
    is_first = (frame["label"] == "OR").to_numpy()
    return within_auc(is_first, frame["p_OR"].to_numpy(), frame["fold"].to_numpy())


def candidate(table: PatientTable) -> Candidate:
    """The model under test, on radiomic columns alone."""
    return Candidate("radiomics", OrdinalLogistic(), tuple(table.names("radiomic")))


def within_auc(is_first: np.ndarray, probability: np.ndarray, site: np.ndarray) -> float:
    """Share of pairs (one of each class, of one site) in the right order."""
    pairs, right = 0, 0.0
    for name in np.unique(site):
        rows = site == name
        here = int(is_first[rows].sum()) * int((~is_first[rows]).sum())
        if here:
            pairs += here
            right += here * float(roc_auc_score(is_first[rows], probability[rows]))
    return right / pairs


def with_outcome(made: Study) -> PatientTable:
    """What must not be done: all patients harmonised before the split, the outcome kept."""
    columns = harmonised_columns(made.measured.columns)
    rows = made.measured.data[columns].join(made.measured.context)
    rows["response"] = made.target.labels
    combat = ComBat("site", covariates=["response"], smallest_batch=3)
    return replace(made.measured, data=made.measured.data.assign(**combat.fit_transform(rows)))


def said(made: Study) -> str:
    """Severity of HCC010 on this cohort."""
    given = CheckInput(
        context=made.measured.context,
        labels=made.target.labels,
        class_names=made.target.classes,
    )
    return SiteLabel().judge(given).severity


def summary(judged: pd.DataFrame) -> pd.DataFrame:
    """Mean AUC of every arm, by size."""
    rows: dict[tuple[int, str], dict[str, object]] = {}
    for patients, group in judged.groupby("patients", sort=False):
        for column in group.columns:
            arm, colon, score = str(column).partition(": ")
            if colon:
                row = rows.setdefault((patients, arm), {"patients": patients, "features": arm})
                row[score] = mean(group[column])
    return pd.DataFrame(rows.values()).fillna("-")


def flags(judged: pd.DataFrame) -> pd.DataFrame:
    """How often HCC010 speaks, by size."""
    return pd.DataFrame(
        {
            "patients": patients,
            "studies": len(group),
            "HCC010 serious where the label follows the site": share(group["serious"]),
            "HCC010 warning or serious where it does not": share(group["false alarm"]),
        }
        for patients, group in judged.groupby("patients", sort=False)
    )


def main() -> None:
    parser = arguments(__doc__.splitlines()[0])
    parser.set_defaults(studies=100, patients=[120])
    chosen = parser.parse_args()
    tasks = [(size, study) for size in chosen.patients for study in range(chosen.studies)]
    recovered = pd.DataFrame(side_by_side(judge_recovery, tasks, chosen.jobs))
    write("site_effect_recovery", recovered)
    print(markdown(summary(recovered)), end="\n\n", flush=True)
    invented = pd.DataFrame(side_by_side(judge_invention, tasks, chosen.jobs))
    write("site_effect_invention", invented)
    print(markdown(summary(invented)), end="\n\n")
    flagged = [(size, study) for size in chosen.patients for study in range(FLAGGED)]
    spoken = pd.DataFrame(side_by_side(judge_flags, flagged, chosen.jobs))
    write("site_effect_flags", spoken)
    print(markdown(flags(spoken)))


if __name__ == "__main__":
    main()
