"""How far a patient is from the training patients."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest
from sklearn.covariance import LedoitWolf
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from radiomics_hcc.modelling.applicability import (
    GRID,
    applicability,
    applicability_card,
    applicability_word,
    model_columns,
)


def fitted(rows: pd.DataFrame) -> Pipeline:
    pipeline = Pipeline([("scaling", StandardScaler()), ("model", LogisticRegression())])
    labels = np.arange(len(rows)) % 2
    return pipeline.set_output(transform="pandas").fit(rows, labels)


def normal(seed: int, patients: int, columns: int = 4, *, scale: float = 1.0) -> pd.DataFrame:
    values = scale * np.random.default_rng(seed).normal(size=(patients, columns))
    names = [f"P{number}" for number in range(patients)]
    return pd.DataFrame(values, index=names, columns=list("abcdefgh")[:columns])


def score(pipeline: Pipeline, card, rows: pd.DataFrame) -> pd.Series:
    return applicability(card, model_columns(pipeline, rows))


def test_ten_standard_deviations_away_is_zero_and_the_middle_is_one() -> None:
    rows = normal(0, 100)
    pipeline = fitted(rows)
    card = applicability_card(pipeline, rows)
    asked = pd.DataFrame(
        [rows.mean(), rows.mean() + np.array([10, 0, 0, 0])], index=["middle", "far"]
    )
    assert score(pipeline, card, asked).tolist() == [1.0, 0.0]


def test_correlation_counts_not_only_the_ranges() -> None:
    generator = np.random.default_rng(1)
    first = generator.normal(size=200)
    rows = pd.DataFrame({"a": first, "b": first + 0.1 * generator.normal(size=200)})
    pipeline = fitted(rows)
    card = applicability_card(pipeline, rows)
    asked = pd.DataFrame({"a": [1.5, 1.5], "b": [1.5, -1.5]}, index=["along", "across"])
    found = score(pipeline, card, asked)
    assert found["along"] > 0.05
    assert found["across"] == 0.0


def test_distances_are_those_of_each_patient_from_the_others() -> None:
    rows = normal(2, 12, 3)
    pipeline = fitted(rows)
    values = model_columns(pipeline, rows).to_numpy()
    expected = []
    for own in range(12):
        others = np.delete(values, own, axis=0)
        estimate = LedoitWolf().fit(others)
        expected.append(estimate.mahalanobis(values[own : own + 1])[0] ** 0.5)
    card = applicability_card(pipeline, rows)
    np.testing.assert_allclose(card["distances"], np.quantile(expected, GRID))


def test_new_patients_of_the_same_population_get_every_score_equally_often() -> None:
    found = []
    for seed in range(8):
        rows = normal(seed, 80)
        pipeline = fitted(rows)
        new = normal(1000 + seed, 60)
        found += score(pipeline, applicability_card(pipeline, rows), new).tolist()
    assert kstest(found, "uniform").statistic < 0.09
    assert np.mean(np.array(found) < 0.05) == pytest.approx(0.05, abs=0.03)


def test_units_of_the_features_do_not_matter() -> None:
    rows = normal(3, 60)
    first, second = fitted(rows), fitted(rows * 1000.0 + 7.0)
    new = normal(4, 20)
    np.testing.assert_allclose(
        score(first, applicability_card(first, rows), new),
        score(second, applicability_card(second, rows * 1000.0 + 7.0), new * 1000.0 + 7.0),
    )


def test_the_farthest_lesion_of_a_patient_counts() -> None:
    rows = normal(5, 80)
    pipeline = fitted(rows)
    card = applicability_card(pipeline, rows)
    asked = pd.DataFrame([rows.mean(), rows.mean() + 10.0], index=["P", "P"])
    assert score(pipeline, card, asked).to_dict() == {"P": 0.0}


def test_card_is_the_same_whatever_the_order_and_holds_no_row() -> None:
    rows = normal(6, 40)
    pipeline = fitted(rows)
    card = applicability_card(pipeline, rows)
    again = applicability_card(pipeline, rows.iloc[::-1])
    np.testing.assert_allclose(card["distances"], again["distances"])
    assert set(card) == {"columns", "means", "precision", "distances", "patients"}
    assert (len(card["means"]), len(card["distances"])) == (4, 101)


def test_constant_column_does_not_count() -> None:
    rows = normal(7, 40).assign(a=1.0)
    pipeline = fitted(rows)
    card = applicability_card(pipeline, rows)
    assert score(pipeline, card, rows.iloc[:1]).notna().all()


def test_more_columns_than_patients_still_have_a_distance() -> None:
    rows = (
        normal(8, 20, 8)
        .join(normal(9, 20, 8).add_suffix("2"))
        .join(normal(10, 20, 8).add_suffix("3"))
    )
    pipeline = fitted(rows)
    card = applicability_card(pipeline, rows)
    assert score(pipeline, card, rows + 10.0).eq(0.0).all()


def test_nothing_is_said_where_it_cannot_be() -> None:
    few = normal(11, 9)
    assert applicability_card(fitted(few), few) is None
    rows = normal(12, 40)
    bare = Pipeline([("model", LogisticRegression())]).fit(rows, np.arange(40) % 2)
    assert applicability_card(bare, rows) is None


@pytest.mark.parametrize(
    ("value", "is_beyond", "word"),
    [
        (0.5, False, "inside"),
        (0.05, False, "inside"),
        (0.5, True, "borderline"),
        (0.04, False, "borderline"),
        (0.0, False, "outside"),
        (float("nan"), True, "not known"),
    ],
)
def test_words(value: float, is_beyond: bool, word: str) -> None:
    assert applicability_word(value, is_beyond=is_beyond) == word
