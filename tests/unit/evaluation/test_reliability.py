import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.reliability import (
    RELIABILITY_COLUMNS,
    MeanSquares,
    mean_squares,
    reliability_table,
    reliability_word,
)

# Shrout and Fleiss 1979, table 2: six targets, four judges.
FOUR_JUDGES = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7.0]]
)
NUMBERS = ["icc_a1", "icc_a1_low", "icc_a1_high", "icc_c1", "icc_c1_low", "icc_c1_high"]


def table_of(values: np.ndarray, patients=None, **choices) -> pd.DataFrame:
    cube = values[:, :, None] if values.ndim == 2 else values
    names = [f"f{place}" for place in range(cube.shape[2])]
    who = patients or [f"p{place}" for place in range(len(cube))]
    return reliability_table(cube, names, who, **choices)


def numbers_of(values: np.ndarray) -> np.ndarray:
    return table_of(values)[NUMBERS].to_numpy(dtype=float)[0]


def ratios(found: MeanSquares) -> list[float]:
    return [float(part[0, 0] / found.error[0, 0]) for part in (found.lesions, found.variants)]


def measured(lesions: int, variants: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.normal(0, 2, (lesions, 1)) + random.normal(0, 1, (lesions, variants))


def test_the_example_of_shrout_and_fleiss():
    row = table_of(FOUR_JUDGES).iloc[0]
    assert list(row.index) == list(RELIABILITY_COLUMNS)
    # Printed there: 0.29 and 0.71; the limits are those of R's psych::ICC for these data.
    assert row[NUMBERS].tolist() == pytest.approx(
        [0.29, 0.019, 0.761, 0.715, 0.342, 0.946], abs=1e-3
    )
    assert (row["lesions"], row["variants"], row["reliability"]) == (6, 4, "poor")


def test_mean_squares_are_those_of_an_analysis_of_variance():
    values = measured(7, 5)
    rows = [(i, j, values[i, j]) for i in range(7) for j in range(5)]
    long = pd.DataFrame(rows, columns=["lesion", "variant", "y"])
    lesion, variant, error = anova_lm(ols("y ~ C(lesion) + C(variant)", long).fit())["mean_sq"]
    found = ratios(mean_squares(values[:, :, None]))
    assert found == pytest.approx([lesion / error, variant / error])


def test_many_features_at_once_are_as_each_alone():
    cube = np.stack([measured(9, 4, seed) for seed in range(5)], axis=2)
    cube[0, 0, 1] = np.nan
    together = table_of(cube)[NUMBERS].to_numpy(dtype=float)
    alone = [numbers_of(cube[:, :, place]) for place in range(5)]
    np.testing.assert_allclose(together, alone, rtol=1e-9)


@settings(deadline=None, max_examples=25)
@given(arrays(float, 4, elements=st.floats(-50, 50)), st.integers(0, 50))
def test_an_offset_of_a_variant_counts_for_agreement_and_not_for_consistency(offsets, seed):
    values = measured(8, 4, seed)
    before, after = numbers_of(values), numbers_of(values + offsets)
    np.testing.assert_allclose(after[3:], before[3:], rtol=1e-6, atol=1e-9)
    if np.ptp(offsets) > 5:
        assert after[0] < before[0]


@settings(deadline=None, max_examples=25)
@given(st.floats(1e-6, 1e6), st.floats(-1e3, 1e3), st.integers(0, 50))
def test_unit_and_origin_of_a_feature_do_not_matter(unit, origin, seed):
    values = measured(8, 3, seed)
    moved = numbers_of((values + origin) * unit)
    np.testing.assert_allclose(moved, numbers_of(values), rtol=1e-6, atol=1e-8)


def test_the_order_of_lesions_and_variants_does_not_matter():
    values = measured(8, 4)
    shuffled = values[[3, 1, 0, 2, 7, 6, 5, 4]][:, [2, 0, 3, 1]]
    np.testing.assert_allclose(numbers_of(shuffled), numbers_of(values), rtol=1e-9)


def test_full_agreement_is_one_and_a_mere_offset_is_full_consistency():
    lesions = np.array([1.0, 5, 9, 20])[:, None]
    assert numbers_of(np.repeat(lesions, 3, axis=1)).tolist() == [1] * 6
    shifted = numbers_of(lesions + np.array([0.0, 4, 8]))
    assert shifted[3:].tolist() == [1, 1, 1]
    assert shifted[0] < 1


@pytest.mark.parametrize("value", [0.0, 3.0, 1e12, -1e-9])
def test_a_constant_feature_has_no_number_but_a_note(value):
    row = table_of(np.full((5, 3), value)).iloc[0]
    assert row[NUMBERS].isna().all()
    assert (row["reliability"], row["note"]) == ("", "every value is the same")


def test_lesions_without_every_value_are_left_out_and_counted():
    values = measured(6, 3)
    values[1, 2], values[4, 0] = np.nan, np.inf
    row = table_of(values).iloc[0]
    np.testing.assert_allclose(
        row[NUMBERS].to_numpy(dtype=float), numbers_of(values[[0, 2, 3, 5]]), rtol=1e-9
    )
    assert row["lesions"] == 4
    assert row["note"] == "2 of 6 lesions lack a value in some variant"


@pytest.mark.parametrize("lesions", [0, 2])
def test_too_few_lesions_have_a_note(lesions):
    row = (
        table_of(measured(lesions, 3)).iloc[0] if lesions else table_of(np.empty((0, 3, 1))).iloc[0]
    )
    assert row[NUMBERS].isna().all()
    assert "fewer than 3 lesions" in row["note"]


def test_one_measurement_is_refused():
    with pytest.raises(InputError, match="at least 2"):
        table_of(measured(5, 1))


def test_a_resample_counts_lesions_as_if_they_were_there_so_often():
    values = measured(4, 3)[:, :, None]
    drawn = mean_squares(values, np.array([[2.0, 0, 1, 1]]))
    copied = mean_squares(values[[0, 0, 2, 3]])
    assert ratios(drawn) == pytest.approx(ratios(copied))


def test_lesions_of_one_patient_widen_the_bootstrap_interval():
    patients = np.repeat([f"p{place}" for place in range(12)], 4)
    random = np.random.default_rng(3)
    # All lesions of a patient share their true value: twelve of them, not forty-eight.
    truth = np.repeat(random.normal(0, 2, 12), 4)[:, None]
    values = truth + random.normal(0, 1.5, (48, 3))
    by_lesion = table_of(values, resamples=400).iloc[0]
    by_patient = table_of(values, patients.tolist(), resamples=400).iloc[0]
    assert by_patient["interval"] == "patient bootstrap"
    assert (by_patient["patients"], by_patient["lesions"]) == (12, 48)
    widths = [row["icc_a1_high"] - row["icc_a1_low"] for row in (by_lesion, by_patient)]
    assert widths[1] > widths[0]
    again = table_of(values, patients.tolist(), resamples=400)
    pd.testing.assert_frame_equal(again, by_patient.to_frame().T, check_dtype=False)


def test_the_bootstrap_interval_is_that_of_fishers_z():
    values = measured(12, 4)
    random = np.random.default_rng(0)
    resampled = values[random.integers(0, 12, (1500, 12))]
    drawn = mean_squares(np.moveaxis(resampled, 0, 2)).consistency()[0]
    estimate = np.arctanh(numbers_of(values)[3])
    half = 2.201 * np.std(np.arctanh(drawn), ddof=1)  # Student's t with 11 degrees of freedom
    row = table_of(values, resamples=1500).iloc[0]
    limits = row[["icc_c1_low", "icc_c1_high"]].tolist()
    assert limits == pytest.approx(np.tanh([estimate - half, estimate + half]), abs=0.02)


def test_resampling_lesions_that_agree_wholly_gives_one():
    row = table_of(np.repeat(np.array([1.0, 5, 9, 20])[:, None], 3, axis=1), resamples=50).iloc[0]
    assert row[NUMBERS].tolist() == pytest.approx([1] * 6)


def test_a_single_patient_is_not_resampled():
    row = table_of(measured(5, 3), ["p"] * 5, resamples=100).iloc[0]
    assert row["interval"] == "F"


def test_the_interval_holds_the_truth_as_often_as_it_says():
    # Variances 4, 0 (no systematic variants) and 1: both coefficients are 0.8.
    random = np.random.default_rng(11)
    studies = random.normal(0, 2, (15, 1, 500)) + random.normal(0, 1, (15, 6, 500))
    found = table_of(studies)
    for name in ("icc_a1", "icc_c1"):
        holds = (found[f"{name}_low"] <= 0.8) & (found[f"{name}_high"] >= 0.8)
        assert 0.92 <= holds.mean() <= 0.98


@pytest.mark.parametrize(
    ("lower", "word"),
    [(0.95, "excellent"), (0.90, "excellent"), (0.75, "good"), (0.5, "moderate"), (0.49, "poor")],
)
def test_words_of_koo_and_li(lower, word):
    assert reliability_word(lower) == word
    assert reliability_word(float("nan")) == ""
