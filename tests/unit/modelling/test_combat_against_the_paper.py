"""ComBat beside a second implementation: the equations of Johnson 2007, one feature at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from radiomics_hcc.modelling.combat import ComBat

ROWS, FEATURES = 90, 12
COLUMNS = [f"f{number}" for number in range(FEATURES)]


@dataclass
class PaperComBat:
    """Notation of the paper: site i, feature g; loops, no array over features."""

    is_shrunken: bool = True
    is_mean_only: bool = False
    reference: str = ""
    located: dict = field(default_factory=dict)
    spread: dict = field(default_factory=dict)

    def harmonise(
        self, table: pd.DataFrame, sites: list[str], covariates: np.ndarray
    ) -> np.ndarray:
        names = sorted(set(sites))
        standard = {g: self.standardise(table[g], sites, covariates) for g in table}
        for i in names:
            rows = np.array([site == i for site in sites])
            z = {g: self.present(values[rows]) for g, (values, _, _) in standard.items()}
            self.estimate(i, z)
        result = table.copy()
        for g, (values, expected, sigma) in standard.items():
            for row, i in enumerate(sites):
                if i == self.reference or np.isnan(values[row]):
                    continue
                moved = (values[row] - self.located[i, g]) / self.spread[i, g] ** 0.5
                result.loc[row, g] = sigma * moved + expected[row]
        return result.to_numpy()

    def standardise(self, column: pd.Series, sites: list[str], covariates: np.ndarray):
        y = column.to_numpy()
        names = sorted(set(sites))
        x = np.array([[float(site == name) for name in names] for site in sites])
        x = np.hstack([x, covariates])
        seen = ~np.isnan(y)
        beta = np.linalg.solve(x[seen].T @ x[seen], x[seen].T @ y[seen])
        per_site = x[seen][:, : len(names)].sum(axis=0)
        alpha = beta[: len(names)] @ per_site / per_site.sum()
        judged = seen
        if self.reference:
            alpha = beta[names.index(self.reference)]
            judged = seen & (x[:, names.index(self.reference)] == 1)
        sigma = np.mean((y[judged] - x[judged] @ beta) ** 2) ** 0.5
        expected = alpha + covariates @ beta[len(names) :]
        return (y - expected) / sigma, expected, sigma

    @staticmethod
    def present(values: np.ndarray) -> list[float]:
        return [float(value) for value in values if not np.isnan(value)]

    def estimate(self, i: str, z: dict[str, list[float]]) -> None:
        gamma = {g: sum(v) / len(v) for g, v in z.items()}
        delta = {g: sum((x - gamma[g]) ** 2 for x in v) / (len(v) - 1) for g, v in z.items()}
        if self.is_mean_only:
            delta = dict.fromkeys(z, 1.0)
        count = len(z)
        gamma_bar = sum(gamma.values()) / count
        tau2 = sum((value - gamma_bar) ** 2 for value in gamma.values()) / (count - 1)
        v = sum(delta.values()) / count
        s2 = sum((value - v) ** 2 for value in delta.values()) / (count - 1)
        for g in z:
            self.located[i, g], self.spread[i, g] = gamma[g], delta[g]
            if self.is_shrunken:
                found = self.shrink(z[g], (gamma[g], delta[g]), (gamma_bar, tau2), (v, s2))
                self.located[i, g], self.spread[i, g] = found

    def shrink(self, z, start, location_prior, scale_prior):
        (own, d), (gamma_bar, tau2), (v, s2) = start, location_prior, scale_prior
        n = len(z)
        for _ in range(500):
            g = (n * tau2 * own + d * gamma_bar) / (n * tau2 + d)
            if not self.is_mean_only:
                lam, theta = (v**2 + 2 * s2) / s2, (v**3 + v * s2) / s2
                d = (theta + 0.5 * sum((x - g) ** 2 for x in z)) / (n / 2 + lam - 1)
        return g, d


@pytest.fixture
def rows() -> pd.DataFrame:
    """Three sites of unequal size, a number and a word that matter, features of all scales."""
    generator = np.random.default_rng(8)
    site = np.repeat(["A", "B", "C"], [40, 30, 20])
    age = generator.normal(60, 9, ROWS) + 5 * (site == "B")
    sex = generator.choice(["f", "m"], ROWS)
    values = generator.normal(size=(ROWS, FEATURES)) * np.exp(generator.normal(size=FEATURES))
    values += 0.1 * age[:, None] * generator.normal(size=FEATURES) + (sex == "m")[:, None]
    for name, factor in (("B", 1.7), ("C", 0.6)):
        values[site == name] *= factor * np.exp(0.2 * generator.normal(size=FEATURES))
        values[site == name] += generator.normal(size=FEATURES)
    table = pd.DataFrame(values * 10.0 ** np.arange(-4, 8), columns=COLUMNS)
    return table.assign(site=site, age=age, sex=sex)


def covariate_columns(rows: pd.DataFrame, names: tuple[str, ...]) -> np.ndarray:
    columns = {"age": rows["age"], "sex": (rows["sex"] == "m").astype(float)}
    chosen = [columns[name] - columns[name].mean() for name in names]
    return np.column_stack([np.empty((len(rows), 0)), *chosen])


@pytest.mark.parametrize("covariates", [(), ("age",), ("age", "sex")])
@pytest.mark.parametrize(
    ("paper", "ours"),
    [
        (PaperComBat(), {}),
        (PaperComBat(is_shrunken=False), {"empirical_bayes": False}),
        (PaperComBat(reference="B"), {"reference": "B"}),
        (PaperComBat(is_mean_only=True), {"mean_only": True}),
    ],
    ids=["empirical_bayes", "as_estimated", "reference", "mean_only"],
)
@pytest.mark.parametrize("share_empty", [0.0, 0.1])
def test_values_are_those_of_the_equations(rows, covariates, paper, ours, share_empty) -> None:
    empty = np.random.default_rng(2).random((ROWS, FEATURES)) < share_empty
    rows[COLUMNS] = rows[COLUMNS].mask(empty)
    columns = covariate_columns(rows, covariates)
    wanted = paper.harmonise(rows[COLUMNS], list(rows["site"]), columns)
    combat = ComBat("site", columns=COLUMNS, covariates=covariates, **ours)
    found = combat.fit_transform(rows)[COLUMNS].to_numpy()
    spread = rows[COLUMNS].std().to_numpy()
    np.testing.assert_allclose(found / spread, wanted / spread, rtol=0, atol=1e-8)


def test_covariate_effects_are_those_of_ordinary_least_squares(rows) -> None:
    combat = ComBat("site", columns=COLUMNS, covariates=("age", "sex")).fit(rows)
    design = np.hstack([pd.get_dummies(rows["site"]), covariate_columns(rows, ("age", "sex"))])
    for number, name in enumerate(COLUMNS):
        fitted = sm.OLS(rows[name].to_numpy(), design.astype(float)).fit()
        per_deviation = fitted.params[3] * rows["age"].std(ddof=0)
        wanted = [per_deviation, fitted.params[4]]
        np.testing.assert_allclose(combat.slopes_[:, number], wanted, rtol=1e-7)
        rms = np.sqrt(np.mean(fitted.resid**2))
        assert combat.pooled_sd_[number] == pytest.approx(rms, rel=1e-9)
