from __future__ import annotations

import logging
import subprocess
import sys

import numpy as np
import pytest
import SimpleITK

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import ExtractionError, InputError
from radiomics_hcc.features.engines import find_engine
from radiomics_hcc.features.parameters import compatible_parameters, make_parameters

pytest.importorskip("radiomics")

GRID = Geometry((10, 12, 14), (2.0, 1.0, 1.0))


def image_of(dtype: type = np.int16) -> Volume:
    return Volume(np.random.default_rng(3).normal(60, 40, GRID.size).astype(dtype), GRID)


def cube(edge: int = 4, geometry: Geometry = GRID) -> Mask:
    inside = np.zeros(geometry.size, bool)
    inside[2 : 2 + edge, 3 : 3 + edge, 3 : 3 + edge] = True
    return Mask(inside, geometry)


def values(extracted) -> dict[str, float]:
    return {feature.name: feature.value for feature in extracted.features}


def test_compatible_parameters_give_107_features():
    found = values(find_engine("pyradiomics").extract(image_of(), cube(), compatible_parameters()))
    assert len(found) == 107
    assert found["original_shape_VoxelVolume"] == 64 * 2.0
    assert not any(name.startswith("diagnostics") for name in found)


def test_one_voxel_is_refused_in_words():
    with pytest.raises(ExtractionError, match="1 segmented voxel"):
        find_engine("pyradiomics").extract(image_of(), cube(1), compatible_parameters())


def test_mask_on_another_grid_is_refused():
    other = Geometry(GRID.size, GRID.spacing_mm, (50.0, 0.0, 0.0))
    with pytest.raises(ExtractionError, match="PyRadiomics: "):
        find_engine("pyradiomics").extract(
            image_of(), cube(geometry=other), compatible_parameters()
        )


def test_nan_in_the_region_is_refused_and_elsewhere_is_not():
    image = image_of(np.float32)
    engine = find_engine("pyradiomics")
    image.array[9, 11, 13] = np.nan
    assert len(engine.extract(image, cube(), compatible_parameters()).features) == 107
    resampled = make_parameters({"setting": {"resampledPixelSpacing": [1, 1, 1]}})
    with pytest.raises(ExtractionError, match="1 voxels of the image are NaN"):
        engine.extract(image, cube(), resampled)
    image.array[3, 4, 4] = np.inf
    with pytest.raises(ExtractionError, match="1 voxels of the region are NaN"):
        engine.extract(image, cube(), compatible_parameters())


def test_voxels_without_neighbours_leave_textures_empty_with_a_reason():
    inside = np.zeros(GRID.size, bool)
    inside[1, 1, 1] = inside[5, 5, 5] = inside[1, 5, 1] = True
    extracted = find_engine("pyradiomics").extract(
        image_of(), Mask(inside, GRID), compatible_parameters()
    )
    empty = {f.name: f.reason for f in extracted.features if np.isnan(f.value)}
    assert "original_glcm_Contrast" in empty
    assert all("neighbours" in reason for name, reason in empty.items() if "_glcm_" in name)
    assert all(empty.values())
    assert all(f.reason == "" for f in extracted.features if not np.isnan(f.value))


def test_filter_that_does_not_fit_is_noted():
    parameters = make_parameters({"imageType": {"LoG": {"sigma": [1, 40]}}})
    extracted = find_engine("pyradiomics").extract(image_of(), cube(), parameters)
    assert any("sigma(40)" in note for note in extracted.notes)
    assert {name.split("_")[0] for name in values(extracted)} == {
        "original",
        "log-sigma-1-0-mm-3D",
    }


def test_nothing_global_is_left_behind(capfd: pytest.CaptureFixture[str]):
    logger = logging.getLogger("radiomics")
    before = (logger.level, list(logger.handlers), logger.propagate, logging.root.handlers[:])
    process = SimpleITK.ProcessObject
    threads = process.GetGlobalDefaultNumberOfThreads()
    tolerance = process.GetGlobalDefaultCoordinateTolerance()
    parameters = make_parameters({"setting": {"geometryTolerance": 0.01}})
    find_engine("pyradiomics").extract(image_of(), cube(), parameters)
    after = (logger.level, list(logger.handlers), logger.propagate, logging.root.handlers[:])
    assert after == before
    assert process.GetGlobalDefaultNumberOfThreads() == threads
    assert process.GetGlobalDefaultCoordinateTolerance() == tolerance
    assert capfd.readouterr().err == ""


def test_settings_of_one_image_type_hold_for_it_alone():
    engine = find_engine("pyradiomics")
    wanted = {"featureClass": {"glcm": ["Contrast"]}}
    both = make_parameters({**wanted, "imageType": {"Original": {"binWidth": 5}, "Square": {}}})
    fine = make_parameters({**wanted, "setting": {"binWidth": 5}})
    rough = make_parameters({**wanted, "imageType": {"Square": {}}})
    found = values(engine.extract(image_of(), cube(), both))
    assert found == {
        **values(engine.extract(image_of(), cube(), fine)),
        **values(engine.extract(image_of(), cube(), rough)),
    }


def test_missing_pyradiomics_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r'pip install "radiomics-hcc\[pyradiomics\]"'):
        find_engine("pyradiomics")


def test_pyradiomics_is_not_loaded_before_it_is_needed():
    code = (
        "import sys; from radiomics_hcc.features.extract import extract;"
        "from radiomics_hcc.features.engines import find_engine;"
        "engine = find_engine('pyradiomics'); engine.version, engine.versions();"
        "sys.exit('radiomics' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
