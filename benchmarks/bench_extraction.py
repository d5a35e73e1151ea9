"""The native engine against PyRadiomics, and against other engines where they are installed.

Every part prints a table in markdown. Ratios are taken within one run, from medians of warm runs on
one core, reading of image and mask included; the values are compared while they are timed.
`--part` chooses parts, `--others` names a Python (3.12 or newer) with pictologics and Nyxus.
"""

from __future__ import annotations

import argparse
import functools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from engine_process import ONE_THREAD, Measured, NotThereError, Values, measured
from phantom import GEOMETRY, Lesion, liver, scattered, write_case
from studies import Loaded, lesions_of_one_image, perturbed, seconds_of, throughput
from workloads import DESCRIPTIONS, PARAMETERS

DIAMETERS_CM: Final = (2, 5, 10)
LESIONS: Final = (1, 2, 5, 10)
LESION_MM: Final = 50.0
VARIANTS: Final = 30
STUDY_LESIONS: Final = 100


@dataclass(frozen=True)
class Bench:
    """What the parts share.

    Parameters
    ----------
    folder
        Where cases are written, each once.
    runs
        Warm runs that a median is taken of.
    clock
        `wall`, or `processor` where other programs share the machine.
    workloads, diameters_cm
        What the comparison of engines covers.
    others
        The interpreter of pictologics and Nyxus, if any.
    """

    folder: Path
    runs: int
    clock: str
    workloads: tuple[str, ...]
    diameters_cm: tuple[int, ...]
    others: str

    def case(self, name: str, lesions: list[Lesion]) -> tuple[Path, Path]:
        folder = self.folder / name
        if not folder.exists():
            folder.mkdir()
            return write_case(folder, lesions)
        return folder / "image.nii.gz", folder / "mask.nii.gz"

    def lesion(self, diameter_cm: int) -> tuple[Path, Path]:
        return self.case(f"{diameter_cm}cm", [Lesion(10.0 * diameter_cm)])

    def seconds(self, found: Measured) -> float:
        return statistics.median(found.wall if self.clock == "wall" else found.processor)


def engines(bench: Bench) -> None:
    """Every engine on every case: seconds, ratio, memory, features, agreement."""
    table = ["case", "work", "engine", "s", "PyRadiomics / this", "MB", "features", "difference"]
    begin("Engines", table)
    for diameter_cm in bench.diameters_cm:
        for workload in bench.workloads:
            compare(bench, diameter_cm, workload)


@functools.cache
def pyradiomics(bench: Bench, diameter_cm: int, workload: str) -> Measured:
    """The oracle, which several parts need, is timed once."""
    return measured("PyRadiomics", workload, bench.lesion(diameter_cm), bench.runs)


def compare(bench: Bench, diameter_cm: int, workload: str) -> None:
    case = bench.lesion(diameter_cm)
    oracle = pyradiomics(bench, diameter_cm, workload)
    found = {"PyRadiomics": oracle, "native": measured("native", workload, case, bench.runs)}
    for name in ("pictologics", "Nyxus"):
        try:
            if not bench.others:
                raise NotThereError("not asked for (--others)")
            found[name] = measured(name, workload, case, bench.runs, bench.others)
        except NotThereError as reason:
            row(f"{diameter_cm} cm", workload, name, str(reason), "", "", "", "")
    for name, one in found.items():
        ratio = bench.seconds(oracle) / bench.seconds(one)
        row(
            f"{diameter_cm} cm",
            workload,
            name,
            f"{bench.seconds(one):.3f}",
            f"{ratio:.1f}",
            f"{one.peak_mb:.0f}",
            len(one.values),
            "" if name == "PyRadiomics" else difference(one.values, oracle.values),
        )


def difference(ours: Values, theirs: Values) -> str:
    """The largest relative difference over the common names."""
    names = [name for name in ours if name in theirs]
    if not names:
        return "no common names"
    pairs = ((ours[name], theirs[name]) for name in names)
    largest = max(abs(one - other) / max(abs(other), 1e-12) for one, other in pairs)
    return f"{largest:.1e} of {len(names)}"


def further(bench: Bench) -> None:
    """A further lesion on a loaded image and label map."""
    begin("A further lesion on a loaded image", ["case", "work", "s", "PyRadiomics / this"])
    for diameter_cm in bench.diameters_cm:
        for workload in bench.workloads:
            case = bench.lesion(diameter_cm)
            spent = seconds_of(Loaded(case, workload).extract, bench.runs, bench.clock)
            oracle = bench.seconds(pyradiomics(bench, diameter_cm, workload))
            row(f"{diameter_cm} cm", workload, f"{spent:.3f}", f"{oracle / spent:.1f}")


def cold(bench: Bench) -> None:
    """Whole processes: ours with and without compiled kernels, and PyRadiomics' own."""
    image, mask = bench.lesion(5)
    parameters, cohort = bench.folder / "W3.yaml", bench.folder / "cohort.csv"
    parameters.write_text(yaml.safe_dump(PARAMETERS["W3"]))
    cohort.write_text(f"Image,Mask,Label\n{image},{mask},1\n")
    output, programs = str(bench.folder / "features.csv"), Path(sys.executable).parent
    ours = [str(programs / "rhcc"), "extract", str(cohort), "-o", output, "--no-cache"]
    ours += ["--params", str(parameters), "--engine", "native"]
    theirs = [str(programs / "pyradiomics"), str(image), str(mask), "-p", str(parameters)]
    theirs += ["-o", output, "-f", "csv"]
    begin("Whole process, 5 cm, W3", ["command", "s", "pyradiomics / this"])
    oracle = command_seconds(bench, theirs)
    row("pyradiomics", f"{oracle:.2f}", "")
    spent = command_seconds(bench, ours)
    row("rhcc extract", f"{spent:.2f}", f"{oracle / spent:.1f}")
    first = command_seconds(bench, ours, first_ever=True)
    row("rhcc extract, compiling its kernels", f"{first:.2f}", f"{oracle / first:.1f}")


