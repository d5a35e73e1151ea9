"""Every feature that there is, ours and PyRadiomics': class, name, IBSI id, formula, section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from radiomics_hcc.features import (
    glcm,
    gldm,
    gldzm,
    glrlm,
    glszm,
    intensity_histogram,
    intensity_statistics,
    intensity_volume_histogram,
    local_intensity,
    morphology,
    ngldm,
    ngtdm,
)
from radiomics_hcc.features.ibsi import formulas
from radiomics_hcc.features.ibsi_ids import ibsi_id
from radiomics_hcc.features.names import FEATURES

Texts = Mapping[str, str]  # by feature
# IBSI's classes in the order of its manual, each feature with its id.
IBSI_CLASSES: Final[Mapping[str, Texts]] = MappingProxyType(
    {
        "morphology": morphology.IBSI_IDS,
        "localintensity": local_intensity.IBSI_IDS,
        "statistics": intensity_statistics.IBSI_IDS,
        "histogram": intensity_histogram.IBSI_IDS,
        "volumehistogram": intensity_volume_histogram.IBSI_IDS,
        "glcm": glcm.IBSI_IDS,
        "glrlm": glrlm.IBSI_IDS,
        "glszm": glszm.IBSI_IDS,
        "gldzm": gldzm.IBSI_IDS,
        "ngtdm": ngtdm.IBSI_IDS,
        "ngldm": ngldm.IBSI_IDS,
    }
)
TEXTURES: Final = ("glcm", "glrlm", "glszm", "gldzm", "ngtdm", "ngldm")
# Classes that need grey levels.
DISCRETISED_CLASSES: Final = ("histogram", *TEXTURES)
# Sections of the IBSI manual, arXiv:1612.07003.
SECTIONS: Final[Texts] = MappingProxyType(
    {
        "morphology": "3.1 Morphological features",
        "localintensity": "3.2 Local intensity features",
        "statistics": "3.3 Intensity-based statistical features",
        "histogram": "3.4 Intensity histogram features",
        "volumehistogram": "3.5 Intensity-volume histogram features",
        "glcm": "3.6 Grey level co-occurrence based features",
        "glrlm": "3.7 Grey level run length based features",
        "glszm": "3.8 Grey level size zone based features",
        "gldzm": "3.9 Grey level distance zone based features",
        "ngtdm": "3.10 Neighbourhood grey tone difference based features",
        "ngldm": "3.11 Neighbouring grey level dependence based features",
    }
)
DEPRECATED_GLDM: Final[Texts] = MappingProxyType(
    {
        "DependencePercentage": "percentage",
        "GrayLevelNonUniformityNormalized": "level_non_uniformity_normalised",
    }
)


@dataclass(frozen=True)
class Entry:
    """One feature.

    Parameters
    ----------
    family
        `ibsi` or `pyradiomics`: whose settings give it.
    class_name, name
        As in the columns of a feature table.
    ibsi_id
        Identifier in the IBSI manual, or `not in IBSI`.
    formula
        In plain signs, whose letters `formulas.LETTERS` explains.
    section
        Of the IBSI manual; empty where the feature is not in it.
    """

    family: str
    class_name: str
    name: str
    ibsi_id: str
    formula: str
    section: str


def catalogue() -> tuple[Entry, ...]:
    """Every feature of IBSI's manual, then every feature name of PyRadiomics."""
    return (*_ibsi(), *_pyradiomics())


def _ibsi() -> Iterator[Entry]:
    for class_name, ids in IBSI_CLASSES.items():
        texts = _formulas(class_name)
        for name, identifier in ids.items():
            yield Entry("ibsi", class_name, name, identifier, texts[name], SECTIONS[class_name])


def _pyradiomics() -> Iterator[Entry]:
    sections = {entry.ibsi_id: entry.section for entry in _ibsi()}
    for class_name, names in FEATURES.items():
        texts = _formulas(class_name)
        for name in names:
            identifier = ibsi_id(class_name, name)
            section = sections.get(identifier, "")
            yield Entry("pyradiomics", class_name, name, identifier, texts[name], section)


def _formulas(class_name: str) -> Texts:
    of_sizes = {
        "glrlm": glrlm.NAMES,
        "glszm": glszm.NAMES,
        "gldzm": gldzm.NAMES,
        "ngldm": ngldm.NAMES,
        "gldm": {**gldm.NAMES, **DEPRECATED_GLDM},
    }
    if class_name in of_sizes:
        names = of_sizes[class_name]
        return {name: formulas.SIZE_MATRIX[neutral] for name, neutral in names.items()}
    return {
        "morphology": formulas.MORPHOLOGY,
        "shape": formulas.MORPHOLOGY,
        "shape2D": formulas.SHAPE_2D,
        "localintensity": formulas.LOCAL_INTENSITY,
        "statistics": formulas.DISTRIBUTION,
        "firstorder": formulas.DISTRIBUTION,
        "histogram": formulas.DISTRIBUTION,
        "volumehistogram": formulas.VOLUME_HISTOGRAM,
        "glcm": formulas.GLCM,
        "ngtdm": formulas.NGTDM,
    }[class_name]
