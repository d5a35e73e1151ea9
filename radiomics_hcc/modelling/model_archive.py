"""A skops file looked at before skops sees it: what it is made of and what it claims."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from radiomics_hcc.errors import ModelFileError
from radiomics_hcc.modelling.model_types import all_forms

SCHEMA: Final = "schema.json"
PROTOCOL: Final = 2
"""The skops format that is read; nodes of older ones were checked less by skops."""

MOST_BYTES: Final = 256 * 1024**2
MOST_SCHEMA_BYTES: Final = 64 * 1024**2
MOST_MEMBERS: Final = 50_000
"""Limits far above a model of this package: the largest measured has 1 MB and 302 members."""

ARRAY_NAME: Final = re.compile(r"[0-9]{1,20}\.npy")
MOST_NAMED: Final = 5


def check_archive(content: bytes) -> list[str]:
    """Refuse bytes that are no model file of this package; nothing in them is loaded.

    Returns
    -------
    list of str
        The types that the file holds, all of them on the list.

    Raises
    ------
    ModelFileError
        Where the bytes are too many, no plain archive of a schema and of arrays, of another
        format of skops, or ask for a type, or a way to rebuild it, that is not on the list; where
        an array claims to be larger than it is or holds Python objects.
    """
    if len(content) > MOST_BYTES:
        raise ModelFileError(f"the model file is larger than {MOST_BYTES // 1024**2} MB")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_members(archive.infolist())
            schema = json.loads(archive.read(SCHEMA))
            _check_protocol(schema)
            types = _check_forms(schema)
            _check_arrays(archive)
    except (zipfile.BadZipFile, KeyError, ValueError, RecursionError, EOFError) as error:
        raise ModelFileError(f"not a skops file: {error}") from error
    return types


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    """Members are stored as they are, so that none can grow when it is read."""
    names = [member.filename for member in members]
    twice = [name for name, times in Counter(names).items() if times > 1]
    unknown = [name for name in names if name != SCHEMA and not ARRAY_NAME.fullmatch(name)]
    packed = [
        member.filename
        for member in members
        if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size
    ]
    sizes = {member.filename: member.file_size for member in members}
    problems = [
        *_told("members that no model has", unknown),
        *_told("members that come twice", twice),
        *_told("compressed members", packed),
        *(["it has no schema"] if SCHEMA not in names else []),
        *([f"more than {MOST_MEMBERS} members"] if len(names) > MOST_MEMBERS else []),
        *(["its schema is too large"] if sizes.get(SCHEMA, 0) > MOST_SCHEMA_BYTES else []),
        *(["its members overlap"] if sum(sizes.values()) > MOST_BYTES else []),
    ]
    if problems:
        raise ModelFileError(f"not a skops file of this package: {'; '.join(problems)}")


def _check_protocol(schema: object) -> None:
    protocol = schema.get("protocol") if isinstance(schema, Mapping) else None
    if type(protocol) is not int or protocol != PROTOCOL:
        raise ModelFileError(
            f"not a skops file of format {PROTOCOL}, found {protocol!r}; save the model again with "
            "the version of radiomics-hcc that is to read it"
        )


def _check_forms(schema: object) -> list[str]:
    """Every node of the schema is of a known form and type."""
    forms = all_forms()
    found = {_form(node) for node in _nodes(schema)}
    foreign = sorted(
        name if loader in forms else f"{name} (as {loader})"
        for loader, name in found
        if name not in forms.get(loader, ())
    )
    if foreign:
        raise ModelFileError(
            f"the model file holds types that are not trusted: {', '.join(foreign[:MOST_NAMED])}"
            f"{' and others' if len(foreign) > MOST_NAMED else ''}; only classifiers of this "
            "package, and those that an installed package names, can be saved and loaded"
        )
    return sorted({name for _, name in found})


def _nodes(schema: object) -> Iterator[Mapping[str, object]]:
    """Everything in the schema that says how it is to be rebuilt."""
    left = [schema]
    while left:
        value = left.pop()
        if isinstance(value, Mapping):
            if "__loader__" in value:
                yield value
            left += value.values()
        elif isinstance(value, list):
            left += value


def _form(node: Mapping[str, object]) -> tuple[str, str]:
    return str(node["__loader__"]), f"{node.get('__module__')}.{node.get('__class__')}"


def _check_arrays(archive: zipfile.ZipFile) -> None:
    """Arrays are numbers or words, and as large as they say."""
    wrong = [
        member.filename
        for member in archive.infolist()
        if member.filename != SCHEMA and not _is_plain_array(archive.read(member))
    ]
    if wrong:
        told = "; ".join(_told("arrays that are not what they say", wrong))
        raise ModelFileError(f"not a skops file of this package: {told}")


def _is_plain_array(content: bytes) -> bool:
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    readers: dict[tuple[int, int], Any] = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if version not in readers:
        return False
    shape, _, dtype = readers[version](stream)
    claimed = dtype.itemsize
    for length in shape:
        claimed *= length
    return not dtype.hasobject and claimed == len(content) - stream.tell()


def _told(what: str, names: list[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return [f"{what}: {', '.join(map(repr, names[:MOST_NAMED]))}{more}"]
