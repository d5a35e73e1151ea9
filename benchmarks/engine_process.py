"""One engine in a process of its own, on one core: times, peak memory and values as JSON.

Run as `python engine_process.py ENGINE WORKLOAD IMAGE MASK RUNS`, by `measured` or by hand. The
other engines live in other interpreters, so that nothing of ours is imported at the top.
"""

from __future__ import annotations

import json
import logging
import math
import os
import re
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from workloads import PARAMETERS, pictologics_steps

Values = dict[str, float]
Case = tuple[str, str]
ONE_THREAD = {
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PICTOLOGICS_NUM_THREADS": "1",
}


class NotThereError(Exception):
    """The engine cannot do this here; its words say why."""


@dataclass(frozen=True)
class Measured:
    """What a process found: seconds of every run, of wall clock and of the processor."""

    wall: list[float]
    processor: list[float]
    peak_mb: float
    values: Values = field(repr=False)


def measured(
    engine: str, workload: str, case: tuple[Path, Path], runs: int, python: str = sys.executable
) -> Measured:
    """Measure in a child process; raises `NotThereError` with its last line where it fails."""
    command = [python, __file__, engine, workload, *map(str, case), str(runs)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **ONE_THREAD})
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise NotThereError(last.removeprefix("NotThereError: "))
    return Measured(**json.loads(done.stdout.strip().splitlines()[-1]))


def native(workload: str) -> Callable[[Case], Values]:
    from radiomics_hcc.datasets.nifti import FileReader
    from radiomics_hcc.features.native_engine import NativeEngine
    from radiomics_hcc.features.parameters import make_parameters

    engine, parameters = NativeEngine(), make_parameters(PARAMETERS[workload])
    engine.warm_up(parameters)

    def extract(case: Case) -> Values:
        reader = FileReader()
        image, mask = reader.read_volume(Path(case[0])), reader.read_mask(Path(case[1]), 1)
        features = engine.extract(image, mask, parameters).features
        return {feature.name: feature.value for feature in features}

    return extract


def pyradiomics(workload: str) -> Callable[[Case], Values]:
    from radiomics.featureextractor import RadiomicsFeatureExtractor

    logging.getLogger("radiomics").setLevel(logging.ERROR)
    extractor = RadiomicsFeatureExtractor(PARAMETERS[workload])

    def extract(case: Case) -> Values:
        found = extractor.execute(*case, label=1)
        return {name: value for name, value in found.items() if "diagnostics" not in name}

    return extract


def pictologics(workload: str) -> Callable[[Case], Values]:
    from pictologics import RadiomicsPipeline

    pipeline, steps = RadiomicsPipeline(), pictologics_steps(workload)
    for name, given in steps.items():
        pipeline.add_config(name, given)

    def extract(case: Case) -> Values:
        found = pipeline.run(*case, config_names=list(steps))
        return {
            f"{image}_{name}": value for image, row in found.items() for name, value in row.items()
        }

    return extract


def nyxus(workload: str) -> Callable[[Case], Values]:
    from nyxus import Nyxus3D

    if workload != "W1":
        raise NotThereError("has no filters of whole images in three dimensions")
    engine = Nyxus3D(["*3D_ALL*"], n_feature_calc_threads=1)

    def extract(case: Case) -> Values:
        row = engine.featurize_files([case[0]], [case[1]], False).iloc[0]
        return {name: value for name, value in row.items() if not isinstance(value, str)}

    return extract


ENGINES: dict[str, Callable[[str], Callable[[Case], Values]]] = {
    "native": native,
    "PyRadiomics": pyradiomics,
    "pictologics": pictologics,
    "Nyxus": nyxus,
}


def peak_mb() -> float:
    """Peak memory of this process; `ru_maxrss` also counts what its parent had when it forked."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        assert found
        return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes on macOS


def main() -> None:
    engine, workload, image, mask, runs = sys.argv[1:]
    warnings.simplefilter("ignore")
    extract = ENGINES[engine](workload)
    wall, processor = [], []
    values = extract((image, mask))  # warm
    for _ in range(int(runs)):
        begun, worked = time.perf_counter(), time.process_time()
        extract((image, mask))
        wall.append(time.perf_counter() - begun)
        processor.append(time.process_time() - worked)
    numbers = {name: float(value) for name, value in values.items()}
    finite = {name: value for name, value in numbers.items() if not math.isnan(value)}
    found = Measured(wall, processor, peak_mb(), finite)
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