def command_seconds(bench: Bench, command: Sequence[str], *, first_ever: bool = False) -> float:
    environment = {**os.environ, **ONE_THREAD}
    spent = []
    for _ in range(1 if first_ever else bench.runs + 1):  # the first finds or makes the kernels
        with tempfile.TemporaryDirectory() as kernels:
            if first_ever:
                environment["NUMBA_CACHE_DIR"] = kernels
            begun, worked = time.perf_counter(), os.times()
            subprocess.run(command, check=True, capture_output=True, env=environment)
            ended, wall = os.times(), time.perf_counter() - begun
        used = ended.children_user + ended.children_system
        used -= worked.children_user + worked.children_system
        spent.append(wall if bench.clock == "wall" else used)
    return statistics.median(spent[-bench.runs :])


def scaling(bench: Bench) -> None:
    """Time against the size of the region, the image being loaded."""
    begin("Size of the region, loaded image, W3", ["region", "voxels", "s", "ns per mm3"])
    regions = {f"{size} cm": [Lesion(10.0 * size)] for size in DIAMETERS_CM} | {"liver": [liver()]}
    spent, volumes = [], []
    for name, lesions in regions.items():
        case = bench.case(name.replace(" ", ""), lesions)
        loaded = Loaded(case, "W3")
        spent.append(seconds_of(loaded.extract, bench.runs, bench.clock))
        volumes.append(loaded.voxels * GEOMETRY.voxel_volume_mm3)
        per_mm3 = f"{1e9 * spent[-1] / volumes[-1]:.0f}"
        row(name, loaded.voxels, f"{spent[-1]:.3f}", per_mm3)
    slope = np.polyfit(np.log(volumes), np.log(spent), 1)[0]
    steps = np.diff(np.log(spent)) / np.diff(np.log(volumes))
    print(f"\nexponent {slope:.2f}; from size to size {', '.join(f'{step:.2f}' for step in steps)}")


def lesions(bench: Bench) -> None:
    """Several lesions of one image, which is read once."""
    begin("Lesions of one image, 5 cm, W3, reading included", ["lesions", "s", "s per lesion"])
    case = bench.case("ten", scattered(max(LESIONS), LESION_MM))
    for number in LESIONS:
        work = lesions_of_one_image(case, "W3", number)
        spent = seconds_of(work, bench.runs, bench.clock)
        row(number, f"{spent:.3f}", f"{spent / number:.3f}")


def processes(bench: Bench) -> None:
    """Throughput of two processes against one, reading included; always wall clock."""
    begin("Processes, 5 cm, W3", ["processes", "lesions per s", "against one"])
    rates = {number: throughput(bench.lesion(5), "W3", number, bench.runs) for number in (1, 2)}
    for number, rate in rates.items():
        row(number, f"{rate:.2f}", f"{rate / rates[1]:.2f}")


def perturbation(bench: Bench) -> None:
    """Variants of one lesion without reading it again."""
    begin(f"{VARIANTS} perturbed variants, 5 cm, W3", ["variants", "s", "s per variant"])
    work = perturbed(bench.lesion(5), "W3", VARIANTS)
    spent = seconds_of(work, 1, bench.clock)
    row(VARIANTS, f"{spent:.1f}", f"{spent / VARIANTS:.3f}")
    minutes = spent * STUDY_LESIONS / 60
    print(f"\n{STUDY_LESIONS} lesions, extrapolated: {minutes:.0f} minutes on one core")


PARTS: Final[dict[str, Callable[[Bench], None]]] = {
    "engines": engines,
    "further": further,
    "cold": cold,
    "scaling": scaling,
    "lesions": lesions,
    "processes": processes,
    "perturbation": perturbation,
}


def begin(title: str, columns: Sequence[str]) -> None:
    print(f"\n### {title}\n")
    row(*columns)
    row(*("---" for _ in columns))


def row(*cells: object) -> None:
    print(f"| {' | '.join(str(cell) for cell in cells)} |", flush=True)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--runs", type=int, default=3, help="warm runs per median")
    parser.add_argument("--clock", choices=("wall", "processor"), default="wall")
    parser.add_argument("--work", nargs="+", choices=PARAMETERS, default=list(PARAMETERS))
    parser.add_argument("--diameters", nargs="+", type=int, default=list(DIAMETERS_CM), help="cm")
    parser.add_argument("--others", default="", help="a Python with pictologics and Nyxus")
    return parser.parse_args()


def main() -> None:
    given = options()
    os.environ.update(ONE_THREAD)
    size = " x ".join(str(length) for length in GEOMETRY.size[::-1])
    print(f"Synthetic CT of {size} voxels, int16, gzip; one core; {given.clock} seconds.")
    for workload in given.work:
        print(f"{workload}: {DESCRIPTIONS[workload]}.")
    with tempfile.TemporaryDirectory() as folder:
        work, diameters = tuple(given.work), tuple(given.diameters)
        bench = Bench(Path(folder), given.runs, given.clock, work, diameters, given.others)
        for name in given.part:
            PARTS[name](bench)


if __name__ == "__main__":
    main()
