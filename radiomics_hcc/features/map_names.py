"""Which features of which images a set of maps is to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.features.names import DEPRECATED, FEATURES
from radiomics_hcc.features.parameters import Parameters

MAPPED_CLASSES: Final = tuple(name for name in FEATURES if not name.startswith("shape"))
# How the names of an image type's responses begin.
FIRST_WORDS: Final[Mapping[str, str]] = {
    "Original": "original",
    "LoG": "log-sigma",
    "Wavelet": "wavelet",
    "Square": "square",
    "SquareRoot": "squareroot",
    "Logarithm": "logarithm",
    "Exponential": "exponential",
    "Gradient": "gradient",
    "LBP2D": "lbp-2D",
    "LBP3D": "lbp-3D",
}


@dataclass(frozen=True)
class MapName:
    """A feature as the feature table names it, in its parts.

    Parameters
    ----------
    image
        Name of the response image, such as `wavelet-LLH`.
    feature_class, feature
        PyRadiomics' names, such as `glcm` and `Contrast`.
    """

    image: str
    feature_class: str
    feature: str

    def __str__(self) -> str:
        return f"{self.image}_{self.feature_class}_{self.feature}"

    def is_of(self, image_type: str) -> bool:
        """Whether an image type may give the image."""
        return self.image.startswith(FIRST_WORDS[image_type])


def map_names(features: Iterable[str], parameters: Parameters) -> tuple[MapName, ...]:
    """Read the names of features; repeats count once.

    Raises
    ------
    InputError
        Lists every name that is no feature, has no map, or whose image type the parameters do not
        ask for; or says that there is no name.
    """
    names, problems = [], []
    for word in dict.fromkeys(features):
        parts = word.rsplit("_", 2)
        problem = _problem(word, parts, parameters)
        if problem is None:
            names.append(MapName(*parts))
        else:
            problems.append(problem)
    if not names and not problems:
        problems = [Problem("features", "no feature is asked for", "original_glcm_Contrast is one")]
    if problems:
        raise InputError(problems, "features to map")
    return tuple(names)


def _problem(word: str, parts: list[str], parameters: Parameters) -> Problem | None:
    if len(parts) != 3:
        return Problem(word, "is no name of a feature", "write it as original_glcm_Contrast")
    image, feature_class, feature = parts
    if feature_class.startswith("shape"):
        return Problem(word, "a shape has no map", f"classes: {', '.join(MAPPED_CLASSES)}")
    if feature_class not in MAPPED_CLASSES:
        remedy = did_you_mean(feature_class, list(MAPPED_CLASSES))
        return Problem(word, f"unknown feature class {feature_class!r}", remedy)
    known = [name for name in FEATURES[feature_class] if _has_value(feature_class, name)]
    if feature not in known:
        return Problem(word, f"unknown feature {feature!r}", did_you_mean(feature, known))
    if not any(image.startswith(FIRST_WORDS[name]) for name in parameters.image_types):
        there = ", ".join(FIRST_WORDS[name] for name in parameters.image_types)
        return Problem(word, f"no image type gives {image!r}", f"there are: {there}")
    return None


def _has_value(feature_class: str, feature: str) -> bool:
    """Whether PyRadiomics computes it; of its old names it only does so for first order."""
    return feature_class == "firstorder" or feature not in DEPRECATED.get(feature_class, ())
