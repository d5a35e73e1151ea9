"""PyRadiomics as an engine: the only file that imports `radiomics`."""

from __future__ import annotations

import logging
import math
import platform
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata, util
from typing import Final, Protocol, cast

import numpy as np
import SimpleITK

from radiomics_hcc.domain.feature import Feature, feature_class, short_name
from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.errors import ExtractionError, InputError, Problem
from radiomics_hcc.features.empty_reasons import NO_VALUE
from radiomics_hcc.features.engine import Extracted
from radiomics_hcc.features.ibsi_ids import ibsi_id
from radiomics_hcc.features.parameters import NATIVE_ONLY, Parameters
from radiomics_hcc.imaging.itk import one_thread, to_itk

DISTRIBUTIONS: Final = ("pyradiomics-bhklab", "pyradiomics")
LABEL: Final = 1  # of the one region in the mask that PyRadiomics is given
# What PyRadiomics and ITK raise for an image, a mask or settings that they cannot work with.
LIBRARY_ERRORS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)
FAILED_FEATURE: Final = re.compile(r"in get(\w+?)FeatureValue")
# Said of every region, whatever it is like.
UNREMARKABLE: Final = ("GLCM is symmetrical", "parameter force2D must be set", "Fixed bin Count")


class _Extractor(Protocol):
    enabledImagetypes: dict[str, dict[str, object]]  # noqa: N815 -- PyRadiomics' word
    enabledFeatures: dict[str, list[str]]  # noqa: N815 -- PyRadiomics' word

    def execute(
        self, image: SimpleITK.Image, mask: SimpleITK.Image, label: int
    ) -> Mapping[str, object]:
        """Measure a region."""


@dataclass(frozen=True)
class PyRadiomicsEngine:
    """Features exactly as PyRadiomics computes them, under its own names.

    `radiomics` is imported when the first region is measured. Diagnostics are left out. ITK works
    with one thread, so that sums do not depend on the machine.

    Raises
    ------
    InputError
        When made where PyRadiomics is not installed.
    """

    def __post_init__(self) -> None:
        if util.find_spec("radiomics") is None:
            raise InputError(
                [
                    Problem(
                        "engine",
                        "PyRadiomics is not installed",
                        'install it with: pip install "radiomics-hcc[pyradiomics]"',
                    )
                ]
            )

    @property
    def name(self) -> str:
        """`pyradiomics`."""
        return "pyradiomics"

    @property
    def version(self) -> str:
        """Distribution and version, such as `pyradiomics-bhklab 3.1.4`."""
        for distribution in DISTRIBUTIONS:
            found = _installed_version(distribution)
            if found:
                return f"{distribution} {found}"
        return "pyradiomics of unknown version"

    def versions(self) -> dict[str, str]:
        """Versions of Python and of the libraries under PyRadiomics."""
        libraries = {"numpy": "numpy", "simpleitk": "SimpleITK", "pywavelets": "PyWavelets"}
        found = {shown: _installed_version(name) for name, shown in libraries.items()}
        return {"python": platform.python_version(), **found, "pyradiomics": self.version}

    def warm_up(self, parameters: Parameters) -> None:
        """Do nothing: PyRadiomics comes compiled."""

    def extract(self, image: Volume, mask: Mask, parameters: Parameters) -> Extracted:
        """Measure a region; the image's number type is kept, which PyRadiomics' values depend on.

        A feature that PyRadiomics gives as NaN is empty, with the cause where it is known.

        Raises
        ------
        ExtractionError
            Where PyRadiomics refuses the region (too small, outside the image, another grid), or
            voxels that it would use are NaN or infinite, for which it gives wrong values.
        """
        if parameters.ibsi is not None:
            raise ExtractionError("PyRadiomics has no IBSI settings: extract with --engine native")
        if parameters.is_native_only:
            raise ExtractionError(
                f"PyRadiomics does not know {' and '.join(NATIVE_ONLY)}: take them out of the "
                "settings, or extract with --engine native"
            )
        _check_finite(image, mask, parameters)
        records: list[logging.LogRecord] = []
        with _quiet(records), one_thread():
            try:
                extractor = _make_extractor(parameters)
                found = extractor.execute(to_itk(image), to_itk(mask), label=LABEL)
            except LIBRARY_ERRORS as error:
                raise ExtractionError(f"PyRadiomics: {_words(error)}") from error
        failures = _failures(records)
        features = (_feature(name, value, failures) for name, value in found.items())
        return Extracted(tuple(features), _notes(records))


