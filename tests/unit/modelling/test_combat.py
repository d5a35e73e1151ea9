from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from skops.io import dumps, loads

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.combat import ComBat
from radiomics_hcc.modelling.model_file import TRUSTED_TYPES

SITES = ("north", "south", "west")


def site_rows(per_site: int = 30, features: int = 10, seed: int = 0) -> pd.DataFrame:
    """Three sites with their own location and scale, one row per patient."""
    generator = np.random.default_rng(seed)
    site = np.repeat(SITES, per_site)
    values = generator.normal(size=(len(site), features))
    for name, location, scale in zip(SITES, (0.0, 2.0, -1.0), (1.0, 2.0, 0.5), strict=True):
        shifts = location + 0.3 * generator.normal(size=features)
        values[site == name] = values[site == name] * scale + shifts
    columns = [f"f{number}" for number in range(features)]
    index = pd.Index([f"P{number:03d}" for number in range(len(site))], name="patient_id")
    return pd.DataFrame(values, columns=columns, index=index).assign(site=site)


@pytest.fixture
def rows() -> pd.DataFrame:
    return site_rows()


def test_without_shrinkage_sites_have_the_same_mean_and_variance(rows) -> None:
    combat = ComBat("site", empirical_bayes=False)
    by_site = combat.fit_transform(rows).groupby(rows["site"])
    np.testing.assert_allclose(by_site.mean(), np.tile(combat.grand_mean_, (3, 1)), rtol=1e-12)
    np.testing.assert_allclose(by_site.var(), np.tile(combat.pooled_sd_**2, (3, 1)), rtol=1e-12)


def test_planted_location_and_scale_are_recovered() -> None:
    generator = np.random.default_rng(1)
    site, per_site = np.repeat(SITES, 4000), 4000
    true = generator.normal(5.0, 2.0, size=(len(site), 4))
    location, scale = generator.normal(size=(3, 4)), np.exp(0.5 * generator.normal(size=(3, 4)))
    code = np.repeat(range(3), per_site)
    seen = 5.0 + (true - 5.0) * scale[code] + location[code]
    table = pd.DataFrame(seen, columns=list("abcd")).assign(site=site)
    combat = ComBat("site", empirical_bayes=False).fit(table)
    pooled = np.sqrt((scale**2).mean(axis=0)) * 2.0
    centred = location - location.mean(axis=0)
    np.testing.assert_allclose(combat.gamma_star_ * combat.pooled_sd_, centred, atol=0.15)
    np.testing.assert_allclose(np.sqrt(combat.delta_star_), scale * 2.0 / pooled, rtol=0.04)
    harmonised = combat.transform(table).to_numpy()
    correlation = [np.corrcoef(harmonised[:, one], true[:, one])[0, 1] for one in range(4)]
    assert min(correlation) > 0.999


def test_empirical_bayes_draws_every_effect_towards_that_of_its_site(rows) -> None:
    combat = ComBat("site").fit(rows)
    centre = combat.gamma_hat_.mean(axis=1, keepdims=True)
    distance = np.abs(combat.gamma_star_ - centre)
    assert (distance < np.abs(combat.gamma_hat_ - centre)).all()
    assert (combat.delta_star_.std(axis=1) < combat.delta_hat_.std(axis=1)).all()


def test_effects_of_small_sites_are_shrunken_more() -> None:
    small, large = (ComBat("site").fit(site_rows(count, 60)) for count in (10, 200))
    kept = [
        (one.gamma_star_.std(axis=1) / one.gamma_hat_.std(axis=1)).mean() for one in (small, large)
    ]
    assert kept[0] < kept[1] - 0.05


def test_mean_only_leaves_the_spread_within_a_site(rows) -> None:
    harmonised = ComBat("site", mean_only=True).fit_transform(rows).groupby(rows["site"])
    original = rows.drop(columns="site").groupby(rows["site"])
    np.testing.assert_allclose(harmonised.var(), original.var(), rtol=1e-12)


def test_effect_of_a_covariate_that_differs_between_sites_is_kept() -> None:
    generator = np.random.default_rng(3)
    site = np.repeat(SITES, 300)
    age = generator.normal(60, 10, 900) + np.repeat([-8.0, 0.0, 8.0], 300)
    values = 0.1 * age[:, None] + generator.normal(size=(900, 5))
    table = pd.DataFrame(values, columns=list("abcde")).assign(site=site, age=age)

    def slopes(harmonised: pd.DataFrame) -> np.ndarray:
        return np.polyfit(age, harmonised[list("abcde")].to_numpy(), 1)[0]

    kept = ComBat("site", columns=list("abcde"), covariates=["age"]).fit_transform(table)
    np.testing.assert_allclose(slopes(kept), 0.1, atol=0.01)
    lost = ComBat("site", columns=list("abcde")).fit_transform(table)
    assert (slopes(lost) < 0.08).all()


