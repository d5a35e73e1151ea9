import runpy
from pathlib import Path

import pytest

RUN = Path(__file__).parents[1] / "unit" / "report" / "conftest.py"


@pytest.fixture(scope="session")
def run():
    return runpy.run_path(str(RUN))["completed_run"]()
