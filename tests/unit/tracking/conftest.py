"""A fresh MLflow database is made once and copied: making one takes seconds, copying does not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from radiomics_hcc.tracking.open import open_tracker


@pytest.fixture(scope="session")
def database_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = tmp_path_factory.mktemp("template") / "mlflow.db"
    open_tracker(f"sqlite:///{database}")
    return database


@pytest.fixture
def store(database_template: Path, tmp_path: Path) -> str:
    """The address of an empty MLflow store in a folder of its own."""
    (tmp_path / "store").mkdir()
    database = shutil.copy(database_template, tmp_path / "store" / "mlflow.db")
    return f"sqlite:///{database}"
