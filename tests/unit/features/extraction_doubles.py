"""Engines and readers for tests; in a module of their own so that worker processes find them."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from radiomics_hcc.domain.feature import Feature
from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features.engine import Extracted
from radiomics_hcc.features.parameters import Parameters


@dataclass(frozen=True)
class MeanEngine:
    """Measures the mean; behaves badly for regions of certain sizes, in voxels."""

    killed_by: int = -1
    refuses: int = -1
    breaks_on: int = -1
    out_of_memory_on: int = -1
    interrupted_by: int = -1
    version: str = "1"
    name: str = field(default="mean", init=False)

    def versions(self) -> dict[str, str]:
        return {"mean": self.version}

    def warm_up(self, parameters: Parameters) -> None:
        """Nothing to load."""

    def extract(self, image: Volume, mask: Mask, parameters: Parameters) -> Extracted:
        voxels = int(mask.array.sum())
        if voxels == self.killed_by:
            os.kill(os.getpid(), signal.SIGKILL)
        if voxels == self.refuses:
            raise ExtractionError("the region is refused")
        if voxels == self.breaks_on:
            raise KeyError("a bug in the engine")
        if voxels == self.out_of_memory_on:
            raise MemoryError
        if voxels == self.interrupted_by:
            raise KeyboardInterrupt
        mean = float(image.array[mask.array].mean())
        empty = Feature("original_glcm_Contrast", np.nan, "too few neighbours")
        return Extracted((Feature("original_firstorder_Mean", mean), empty), ("a remark",))


@dataclass(frozen=True)
class CountingReader:
    """Counts in a file how often an image was read, in whatever process."""

    inner: object
    log: Path

    def read_volume(self, path: Path) -> Volume:
        with self.log.open("a") as stream:
            stream.write(f"{path.name}\n")
        return self.inner.read_volume(path)

    def read_mask(self, path: Path, label: int | str) -> Mask:
        return self.inner.read_mask(path, label)
