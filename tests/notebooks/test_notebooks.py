"""The notebooks run from top to bottom, and what is stored of them is fit to be shared."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
MOST_BYTES = 600 * 1024
CELL_SECONDS = 300
MACHINE_PATH = re.compile(r"(?:/(?:work|tmp|root|home|Users|var/folders)\b|[A-Z]:\\\\)[\w./\\-]*")
INLINE_PICTURE = re.compile(r'<img src="data:image/[\w.+-]+;base64,')


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def stored(path):
    return nbformat.read(path, as_version=4)


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def pictures(notebook):
    """Picture outputs: an image by its type, or one that is written into HTML."""
    bundles = [output.get("data", {}) for output in outputs(notebook)]
    return [
        bundle
        for bundle in bundles
        if any(kind.startswith("image/") for kind in bundle)
        or INLINE_PICTURE.search(bundle.get("text/html", ""))
    ]


def words(notebook):
    """Everything in a notebook that a person reads, without the bytes of its pictures."""
    told = [cell.source for cell in notebook.cells]
    for output in outputs(notebook):
        told.append(output.get("text", ""))
        told += [text for kind, text in output.get("data", {}).items() if kind[:4] == "text"]
    return re.sub(r"base64,[\w+/=]+", "base64,", "\n".join(told))


def test_there_are_notebooks():
    assert NOTEBOOKS


def test_notebook_runs_and_draws_what_is_stored(stored, tmp_path, monkeypatch):
    monkeypatch.setenv("RHCC_NOTEBOOK_WORK", str(tmp_path / "kept"))
    run = nbformat.from_dict(stored)
    for cell in run.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    place = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(run, timeout=CELL_SECONDS, kernel_name="python3", resources=place).execute()
    assert len(pictures(run)) == len(pictures(stored)) >= 1
    assert not MACHINE_PATH.findall(words(run))
    assert [item.name for item in tmp_path.iterdir()] == ["kept"]


def test_stored_notebook_was_run_from_top_to_bottom_without_noise(stored):
    code = [cell for cell in stored.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [out for out in outputs(stored) if out.get("name") == "stderr"]


def test_stored_notebook_tells_nothing_of_a_machine(path):
    text = re.sub(r'(?:"image/png": "|base64,)[\w+/=]+', "", path.read_text(encoding="utf-8"))
    assert not MACHINE_PATH.findall(text)
    assert '"iopub.' not in text  # times of execution


def test_stored_notebook_is_small(path):
    assert path.stat().st_size <= MOST_BYTES


def test_notebook_says_what_it_is_not(stored):
    assert "Research software, not a medical device" in words(stored)
