"""Volumes survive the way to disk and back, whatever their grid."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from radiomics_hcc.datasets.nifti import read_labels, read_volume, write_labels, write_volume
from radiomics_hcc.domain.volume import Geometry, Volume

lengths = st.floats(0.25, 10.0, width=32)
positions = st.floats(-500.0, 500.0, width=32)
angles = st.floats(-180.0, 180.0)


@st.composite
def grids(draw: st.DrawFn) -> Geometry:
    rotation = Rotation.from_euler("xyz", [draw(angles) for _ in range(3)], degrees=True)
    mirror = np.diag([1.0, 1.0, draw(st.sampled_from([1.0, -1.0]))])
    return Geometry(
        size=draw(st.tuples(*[st.integers(1, 5)] * 3)),
        spacing_mm=draw(st.tuples(lengths, lengths, lengths)),
        origin_mm=draw(st.tuples(positions, positions, positions)),
        direction=tuple((rotation.as_matrix() @ mirror).ravel()),
    )


@pytest.mark.parametrize("suffix", ["nii.gz", "nii", "nrrd", "mha"])
@settings(deadline=None, max_examples=40)
@given(data=st.data(), geometry=grids())
def test_volume_comes_back_with_the_same_voxels_and_grid(suffix, data, geometry):
    dtype = data.draw(st.sampled_from([np.int16, np.uint8, np.float32, np.float64]))
    array = data.draw(arrays(dtype, geometry.size))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"image.{suffix}"
        write_volume(Volume(array, geometry), path)
        again = read_volume(path)
    np.testing.assert_array_equal(again.array, array)
    assert again.array.dtype == array.dtype
    assert geometry.differences(again.geometry) == []


@settings(deadline=None, max_examples=40)
@given(data=st.data(), geometry=grids())
def test_label_map_comes_back_with_the_same_labels(data, geometry):
    array = data.draw(arrays(np.uint16, geometry.size))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mask.nii.gz"
        write_labels(array, geometry, path)
        again = read_labels(path)
    assert set(again.labels) == set(np.unique(array).tolist()) - {0}
    np.testing.assert_array_equal(again.array, array)
