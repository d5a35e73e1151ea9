"""Coverage of the intervals of the AUC, on predictions of a model that costs nothing to fit.

Every fold ranks its test patients along the difference of the class means of its training
patients, in features of which one differs by class. So predictions depend on each other as
those of a real cross-validation do, and the true AUC of every fold's ranking is known in closed
form. A twin model has features of its own, as good as the first: their difference is zero.

    python benchmarks/validity/interval_coverage.py --studies 400 --patients 60 120
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import expit
from shares import arguments, markdown, share, side_by_side, write

from radiomics_hcc.evaluation.intervals import (
    Interval,
    bootstrap_p_value,
    corrected_t_p_value,
    fold_interval,
    percentile_interval,
    split_ratio,
)
from radiomics_hcc.evaluation.metrics import score_folds
from radiomics_hcc.evaluation.outcomes import Outcomes
from radiomics_hcc.evaluation.ranking import concordance
from radiomics_hcc.evaluation.resampling import bootstrap_scores, draw_resamples
from radiomics_hcc.evaluation.widening import widened, widening_factor

EFFECTS: Final = {"none": 0.0, "moderate": 1.0}  # of one feature, in standard deviations
FEATURES: Final = (5, 30)
POSITIVE: Final = 0.4  # share of the patients
FOLDS: Final = 5
REPEATS: Final = 10
RESAMPLES: Final = 1000
ERROR: Final = 0.05


@dataclass(frozen=True)
class Setting:
    """What a study looks like."""

    features: int
    effect: str
    patients: int

    def draw(self, labels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """Standard normal features; the first is higher by the effect in positive patients."""
        features = generator.normal(size=(len(labels), self.features))
        features[:, 0] += EFFECTS[self.effect] * (labels == 0)
        return features


@dataclass(frozen=True, eq=False)
class Predicted:
    """Out-of-fold predictions, and mean AUC of the rankings: the true one, that in training."""

    outcomes: Outcomes
    truth: float
    training_auc: float


def deal(labels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Stratified folds of one repeat."""
    fold = np.empty(len(labels), dtype=int)
    for code in (0, 1):
        members = generator.permutation(np.flatnonzero(labels == code))
        fold[members] = np.arange(len(members)) % FOLDS
    return fold


def predict(
    features: np.ndarray, labels: np.ndarray, *, folds: np.ndarray, effect: str
) -> Predicted:
    """Rank the test patients of every fold of every repeat."""
    chance, truths, trained = np.empty(folds.shape), [], []
    for repeat, fold in enumerate(folds):
        for each in range(FOLDS):
            train, test = fold != each, fold == each
            means = [features[train & (labels == code)].mean(axis=0) for code in (0, 1)]
            slope, middle = means[0] - means[1], (means[0] + means[1]) / 2
            prior = np.log((labels[train] == 0).mean() / (labels[train] == 1).mean())
            chance[repeat, test] = expit((features[test] - middle) @ slope + prior)
            separation = EFFECTS[effect] * slope[0] / np.linalg.norm(slope)
            truths.append(stats.norm.cdf(separation / np.sqrt(2)))
            once = np.ones((1, int(train.sum())))
            trained.append(concordance(labels[train], features[train] @ slope, once)[0])
    patients = np.arange(len(labels)).astype(object)
    outcomes = Outcomes(
        "model",
        ("OR", "nonOR"),
        patients,
        labels,
        np.stack([chance, 1 - chance], axis=2),
        folds.astype(object),
    )
    return Predicted(outcomes, float(np.mean(truths)), float(np.mean(trained)))


def simulate(setting: Setting, study: int) -> dict[str, object]:
    """One study: intervals of the first model, p-values of its difference from the twin."""
    place = [setting.features, setting.patients, study, list(EFFECTS).index(setting.effect)]
    generator = np.random.default_rng(place)
    positives = round(POSITIVE * setting.patients)
    labels = np.repeat([0, 1], [positives, setting.patients - positives])
    folds = np.stack([deal(labels, generator) for _ in range(REPEATS)])
    model, twin = (
        predict(setting.draw(labels, generator), labels, folds=folds, effect=setting.effect)
        for _ in range(2)
    )
    counts = draw_resamples(labels, RESAMPLES, study)
    scores, other = (bootstrap_scores(each.outcomes, "auc", counts) for each in (model, twin))
    factors = [
        widening_factor(float(drawn[0]), each.training_auc)
        for drawn, each in ((scores, model), (other, twin))
    ]
    by_fold = score_folds(model.outcomes, "auc")
    difference = by_fold - score_folds(twin.outcomes, "auc")
    half = stats.t.ppf(0.975, len(by_fold) - 1) * by_fold.std(ddof=1) / np.sqrt(len(by_fold))
    intervals = {
        "widened": percentile_interval(widened(scores, factors[0])),
        "bootstrap": percentile_interval(scores),
        "corrected_t": fold_interval(model.outcomes, "auc"),
        "naive": Interval(by_fold.mean(), by_fold.mean() - half, by_fold.mean() + half, ""),
    }
    return {
        **asdict(setting),
        "study": study,
        "true_auc": model.truth,
        "training_auc": model.training_auc,
        "factor": factors[0],
        "auc": scores[0],
        **{f"low_{name}": found.low for name, found in intervals.items()},
        **{f"high_{name}": found.high for name, found in intervals.items()},
        "p_widened": bootstrap_p_value(widened(scores - other, max(factors))),
        "p_bootstrap": bootstrap_p_value(scores - other),
        "p_corrected_t": corrected_t_p_value(difference, split_ratio(model.outcomes)),
    }


def summary(studies: pd.DataFrame) -> pd.DataFrame:
    """Coverage of the AUC that the procedure reaches on average, and errors of the difference."""
    rows = []
    for (features, effect, patients), group in studies.groupby(
        ["features", "effect", "patients"], sort=False
    ):
        truth = group["true_auc"].mean()
        covers = {
            name: share((group[f"low_{key}"] <= truth) & (truth <= group[f"high_{key}"]))
            for name, key in (
                ("widened bootstrap", "widened"),
                ("patient bootstrap", "bootstrap"),
                ("Nadeau-Bengio", "corrected_t"),
                ("naive t", "naive"),
            )
        }
        called = {
            f"called: {name}": share(group[f"p_{key}"] < ERROR)
            for name, key in (
                ("widened", "widened"),
                ("bootstrap", "bootstrap"),
                ("corrected t", "corrected_t"),
            )
        }
        told = {"features": features, "effect": effect, "patients": patients}
        found = {"true AUC": f"{truth:.3f}", "mean AUC": f"{group['auc'].mean():.3f}"}
        rows.append(
            {**told, **found, "factor": f"{group['factor'].mean():.2f}", **covers, **called}
        )
    return pd.DataFrame(rows)


def main() -> None:
    chosen = arguments(__doc__.splitlines()[0]).parse_args()
    tasks = [
        (Setting(features, effect, size), study)
        for features in FEATURES
        for effect in EFFECTS
        for size in chosen.patients
        for study in range(chosen.studies)
    ]
    studies = pd.DataFrame(side_by_side(simulate, tasks, chosen.jobs))
    write("interval_coverage", studies)
    print(markdown(summary(studies)))


if __name__ == "__main__":
    main()
