"""Registered models: a name with versions, and words such as `champion` that point at one."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.tracker import Tracker, plain_name

MODELS_SCHEME: Final = "models:/"
CHAMPION: Final = "champion"
_ALIAS: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_RESERVED: Final = re.compile(r"latest|[vV]\d+")  # MLflow gives these a meaning of its own


@dataclass(frozen=True)
class RegisteredModel:
    """One version of a registered model.

    Parameters
    ----------
    name
        Of the registered model: the experiment's.
    version
        Counts from 1.
    run_id
        Identity of the run that made it.
    model
        Its name within the run.
    sha256
        Digest of its bytes.
    """

    name: str
    version: int
    run_id: str
    model: str
    sha256: str


@dataclass(frozen=True)
class ModelAddress:
    """`models:/NAME@alias` or `models:/NAME/version`; exactly one of the two is given."""

    name: str
    alias: str | None = None
    version: int | None = None


@runtime_checkable
class Registry(Protocol):
    """A tracker that also keeps registered models."""

    def register(self, run: str, model: str | None, alias: str) -> RegisteredModel:
        """Register a model of a completed run and let the alias point at it.

        Parameters
        ----------
        run
            The run's identity.
        model
            Its name in the run; None stands for the run's primary model.
        alias
            Such as `champion`; it is taken from the version that had it before.

        Raises
        ------
        TrackingError
            Where the run is not completed or has no such model.
        """

    def registered(self, address: ModelAddress) -> RegisteredModel:
        """Give the version that an address names.

        Raises
        ------
        TrackingError
            Where there is none.
        """


def parse_address(address: str) -> ModelAddress:
    """Read `models:/NAME@alias` or `models:/NAME/version`.

    Raises
    ------
    TrackingError
        For any other words.

    Examples
    --------
    >>> parse_address("models:/tace-ct@champion")
    ModelAddress(name='tace-ct', alias='champion', version=None)
    """
    words = address.removeprefix(MODELS_SCHEME)
    by_alias = re.fullmatch(r"([^@/:]+)@([^@/:]+)", words)
    if by_alias:
        return ModelAddress(by_alias[1], alias=by_alias[2])
    by_version = re.fullmatch(r"([^@/:]+)/(\d+)", words)
    if by_version:
        return ModelAddress(by_version[1], version=int(by_version[2]))
    raise TrackingError(
        f"{address}: no address of a model; write models:/NAME@{CHAMPION} or models:/NAME/1"
    )


def registered_name(experiment: str) -> str:
    """Give the name under which the models of an experiment are registered."""
    return plain_name(experiment, r"A-Za-z0-9_.\- ")


def require_alias(alias: str) -> None:
    """Refuse an alias that a registry cannot keep.

    Raises
    ------
    TrackingError
        With what an alias may be.
    """
    if not _ALIAS.fullmatch(alias) or _RESERVED.fullmatch(alias):
        raise TrackingError(
            f"{alias!r} cannot be an alias; take letters, digits, _ and -, a letter first, and "
            "neither latest nor v1, v2, ..."
        )


def registry_of(tracker: Tracker, uri: str) -> Registry:
    """Give the tracker's registry.

    Raises
    ------
    TrackingError
        Where it keeps none.
    """
    if not isinstance(tracker, Registry):
        raise TrackingError(
            f"{uri}: this tracker keeps no registered models; use MLflow or a folder"
        )
    return tracker


def registered_run(tracker: Tracker, address: str, uri: str) -> RunRecord:
    """Read the run of a registered model; its `models` hold that model alone.

    Raises
    ------
    TrackingError
        Where there is no such model, or the run's model is not the one that was registered.
    """
    entry = registry_of(tracker, uri).registered(parse_address(address))
    record = tracker.read(entry.run_id)
    chosen = tuple(file for file in record.models if file.model == entry.model)
    if not record.is_completed or [file.sha256 for file in chosen] != [entry.sha256]:
        raise TrackingError(
            f"{uri}: {address} was registered with model {entry.model} of run {entry.run_id} and "
            f"sha256 {entry.sha256}, which the run does not hold; register it again"
        )
    return dataclasses.replace(record, models=chosen)
