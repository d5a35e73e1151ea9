from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, kruskal
from sklearn.base import clone
from skops.io import dumps, get_untrusted_types, loads

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.model_file import TRUSTED_TYPES
from radiomics_hcc.modelling.selection import (
    FdrSelection,
    MinimumRedundancySelection,
    StabilitySelection,
    UnivariateSelection,
    kruskal_wallis,
)
from radiomics_hcc.modelling.selection.false_discovery import benjamini_hochberg
from radiomics_hcc.modelling.selection.stability import _explained, _halves
from radiomics_hcc.modelling.selection.table import SELECTIONS, make_selection

LABELS = np.arange(60) % 2
BY_LABELS = [name for name, maker in SELECTIONS.items() if maker is not None]


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.default_rng(4)


def planted(generator: np.random.Generator, columns: int = 20, shift: float = 3.0) -> np.ndarray:
    """Noise in which the columns 3 and 11 tell the classes apart."""
    values = generator.normal(size=(60, columns))
    values[:, [3, 11]] += shift * LABELS[:, None]
    return values


@pytest.mark.parametrize("name", BY_LABELS)
def test_every_selection_finds_what_separates_the_classes(name, generator) -> None:
    selection = make_selection(name, 2, seed=1).fit(planted(generator), LABELS)
    assert np.flatnonzero(selection.kept_).tolist() == [3, 11]


@pytest.mark.parametrize("name", BY_LABELS)
def test_no_selection_keeps_more_than_asked_for(name, generator) -> None:
    values = generator.normal(size=(60, 12)) + LABELS[:, None]
    assert 1 <= make_selection(name, 4).fit(values, LABELS).kept_.sum() <= 4


@pytest.mark.parametrize("name", BY_LABELS)
def test_every_selection_keeps_names_and_index_of_a_frame(name, generator) -> None:
    index = pd.Index([f"P{number}" for number in range(60)], name="patient_id")
    frame = pd.DataFrame(planted(generator, 5 + 8), index=index).add_prefix("f")
    chosen = make_selection(name, 2).set_output(transform="pandas").fit_transform(frame, LABELS)
    assert chosen.columns.tolist() == ["f3", "f11"]
    pd.testing.assert_frame_equal(chosen, frame[["f3", "f11"]])


@pytest.mark.parametrize("name", BY_LABELS)
@settings(deadline=None, max_examples=8)
@given(seed=st.integers(0, 1000))
def test_no_selection_changes_under_monotone_transforms(name, seed) -> None:
    values = planted(np.random.default_rng(seed), shift=0.5)
    plain = make_selection(name, 4, seed=2).fit(values, LABELS)
    warped = make_selection(name, 4, seed=2).fit(np.exp(values), LABELS)
    np.testing.assert_array_equal(plain.kept_, warped.kept_)


@pytest.mark.parametrize("name", BY_LABELS)
def test_a_fitted_selection_can_be_saved_and_selects_the_same(name, generator) -> None:
    values = planted(generator)
    fitted = make_selection(name, 3).fit(values, LABELS)
    content = dumps(fitted)
    foreign = get_untrusted_types(data=content)
    assert set(foreign) <= TRUSTED_TYPES
    np.testing.assert_array_equal(loads(content, trusted=foreign).kept_, fitted.kept_)


def test_no_selection_is_no_stage_and_an_unknown_word_suggests_the_nearest() -> None:
    assert make_selection("none", 8) is None
    with pytest.raises(InputError, match="did you mean 'mrmr'"):
        make_selection("mrmrr", 8)


def test_the_seed_reaches_the_selection_that_is_random() -> None:
    assert make_selection("stability", 8, seed=5).random_state == 5


def test_adjusted_p_values_are_those_of_scipy(generator) -> None:
    p_values = np.r_[generator.random(50), 0.01, 0.01, 1.0]
    expected = false_discovery_control(p_values, method="bh")
    np.testing.assert_allclose(benjamini_hochberg(p_values), expected)


