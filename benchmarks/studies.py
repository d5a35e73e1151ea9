"""The native engine beyond one lesion: loaded images, many lesions, processes, perturbations."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from phantom import NOISE_HU
from workloads import PARAMETERS

from radiomics_hcc.datasets.nifti import FileReader
from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.features.native_engine import NativeEngine
from radiomics_hcc.features.parameters import make_parameters

Work = Callable[[], object]
SHIFTS: Final = tuple((0, y, x) for y in (-1, 0, 1) for x in (-1, 0, 1))  # voxels
SEED: Final = 11


class Loaded:
    """One lesion of an image that is in memory, and the engine ready to run."""

    def __init__(self, case: tuple[Path, Path], workload: str) -> None:
        self.reader = FileReader()
        self.case = case
        self.image = self.reader.read_volume(case[0])
        self.engine, self.parameters = NativeEngine(), make_parameters(PARAMETERS[workload])
        self.engine.warm_up(self.parameters)
        self.voxels = int(np.count_nonzero(self.mask(1).array))

    def mask(self, label: int) -> Mask:
        return self.reader.read_mask(self.case[1], label)

    def extract(self, label: int = 1) -> object:
        """Find the label in the kept label map and measure it."""
        return self.engine.extract(self.image, self.mask(label), self.parameters)


def seconds_of(work: Work, runs: int, clock: str) -> float:
    """Median seconds of a piece of work that has been done once before."""
    now = time.perf_counter if clock == "wall" else time.process_time
    spent = []
    work()
    for _ in range(runs):
        begun = now()
        work()
        spent.append(now() - begun)
    return statistics.median(spent)


def lesions_of_one_image(case: tuple[Path, Path], workload: str, number: int) -> Work:
    """Read an image and its label map once and measure some of its lesions."""

    def work() -> None:
        loaded = Loaded(case, workload)
        for label in range(1, number + 1):
            loaded.extract(label)

    return work


def throughput(case: tuple[Path, Path], workload: str, number: int, runs: int) -> float:
    """Lesions per second of several processes that work side by side, start-up left out."""
    script = Path(__file__).with_name("engine_process.py")
    command = [sys.executable, str(script), "native", workload, *map(str, case), str(4 * runs)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(number)]
    texts = [process.communicate()[0] for process in running]
    return sum(1.0 / statistics.median(_wall(text)) for text in texts)


def _wall(text: str) -> list[float]:
    return list(json.loads(text.strip().splitlines()[-1])["wall"])


def perturbed(case: tuple[Path, Path], workload: str, number: int) -> Work:
    """Measure a lesion again and again, shifted and with noise, from what is in memory."""
    loaded = Loaded(case, workload)

    def work() -> None:
        for image, mask in islice(variants(loaded.image, loaded.mask(1)), number):
            loaded.engine.extract(image, mask, loaded.parameters)

    return work


def variants(image: Volume, mask: Mask) -> Iterator[tuple[Volume, Mask]]:
    """Noise as strong as that of the image, and every shift of the region by a voxel."""
    generator = np.random.default_rng(SEED)
    while True:
        noise = generator.normal(0.0, NOISE_HU, image.array.shape).astype(np.int16)
        noisy = Volume(image.array + noise, image.geometry)
        for shift in SHIFTS:
            yield noisy, Mask(np.roll(mask.array, shift, axis=(0, 1, 2)), mask.geometry)
