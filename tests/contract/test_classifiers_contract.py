"""Every classifier of the table and every transformer keeps scikit-learn's rules."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
from sklearn.base import BaseEstimator, is_classifier
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import (
    check_do_not_raise_errors_in_init_or_set_params,
    check_estimator_cloneable,
    check_estimator_repr,
    check_get_params_invariance,
    check_no_attributes_set_in_init,
    check_set_params,
    parametrize_with_checks,
)

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.calibrators import (
    CalibratedClassifier,
    SigmoidCalibrator,
    TemperatureCalibrator,
)
from radiomics_hcc.modelling.classifiers.base import MAX_GRID_POINTS
from radiomics_hcc.modelling.classifiers.block_stacking import BlockStacking
from radiomics_hcc.modelling.classifiers.k_nearest import NearestShares
from radiomics_hcc.modelling.classifiers.margin import MarginClassifier
from radiomics_hcc.modelling.classifiers.no_information import PatientShares
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogisticClassifier
from radiomics_hcc.modelling.classifiers.table import (
    CLASSIFIERS,
    all_classifiers,
    make_classifier,
)
from radiomics_hcc.modelling.combat import ComBat
from radiomics_hcc.modelling.selection import (
    CorrelationPruning,
    FdrSelection,
    MinimumRedundancySelection,
    MissingRateFilter,
    NearConstantFilter,
    ReliabilityFilter,
    StabilitySelection,
    UnivariateSelection,
)


@parametrize_with_checks(
    [
        CalibratedClassifier(LogisticRegression(), SigmoidCalibrator()),
        CalibratedClassifier(LogisticRegression(), TemperatureCalibrator()),
        ComBat(),
        MarginClassifier(),
        MarginClassifier(kernel="rbf", class_weight="balanced"),
        NearestShares(),
        OrdinalLogisticClassifier(),
        PatientShares(),
        MissingRateFilter(),
        NearConstantFilter(),
        CorrelationPruning(),
        CorrelationPruning(method="pearson"),
        FdrSelection(),
        MinimumRedundancySelection(),
        ReliabilityFilter(),
        StabilitySelection(random_state=0),
        UnivariateSelection(),
    ]
)
def test_estimator_keeps_the_rules_of_scikit_learn(estimator: BaseEstimator, check) -> None:
    check(estimator)


@pytest.mark.parametrize(
    "check",
    [
        check_do_not_raise_errors_in_init_or_set_params,
        check_estimator_cloneable,
        check_estimator_repr,
        check_get_params_invariance,
        check_no_attributes_set_in_init,
        check_set_params,
    ],
)
def test_stacking_keeps_the_rules_that_need_no_columns(check) -> None:
    """The other checks fit arrays without names, in which no column is clinical."""
    check("BlockStacking", BlockStacking())


@pytest.fixture(params=sorted(CLASSIFIERS))
def step(request):
    return CLASSIFIERS[request.param]()


@pytest.fixture(params=sorted(kind for kind, step in CLASSIFIERS.items() if not step().block_step))
def plain_step(request):
    """A kind that takes any columns; `test_stacking.py` fits the others."""
    return CLASSIFIERS[request.param]()


def test_step_returns_from_its_configuration(step) -> None:
    assert make_classifier(step.to_config()) == step


def test_grid_is_small_and_names_parameters_of_the_estimator(step) -> None:
    estimator, grid = step.search_space()
    assert is_classifier(estimator)
    assert set(grid) <= set(estimator.get_params())
    assert prod(len(values) for values in grid.values()) <= MAX_GRID_POINTS


@pytest.mark.parametrize("classes", [2, 4])
def test_every_grid_point_fits_and_gives_probabilities(plain_step, classes: int) -> None:
    generator = np.random.default_rng(3)
    codes = np.arange(60) % classes
    values = generator.normal(size=(60, 5)) + codes[:, None]
    estimator, grid = plain_step.search_space()
    for name, choices in grid.items():
        for value in choices:
            estimator.set_params(**{name: value})
            probability = estimator.fit(values, codes).predict_proba(values)
            assert probability.shape == (60, classes)
            np.testing.assert_allclose(probability.sum(axis=1), 1.0)


def test_values_of_a_grid_increase_so_that_its_edges_are_its_ends(step) -> None:
    for values in step.search_space()[1].values():
        assert list(values) == sorted(set(values))


def test_at_most_ten_features_reach_a_model(step) -> None:
    assert step.selected_features <= 10


def test_the_table_is_what_is_found_without_other_packages() -> None:
    assert set(all_classifiers()) >= set(CLASSIFIERS)


def test_unknown_kind_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'elastic_net'"):
        make_classifier({"kind": "elastic_nett"})


def test_unknown_parameter_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'trees'"):
        make_classifier({"kind": "random_forest", "tree": 5})
