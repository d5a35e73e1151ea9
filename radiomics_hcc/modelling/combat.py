"""ComBat: differences between sites or scanners are taken out of the features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Self, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags, check_array
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted, validate_data

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.combat_checks import (
    SMALLEST_BATCH,
    UNSEEN,
    batch_names,
    batch_problems,
    column_problems,
    unseen_problems,
    word_problems,
)
from radiomics_hcc.modelling.combat_covariates import CovariateCode, design_problems, learn_code
from radiomics_hcc.modelling.combat_effects import EffectRule, batch_effects, is_constant
from radiomics_hcc.modelling.combat_regression import regress

FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]
ColumnName: TypeAlias = str | int
"""Name of a column; its number where the data are an array."""

ONE_BATCH: Final = "all"


class ComBat(TransformerMixin, BaseEstimator):
    r"""Location and scale of every batch are brought to those of all batches.

    Value of feature f of row j in batch i, with covariates x [1]_:

    .. math:: y_{ijf} = \alpha_f + x_{ij} \beta_f + \gamma_{if} + \delta_{if} \epsilon_{ijf}

    Standardised z = (y - a - x b) / s; the batch's location g and scale d (a variance) are
    estimated from z, shrunken over the features (empirical Bayes) and taken out:
    a + x b + s (z - g) / sqrt(d). Used for images since [2]_; with a reference batch a and s are
    that batch's, and its rows are not changed [3]_.

    Everything is learned in `fit`; a row is transformed by its own values alone. Columns that are
    harmonised come back, and so does every other column but the batch and the covariates.

    Parameters
    ----------
    batch
        Column of the site, scanner or protocol. None: all rows are one batch, nothing changes.
    columns
        Columns to harmonise, numbers; None: all but the batch and the covariates.
    covariates
        Columns whose effect is kept. Never the outcome: that would be leakage.
    reference
        Batch that the others are brought to; empty: the mean of all.
    unseen
        What happens to rows of a batch that `fit` never saw, or of none: `error`; `pass_through`
        leaves them as measured; `pooled` corrects them by the average of the known batches, each
        counted by its rows, which changes little unless there is a reference.
    empirical_bayes
        Whether the effects of a batch are shrunken.
    mean_only
        Whether the scale stays as it is.
    smallest_batch
        Fewest patients (different values of the index) of a batch.

    Attributes
    ----------
    batches_ : list of str
        Batches in alphabetical order.
    batch_patients_ : dict
        Patients per batch.
    columns_ : list
        The harmonised columns.
    gamma_hat_, gamma_star_ : arrays of shape (batches, columns)
        Location as estimated (NaN where the batch has no value) and as used, in pooled standard
        deviations.
    delta_hat_, delta_star_ : arrays of shape (batches, columns)
        Scale as estimated (NaN below two different values) and as used: variance relative to the
        pooled one.
    grand_mean_, pooled_sd_ : arrays of shape (columns,)
        a and s in the features' units; s is 1 where a feature has no spread within batches.
    slopes_ : array of shape (covariate columns, columns)
        b, per standard deviation of a number, per level of a word.
    not_harmonised_ : dict
        Columns that are left as measured, with the reason.

    Notes
    -----
    Empty cells stay empty and are left out of every estimate. A feature that is constant within
    each batch is shifted to one value. One that is constant in a batch keeps its scale there.

    Variances divide as in [1]_, the pooled one by N rows and a batch's by n - 1, so that B
    batches leave a spread that is smaller by sqrt(1 - B / N) than the pooled unbiased one.

    References
    ----------
    .. [1] Johnson, Li, Rabinovic. Biostatistics 8 (2007) 118-127.
    .. [2] Fortin et al. NeuroImage 161 (2017) 149-170.
    .. [3] Stein et al. BMC Medical Genomics 8 (2015) 63.

    Examples
    --------
    >>> rows = pd.DataFrame({"site": list("aaabbb"), "x": [1.0, 2.0, 3.0, 11.0, 12.0, 13.0]})
    >>> combat = ComBat("site", mean_only=True, smallest_batch=3)
    >>> combat.fit_transform(rows)["x"].round(6).tolist()
    [6.0, 7.0, 8.0, 6.0, 7.0, 8.0]
    """

    def __init__(
        self,
        batch: ColumnName | None = None,
        columns: Sequence[ColumnName] | None = None,
        covariates: Sequence[ColumnName] = (),
        reference: str = "",
        unseen: str = "error",
        empirical_bayes: bool = True,
        mean_only: bool = False,
        smallest_batch: int = SMALLEST_BATCH,
    ) -> None:
        self.batch = batch
        self.columns = columns
        self.covariates = covariates
        self.reference = reference
        self.unseen = unseen
        self.empirical_bayes = empirical_bayes
        self.mean_only = mean_only
        self.smallest_batch = smallest_batch

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: ARG002 (API)
        """Learn the effects of the batches.

        Parameters
        ----------
        X : DataFrame or array of shape (rows, columns)
            The index of a DataFrame is the patient of each row.

        Raises
        ------
        InputError
            For columns that are not there, rows without a batch, batches that are too small, an
            unknown reference, and covariates that cannot be told from the batch.
        """
        frame = self._frame(X, reset=True)
        self._check_columns(frame)
        values, names = self._values(frame), self._batch_names(frame)
        self.batches_ = sorted(set(names))
        self._check_batches(frame, names)
        self.codes_ = {name: learn_code(frame[name]) for name in self.covariates}
        members = names[:, np.newaxis] == np.array(self.batches_, dtype=object)
        covariates = self._covariates(frame)
        problems = design_problems(members.astype(np.float64), covariates)
        if problems:
            raise InputError(problems, f"harmonisation by {self.batch}")
        self._learn(values, members, _joined(covariates, len(frame)))
        return self

    def transform(self, X: ArrayLike) -> pd.DataFrame | FloatArray:
        """Take the effects of the batches out.

        Returns
        -------
        DataFrame or array
            As X, without the batch and the covariates.

        Raises
        ------
        InputError
            Where `unseen` is `error` and a batch is unknown.
        """
        check_is_fitted(self, "gamma_star_")
        frame = self._frame(X, reset=False)
        location, scale = self._effects(self._batch_names(frame))
        values = self._values(frame)
        covariates = _joined(self._covariates(frame), len(frame))
        expected = self.grand_mean_ + covariates @ self.slopes_
        shifted = values - expected - self.pooled_sd_ * location
        is_changed = (location != 0.0) | (scale != 1.0)
        changed = np.where(is_changed, expected + shifted / np.sqrt(scale), values)
        result = self._with_others(changed, frame)
        return result if isinstance(X, pd.DataFrame) else result.to_numpy()

    def _with_others(self, changed: FloatArray, frame: pd.DataFrame) -> pd.DataFrame:
        """Put the harmonised columns where they were, beside those that are passed on."""
        harmonised = pd.DataFrame(changed, index=frame.index, columns=self.columns_)
        kept = frame.columns[self.kept_]
        others = frame[[name for name in kept if name not in set(self.columns_)]]
        return harmonised[kept] if others.empty else pd.concat([harmonised, others], axis=1)[kept]

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Names of the columns that come back."""
        check_is_fitted(self, "gamma_star_")
        names = np.asarray(_check_feature_names_in(self, input_features), dtype=object)
        return np.asarray(names[self.kept_])

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    @property
    def _context(self) -> list[ColumnName]:
        """Columns that are used and not passed on."""
        return [*([] if self.batch is None else [self.batch]), *self.covariates]

    def _frame(self, X: ArrayLike, *, reset: bool) -> pd.DataFrame:
        """The data as a table; the columns of an array are called by their numbers."""
        if isinstance(X, pd.DataFrame):
            validate_data(self, X, reset=reset, skip_check_array=True)
            return X
        values = validate_data(
            self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan"
        )
        names = None if reset else getattr(self, "feature_names_in_", None)
        return pd.DataFrame(values, columns=names)

    def _check_columns(self, frame: pd.DataFrame) -> None:
        wanted = [*self._context, *(self.columns or ())]
        problems = column_problems(wanted, list(frame.columns))
        problems += word_problems("unseen", self.unseen, UNSEEN)
        if problems:
            raise InputError(problems, "harmonisation")
        context = set(self._context)
        every = [name for name in frame.columns if name not in context]
        self.columns_ = every if self.columns is None else list(self.columns)
        self.kept_ = np.array([name not in context for name in frame.columns])

    def _values(self, frame: pd.DataFrame) -> FloatArray:
        """The columns to harmonise, NaN where empty."""
        if not self.columns_:
            return np.empty((len(frame), 0))
        values = frame[self.columns_].to_numpy(dtype=np.float64)
        return np.asarray(check_array(values, ensure_all_finite="allow-nan", estimator=self))

    def _batch_names(self, frame: pd.DataFrame) -> NDArray[np.object_]:
        if self.batch is None:
            return np.full(len(frame), ONE_BATCH, dtype=object)
        return np.array(batch_names(frame[self.batch]), dtype=object)

    def _covariates(self, frame: pd.DataFrame) -> dict[str, FloatArray]:
        """Columns of each covariate, shape (rows, width)."""
        codes: dict[ColumnName, CovariateCode] = self.codes_
        return {str(name): code.encode(frame[name]) for name, code in codes.items()}

    def _check_batches(self, frame: pd.DataFrame, names: NDArray[np.object_]) -> None:
        """Every row has a batch, every batch is large enough, the reference is among them."""
        patients = pd.Series(frame.index.astype(str)).groupby(names).nunique()
        self.batch_patients_ = {str(name): int(number) for name, number in patients.items()}
        smallest = 0 if self.batch is None else self.smallest_batch
        problems = batch_problems(self.batch_patients_, smallest)
        if self.reference:
            problems += word_problems("reference", self.reference, self.batches_)
        if problems:
            raise InputError(problems, f"harmonisation by {self.batch}")

    def _rule(self) -> EffectRule:
        reference = self.batches_.index(self.reference) if self.reference else None
        return EffectRule(self.empirical_bayes, self.mean_only, reference)

    def _learn(self, values: FloatArray, members: BoolArray, covariates: FloatArray) -> None:
        """Set the regression and the effects of the batches."""
        rule = self._rule()
        found = regress(values, members, covariates, rule.reference)
        expected = found.expected(covariates)
        effects = batch_effects(values, members, found=found, expected=expected, rule=rule)
        self.gamma_hat_, self.gamma_star_ = effects.location, effects.used_location
        self.delta_hat_, self.delta_star_ = effects.scale, effects.used_scale
        self.pooled_sd_ = np.where(found.deviation > 0.0, found.deviation, 1.0)
        self.grand_mean_, self.slopes_ = np.nan_to_num(found.grand_mean, nan=0.0), found.slopes
        self.batch_shares_ = members.mean(axis=0)
        self.not_harmonised_ = self._left_alone(values, found.grand_mean)

    def _left_alone(self, values: FloatArray, grand_mean: FloatArray) -> dict[ColumnName, str]:
        """Columns that no batch effect can be learned for, and why."""
        cases = {
            "constant in training": is_constant(values),
            f"empty in the reference batch {self.reference}": np.isnan(grand_mean),
            "empty in training": np.isnan(values).all(axis=0),
        }
        return {
            self.columns_[number]: reason
            for reason, is_case in cases.items()
            for number in np.flatnonzero(is_case)
        }

    def _effects(self, names: NDArray[np.object_]) -> tuple[FloatArray, FloatArray]:
        """Location and scale of each row, shape (rows, columns)."""
        unknown = unseen_problems(names, self.batches_)
        if unknown and self.unseen == "error":
            raise InputError(unknown, f"harmonisation by {self.batch}")
        place = {name: number for number, name in enumerate(self.batches_)}
        rows = np.array([place.get(name, len(place)) for name in names], dtype=np.intp)
        is_pooled = self.unseen == "pooled"
        locations, scales = (
            np.vstack([used, self.batch_shares_ @ used if is_pooled else neutral])
            for used, neutral in (
                (self.gamma_star_, np.zeros(len(self.columns_))),
                (self.delta_star_, np.ones(len(self.columns_))),
            )
        )
        return locations[rows], scales[rows]


def _joined(covariates: Mapping[str, FloatArray], rows: int) -> FloatArray:
    return np.hstack([np.empty((rows, 0)), *covariates.values()])
