"""A small cohort on disk: two patients, three lesions, one of which vanishes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.datasets.nifti import write_labels, write_volume
from radiomics_hcc.domain.volume import Geometry, Volume
from radiomics_hcc.errors import InputError

HEADER = "patient_id,timepoint,date,phase,region,lesion_id,image,mask,label,status"
ROWS = (
    "P1,pre,2024-01-10,arterial,lesion,a,pre.nii.gz,pre_mask.nii.gz,2,",
    "P1,pre,2024-01-10,arterial,lesion,b,pre.nii.gz,pre_mask.nii.gz,3,present",
    "P1,post,2024-03-01,arterial,lesion,a,post.nii.gz,post_mask.nii.gz,2,",
    "P1,post,2024-03-01,arterial,lesion,b,post.nii.gz,,,absent",
    "P2,pre,2024-02-02,portal,lesion,,pre.nii.gz,pre_mask.nii.gz,2,",
    "P2,pre,2024-02-02,portal,liver,,pre.nii.gz,pre_mask.nii.gz,1,",
)
GRID = Geometry(size=(10, 20, 20), spacing_mm=(5.0, 0.8, 0.8), origin_mm=(-8.0, -8.0, 100.0))


@pytest.fixture(scope="session")
def write_pair() -> Callable[..., None]:
    """Write an image and its label map: liver 1, lesions 2 and 3."""

    def write(folder: Path, name: str, *, labels: tuple[int, ...] = (1, 2, 3)) -> None:
        array = np.arange(4000, dtype=np.int16).reshape(GRID.size)
        write_volume(Volume(array, GRID), folder / f"{name}.nii.gz")
        label_map = np.zeros(GRID.size, np.uint8)
        for label in labels:
            label_map[2:6, 5 * label - 2 : 5 * label + 2, 5:15] = label
        write_labels(label_map, GRID, folder / f"{name}_mask.nii.gz")

    return write


@pytest.fixture
def folder(tmp_path: Path, write_pair: Callable[..., None]) -> Path:
    """The images and masks of the cohort, without its table."""
    write_pair(tmp_path, "pre")
    write_pair(tmp_path, "post", labels=(1, 2))
    return tmp_path


@pytest.fixture
def cohort_csv(folder: Path) -> Path:
    """The whole cohort."""
    return write_table(folder, *ROWS)


def write_table(folder: Path, *rows: str, header: str = HEADER, name: str = "cohort.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def table_of() -> Callable[..., Path]:
    return write_table


@pytest.fixture(scope="session")
def problems_of() -> Callable[..., list[str]]:
    """What `load_cohort` refuses, one string per problem."""

    def problems(path: Path, **options: object) -> list[str]:
        with pytest.raises(InputError) as caught:
            load_cohort(path, **options)
        assert str(caught.value).startswith(f"{path}: {len(caught.value.problems)} problem")
        return [str(problem) for problem in caught.value.problems]

    return problems


@pytest.fixture(scope="session")
def good_rows() -> tuple[str, ...]:
    return ROWS
