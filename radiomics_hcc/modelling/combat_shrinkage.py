"""Empirical Bayes of ComBat: the batch effects of one batch borrow from each other."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

FloatArray: TypeAlias = NDArray[np.float64]

TOLERANCE: Final = 1e-10
"""Largest change of a location (in standard deviations) or of a scale (relative) at the end."""

MAX_ITERATIONS: Final = 1_000
FEWEST_FOR_PRIOR: Final = 2  # a variance over features needs two of them


@dataclass(frozen=True, eq=False)
class BatchEstimate:
    """What the rows of one batch say of each standardised feature.

    Parameters
    ----------
    count : array of shape (features,)
        Cells that are not empty.
    location : array of shape (features,)
        Their mean, in pooled standard deviations; NaN where there is none.
    scale : array of shape (features,)
        Their variance (n - 1), relative to the pooled one; NaN where there are fewer than two
        different values.
    """

    count: FloatArray
    location: FloatArray
    scale: FloatArray

    def as_it_is(self, *, mean_only: bool) -> tuple[FloatArray, FloatArray]:
        """Location and scale; no location is 0 and no scale is 1, so that nothing is changed."""
        scale = np.ones_like(self.scale) if mean_only else self.scale
        return np.nan_to_num(self.location, nan=0.0), np.nan_to_num(scale, nan=1.0)

    def shrunken(self, *, mean_only: bool) -> tuple[FloatArray, FloatArray]:
        r"""Location and scale, drawn towards what the batch does to features on average.

        Priors: location N(m, t^2), scale inverse gamma (a, b), by moments over the features.
        Posterior, solved by turns until nothing changes [1]_:

        .. math::
            \gamma^* = \frac{n t^2 \hat\gamma + \delta^* m}{n t^2 + \delta^*}, \qquad
            \delta^* = \frac{b + \tfrac12 \sum (z - \gamma^*)^2}{n / 2 + a - 1}

        A feature without a scale keeps scale 1, one without a value has the prior's location.
        With fewer than two features there is no prior, and the estimates stay as they are.

        References
        ----------
        .. [1] Johnson, Li, Rabinovic. Biostatistics 8 (2007) 118-127, section 3.2.
        """
        known = self.location[np.isfinite(self.location)]
        if len(known) < FEWEST_FOR_PRIOR:
            return self.as_it_is(mean_only=mean_only)
        centre, spread = float(known.mean()), float(known.var(ddof=1))
        is_scaled = np.isfinite(self.scale) & (not mean_only)
        scale = np.where(is_scaled, self.scale, 1.0)
        if is_scaled.sum() < FEWEST_FOR_PRIOR:
            return self._locations(scale, centre, spread), scale
        return self._iterate(scale, centre, spread)

    def _iterate(
        self, scale: FloatArray, centre: float, spread: float
    ) -> tuple[FloatArray, FloatArray]:
        is_scaled = np.isfinite(self.scale)
        location = self._locations(scale, centre, spread)
        for _ in range(MAX_ITERATIONS):
            new_scale = np.where(is_scaled, self._scales(location), 1.0)
            new_location = self._locations(new_scale, centre, spread)
            change = max(
                float(np.abs(new_location - location).max()),
                float(np.abs(new_scale / scale - 1.0).max()),
            )
            location, scale = new_location, new_scale
            if change <= TOLERANCE:
                return location, scale
        warnings.warn(
            f"the batch effects still changed by {change:.1e} after {MAX_ITERATIONS} rounds",
            ConvergenceWarning,
            stacklevel=2,
        )
        return location, scale

    def _locations(self, scale: FloatArray, centre: float, spread: float) -> FloatArray:
        """Posterior mean of each location, given the scale."""
        weight = self.count * spread
        own = np.nan_to_num(self.location, nan=0.0)
        return np.asarray((weight * own + scale * centre) / (weight + scale))

    def _scales(self, location: FloatArray) -> FloatArray:
        """Posterior mode of each scale, given the location; NaN where there is no scale.

        a = (m^2 + 2 v) / v and b = (m^3 + m v) / v with the mean m and variance v of the scales;
        both sides of the fraction are taken times v, so that v = 0 needs no case of its own.
        """
        known = self.scale[np.isfinite(self.scale)]
        mean, variance = float(known.mean()), float(known.var(ddof=1))
        squares = (self.count - 1) * self.scale + self.count * (self.location - location) ** 2
        above = variance * (mean + 0.5 * squares) + mean**3
        return np.asarray(above / (variance * (0.5 * self.count + 1.0) + mean**2))
