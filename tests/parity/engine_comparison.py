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
    ("shape", "LeastAxisLength"): "MajorAxisLength",
    ("shape", "MinorAxisLength"): "MajorAxisLength",
    ("shape", "Elongation"): "",
    ("shape", "Flatness"): "",
}
WITHOUT_UNIT: Final = frozenset({"Energy", "TotalEnergy", "Entropy", "Uniformity", "Kurtosis"})
MOST_DIRECTIONS: Final = 98 + 49 + 13  # at the distances 1 to 3
ROOT_ROUNDING: Final = 1e-7  # mean over directions of the root of a rounding
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
    only_one = tuple(name for name, pair in pairs.items() if _is_missing(name, *pair))
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
    if group == "glcm" and short == "Correlation" and is_short_of_directions(ours, theirs):
        return 0.0
    if is_rounding_alone(name, values):
        return 0.0
    if (group, short) == ("glcm", "Imc2"):
        return _relative(ours, theirs, ROOT_ROUNDING)
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


def is_short_of_directions(ours: float, theirs: float) -> bool:
    """Whether some directions have a correlation of 0 in PyRadiomics' mean and of 1 in ours.

    Both engines say 1 where all pairs of a direction begin, or end, with one level. PyRadiomics
    asks whether the deviation is exactly 0, and rounding can make it 1e-16.
    """
    short = ours - theirs
    return short > 0 and any(
        abs(short * directions - round(short * directions)) < TOLERANCE
        for directions in range(1, MOST_DIRECTIONS)
        if round(short * directions) > 0
    )


def _relative(ours: float, theirs: float, rounding: float) -> float:
    beyond = abs(ours - theirs) - rounding
    return beyond / max(abs(ours), abs(theirs)) if beyond > 0 else 0.0


def _rounding(name: str, values: Values) -> float:
    group, short = feature_class(name), short_name(name)
    if group == "shape":
        return 0.0
    if group == "firstorder":
        largest = _largest_intensity(name, values)
        if short in WITHOUT_UNIT:
            return 0.0
        return ROUNDING * {"Variance": largest**2, "Skewness": 1.0}.get(short, largest)
    if short in CANCELLING:
        whole, power = CANCELLING[short]
        return ROUNDING * (values[_sibling(name, whole)] ** power + 1.0)
    if short in OF_ORDER_1:
        return ROUNDING
    return 0.1 * ROUNDING if group in TEXTURES else 0.0


def is_rounding_alone(name: str, values: Values) -> bool:
    """Whether a feature of a constant region, or of a filter's answer to one, is mere rounding."""
    group, short = feature_class(name), short_name(name)
    lowest = values.get(_in_first_order(name, "Minimum"))
    if lowest is None or group.startswith("shape"):
        return False
    scale = _largest_intensity(name, values)
    if math.sqrt(values[_in_first_order(name, "Variance")]) > IMAGE_OF_ONE_VALUE * scale:
        return False
    if group in TEXTURES:  # levels are those of the rounding, if there are several
        return values[_in_first_order(name, "Range")] > 0
    is_zero = abs(lowest) <= IMAGE_OF_ONE_VALUE * scale
    return short in ("Skewness", "Kurtosis") or (is_zero and short in WITHOUT_UNIT)


def _is_missing(name: str, ours: float, theirs: float) -> bool:
    """Whether one engine alone has a value.

    But for the MCC: PyRadiomics cannot take the root of a 0 that came out as -1e-17, and says 1
    for one grey level even where no two voxels are neighbours and its other features are NaN.
    """
    is_root_of_zero = math.isnan(theirs) and ours <= ROOT_ROUNDING
    is_without_pairs = math.isnan(ours) and theirs == 1
    if short_name(name) == "MCC" and (is_root_of_zero or is_without_pairs):
        return False
    return math.isnan(ours) != math.isnan(theirs)


def _largest_intensity(name: str, values: Values) -> float:
    """Of the region in this image and, whose rounding a filter passes on, in the original one."""
    ends = [
        abs(values.get(f"{image}_firstorder_{end}", 0.0))
        for image in (name.split("_")[0], "original")
        for end in ("Minimum", "Maximum")
    ]
    return max(ends)


def _in_first_order(name: str, short: str) -> str:
    return f"{name.split('_')[0]}_firstorder_{short}"


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
