"""HCC010: the site or the scanner tells the label."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneOut, cross_val_predict

from radiomics_hcc.evaluation.checks.association import chi_square, permuted_chi_square
from radiomics_hcc.evaluation.checks.check import CheckInput
from radiomics_hcc.evaluation.checks.site_features import leave_one_out_smoother
from radiomics_hcc.evaluation.checks.site_label import SiteLabel

PATIENTS = pd.Index([f"p{number:02d}" for number in range(60)], name="patient_id")
LABELS = pd.Series(["OR", "nonOR"] * 30, index=PATIENTS)
SITES = pd.Series(["A", "A", "B", "B"] * 15, index=PATIENTS)


def judged(context: pd.DataFrame, features: pd.DataFrame | None = None, **known):
    given = CheckInput(
        labels=LABELS,
        class_names=("OR", "nonOR"),
        context=context,
        features=features,
        **known,
    )
    return SiteLabel()(given)


def test_site_that_is_the_label_is_serious():
    finding = judged(pd.DataFrame({"site": LABELS.map({"OR": "A", "nonOR": "B"})}))
    assert finding.severity == "serious"
    assert "site tells the label (V 1.00, AUC of it alone 1.00" in finding.sentence


def test_weaker_association_is_a_warning():
    # 22 of 30 responders and 10 of 30 others: chi-square 9.6, V 0.4.
    place = np.arange(60) // 2
    moved = np.where(place < np.where(LABELS == "OR", 22, 10), "A", "B")
    assert judged(pd.DataFrame({"site": moved}, index=PATIENTS)).severity == "warning"


def test_harmonising_by_a_site_that_is_the_label_is_warned_of():
    context = pd.DataFrame({"site": LABELS.map({"OR": "A", "nonOR": "B"})})
    assert "harmonising by site takes" in judged(context, harmonise_batch="site").sentence
    assert "harmonising" not in judged(context).sentence
    balanced = judged(pd.DataFrame({"site": SITES}), harmonise_batch="site")
    assert "harmonising" not in balanced.sentence


def test_balanced_site_is_fine_and_its_association_is_told():
    finding = judged(pd.DataFrame({"site": SITES}))
    assert finding.severity == "ok"
    assert (
        "site is not shown to go with the label (V 0.00, AUC of it alone 0.50" in finding.sentence
    )


def test_empty_cells_are_a_site_of_their_own():
    scanner = pd.Series(["A"] * 60, index=PATIENTS, dtype=object).where(LABELS == "OR")
    assert judged(pd.DataFrame({"scanner": scanner})).severity == "serious"


def test_features_that_tell_the_site_are_a_note():
    generator = np.random.default_rng(0)
    shifted = generator.normal(size=(60, 5)) + 2.0 * (SITES == "A").to_numpy()[:, np.newaxis]
    features = pd.DataFrame(shifted, index=PATIENTS)
    finding = judged(pd.DataFrame({"site": SITES}), features)
    assert finding.severity == "note"
    assert "the features tell site" in finding.sentence
    noise = pd.DataFrame(generator.normal(size=(60, 5)), index=PATIENTS)
    assert judged(pd.DataFrame({"site": SITES}), noise).severity == "ok"


def test_covariates_days_and_identities_are_no_site():
    context = pd.DataFrame(
        {
            "age": (LABELS == "OR").astype(float),
            "treatment_date": pd.Timestamp("2024-01-01"),
            "accession": PATIENTS,
        },
        index=PATIENTS,
    )
    finding = judged(context, harmonise_covariates=("age",))
    assert finding.severity == "note"
    assert "accession names every patient apart" in finding.sentence


def test_too_few_patients_are_not_judged():
    given = CheckInput(
        labels=LABELS[:10], class_names=("OR", "nonOR"), context=pd.DataFrame({"site": SITES})
    )
    assert SiteLabel()(given).severity == "note"


def test_chi_square_is_that_of_scipy():
    counts = np.array([[12.0, 3.0, 5.0], [4.0, 9.0, 7.0]])
    expected = stats.chi2_contingency(counts, correction=False).statistic
    assert chi_square(counts[np.newaxis])[0] == pytest.approx(expected)


def test_permuted_p_is_near_the_asymptotic_one_and_the_same_every_time():
    generator = np.random.default_rng(4)
    levels, codes = generator.integers(0, 3, 200), generator.integers(0, 2, 200)
    expected = stats.chi2_contingency(pd.crosstab(levels, codes), correction=False).pvalue
    found = [permuted_chi_square(levels, codes, permutations=4000, seed=1) for _ in range(2)]
    assert found[0] == found[1]
    assert found[0][0] == pytest.approx(expected, abs=0.03)


def test_smoother_gives_the_ridge_predictions_of_patients_left_out():
    generator = np.random.default_rng(5)
    features = pd.DataFrame(generator.normal(size=(15, 3)))
    outcome = generator.normal(size=15)
    scaled = ((features - features.mean()) / features.std()).to_numpy() / np.sqrt(3)
    design = np.column_stack([scaled, np.ones(15)])
    ridge = Ridge(alpha=1.0, fit_intercept=False)
    expected = cross_val_predict(ridge, design, outcome, cv=LeaveOneOut())
    np.testing.assert_allclose(leave_one_out_smoother(features) @ outcome, expected, rtol=1e-9)