def test_rows_of_the_reference_are_not_changed_and_the_others_come_to_it(rows) -> None:
    combat = ComBat("site", reference="south", empirical_bayes=False)
    harmonised = combat.fit_transform(rows)
    features = rows.drop(columns="site")
    is_south = rows["site"] == "south"
    pd.testing.assert_frame_equal(harmonised[is_south], features[is_south], check_exact=True)
    wanted = features[is_south].mean()
    for name in ("north", "west"):
        np.testing.assert_allclose(harmonised[rows["site"] == name].mean(), wanted, rtol=1e-10)


def test_names_of_the_sites_do_not_matter(rows) -> None:
    renamed = rows.assign(site=rows["site"].map({"north": "z", "south": "1", "west": "m"}))
    first, second = (ComBat("site").fit_transform(table) for table in (rows, renamed))
    np.testing.assert_allclose(first, second, rtol=1e-12, atol=1e-14)


def test_numbers_name_sites_as_their_words_do(rows) -> None:
    code = rows["site"].map({"north": 1, "south": 2, "west": 3})
    found = [
        ComBat("site", reference="2").fit_transform(rows.assign(site=names))
        for names in (code, code.astype(float), code.astype(str))
    ]
    pd.testing.assert_frame_equal(found[0], found[1])
    pd.testing.assert_frame_equal(found[0], found[2])


def test_a_new_row_depends_on_nothing_but_itself_and_training(rows) -> None:
    test = site_rows(per_site=5, seed=9)
    combat = ComBat("site").fit(rows)
    together = combat.transform(test)
    alone = pd.concat([combat.transform(test.iloc[[place]]) for place in range(len(test))])
    pd.testing.assert_frame_equal(together, alone, rtol=1e-12)
    code = [combat.batches_.index(name) for name in test["site"]]
    moved = test.drop(columns="site").to_numpy() - combat.grand_mean_
    moved = (moved - combat.pooled_sd_ * combat.gamma_star_[code]) / combat.delta_star_[code] ** 0.5
    np.testing.assert_allclose(together, moved + combat.grand_mean_, rtol=1e-12)


def test_empty_cells_stay_empty_and_tell_nothing_of_other_features(rows) -> None:
    some = rows.mask(np.random.default_rng(4).random(rows.shape) < 0.2)
    some["site"] = rows["site"]
    combat = ComBat("site", empirical_bayes=False, smallest_batch=2)
    found = combat.fit_transform(some)
    pd.testing.assert_frame_equal(found.isna(), some.drop(columns="site").isna())
    for name in found.columns:
        complete = some[[name, "site"]].dropna()
        alone = clone(combat).fit_transform(complete)
        np.testing.assert_allclose(found.loc[complete.index, name], alone[name], rtol=1e-10)


def test_a_feature_that_one_site_never_measured_has_the_site_s_average_effect(rows) -> None:
    rows.loc[rows["site"] == "south", "f3"] = np.nan
    combat = ComBat("site").fit(rows)
    south = combat.batches_.index("south")
    average = np.nanmean(combat.gamma_hat_[south])
    assert combat.gamma_star_[south, 3] == pytest.approx(average)
    assert combat.delta_star_[south, 3] == 1.0


def test_constant_and_empty_features_come_back_as_they_are_with_the_reason(rows) -> None:
    rows = rows.assign(f1=0.1, f2=np.nan)
    combat = ComBat("site")
    found = combat.fit_transform(rows)
    pd.testing.assert_frame_equal(found[["f1", "f2"]], rows[["f1", "f2"]], check_exact=True)
    assert combat.not_harmonised_ == {"f1": "constant in training", "f2": "empty in training"}


def test_feature_without_values_in_the_reference_is_left_alone(rows) -> None:
    rows.loc[rows["site"] == "west", "f1"] = np.nan
    combat = ComBat("site", reference="west")
    found = combat.fit_transform(rows)
    pd.testing.assert_series_equal(found["f1"], rows["f1"], check_exact=True)
    assert combat.not_harmonised_ == {"f1": "empty in the reference batch west"}


@pytest.mark.parametrize("empirical_bayes", [True, False])
def test_feature_that_is_constant_in_one_site_keeps_its_scale_there(rows, empirical_bayes) -> None:
    rows.loc[rows["site"] == "west", "f4"] = 7.0
    combat = ComBat("site", empirical_bayes=empirical_bayes).fit(rows)
    west = combat.batches_.index("west")
    assert combat.delta_star_[west, 4] == 1.0
    new = rows.tail(1).assign(f4=7.5)
    moved = combat.transform(new)["f4"] - combat.transform(rows.tail(1))["f4"]
    assert moved.item() == pytest.approx(0.5)


