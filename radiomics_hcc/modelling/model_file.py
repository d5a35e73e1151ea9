"""Model files: written and read with skops, nothing trusted that this package does not list."""

from __future__ import annotations

import hashlib
from typing import Final

from sklearn.pipeline import Pipeline
from skops.io import dumps, loads
from skops.io.exceptions import UnsupportedTypeException

from radiomics_hcc.domain.record import ModelFile
from radiomics_hcc.errors import ModelFileError
from radiomics_hcc.modelling.final import FinalModel
from radiomics_hcc.modelling.model_archive import check_archive
from radiomics_hcc.modelling.model_trees import check_trees
from radiomics_hcc.modelling.model_types import TRUSTED_TYPES

__all__ = ["TRUSTED_TYPES", "digest", "load_model", "save_model"]

MALFORMED: Final = (
    AttributeError,
    ImportError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What skops and the libraries raise for a schema that no saved model has."""


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
    check_archive(content)
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
        Where the bytes are not those that were saved, are no plain archive, hold a type that is
        not in `model_types.FORMS`, or are no model of this package.
    """
    found = digest(content)
    if found != sha256.lower():
        raise ModelFileError(
            f"the model file was changed or damaged: its sha256 is {found}, expected {sha256}; "
            "take the file from the run that made it"
        )
    types = check_archive(content)
    try:
        loaded = loads(content, trusted=types)
    except MALFORMED as error:
        raise ModelFileError(f"the model file cannot be rebuilt: {error}") from error
    is_model = isinstance(loaded, dict) and isinstance(loaded.get("pipeline"), Pipeline)
    if not is_model or not isinstance(loaded.get("card"), dict):
        raise ModelFileError("the file holds no pipeline with its card; is it a model file?")
    try:
        check_trees(loaded["pipeline"])
    except MALFORMED as error:
        raise ModelFileError(f"the model file cannot be rebuilt: {error}") from error
    return FinalModel(loaded["pipeline"], loaded["card"])


def digest(content: bytes) -> str:
    """SHA-256 of a model file, hexadecimal."""
    return hashlib.sha256(content).hexdigest()
