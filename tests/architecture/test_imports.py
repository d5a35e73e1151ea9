"""The structure that the import contracts cannot say: who may import the giants, and laziness."""

from __future__ import annotations

import subprocess
import sys

import grimp
import pytest

GRAPH = grimp.build_graph("radiomics_hcc", include_external_packages=True)


@pytest.mark.parametrize(
    ("library", "place"),
    [
        ("radiomics", "radiomics_hcc.features.pyradiomics_engine"),
        ("mlflow", "radiomics_hcc.tracking.mlflow_tracker"),
        ("matplotlib", "radiomics_hcc.report"),
        ("numba", "radiomics_hcc.imaging.compiled"),
        ("skops", "radiomics_hcc.modelling.model_file"),
    ],
)
def test_a_giant_is_imported_in_one_place(library: str, place: str) -> None:
    importers = GRAPH.find_modules_that_directly_import(library)
    assert importers, f"{library} is imported nowhere"
    outside = {name for name in importers if name != place and not name.startswith(place + ".")}
    assert outside == set()


@pytest.mark.parametrize("statement", ["import radiomics_hcc", "import radiomics_hcc.cli"])
def test_importing_loads_no_giant(statement: str) -> None:
    giants = ["sklearn", "mlflow", "SimpleITK", "numba", "matplotlib", "radiomics"]
    code = f"{statement}; import sys; print([g for g in {giants} if g in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_name_of_the_package_can_be_loaded() -> None:
    import radiomics_hcc

    assert len(radiomics_hcc.__all__) <= 30
    for name in radiomics_hcc.__all__:
        assert getattr(radiomics_hcc, name) is not None
