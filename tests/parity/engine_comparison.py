"""How far the native engine is from PyRadiomics on one region, feature by feature."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from radiomics_hcc.domain.feature import feature_class, short_name
from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features.engine import Extracted
from radiomics_hcc.features.native_engine import NativeEngine
from radiomics_hcc.features.parameters import Parameters
from radiomics_hcc.features.pyradiomics_engine import PyRadiomicsEngine

TOLERANCE: Final = 1e-9  # relative, double precision
# What sums of double precision may be off by, in units of what is summed.
ROUNDING: Final = 1e-13
TEXTURES: Final = frozenset({"glcm", "gldm", "glrlm", "glszm", "ngtdm"})
# Sums in which terms of both signs cancel, as a power of a feature that cannot.
CANCELLING: Final = {"ClusterShade": ("ClusterProminence", 0.75)}
OF_ORDER_1: Final = ("Correlation", "Imc1")
# Square roots, which turn a rounding of 1e-16 where the value is 0 into 1e-8: squares are compared.
ROOTS: Final = {
    ("glcm", "Imc2"): "",
    ("shape", "LeastAxisLength"): "MajorAxisLength",
    ("shape", "MinorAxisLength"): "MajorAxisLength",
    ("shape", "Elongation"): "",
    ("shape", "Flatness"): "",
}
IN_INTENSITY: Final = frozenset(
    "10Percentile 90Percentile InterquartileRange Maximum MeanAbsoluteDeviation Mean Median "
    "Minimum Range RobustMeanAbsoluteDeviation RootMeanSquared StandardDeviation".split()
)
# Directions at most: 13, at up to 3 distances (2 (2 d + 1)^2 + ... are halved): 13 + 49 + 109.
MOST_DIRECTIONS: Final = 171
ROOT_ROUNDING: Final = 1e-7  # of an eigenvalue that is 0
IMAGE_OF_ONE_VALUE: Final = 1e-12  # deviation in units of the intensity below which it is rounding

Values = Mapping[str, float]


@dataclass(frozen=True)
class Comparison:
    """Both engines' answers for one region.

    Parameters
    ----------
    refusals
        What an engine said that refused the region, by engine.
    differences
        Largest relative difference beyond rounding, by feature.
    values
        Ours and theirs, by feature.
    only_one
        Features that one engine alone has (a NaN is no value).
    """

    refusals: Mapping[str, str]
    differences: Values
    values: Mapping[str, tuple[float, float]]
    only_one: tuple[str, ...]

    def beyond(self, tolerance: float = TOLERANCE) -> dict[str, tuple[float, float]]:
        """Ours and theirs of the features that differ by more."""
        return {
            name: self.values[name]
            for name, difference in self.differences.items()
            if difference > tolerance
        }

    @property
    def largest(self) -> float:
        """The largest difference; 0 where nothing was compared."""
        return max(self.differences.values(), default=0.0)


def compare(image: Volume, mask: Mask, parameters: Parameters) -> Comparison:
    """Measure a region with both engines."""
    refusals: dict[str, str] = {}
    ours, theirs = (
        _values(engine, image, mask, parameters, refusals)
        for engine in (NativeEngine(), PyRadiomicsEngine())
    )
    if refusals:
        return Comparison(refusals, {}, {}, ())
    return compare_values(ours, theirs)


def compare_values(ours: Values, theirs: Values) -> Comparison:
    """Compare features of the same names, one engine's with the other's."""
    pairs = {
        name: (ours.get(name, math.nan), theirs.get(name, math.nan))
        for name in dict.fromkeys([*theirs, *ours])
    }
    known = {name: pair for name, pair in pairs.items() if not any(map(math.isnan, pair))}
    differences = {name: difference(name, *pair, theirs) for name, pair in known.items()}
    only_one = tuple(name for name, pair in pairs.items() if sum(map(math.isnan, pair)) == 1)
    return Comparison({}, differences, known, only_one)


def difference(name: str, ours: float, theirs: float, values: Values) -> float:
    """Relative difference of a feature, beyond the rounding of what it sums.

    Parameters
    ----------
    name
        The feature's whole name.
    ours, theirs
        Its two values.
    values
        The other features of the region, for the magnitude of what cancels.
    """
    group, short = feature_class(name), short_name(name)
    if group == "glcm" and short == "MCC" and is_share_of_directions(ours, theirs):
        return 0.0
    if group == "firstorder" and short in ("Skewness", "Kurtosis") and _is_flat(name, values):
        return 0.0
    if (group, short) in ROOTS:
        whole = ROOTS[group, short]
        scale = values[_sibling(name, whole)] ** 2 if whole else 1.0
        return _relative(ours**2, theirs**2, ROUNDING * scale)
    return _relative(ours, theirs, _rounding(name, values))


def is_share_of_directions(ours: float, theirs: float) -> bool:
    """Whether PyRadiomics' MCC is ours but for directions whose root it could not take.

    A direction whose matrix has rank 1 has the second eigenvalue 0. PyRadiomics finds it as plus
    or minus 1e-17: a root of 1e-9, or none, and then it averages over the other directions.
    """
    if abs(ours - theirs) <= ROOT_ROUNDING:
        return True
    parts = ours / theirs
    return parts < 1 and any(
        abs(parts * directions - round(parts * directions)) < ROOT_ROUNDING * directions / theirs
        for directions in range(2, MOST_DIRECTIONS)
    )


def _relative(ours: float, theirs: float, rounding: float) -> float:
    beyond = abs(ours - theirs) - rounding
    return beyond / max(abs(ours), abs(theirs)) if beyond > 0 else 0.0


def _rounding(name: str, values: Values) -> float:
    group, short = feature_class(name), short_name(name)
    if group == "firstorder":
        largest = _largest_intensity(name, values)
        if short in IN_INTENSITY:
            return ROUNDING * largest
        return ROUNDING * {"Variance": largest**2, "Skewness": 1.0}.get(short, 0.0)
    if short in CANCELLING:
        whole, power = CANCELLING[short]
        return ROUNDING * (values[_sibling(name, whole)] ** power + 1.0)
    if short in OF_ORDER_1:
        return ROUNDING
    return 0.1 * ROUNDING if group in TEXTURES else 0.0


def _is_flat(name: str, values: Values) -> bool:
    deviation = math.sqrt(values[_sibling(name, "Variance")])
    return deviation <= IMAGE_OF_ONE_VALUE * _largest_intensity(name, values)


def _largest_intensity(name: str, values: Values) -> float:
    return max(abs(values[_sibling(name, end)]) for end in ("Minimum", "Maximum"))


def _sibling(name: str, short: str) -> str:
    return f"{name.rsplit('_', 1)[0]}_{short}"


def _values(
    engine: NativeEngine | PyRadiomicsEngine,
    image: Volume,
    mask: Mask,
    parameters: Parameters,
    refusals: dict[str, str],
) -> Values:
    try:
        found: Extracted = engine.extract(image, mask, parameters)
    except ExtractionError as error:
        refusals[engine.name] = str(error)
        return {}
    return {feature.name: feature.value for feature in found.features}