def test_feature_that_only_tells_the_site_becomes_one_value(rows) -> None:
    rows["f0"] = rows["site"].map({"north": 1.0, "south": 5.0, "west": 9.0})
    found = ComBat("site").fit_transform(rows)
    np.testing.assert_allclose(found["f0"], 5.0, rtol=1e-12)


def test_one_site_changes_nothing(rows) -> None:
    north = rows[rows["site"] == "north"]
    found = ComBat("site").fit_transform(north)
    pd.testing.assert_frame_equal(found, north.drop(columns="site"), check_exact=True)


def test_one_feature_has_nothing_to_borrow_from(rows) -> None:
    combat = ComBat("site").fit(rows[["f0", "site"]])
    np.testing.assert_array_equal(combat.gamma_star_, combat.gamma_hat_)
    np.testing.assert_array_equal(combat.delta_star_, combat.delta_hat_)


def test_only_named_columns_change_and_context_does_not_come_back(rows) -> None:
    table = rows.assign(word="x", age=np.arange(len(rows)) % 7)[["word", "f1", "site", "age", "f0"]]
    combat = ComBat("site", columns=["f0"], covariates=["age"]).set_output(transform="pandas")
    found = combat.fit_transform(table)
    assert list(found.columns) == ["word", "f1", "f0"] == list(combat.get_feature_names_out())
    pd.testing.assert_frame_equal(found[["word", "f1"]], table[["word", "f1"]])
    assert not np.allclose(found["f0"], table["f0"])


def test_nothing_to_harmonise_only_takes_the_context_away(rows) -> None:
    found = ComBat("site", columns=[]).fit_transform(rows)
    pd.testing.assert_frame_equal(found, rows.drop(columns="site"))


def test_columns_of_an_array_are_named_by_their_numbers(rows) -> None:
    code = rows["site"].map({"north": 0.0, "south": 1.0, "west": 2.0})
    values = rows.assign(site=code).to_numpy()
    found = ComBat(10).fit_transform(values)
    np.testing.assert_allclose(found, ComBat("site").fit_transform(rows))


def test_unknown_sites_are_an_error_that_names_them_all(rows) -> None:
    combat = ComBat("site").fit(rows)
    new = rows.head(3).assign(site=["east", "island", "east"])
    with pytest.raises(InputError) as caught:
        combat.transform(new)
    assert [problem.where for problem in caught.value.problems] == [
        "batch 'east'",
        "batch 'island'",
    ]
    assert "2 row(s)" in str(caught.value)
    assert "pass_through" in str(caught.value)


def test_unknown_sites_pass_as_measured_and_known_ones_are_harmonised(rows) -> None:
    combat = ComBat("site", unseen="pass_through").fit(rows)
    new = rows.copy()
    new.iloc[0, new.columns.get_loc("site")] = "east"
    found, known = combat.transform(new), combat.transform(rows)
    pd.testing.assert_frame_equal(found.head(1), rows.drop(columns="site").head(1))
    pd.testing.assert_frame_equal(found.tail(-1), known.tail(-1))


def test_pooled_corrects_unknown_sites_by_the_average_of_known_ones() -> None:
    table = site_rows(40).iloc[:100]  # 40, 40 and 20 patients
    combat = ComBat("site", reference="south", unseen="pooled").fit(table)
    new = table.head(1).assign(site="east")
    shares = np.array([0.4, 0.4, 0.2])
    location, scale = shares @ combat.gamma_star_, shares @ combat.delta_star_
    value = new.drop(columns="site").to_numpy()[0]
    moved = value - combat.grand_mean_ - combat.pooled_sd_ * location
    wanted = moved / np.sqrt(scale) + combat.grand_mean_
    np.testing.assert_allclose(combat.transform(new).to_numpy()[0], wanted, rtol=1e-12)


def test_pooled_without_a_reference_only_takes_the_paper_s_share_of_the_spread(rows) -> None:
    combat = ComBat("site", unseen="pooled", empirical_bayes=False).fit(rows)
    features = rows.drop(columns="site")
    distance = (features - combat.grand_mean_) * np.sqrt(1 - 3 / 90)  # 3 batches, 90 rows
    found = combat.transform(rows.assign(site="east"))
    np.testing.assert_allclose(found, combat.grand_mean_ + distance, rtol=1e-10)


def test_patients_count_and_not_their_lesions() -> None:
    table = site_rows(12)
    lesions = pd.concat([table, table, table])
    ComBat("site", smallest_batch=12).fit(lesions)
    with pytest.raises(InputError, match="has 12 training patients of the 13 that are needed"):
        ComBat("site", smallest_batch=13).fit(lesions)


