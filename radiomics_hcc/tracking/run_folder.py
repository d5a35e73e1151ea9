"""The run folder: manifest.json, tables, figures and models of one run, each with its digest.

The manifest is the source of truth. It is replaced last, so that a folder whose manifest says
`completed` is whole.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.record import (
    RECORD_VERSION,
    InputFile,
    ModelFile,
    RunRecord,
    RunStatus,
)
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.items import Figure, Item, ModelItem, Table, header, items
from radiomics_hcc.tracking.tracker import plain_name

MANIFEST: Final = "manifest.json"
_WORDS: Final = (
    "run_id",
    "name",
    "question",
    "intent",
    "started",
    "finished",
    "config_sha256",
    "data_sha256",
)
_KEYS: Final = {
    *_WORDS,
    "status",
    "config",
    "provenance",
    "summary",
    "inputs",
    "findings",
    "tables",
    "figures",
    "models",
    "files",
}


def write_run_folder(folder: Path, record: RunRecord) -> None:
    """Write a record: everything is put into bytes first, the manifest is replaced last.

    JSON values come back as JSON has them (a tuple as a list); a cell of a column of Python
    objects that is empty comes back as None.

    Raises
    ------
    TrackingError
        Where a table or value cannot be written, a model does not match its digest, or the
        folder cannot be written.
    """
    contents = {path: data for item in items(record) for path, data in _contents(item)}
    manifest = header(record) | {
        "tables": {name: _table_path(name) for name in record.tables},
        "figures": {name: _figure_path(name) for name in record.figures},
        "models": [_model_entry(file) for file in record.models],
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in contents.items()},
    }
    contents[MANIFEST] = to_json("the run's header", manifest)
    try:
        for path, data in contents.items():
            replace_file(folder / path, data)
    except OSError as error:
        raise TrackingError(f"{folder}: the run cannot be written ({error})") from error


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a run folder.

    Raises
    ------
    TrackingError
        Where there is none, or it is not one that this version can read.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise TrackingError(f"{folder}: no run is there ({MANIFEST} is missing)") from error
    except (OSError, ValueError) as error:
        raise TrackingError(f"{folder / MANIFEST}: cannot be read ({error})") from error
    version = manifest.get("record_version") if isinstance(manifest, dict) else None
    if version != RECORD_VERSION:
        raise TrackingError(
            f"{folder / MANIFEST}: record version {version}, this radiomics_hcc reads "
            f"{RECORD_VERSION}; use the version that wrote the run"
        )
    missing = sorted(_KEYS - set(manifest))
    if missing:
        raise TrackingError(f"{folder / MANIFEST}: damaged, without {', '.join(missing)}")
    if manifest["status"] not in list(RunStatus):
        raise TrackingError(f"{folder / MANIFEST}: damaged, status {manifest['status']!r}")
    return dict(manifest)


def read_run_folder(folder: Path) -> RunRecord:
    """Read a run folder back into the record that was written.

    Raises
    ------
    TrackingError
        Where there is no run, or files are missing or changed; names each of them.
    """
    manifest = read_manifest(folder)
    contents = _checked_contents(folder, manifest["files"])
    return RunRecord(
        **{word: manifest[word] for word in _WORDS},
        status=RunStatus(manifest["status"]),
        config=manifest["config"],
        provenance=manifest["provenance"],
        summary=manifest["summary"],
        inputs=tuple(InputFile(**entry) for entry in manifest["inputs"]),
        findings=tuple(Finding(**entry) for entry in manifest["findings"]),
        tables={
            name: pd.read_parquet(io.BytesIO(contents[path]))
            for name, path in manifest["tables"].items()
        },
        figures={name: contents[path] for name, path in manifest["figures"].items()},
        models=tuple(_read_model(entry, contents) for entry in manifest["models"]),
    )


def to_json(where: str, value: object) -> bytes:
    """Write a JSON value as bytes; floats exactly, NaN as `NaN`.

    Raises
    ------
    TrackingError
        Where something in it is not JSON.
    """
    try:
        text = json.dumps(value, indent=1, ensure_ascii=False, default=_as_json)
    except (TypeError, ValueError) as error:
        raise TrackingError(f"{where} cannot be written as JSON: {error}") from error
    return f"{text}\n".encode()


def _as_json(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} {value!r} is not a JSON value")


def _contents(item: Item) -> Iterator[tuple[str, bytes]]:
    match item:
        case Table(name=name, frame=frame):
            yield _table_path(name), parquet(name, frame)
        case Figure(name=name, content=content):
            yield _figure_path(name), content
        case ModelItem(file=file):
            if hashlib.sha256(file.content).hexdigest() != file.sha256:
                raise TrackingError(f"model {file.model}: its bytes do not match its sha256")
            entry = _model_entry(file)
            yield entry["content"], file.content
            yield entry["card"], to_json(f"the card of {file.model}", file.card)


def _table_path(name: str) -> str:
    return f"tables/{plain_name(name)}.parquet"


def _figure_path(name: str) -> str:
    return f"figures/{plain_name(name)}"


def _model_entry(file: ModelFile) -> dict[str, str]:
    stem = f"models/{plain_name(file.model)}"
    return {
        "model": file.model,
        "sha256": file.sha256,
        "content": f"{stem}.skops",
        "card": f"{stem}.json",
    }


def parquet(name: str, frame: pd.DataFrame) -> bytes:
    """Write a table as Parquet.

    Raises
    ------
    TrackingError
        Where a column has several types.
    """
    stream = io.BytesIO()
    try:
        frame.to_parquet(stream, engine="pyarrow")
    except (pyarrow.ArrowException, ValueError, TypeError) as error:
        raise TrackingError(
            f"table {name} cannot be written: {error}; give every column one type"
        ) from error
    return stream.getvalue()


def replace_file(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or as it was; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    unfinished.write_bytes(data)
    unfinished.replace(path)


def _checked_contents(folder: Path, digests: Mapping[str, str]) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    problems = []
    for path, digest in digests.items():
        inside = PurePosixPath(path)
        if inside.is_absolute() or ".." in inside.parts:
            problems.append(f"{path}: lies outside the run's folder")
        elif not (folder / path).is_file():
            problems.append(f"{path}: missing")
        else:
            contents[path] = (folder / path).read_bytes()
            if hashlib.sha256(contents[path]).hexdigest() != digest:
                problems.append(f"{path}: changed since it was written")
    if problems:
        raise TrackingError("\n  ".join([f"{folder}: the run is damaged", *problems]))
    return contents


def _read_model(entry: Mapping[str, str], contents: Mapping[str, bytes]) -> ModelFile:
    return ModelFile(
        model=entry["model"],
        content=contents[entry["content"]],
        sha256=entry["sha256"],
        card=json.loads(contents[entry["card"]]),
    )
