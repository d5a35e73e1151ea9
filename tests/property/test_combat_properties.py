"""What harmonisation must not depend on."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.modelling.combat import ComBat

FEATURES = [f"f{number}" for number in range(5)]
FEW = settings(max_examples=15, deadline=None)


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Two to four sites of 10 to 15 patients, some cells empty."""
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    sizes = draw(st.lists(st.integers(10, 15), min_size=2, max_size=4))
    site = np.repeat(list("ABCD")[: len(sizes)], sizes)
    values = generator.normal(size=(len(site), len(FEATURES)))
    values[generator.random(values.shape) < 0.05] = np.nan
    age = generator.normal(60, 9, len(site))
    return pd.DataFrame(values, columns=FEATURES).assign(site=site, age=age)


def harmonised(table: pd.DataFrame, **parameters: object) -> np.ndarray:
    combat = ComBat("site", columns=FEATURES, covariates=["age"], smallest_batch=5, **parameters)
    return combat.fit_transform(table)[FEATURES].to_numpy()


rules = st.fixed_dictionaries(
    {
        "reference": st.sampled_from(["", "A", "B"]),
        "empirical_bayes": st.booleans(),
        "mean_only": st.booleans(),
    }
)


@FEW
@given(tables(), rules, st.floats(0.01, 100.0), st.floats(-50.0, 50.0))
def test_another_unit_of_all_features_gives_the_same_values_in_that_unit(
    table, rule, factor, offset
) -> None:
    other = table.copy()
    other[FEATURES] = table[FEATURES] * factor + offset
    wanted = harmonised(table, **rule) * factor + offset
    tolerance = 1e-7 * (factor + abs(offset))
    np.testing.assert_allclose(harmonised(other, **rule), wanted, rtol=0, atol=tolerance)


@FEW
@given(tables(), rules, st.floats(-3.0, 3.0))
def test_a_shift_of_a_site_is_taken_out_whole(table, rule, shift) -> None:
    shifted = table.copy()
    is_site = table["site"] == "B"
    spread = table[FEATURES].std()
    shifted.loc[is_site, FEATURES] += shift * spread
    rule = rule | {"reference": "A", "empirical_bayes": False}
    np.testing.assert_allclose(
        harmonised(shifted, **rule), harmonised(table, **rule), rtol=0, atol=1e-9
    )


@FEW
@given(tables(), rules, st.integers(0, 1000))
def test_order_of_the_rows_does_not_matter(table, rule, seed) -> None:
    order = np.random.default_rng(seed).permutation(len(table))
    found = harmonised(table.iloc[order], **rule)
    np.testing.assert_allclose(found, harmonised(table, **rule)[order], rtol=0, atol=1e-9)


@FEW
@given(tables(), rules)
def test_unit_of_a_covariate_does_not_matter(table, rule) -> None:
    months = table.assign(age=12.0 * table["age"] + 3.0)
    np.testing.assert_allclose(
        harmonised(months, **rule), harmonised(table, **rule), rtol=0, atol=1e-9
    )


@FEW
@given(tables())
def test_a_second_harmonisation_finds_nothing_to_take_out(table) -> None:
    once = table.copy()
    plain = ComBat("site", columns=FEATURES, empirical_bayes=False, smallest_batch=5)
    once[FEATURES] = plain.fit_transform(table)[FEATURES]
    again = plain.fit(once)
    np.testing.assert_allclose(again.gamma_hat_, 0.0, atol=1e-9)
    np.testing.assert_allclose(
        again.delta_hat_, again.delta_hat_[[0]].repeat(len(again.batches_), axis=0), rtol=1e-9
    )