def test_all_small_sites_are_named_with_what_to_do() -> None:
    table = site_rows(30).iloc[[*range(25), *range(30, 34), *range(60, 69)]]
    with pytest.raises(InputError) as caught:
        ComBat("site").fit(table)
    assert [problem.where for problem in caught.value.problems] == ["batch 'south'", "batch 'west'"]
    assert "all: north 25, south 4, west 9" in str(caught.value)
    assert "merge it" in str(caught.value)


@pytest.mark.parametrize("empty", [None, np.nan, "", "(empty)"])
def test_patients_without_a_site_cannot_be_learned_from(rows, empty) -> None:
    rows.iloc[:2, rows.columns.get_loc("site")] = empty
    with pytest.raises(InputError, match="2 training patients have none"):
        ComBat("site").fit(rows)


def test_covariate_that_is_the_site_is_refused(rows) -> None:
    vendor = rows["site"].map({"north": "S", "south": "S", "west": "G"})
    table = rows.assign(vendor=vendor, age=np.arange(len(rows)) % 9)
    features = [name for name in rows.columns if name != "site"]
    with pytest.raises(InputError, match="covariate 'vendor': cannot be told from the batch"):
        ComBat("site", columns=features, covariates=["age", "vendor"]).fit(table)


def test_covariate_that_follows_from_another_is_refused(rows) -> None:
    table = rows.assign(age=np.arange(len(rows)) % 9.0)
    table["months"] = 12.0 * table["age"]
    features = [name for name in rows.columns if name != "site"]
    with pytest.raises(InputError, match="covariate 'months': follows from"):
        ComBat("site", columns=features, covariates=["age", "months"]).fit(table)


@pytest.mark.parametrize("same", ["x", 0.1, np.nan])
def test_covariate_that_never_varies_has_no_effect(rows, same) -> None:
    features = [name for name in rows.columns if name != "site"]
    combat = ComBat("site", columns=features, covariates=["same"])
    found = combat.fit_transform(rows.assign(same=same))
    pd.testing.assert_frame_equal(found, ComBat("site").fit_transform(rows), rtol=1e-10)


def test_empty_age_counts_as_the_median_and_an_unknown_word_as_the_average_patient(rows) -> None:
    generator = np.random.default_rng(6)
    features = [name for name in rows.columns if name != "site"]
    age = pd.Series(generator.normal(60, 9, len(rows)), index=rows.index)
    stage = generator.choice(["A", "B", "C"], len(rows))
    combat = ComBat("site", columns=features, covariates=["age", "stage"])
    combat.fit(rows.assign(age=age, stage=stage))
    new = rows.head(1)
    empty, median = (
        combat.transform(new.assign(age=value, stage="A")) for value in (np.nan, age.median())
    )
    pd.testing.assert_frame_equal(empty, median)
    by_stage = [
        combat.transform(new.assign(age=60.0, stage=word)).to_numpy() for word in ("A", "B", "C")
    ]
    shares = [(stage == word).mean() for word in ("A", "B", "C")]
    unknown = combat.transform(new.assign(age=60.0, stage="D")).to_numpy()
    np.testing.assert_allclose(unknown, np.tensordot(shares, by_stage, 1), rtol=1e-10)


def test_too_many_effects_for_the_rows_are_refused() -> None:
    generator = np.random.default_rng(7)
    table = site_rows(2).assign(**{name: generator.normal(size=6) for name in "uvw"})
    with pytest.raises(InputError, match="6 rows are too few for 6 effects"):
        ComBat("site", columns=["f0"], covariates=list("uvw"), smallest_batch=2).fit(table)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"batch": "sites"}, "did you mean 'site'"),
        ({"batch": "site", "covariates": ["agee"]}, "column 'agee': is not there"),
        ({"batch": "site", "columns": ["f0", "site"]}, "column 'site': is used twice"),
        ({"batch": "site", "unseen": "eror"}, "did you mean 'error'"),
        ({"batch": "site", "reference": "nort"}, "did you mean 'north'"),
    ],
)
def test_wrong_parameters_are_told_with_a_remedy(rows, parameters, said) -> None:
    with pytest.raises(InputError, match=said):
        ComBat(**parameters).fit(rows)


def test_infinite_values_are_refused(rows) -> None:
    rows.iloc[0, 0] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        ComBat("site").fit(rows)


def test_saved_and_loaded_it_gives_the_same_values(rows) -> None:
    table = rows.assign(age=np.arange(len(rows)) % 7, sex=["f", "m", "m"] * 30)
    features = tuple(name for name in rows.columns if name != "site")
    combat = ComBat("site", columns=features, covariates=("age", "sex")).fit(table)
    loaded = loads(dumps(combat), trusted=sorted(TRUSTED_TYPES))
    new = table.head(4).assign(sex=["f", "x", None, "m"])
    pd.testing.assert_frame_equal(loaded.transform(new), combat.transform(new), check_exact=True)
