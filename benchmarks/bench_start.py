"""Cold start of the package and of `rhcc`, against importing what they put off."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 7
RHCC = Path(sys.executable).with_name("rhcc")
PUT_OFF = "import sklearn, SimpleITK, mlflow"
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import radiomics_hcc": [sys.executable, "-c", "import radiomics_hcc"],
    "rhcc --help": [str(RHCC), "--help"],
    "import sklearn, SimpleITK, mlflow": [
        sys.executable,
        "-c",
        "import sklearn, SimpleITK, mlflow",
    ],
}


def median_seconds(command: list[str]) -> float:
    durations = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        durations.append(time.perf_counter() - start)
    return statistics.median(durations)


def main() -> None:
    for name, command in COMMANDS.items():
        print(f"{name:36} {median_seconds(command):6.3f} s (median of {RUNS} processes)")


if __name__ == "__main__":
    main()