def test_p_values_are_those_of_scipy(generator) -> None:
    values, labels = generator.normal(size=(60, 6)), np.arange(60) % 3
    expected = [kruskal(*(column[labels == k] for k in range(3))).pvalue for column in values.T]
    np.testing.assert_allclose(FdrSelection().fit(values, labels).p_values_, expected)


def test_fdr_keeps_the_passing_columns_only(generator) -> None:
    selection = FdrSelection(features=10).fit(planted(generator), LABELS)
    assert selection.passing_ == selection.kept_.sum() == 2


def test_fdr_keeps_the_best_column_where_none_passes(generator) -> None:
    values = generator.normal(size=(60, 20))
    selection = FdrSelection().fit(values, LABELS)
    assert selection.passing_ == 0
    best = np.argmax(kruskal_wallis(values, LABELS))
    assert np.flatnonzero(selection.kept_).tolist() == [best]


def test_fdr_passes_a_column_of_noise_in_about_as_many_studies_as_its_rate() -> None:
    generator = np.random.default_rng(0)
    studies = (generator.normal(size=(60, 10)) for _ in range(400))
    passed = [FdrSelection(rate=0.05).fit(values, LABELS).passing_ > 0 for values in studies]
    assert 0.02 <= np.mean(passed) <= 0.08


def test_fdr_refuses_a_rate_outside_0_to_1(generator) -> None:
    with pytest.raises(ValueError, match="rate"):
        FdrSelection(rate=0.0).fit(planted(generator), LABELS)


def test_redundancy_lets_a_weaker_independent_column_pass_before_a_copy(generator) -> None:
    strong = LABELS + 0.4 * generator.normal(size=60)
    copy = strong + 0.05 * generator.normal(size=60)
    weak = LABELS + 1.2 * generator.normal(size=60)
    values = np.column_stack([strong, copy, weak, generator.normal(size=(60, 3))])
    assert UnivariateSelection(2).fit(values, LABELS).kept_.tolist()[:3] == [True, True, False]
    assert MinimumRedundancySelection(2).fit(values, LABELS).kept_[2]


def test_columns_are_chosen_in_the_order_of_a_plain_loop(generator) -> None:
    values = generator.normal(size=(60, 6)) @ generator.normal(size=(6, 15)) + LABELS[:, None]
    selection = MinimumRedundancySelection(6).fit(values, LABELS)
    related = np.abs(pd.DataFrame(values).corr("spearman").to_numpy())
    chance = np.sqrt(2 / (np.pi * 59))
    chosen = [int(np.argmax(selection.scores_))]
    while len(chosen) < 6:
        merit = {
            column: selection.scores_[column] / max(related[column, chosen].mean(), chance)
            for column in range(15)
            if column not in chosen
        }
        chosen.append(max(merit, key=merit.get))
    assert selection.order_.tolist() == chosen


def test_the_chance_redundancy_is_that_of_independent_columns() -> None:
    generator = np.random.default_rng(0)
    pairs = pd.DataFrame(generator.normal(size=(60, 200))).corr("spearman").to_numpy()
    found = np.abs(pairs[np.triu_indices(200, 1)]).mean()
    assert found == pytest.approx(np.sqrt(2 / (np.pi * 59)), rel=0.02)


def test_a_constant_column_is_the_last_to_be_chosen(generator) -> None:
    values = generator.normal(size=(60, 4))
    values[:, 0] = 1.0
    assert MinimumRedundancySelection(3).fit(values, LABELS).kept_.tolist() == [False, *[True] * 3]


def test_explained_share_of_all_rows_is_kruskal_wallis(generator) -> None:
    values, labels = generator.integers(0, 9, size=(60, 5)).astype(float), np.arange(60) % 3
    ranks = pd.DataFrame(values).rank().to_numpy()
    members = (np.arange(3)[:, None] == labels).astype(float)
    found = _explained(np.ones((1, 60)), ranks, members)[0]
    np.testing.assert_allclose(59 * found, kruskal_wallis(values, labels))


