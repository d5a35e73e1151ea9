"""Simulated cohorts without a leak, and ten ways to plant one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.table import FeatureTable, complete_keys
from radiomics_hcc.experiment.before_fit import Beside
from radiomics_hcc.modelling.combat import ComBat
from radiomics_hcc.modelling.leakage import Intent
from radiomics_hcc.modelling.targets import Target, target_from_column

CLASSES: Final = ("OR", "nonOR")
RESPONDERS: Final = 0.4
SITES: Final = ("north", "south", "east")
SITE_SHIFT: Final = 0.4  # SD of the differences between sites, in SD of a column
BLOCK: Final = 5
SAME_BLOCK: Final = 0.6
RELATED: Final = 0.25  # share of the blocks that follow the label
EFFECT: Final = 0.6  # difference between the classes in SD
EMPTY: Final = 0.04
TREATED: Final = pd.Timestamp("2024-03-01")


@dataclass(frozen=True, eq=False)
class Cohort:
    """Features, patients and labels before they are brought together.

    Parameters
    ----------
    features
        One row per lesion and time point: key columns, then features.
    patients
        Index `patient_id`: site, age, afp, afp_date, treatment_date, response, response_date.
    timepoints
        Time points that enter.
    clinical
        Columns of `patients` that enter.
    covariates
        Of the harmonisation by site.
    """

    features: pd.DataFrame
    patients: pd.DataFrame
    timepoints: tuple[str, ...] = ("pre",)
    clinical: tuple[str, ...] = ("age", "afp")
    covariates: tuple[str, ...] = ("age",)

    @property
    def names(self) -> list[str]:
        """The feature columns."""
        return [name for name in self.features if str(name).startswith("original_")]

    def brought_together(self) -> tuple[PatientTable, Target, Beside]:
        """What an experiment makes of the cohort."""
        used = self.features[self.features["timepoint"].isin(self.timepoints)]
        measured = FeatureTable(complete_keys(used.reset_index(drop=True)))
        clinical = self.patients[list(self.clinical)]
        days = self.patients[["afp_date"]].set_axis(["afp"], axis="columns")
        table = measured.per_patient("largest_lesion").with_clinical(clinical, days)
        table = table.with_context(self.patients[["site", *self.covariates]])
        target = target_from_column(self.patients.reset_index(), "response", order=CLASSES)
        beside = Beside(
            Intent.PRETREATMENT_PREDICTION,
            self.patients["treatment_date"],
            measured,
            batch="site",
            covariates=self.covariates,
        )
        return table, target, beside


def clean(patients: int, seed: int, *, columns: int = 40) -> Cohort:
    """A cohort without a leak: some columns follow the label, all differ a little between sites."""
    generator = np.random.default_rng([seed, patients])
    names = pd.Index([f"P{number:04d}" for number in range(1, patients + 1)], name="patient_id")
    responds = generator.permutation(np.arange(patients) < round(RESPONDERS * patients))
    site = generator.integers(0, len(SITES), patients)
    pre = _columns(responds, site, columns, generator)
    rows = pd.DataFrame(pre, columns=[f"original_glcm_F{place:02d}" for place in range(columns)])
    rows.insert(0, "original_shape_MeshVolume", np.exp(9 + generator.normal(size=patients)))
    rows = rows.mask(generator.random(rows.shape) < EMPTY * (generator.random(rows.shape[1]) < 0.2))
    keys = {"patient_id": names, "timepoint": "pre", "phase": "arterial", "lesion_id": "1"}
    rows = rows.assign(**keys, date=TREATED - _days(generator, patients, 2, 40))
    afp = np.exp(generator.normal(4, 2, patients))
    patients_table = pd.DataFrame(
        {
            "site": np.array(SITES)[site],
            "age": generator.normal(66, 9, patients).round(),
            "afp": np.where(generator.random(patients) < EMPTY, np.nan, afp),
            "afp_date": TREATED - _days(generator, patients, 0, 20),
            "treatment_date": TREATED,
            "response": np.where(responds, *CLASSES),
            "response_date": TREATED + _days(generator, patients, 40, 90),
        },
        index=names,
    )
    return Cohort(rows, patients_table)


def _columns(
    responds: NDArray[np.bool_],
    site: NDArray[np.intp],
    columns: int,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    blocks = columns // BLOCK
    shared = generator.normal(size=(len(responds), blocks))
    shared[:, : round(RELATED * blocks)] += EFFECT * (responds[:, np.newaxis] - RESPONDERS)
    own = generator.normal(size=(len(responds), columns))
    values = np.sqrt(SAME_BLOCK) * np.repeat(shared, BLOCK, axis=1) + np.sqrt(1 - SAME_BLOCK) * own
    shift = generator.normal(scale=SITE_SHIFT, size=(len(SITES), columns))
    return 50.0 + 10.0 * (values + shift[site])


def _days(generator: np.random.Generator, patients: int, low: int, high: int) -> pd.TimedeltaIndex:
    return pd.to_timedelta(generator.integers(low, high, patients), unit="D")


def post_scan(cohort: Cohort, seed: int) -> Cohort:
    """Features of the scan on which the response was read."""
    post = cohort.features.assign(
        timepoint="post", date=cohort.patients["response_date"].to_numpy()
    )
    post[cohort.names] += np.random.default_rng(seed).normal(size=(len(post), len(cohort.names)))
    both = pd.concat([cohort.features, post], ignore_index=True)
    return replace(cohort, features=both, timepoints=("pre", "post"))


def duplicated_patients(cohort: Cohort, seed: int) -> Cohort:
    """Five patients once more, under new identities."""
    chosen = np.random.default_rng(seed).choice(len(cohort.patients), 5, replace=False)
    old = cohort.patients.index[chosen]
    fresh = dict(zip(old, [f"Q{number}" for number in range(5)], strict=True))
    twice = cohort.features[cohort.features["patient_id"].isin(old)]
    again = twice.assign(patient_id=twice["patient_id"].map(fresh))
    return replace(
        cohort,
        features=pd.concat([cohort.features, again], ignore_index=True),
        patients=pd.concat([cohort.patients, cohort.patients.loc[old].rename(index=fresh)]),
    )


def selected_before(cohort: Cohort, seed: int) -> Cohort:
    """The 20 of 500 unrelated columns that go best with the label of all patients."""
    generator = np.random.default_rng(seed)
    noise = generator.normal(50, 10, (len(cohort.features), 500))
    responds = (cohort.patients["response"] == CLASSES[0]).to_numpy()
    difference = noise[responds].mean(axis=0) - noise[~responds].mean(axis=0)
    best = np.argsort(-np.abs(difference))[:20]
    kept = cohort.features.drop(columns=cohort.names)
    names = [f"original_glrlm_F{place:03d}" for place in best]
    return replace(cohort, features=kept.join(pd.DataFrame(noise[:, best], columns=names)))


def scaled_before(cohort: Cohort, seed: int) -> Cohort:
    """Mean 0 and SD 1 over all patients."""
    values = cohort.features[cohort.names]
    return _with_values(cohort, (values - values.mean()) / values.std(ddof=seed % 2))


def harmonised_with_outcome(cohort: Cohort, _seed: int) -> Cohort:
    """The response declared as a covariate of the harmonisation."""
    return replace(cohort, covariates=("age", "response"))


def harmonised_elsewhere(cohort: Cohort, _seed: int) -> Cohort:
    """ComBat over all patients, the response as covariate, before the table was made."""
    values = cohort.features[cohort.names].set_axis(cohort.patients.index)
    context = cohort.patients[["site", "response"]]
    method = ComBat(batch="site", columns=tuple(cohort.names), covariates=("response",))
    harmonised = method.set_output(transform="pandas").fit_transform(values.join(context))
    return _with_values(cohort, harmonised[cohort.names].reset_index(drop=True))


def lesions_as_patients(cohort: Cohort, seed: int) -> Cohort:
    """Two lesions of 15 patients, each under an identity of its own."""
    generator = np.random.default_rng(seed)
    many = set(generator.choice(cohort.patients.index.to_numpy(), 15, replace=False))
    first, second = {name: f"{name}_L1" for name in many}, {name: f"{name}_L2" for name in many}
    others = cohort.features[cohort.features["patient_id"].isin(many)].copy()
    others[cohort.names] += generator.normal(0, 5, (len(others), len(cohort.names)))
    parts = [
        cohort.features.replace({"patient_id": first}),
        others.replace({"patient_id": second}),
    ]
    people = [cohort.patients.rename(index=first), cohort.patients.loc[list(second)]]
    people[1] = people[1].rename(index=second)
    return replace(cohort, features=pd.concat(parts, ignore_index=True), patients=pd.concat(people))


def site_is_label(cohort: Cohort, seed: int) -> Cohort:
    """Nine of ten responders come from one site, and nobody else does."""
    generator = np.random.default_rng(seed)
    responds = (cohort.patients["response"] == CLASSES[0]).to_numpy()
    is_moved = responds & (generator.random(len(responds)) < 0.9)
    other = generator.choice(SITES[1:], len(responds))
    return replace(
        cohort, patients=cohort.patients.assign(site=np.where(is_moved, SITES[0], other))
    )


def identity_column(cohort: Cohort, seed: int) -> Cohort:
    """The hospital's running number among the clinical columns."""
    steps = np.random.default_rng(seed).integers(1, 40, len(cohort.patients))
    numbered = cohort.patients.assign(record=70_000 + np.cumsum(steps))
    return replace(cohort, patients=numbered, clinical=(*cohort.clinical, "record"))


