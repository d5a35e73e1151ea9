"""The wheel works away from the checkout: code, templates and the demo file are in it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel was unpacked, without its dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def python(installed: Path, code: str) -> str:
    """Run code that sees the unpacked wheel before anything else, from an empty folder."""
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=installed.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_package_comes_from_the_wheel(installed: Path) -> None:
    found = python(installed, "import radiomics_hcc; print(radiomics_hcc.__file__)")
    assert Path(found).is_relative_to(installed)


def test_the_demo_has_its_configuration(installed: Path) -> None:
    code = (
        "from pathlib import Path; from radiomics_hcc.experiment.demo import written_config; "
        "print(written_config(Path('.')).read_text())"
    )
    assert "name: demo" in python(installed, code)


def test_a_report_finds_its_templates(installed: Path) -> None:
    code = (
        "from radiomics_hcc.domain.record import RunRecord, RunStatus; "
        "from radiomics_hcc.report.html import render; "
        "print(render(RunRecord('r', 'n', 'Why?', 'response_reading', RunStatus.STARTED, '')))"
    )
    page = python(installed, code)
    assert "Why?" in page
    assert "<style" in page


def test_the_command_is_declared_and_the_types_are_shipped(installed: Path) -> None:
    assert (installed / "radiomics_hcc" / "py.typed").is_file()
    (points,) = installed.glob("*.dist-info/entry_points.txt")
    assert "rhcc = radiomics_hcc.cli:main" in points.read_text()
    (metadata,) = installed.glob("*.dist-info/METADATA")
    assert "Provides-Extra: pyradiomics" in metadata.read_text()


def test_the_demo_file_of_the_checkout_is_the_one_that_ships() -> None:
    ours = ROOT / "radiomics_hcc" / "experiment" / "demo.yaml"
    assert (ROOT / "experiments" / "demo.yaml").read_bytes() == ours.read_bytes()