def test_explained_share_of_a_sample_is_that_of_its_rows_alone(generator) -> None:
    ranks = pd.DataFrame(generator.normal(size=(60, 5))).rank().to_numpy()
    sample = np.arange(60) < 31
    members = (np.arange(2)[:, None] == LABELS).astype(float)
    rows, labels = ranks[sample], LABELS[sample]
    between = sum(
        (labels == k).sum() * (rows[labels == k].mean(axis=0) - rows.mean(axis=0)) ** 2
        for k in range(2)
    )
    total = ((rows - rows.mean(axis=0)) ** 2).sum(axis=0)
    found = _explained(sample[None].astype(float), ranks, members)[0]
    np.testing.assert_allclose(found, between / total)


def test_halves_share_no_patient_keep_rows_together_and_classes_even() -> None:
    patients = np.repeat(np.arange(21), 2)
    labels = (patients >= 8).astype(int)
    halves = _halves(patients, labels, 30, np.random.RandomState(0))
    np.testing.assert_array_equal(halves[:30] + halves[30:], 1.0)
    np.testing.assert_array_equal(halves[:, ::2], halves[:, 1::2])
    by_patient = halves[:, ::2]
    assert set(by_patient[:, :8].sum(axis=1)) == {4}
    assert set(by_patient[:, 8:].sum(axis=1)) == {6, 7}
    assert len(np.unique(by_patient, axis=0)) == 60


def test_rows_of_a_patient_count_as_one_in_stability_selection(generator) -> None:
    index = pd.Index([f"P{number:02}" for number in range(60)])
    frame = pd.DataFrame(planted(generator, shift=0.7), index=index)
    once = StabilitySelection(random_state=3).fit(frame, LABELS)
    twice = clone(once).fit(pd.concat([frame, frame]), np.tile(LABELS, 2))
    np.testing.assert_allclose(once.frequency_, twice.frequency_)


def test_stability_does_not_depend_on_the_order_of_patients(generator) -> None:
    index = pd.Index([f"P{number:02}" for number in range(60)])
    frame = pd.DataFrame(planted(generator, shift=0.7), index=index)
    order = generator.permutation(60)
    plain = StabilitySelection(random_state=3).fit(frame, LABELS)
    shuffled = clone(plain).fit(frame.iloc[order], LABELS[order])
    np.testing.assert_allclose(plain.frequency_, shuffled.frequency_)


def test_stability_with_the_same_seed_is_the_same(generator) -> None:
    values = planted(generator, shift=0.4)
    first, second, other = (
        StabilitySelection(random_state=seed).fit(values, LABELS).frequency_ for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


def test_every_half_picks_as_many_columns_as_told(generator) -> None:
    values = generator.normal(size=(60, 20))
    frequency = StabilitySelection(picked=5, random_state=0).fit(values, LABELS).frequency_
    assert frequency.sum() == pytest.approx(5.0)


def test_noise_is_stable_no_more_often_than_the_bound_says() -> None:
    generator = np.random.default_rng(0)
    fits = [
        StabilitySelection(picked=6, threshold=0.7, random_state=study).fit(
            generator.normal(size=(60, 40)), LABELS
        )
        for study in range(60)
    ]
    assert fits[0].false_bound_ == pytest.approx(36 / (0.4 * 40))
    assert np.mean([fit.stable_ for fit in fits]) <= fits[0].false_bound_


def test_stability_keeps_the_most_frequent_column_where_none_is_stable(generator) -> None:
    values = generator.normal(size=(60, 40))
    fit = StabilitySelection(picked=2, threshold=1.0, random_state=0).fit(values, LABELS)
    assert fit.stable_ == 0
    assert np.flatnonzero(fit.kept_).tolist() == [np.argmax(fit.frequency_)]


@pytest.mark.parametrize(("name", "value"), [("threshold", 0.5), ("pairs", 0)])
def test_stability_refuses_settings_without_a_meaning(name, value, generator) -> None:
    with pytest.raises(ValueError, match=name):
        StabilitySelection(**{name: value}).fit(planted(generator), LABELS)