def future_laboratory(cohort: Cohort, seed: int) -> Cohort:
    """The AFP of every third patient was taken after treatment."""
    later = np.random.default_rng(seed).random(len(cohort.patients)) < 1 / 3
    days = cohort.patients["afp_date"].where(~later, TREATED + pd.Timedelta(days=21))
    return replace(cohort, patients=cohort.patients.assign(afp_date=days))


def missing_in_responders(cohort: Cohort, seed: int) -> Cohort:
    """Texture is empty in half of the responders, in whom nothing viable was left."""
    generator = np.random.default_rng(seed)
    responds = (cohort.patients["response"] == CLASSES[0]).to_numpy()
    is_empty = responds & (generator.random(len(responds)) < 0.5)
    values = cohort.features[cohort.names].copy()
    values.loc[is_empty, cohort.names[1:]] = np.nan
    return _with_values(cohort, values)


def _with_values(cohort: Cohort, values: pd.DataFrame) -> Cohort:
    return replace(cohort, features=cohort.features.assign(**dict(values.items())))


LEAKS: Final[Mapping[str, tuple[str, Callable[[Cohort, int], Cohort]]]] = {
    "post-scan features": ("HCC001", post_scan),
    "duplicated patients": ("HCC003", duplicated_patients),
    "selection before the split": ("HCC015", selected_before),
    "scaling before the split": ("HCC016", scaled_before),
    "ComBat with the outcome, declared": ("HCC017", harmonised_with_outcome),
    "ComBat with the outcome, done elsewhere": ("HCC017", harmonised_elsewhere),
    "lesions of one patient on both sides": ("HCC003", lesions_as_patients),
    "site equals label": ("HCC010", site_is_label),
    "id column": ("HCC018", identity_column),
    "future laboratory value": ("HCC001", future_laboratory),
    "missingness": ("HCC002", missing_in_responders),
}
"""How a leak is planted, and the code of the check that must find it."""
