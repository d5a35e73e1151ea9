"""Measurements kept by content: the same image, mask, label, settings and engine, the same file."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from radiomics_hcc.domain.cohort import Case
from radiomics_hcc.domain.digest import digest_file, digest_json
from radiomics_hcc.domain.feature import Feature
from radiomics_hcc.domain.peritumoural import MaskFile, RingRecipe
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.features.engine import Engine
from radiomics_hcc.features.measurement import Measurement
from radiomics_hcc.features.parameters import Parameters

CACHE_FORMAT: Final = 2  # raised when the same key would mean other values


@dataclass
class FileDigests:
    """SHA-256 of files, each read once while its size and time of change stay.

    Parameters
    ----------
    read
        The last digest of every path that was asked for.
    """

    read: dict[Path, str] = field(default_factory=dict)
    states: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def of(self, path: Path) -> str:
        """Digest a file, or a folder by the names and digests of its files.

        Raises
        ------
        OSError
            Where it cannot be read.
        """
        if path.is_dir():
            files = sorted(file for file in path.rglob("*") if file.is_file())
            names = {str(file.relative_to(path)): self.of(file) for file in files}
            self.read[path] = digest_json(names)
            return self.read[path]
        status = path.stat()
        state = (status.st_size, status.st_mtime_ns)
        if self.states.get(path) != state:
            self.read[path] = digest_file(path)
            self.states[path] = state
        return self.read[path]


@dataclass(frozen=True)
class CacheKeys:
    """Makes the keys of one extraction.

    Parameters
    ----------
    engine, parameters
        What measures, and how.
    digests
        Of the files read so far.
    """

    engine: Engine
    parameters: Parameters
    digests: FileDigests = field(default_factory=FileDigests)

    def of(self, case: Case) -> str:
        """Key of a case: changes with a byte of image or mask, the label, settings or engine.

        The key of a ring also changes with its width and a byte of the masks of the other lesions
        and of the liver.

        Raises
        ------
        OSError
            Where a file cannot be read.
        ValueError
            Where the case names no image or no mask.
        """
        if case.image is None or case.mask is None:
            raise ValueError(f"{case.name} has no {'mask' if case.image else 'image'}")
        content: dict[str, object] = {
            "format": CACHE_FORMAT,
            "image": self.digests.of(case.image),
            "mask": self.digests.of(case.mask),
            "label": case.label,
            "parameters": self.parameters.digest(),
            "engine": [self.engine.name, self.engine.version],
        }
        if case.ring is not None:
            content["ring"] = self._ring(case.ring)
        return digest_json(content)

    def _ring(self, ring: RingRecipe) -> dict[str, object]:
        """What decides a ring beside its lesion."""
        others, liver = self._masks(ring.others), self._masks(ring.liver)
        return {"width_mm": ring.width_mm, "others": others, "liver": liver}

    def _masks(self, masks: Sequence[MaskFile]) -> list[list[str]]:
        """Digest and label of masks, whatever their order."""
        return sorted([self.digests.of(mask.path), repr(mask.label)] for mask in masks)


def cache_path(folder: Path, key: str) -> Path:
    """Where a measurement lies: `ab/abcdef....json`."""
    return folder / key[:2] / f"{key}.json"


def open_cache(folder: Path) -> None:
    """Make the folder of a cache.

    Raises
    ------
    InputError
        Where it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"cannot be the folder of the cache: {error.strerror}"
        raise InputError([Problem(str(folder), what, "name another folder")]) from error


def write_measurement(folder: Path, key: str, measurement: Measurement) -> None:
    """Keep a measurement; its file appears whole or not at all."""
    content = {
        "format": CACHE_FORMAT,
        "key": key,
        "voxels": measurement.voxels,
        "volume_ml": measurement.volume_ml,
        "features": [
            [each.name, None if math.isnan(each.value) else each.value, each.reason, each.ibsi_id]
            for each in measurement.features
        ],
        "notes": list(measurement.notes),
    }
    path = cache_path(folder, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**content, "sha256": digest_json(content)})
    unfinished = path.with_name(f".{key}.{os.getpid()}.tmp")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def read_measurement(folder: Path, key: str) -> Measurement | None:
    """Take a measurement out of the cache; nothing where there is none or its file is damaged."""
    return _read(cache_path(folder, key))


def verify_cache(folder: Path) -> list[Path]:
    """Files of the cache that are damaged or misnamed; they count as missing and are rewritten."""
    return [path for path in _entries(folder) if _read(path) is None]


def clean_cache(folder: Path) -> int:
    """Delete damaged entries and leavings of interrupted writes; returns how many files went."""
    leavings = [*verify_cache(folder), *folder.glob("??/.*.tmp")]
    for path in leavings:
        path.unlink()
    return len(leavings)


def _entries(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.glob("??/*.json")))


def _read(path: Path) -> Measurement | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        digest = content.pop("sha256")
        if content["key"] != path.stem or digest != digest_json(content):
            return None
        return Measurement(
            voxels=int(content["voxels"]),
            volume_ml=float(content["volume_ml"]),
            features=tuple(
                Feature(name, math.nan if value is None else float(value), reason, ibsi_id=ibsi_id)
                for name, value, reason, ibsi_id in content["features"]
            ),
            notes=tuple(content["notes"]),
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
