"""HCC017: features that were harmonised with the outcome."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from radiomics_hcc.evaluation.checks.batch_agreement import batch_agreement
from radiomics_hcc.evaluation.checks.check import CheckInput
from radiomics_hcc.evaluation.checks.harmonised_with_outcome import HarmonisedWithOutcome

PATIENTS = pd.Index([f"p{number:02d}" for number in range(90)], name="patient_id")
GENERATOR = np.random.default_rng(8)
SITES = pd.Series(GENERATOR.choice(["A", "B", "C"], 90), index=PATIENTS)
LABELS = pd.Series(GENERATOR.choice(["OR", "nonOR"], 90), index=PATIENTS)
RAW = pd.DataFrame(GENERATOR.normal(size=(90, 20)), index=PATIENTS).rename(columns="f{}".format)


def given(features: pd.DataFrame = RAW, labels: pd.Series = LABELS, **known) -> CheckInput:
    return CheckInput(
        labels=labels,
        class_names=("OR", "nonOR"),
        label_names=("response",),
        rows=features.assign(age=np.arange(90.0)),
        features=features,
        context=pd.DataFrame({"site": SITES}),
        **known,
    )


def adjusted(features: pd.DataFrame, by: list[pd.Series]) -> pd.DataFrame:
    """Mean of every site brought to the mean of all, within the classes of `by`."""
    return (
        features
        - features.groupby([SITES, *by]).transform("mean")
        + (features.groupby(by).transform("mean") if by else features.mean())
    )


def test_measured_features_without_harmonisation_are_fine():
    assert HarmonisedWithOutcome()(given()).severity == "ok"


def test_sites_that_differ_are_fine():
    shifted = RAW.add(SITES.map({"A": 0.0, "B": 1.0, "C": 2.0}), axis=0)
    assert HarmonisedWithOutcome()(given(shifted)).severity == "ok"


def test_the_label_as_covariate_is_serious():
    finding = HarmonisedWithOutcome()(given(harmonise_covariates=("response",)))
    assert finding.severity == "serious"
    assert "its covariate response is the label" in finding.sentence


def test_a_covariate_that_determines_the_label_is_serious():
    stage = LABELS.map({"OR": "early", "nonOR": "late"})
    known = replace(given(harmonise_covariates=("stage",)), rows=RAW.assign(stage=stage))
    finding = HarmonisedWithOutcome()(known)
    assert finding.severity == "serious"
    assert "its covariate stage tells the label (AUC 1.00)" in finding.sentence


def test_an_ordinary_covariate_is_fine():
    assert HarmonisedWithOutcome()(given(harmonise_covariates=("age",))).severity == "ok"


@pytest.mark.parametrize(
    ("sidecar", "severity"),
    [
        ({"harmonised": {"method": "combat", "covariates": ["age", "Response"]}}, "serious"),
        ({"combat_covariates": "mRECIST_class"}, "serious"),
        ({"harmonised": {"method": "combat", "covariates": ["age"]}}, "ok"),
        ({"settings": {"covariates": ["response"]}}, "ok"),
    ],
)
def test_the_sidecar_of_the_table_is_read(sidecar, severity):
    assert HarmonisedWithOutcome()(given(sidecar=sidecar)).severity == severity


def test_sites_that_agree_beyond_chance_are_a_warning():
    finding = HarmonisedWithOutcome()(given(adjusted(RAW, [])))
    assert finding.severity == "warning"
    assert "features agree between site beyond chance" in finding.sentence.lower()


def test_sites_that_agree_at_equal_label_are_serious_where_the_label_follows_the_site():
    follows = pd.Series(
        np.where((SITES == "A") ^ (np.arange(90) % 6 == 0), "OR", "nonOR"), PATIENTS
    )
    signal = RAW.add(2.0 * (follows == "OR"), axis=0)
    finding = HarmonisedWithOutcome()(given(adjusted(signal, [follows]), labels=follows))
    assert finding.severity == "serious"
    assert "most at equal label" in finding.sentence


def test_mean_f_is_that_of_the_analysis_of_variance():
    codes = pd.Series(0, index=PATIENTS)
    found = batch_agreement(RAW, SITES, codes, at_equal_label=False)
    parts = [RAW[site == SITES] for site in "ABC"]
    assert found is not None
    assert found.difference == pytest.approx(stats.f_oneway(*parts).statistic.mean())


def test_batches_of_a_few_patients_are_not_compared():
    alone = pd.Series(["A"] * 87 + ["B"] * 3, index=PATIENTS)
    assert batch_agreement(RAW, alone, pd.Series(0, index=PATIENTS), at_equal_label=False) is None
