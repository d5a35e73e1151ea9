"""Through our interface PyRadiomics gives what it gives when it is called directly."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from radiomics_hcc.datasets.nifti import FileReader, write_labels, write_volume
from radiomics_hcc.domain.cohort import Case, Cohort, Patient
from radiomics_hcc.domain.volume import Geometry, Volume
from radiomics_hcc.features.extract import extract

featureextractor = pytest.importorskip("radiomics.featureextractor")

DATA = Path(__file__).parents[2].parent / "shared" / "data"
FILTERED = """\
imageType:
  Original: {}
  LoG: {sigma: [1.0, 3.0], binWidth: 10}
  Wavelet: {binWidth: 10}
  Square: {}
  Gradient: {}
featureClass: {shape: , firstorder: , glcm: , ngtdm: [Contrast], gldm: [DependenceEntropy]}
setting: {binWidth: 20, resampledPixelSpacing: [2, 2, 2], padDistance: 8, voxelArrayShift: 1000}
"""
NORMALISED = """\
featureClass: {shape: [], firstorder: [], glcm: [], glrlm: [], glszm: [], gldm: [], ngtdm: []}
setting:
  normalize: true
  normalizeScale: 100
  removeOutliers: 3
  binCount: 16
  force2D: true
  resegmentRange: [-3, 3]
  resegmentMode: sigma
  distances: [1, 2]
  weightingNorm: manhattan
  preCrop: true
  minimumROISize: 20
"""
FILES = {"defaults": "", "filtered": FILTERED, "normalised": NORMALISED}


def direct(image: Path, mask: Path, label: int, parameters: Path | None) -> dict[str, float]:
    """Call PyRadiomics as its own documentation says."""
    arguments = [] if parameters is None else [str(parameters)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        extractor = featureextractor.RadiomicsFeatureExtractor(*arguments)
        threads = SimpleITK.ProcessObject.GetGlobalDefaultNumberOfThreads()
        SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
        try:
            found = extractor.execute(str(image), str(mask), label=label)
        finally:
            SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
    return {
        name: float(np.real(value))
        for name, value in found.items()
        if not name.startswith("diagnostics")
    }


def through_us(
    image: Path, mask: Path, labels: tuple[int, ...], parameters: Path | None
) -> list[dict[str, float]]:
    cases = tuple(
        Case("p", "pre", image, mask, label=label, lesion_id=str(label), reader=FileReader())
        for label in labels
    )
    table = extract(Cohort(cases, {"p": Patient("p")}), parameters, engine="pyradiomics")
    assert table.metadata["summary"]["failed"] == []
    return table.data[table.features].to_dict("records")


def check_equal(image: Path, mask: Path, labels: tuple[int, ...], parameters: Path | None) -> None:
    for label, ours in zip(labels, through_us(image, mask, labels, parameters), strict=True):
        theirs = direct(image, mask, label, parameters)
        assert set(ours) == set(theirs)
        differing = {
            name: (ours[name], theirs[name])
            for name in theirs
            if not np.array_equal(ours[name], theirs[name], equal_nan=True)
        }
        assert differing == {}


@pytest.fixture(params=FILES)
def parameters(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    if request.param == "defaults":
        return None
    path = tmp_path / "params.yaml"
    path.write_text(FILES[request.param])
    return path


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_generated_volume(dtype: type, parameters: Path | None, tmp_path: Path):
    generator = np.random.default_rng(11)
    cosine, sine = np.cos(0.2), np.sin(0.2)
    grid = Geometry(
        (20, 30, 28),
        (2.5, 0.8, 0.9),
        (-40.0, 12.5, 300.0),
        (cosine, -sine, 0.0, sine, cosine, 0.0, 0.0, 0.0, 1.0),
    )
    z, y, x = np.indices(grid.size)
    drawn = np.zeros(grid.size, np.uint8)
    drawn[((z - 9) / 5) ** 2 + ((y - 12) / 8) ** 2 + ((x - 10) / 7) ** 2 <= 1] = 1
    drawn[((z - 12) / 4) ** 2 + ((y - 20) / 6) ** 2 + ((x - 21) / 5) ** 2 <= 1] = 4
    smooth = 40 * np.sin(x / 3) * np.cos(y / 4) + 10 * z
    intensities = (smooth + generator.normal(0, 20, grid.size)).astype(dtype)
    image, mask = tmp_path / "image.nrrd", tmp_path / "mask.nrrd"
    write_volume(Volume(intensities, grid), image)
    write_labels(drawn, grid, mask)
    check_equal(image, mask, (1, 4), parameters)


@pytest.mark.parametrize("name", ["brain1", "brain2", "breast1"])
def test_pyradiomics_own_cases(name: str, parameters: Path | None):
    folder = DATA / "pyradiomics_cases"
    if not folder.is_dir():
        pytest.skip("PyRadiomics' test cases are not in ../shared/data/pyradiomics_cases")
    check_equal(folder / f"{name}_image.nrrd", folder / f"{name}_label.nrrd", (1,), parameters)


def test_two_tumours_of_a_portal_venous_ct():
    folder = DATA / "ircadb01_case17"
    if not folder.is_dir():
        pytest.skip("case 17 of 3D-IRCADb-01 is not in ../shared/data/ircadb01_case17")
    labels = folder / "labels_1liver_2tum1_3tum2_4pv_5venous.nii.gz"
    check_equal(folder / "ct.nii.gz", labels, (2, 3), None)