def _make_extractor(parameters: Parameters) -> _Extractor:
    """Set up PyRadiomics without its own schema check, which ours replaces."""
    from radiomics import featureextractor  # the package works without this extra

    settings = {**parameters.settings, "additionalInfo": False}
    extractor = cast(_Extractor, featureextractor.RadiomicsFeatureExtractor(**settings))
    extractor.enabledImagetypes = {
        name: dict(settings) for name, settings in parameters.image_types.items()
    }
    extractor.enabledFeatures = {
        name: list(wanted) for name, wanted in parameters.feature_classes.items()
    }
    return extractor


def _check_finite(image: Volume, mask: Mask, parameters: Parameters) -> None:
    """Refuse NaN and infinity where they count: in the region, or anywhere once voxels mix."""
    if not np.issubdtype(image.array.dtype, np.floating):
        return
    mixes = set(parameters.image_types) != {"Original"} or any(
        parameters.settings.get(key) for key in ("normalize", "resampledPixelSpacing")
    )
    is_same_grid = image.array.shape == mask.array.shape
    used = image.array if mixes or not is_same_grid else image.array[mask.array]
    wrong = int(used.size - np.isfinite(used).sum())
    if wrong:
        where = "image" if used is image.array else "region"
        raise ExtractionError(f"{wrong} voxels of the {where} are NaN or infinite")


def _feature(name: str, value: object, failures: Mapping[tuple[str, str], str]) -> Feature:
    number = float(np.real(cast(float, value)))  # NumPy 2.5 gives the MCC a complex type
    where = feature_class(name), short_name(name)
    reason = ""
    if math.isnan(number):
        reason = failures.get(where) or NO_VALUE.get(where[0], "not a number in PyRadiomics")
    return Feature(name, number, reason, ibsi_id=ibsi_id(*where))


def _failures(records: Sequence[logging.LogRecord]) -> dict[tuple[str, str], str]:
    """Errors inside single features, which PyRadiomics logs, by feature class and feature."""
    found = {}
    for record in records:
        text = record.getMessage()
        place = FAILED_FEATURE.search(text)
        if place and text.startswith("FAILED"):
            last_line = text.strip().splitlines()[-1]
            found[record.name.rsplit(".")[-1], place.group(1)] = f"PyRadiomics failed: {last_line}"
    return found


def _notes(records: Sequence[logging.LogRecord]) -> tuple[str, ...]:
    texts = (record.getMessage() for record in records if record.levelno >= logging.WARNING)
    kept = (text for text in texts if not text.startswith((*UNREMARKABLE, "FAILED")))
    return tuple(dict.fromkeys(kept))


def _words(error: BaseException) -> str:
    """The error in one line."""
    text = " ".join(str(part) for part in error.args) or type(error).__name__
    return " ".join(text.split())


class _Keep(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__(logging.WARNING)
        self.records = records

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def _quiet(records: list[logging.LogRecord]) -> Iterator[None]:
    """Collect PyRadiomics' log and drop its warnings; leave logging as it was found."""
    logger = logging.getLogger("radiomics")
    level, handlers, propagates = logger.level, list(logger.handlers), logger.propagate
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import radiomics  # noqa: F401  # the first import sets its logging up

        try:
            logger.handlers, logger.propagate = [_Keep(records)], False
            logger.setLevel(logging.WARNING)
            yield
        finally:
            logger.handlers, logger.propagate = handlers, propagates
            logger.setLevel(level)


def _installed_version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""
