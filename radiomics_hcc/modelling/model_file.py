"""Model files: written and read with skops, nothing trusted that this package does not list."""

from __future__ import annotations

import hashlib
import zipfile
from typing import Final

from sklearn.pipeline import Pipeline
from skops.io import dumps, get_untrusted_types, loads
from skops.io.exceptions import UnsupportedTypeException

from radiomics_hcc.domain.record import ModelFile
from radiomics_hcc.errors import ModelFileError
from radiomics_hcc.modelling.final import FinalModel

TRUSTED_TYPES: Final = frozenset(
    {
        "numpy.dtype",
        "radiomics_hcc.modelling.calibrators.CalibratedClassifier",
        "radiomics_hcc.modelling.calibrators.SigmoidCalibrator",
        "radiomics_hcc.modelling.calibrators.TemperatureCalibrator",
        "radiomics_hcc.modelling.classifiers.block_stacking.BlockStacking",
        "radiomics_hcc.modelling.classifiers.k_nearest.NearestShares",
        "radiomics_hcc.modelling.classifiers.margin.MarginClassifier",
        "radiomics_hcc.modelling.classifiers.no_information.PatientShares",
        "radiomics_hcc.modelling.classifiers.ordinal_logistic.OrdinalLogisticClassifier",
        "radiomics_hcc.modelling.combat.ComBat",
        "radiomics_hcc.modelling.combat_covariates.NumberCode",
        "radiomics_hcc.modelling.combat_covariates.WordCode",
        "radiomics_hcc.modelling.selection.CorrelationPruning",
        "radiomics_hcc.modelling.selection.MissingRateFilter",
        "radiomics_hcc.modelling.selection.NearConstantFilter",
        "radiomics_hcc.modelling.selection.UnivariateSelection",
        "radiomics_hcc.modelling.selection.correlation_pruning.CorrelationPruning",
        "radiomics_hcc.modelling.selection.false_discovery.FdrSelection",
        "radiomics_hcc.modelling.selection.minimum_redundancy.MinimumRedundancySelection",
        "radiomics_hcc.modelling.selection.missing_rate.MissingRateFilter",
        "radiomics_hcc.modelling.selection.near_constant.NearConstantFilter",
        "radiomics_hcc.modelling.selection.reliability.ReliabilityFilter",
        "radiomics_hcc.modelling.selection.stability.StabilitySelection",
        "radiomics_hcc.modelling.selection.univariate.UnivariateSelection",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.tree._tree.Tree",
    }
)
"""What a model file may hold beyond what skops itself trusts; never taken from a file."""


def save_model(model: FinalModel) -> ModelFile:
    """Write pipeline and card into one skops file and take its digest.

    The bytes are not the same from one call to the next (the format stores times and object
    identities); what they say is.

    Raises
    ------
    ModelFileError
        Where the pipeline holds a type that no one could load again.
    """
    try:
        content = dumps({"pipeline": model.pipeline, "card": dict(model.card)})
    except UnsupportedTypeException as error:
        raise ModelFileError(f"model {model.card['model']}: {error}") from error
    _check_types(content)
    return ModelFile(model.card["model"], content, digest(content), dict(model.card))


def load_model(content: bytes, sha256: str) -> FinalModel:
    """Read a model after its digest and its types were checked.

    Parameters
    ----------
    content
        Bytes of the skops file.
    sha256
        The digest that was written down when the model was saved.

    Raises
    ------
    ModelFileError
        Where the bytes are not those that were saved, hold a type outside `TRUSTED_TYPES`, or
        are no model of this package.
    """
    found = digest(content)
    if found != sha256.lower():
        raise ModelFileError(
            f"the model file was changed or damaged: its sha256 is {found}, expected {sha256}; "
            "take the file from the run that made it"
        )
    foreign = _check_types(content)
    loaded = loads(content, trusted=foreign)
    is_model = isinstance(loaded, dict) and isinstance(loaded.get("pipeline"), Pipeline)
    if not is_model or not isinstance(loaded.get("card"), dict):
        raise ModelFileError("the file holds no pipeline with its card; is it a model file?")
    return FinalModel(loaded["pipeline"], loaded["card"])


def digest(content: bytes) -> str:
    """SHA-256 of a model file, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _check_types(content: bytes) -> list[str]:
    """Types beyond those of skops, all of them on the list."""
    try:
        needed = set(get_untrusted_types(data=content))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ModelFileError(f"not a skops file: {error}") from error
    foreign = sorted(needed - TRUSTED_TYPES)
    if foreign:
        raise ModelFileError(
            f"the model file holds types that are not trusted: {', '.join(foreign)}; "
            "only classifiers of this package can be saved and loaded"
        )
    return sorted(needed)
