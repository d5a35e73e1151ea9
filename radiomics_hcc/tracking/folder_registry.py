"""Registered models of a folder of runs: `aliases.json` beside them, replaced as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.registry import ModelAddress, RegisteredModel
from radiomics_hcc.tracking.run_folder import replace_file, to_json

ALIASES: Final = "aliases.json"
ALIASES_VERSION: Final = 1
_LOCK_SECONDS: Final = 10.0  # it is held for as long as a small file is written


@dataclass(frozen=True)
class FolderRegistry:
    """Registered models of one folder of runs.

    Parameters
    ----------
    root
        The folder that holds the runs.
    """

    root: Path

    def point(self, name: str, alias: str, entry: Mapping[str, str]) -> RegisteredModel:
        """Let an alias point at a model; the same model of the same run keeps its version.

        Parameters
        ----------
        name
            Of the registered model.
        alias
            Such as `champion`.
        entry
            `run_id, model, sha256`.

        Raises
        ------
        TrackingError
            Where the file cannot be read or written.
        """
        with self._alone():
            book = self._read()
            kept = book.setdefault(name, _Shelf())
            known = [found for found in kept.versions if entry.items() <= found.items()]
            version = known[0]["version"] if known else len(kept.versions) + 1
            if not known:
                kept.versions.append({"version": version, **entry})
            kept.aliases[alias] = version
            self._write(book)
        return RegisteredModel(name, version, **entry)

    def find(self, address: ModelAddress) -> RegisteredModel:
        """Give the version that an address names.

        Raises
        ------
        TrackingError
            Where there is none; names what there is.
        """
        kept = self._read().get(address.name)
        version = address.version
        if kept is not None and address.alias is not None:
            version = kept.aliases.get(address.alias)
        entries = [
            found for found in (kept.versions if kept else []) if found["version"] == version
        ]
        if not entries:
            raise TrackingError(
                f"{self.root}: no registered model {address.name} with "
                f"{address.alias or address.version}; `rhcc track champion RUN` registers one"
            )
        return RegisteredModel(name=address.name, **entries[0])

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = FileLock(self.root / f"{ALIASES}.lock", timeout=_LOCK_SECONDS)
        try:
            with lock:
                yield
        except Timeout as error:
            raise TrackingError(f"{lock.lock_file}: another process holds it") from error
        except OSError as error:
            raise TrackingError(f"{self.root / ALIASES}: cannot be written ({error})") from error

    def _read(self) -> dict[str, _Shelf]:
        path = self.root / ALIASES
        try:
            book = json.loads(path.read_text(encoding="utf-8"))
            if book["version"] != ALIASES_VERSION:
                raise TrackingError(f"{path}: version {book['version']} is not known here")
            return {name: _Shelf(**shelf) for name, shelf in book["models"].items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TrackingError(f"{path}: cannot be read ({error})") from error

    def _write(self, book: Mapping[str, _Shelf]) -> None:
        models = {name: asdict(shelf) for name, shelf in book.items()}
        content = to_json("the aliases", {"version": ALIASES_VERSION, "models": models})
        replace_file(self.root / ALIASES, content)


@dataclass
class _Shelf:
    """Versions and aliases of one registered model, as the file has them."""

    versions: list[dict[str, Any]] = field(default_factory=list)
    aliases: dict[str, int] = field(default_factory=dict)
