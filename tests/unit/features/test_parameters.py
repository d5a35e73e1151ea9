from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest

from radiomics_hcc.domain.cohort import Case, Cohort
from radiomics_hcc.errors import ConfigError, InputError
from radiomics_hcc.features.names import FEATURES, IMAGE_TYPES, WAVELETS
from radiomics_hcc.features.parameters import (
    compatible_parameters,
    default_parameters,
    make_parameters,
    parameters_for,
    read_parameters,
)
from radiomics_hcc.imaging.itk import one_thread

EVERYTHING = """\
# A file with every setting that PyRadiomics 3.1 takes.
imageType:
  Original: {}
  LoG: {sigma: [1.0, 2.0, 3], binWidth: 5}
  Wavelet: {wavelet: db2, start_level: 0, level: 1}
  Square: {}
  SquareRoot: {}
  Logarithm: {}
  Exponential: {}
  Gradient: {gradientUseSpacing: false}
  LBP2D: {lbp2DRadius: 1, lbp2DSamples: 9, lbp2DMethod: uniform}
  LBP3D: {lbp3DLevels: 2, lbp3DIcosphereRadius: 1, lbp3DIcosphereSubdivision: 1}
featureClass:
  shape:
  firstorder: []
  glcm: [Contrast, Id]
setting:
  binWidth: 25
  binCount: 32
  normalize: true
  normalizeScale: 100
  removeOutliers: 3
  resampledPixelSpacing: [1, 1, 0]
  interpolator: sitkBSpline
  padDistance: 10
  preCrop: true
  resegmentRange: [-100, 400]
  resegmentMode: absolute
  resegmentShape: false
  voxelArrayShift: -1000
  force2D: false
  force2Ddimension: 0
  distances: [1, 2]
  weightingNorm: euclidean
  symmetricalGLCM: true
  gldm_a: 0
  minimumROIDimensions: 2
  minimumROISize: 50
  label: 1
  label_channel: 0
  additionalInfo: true
  geometryTolerance: 1e-4
  correctMask: true
voxelSetting: {kernelRadius: 2, maskedKernel: true, initValue: nan, voxelBatch: 1000}
"""


@pytest.fixture
def write(tmp_path: Path):
    def write_text(text: str, name: str = "params.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return write_text


def test_every_setting_of_pyradiomics_is_accepted(write):
    parameters = read_parameters(write(EVERYTHING.replace("initValue: nan", "initValue: 0")))
    assert list(parameters.image_types) == list(IMAGE_TYPES)
    assert parameters.image_types["LoG"] == {"sigma": [1.0, 2.0, 3.0], "binWidth": 5.0}
    assert parameters.image_types["Square"] == {}
    assert parameters.feature_classes == {
        "shape": (),
        "firstorder": (),
        "glcm": ("Contrast", "Id"),
    }
    assert parameters.settings["geometryTolerance"] == 1e-4
    assert parameters.settings["resampledPixelSpacing"] == [1, 1, 0]
    assert (parameters.label, parameters.label_channel) == (1, 0)


def test_json_file_asks_for_the_same(write):
    content = {"setting": {"binWidth": 10}, "imageType": {"Original": {}}}
    from_json = read_parameters(write(json.dumps(content), "params.json"))
    assert from_json.digest() == make_parameters(content).digest()


def test_every_problem_is_listed_with_line_and_column(write):
    path = write(
        "imageType:\n"
        "  Wavlet: {}\n"
        "  LoG: {sigma: [0]}\n"
        "  Square: {label: 2}\n"
        "featureClass:\n"
        "  firstorder: [Meen, Median]\n"
        "  firstordr:\n"
        "setting:\n"
        "  binwidth: 25\n"
        "  interpolator: sitkBSplin\n"
        "  normalize: 1\n"
        "  wavelet: coif99\n"
        "  resampledPixelSpacing: [1, 1, 1, 1]\n"
        "  padDistance: -1\n"
        "  binWidth: true\n"
        "  resegmentMode: sgima\n"
    )
    with pytest.raises(ConfigError) as caught:
        read_parameters(path)
    places = [problem.where.removeprefix(f"{path}:") for problem in caught.value.problems]
    lines = [2, 3, 4, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16]
    assert [int(place.split(":")[0]) for place in places] == lines
    text = str(caught.value)
    for guess in ("'Wavelet'", "'Mean'", "'firstorder'", "'binWidth'", "'sitkBSpline'"):
        assert f"did you mean {guess}" in text


def test_image_type_without_a_mapping_is_refused(write):
    with pytest.raises(ConfigError, match="imageType"):
        read_parameters(write("imageType:\n"))


def test_number_written_as_text_is_a_number():
    assert make_parameters({"setting": {"binWidth": "25"}}) == compatible_parameters()


def test_defaults_are_those_of_an_empty_file(write):
    assert read_parameters(write("")) == compatible_parameters()
    assert list(compatible_parameters().image_types) == ["Original"]
    assert list(compatible_parameters().feature_classes) == list(FEATURES)


@pytest.mark.parametrize(
    "content",
    [
        {"setting": {"binWidth": 25}},
        {"setting": {"binWidth": 25.0, "force2D": False, "label": 3, "additionalInfo": True}},
        {"setting": {"binCount": None, "minimumROISize": None}},
        {"imageType": {"Original": None}},
        {"featureClass": dict.fromkeys(reversed(FEATURES))},
        {"voxelSetting": {"kernelRadius": 3}},
    ],
)
def test_files_that_ask_for_the_same_have_the_same_digest(content):
    assert make_parameters(content).digest() == compatible_parameters().digest()


@pytest.mark.parametrize(
    "content",
    [
        {"setting": {"binWidth": 24}},
        {"setting": {"interpolator": None}},
        {"imageType": {"Original": {"binWidth": 24}}},
        {"imageType": {"Original": {}, "Square": {}}},
        {"featureClass": {"glcm": ["Contrast"]}},
    ],
)
def test_files_that_ask_for_something_else_have_another_digest(content):
    assert make_parameters(content).digest() != compatible_parameters().digest()


def test_null_of_an_image_type_undoes_the_general_setting():
    parameters = make_parameters(
        {"imageType": {"LoG": {"binCount": None}}, "setting": {"binCount": 32}}
    )
    assert parameters.image_types["LoG"] == {"binCount": None}
    assert parameters.settings["binCount"] == 32


def test_order_and_repetition_of_features_do_not_matter():
    one = make_parameters({"featureClass": {"glcm": ["Id", "Contrast", "Id"], "shape": []}})
    two = make_parameters({"featureClass": {"shape": None, "glcm": ["Contrast", "Id"]}})
    assert one == two


def test_words_are_those_of_the_installed_pyradiomics():
    radiomics = pytest.importorskip("radiomics")
    pywt = pytest.importorskip("pywt")
    classes = radiomics.getFeatureClasses()
    assert {name: set(kind.getFeatureNames()) for name, kind in classes.items()} == {
        name: set(features) for name, features in FEATURES.items()
    }
    assert set(radiomics.getImageTypes()) == set(IMAGE_TYPES)
    assert set(pywt.wavelist()) == WAVELETS


def test_pyradiomics_own_schema_accepts_what_ours_accepts(write):
    featureextractor = pytest.importorskip("radiomics.featureextractor")
    path = write(EVERYTHING.replace("initValue: nan", "initValue: 0"))
    with warnings.catch_warnings(), one_thread():  # it sets ITK's tolerances for the process
        warnings.simplefilter("ignore")  # its schema library uses a deprecated import
        theirs = featureextractor.RadiomicsFeatureExtractor(str(path))
    ours = read_parameters(path)
    assert set(theirs.enabledImagetypes) == set(ours.image_types)
    effective = {key: theirs.settings[key] for key in ours.settings}
    assert effective == dict(ours.settings)


def test_defaults_are_those_of_the_installed_pyradiomics():
    featureextractor = pytest.importorskip("radiomics.featureextractor")
    theirs = featureextractor.RadiomicsFeatureExtractor._getDefaultSettings()
    ignored = {"label", "additionalInfo"}
    given = {key: value for key, value in theirs.items() if value is not None}
    ours = compatible_parameters().settings
    assert {key: ours[key] for key in given if key not in ignored} == {
        key: value for key, value in given.items() if key not in ignored
    }


def test_origin_is_ours_and_can_be_undone_by_an_image_type():
    parameters = make_parameters(
        {
            "imageType": {"Original": {}, "LoG": {"binOrigin": None, "sigma": [2]}},
            "setting": {"binOrigin": -100},
        }
    )
    assert parameters.is_native_only
    assert parameters.of_image_type("Original")["binOrigin"] == -100
    assert parameters.of_image_type("LoG")["binOrigin"] is None


def test_compatible_leaves_out_what_pyradiomics_does_not_know():
    ours = make_parameters({"setting": {"binOrigin": -100, "filterSupport": "full"}})
    assert ours.compatible() == compatible_parameters()
    assert not ours.compatible().is_native_only


def test_origin_and_count_exclude_one_another():
    with pytest.raises(ConfigError, match="binOrigin goes with binWidth"):
        make_parameters({"setting": {"binOrigin": 0, "binCount": 32}})


def test_wanted_features_leave_out_deprecated_ones_unless_named():
    every = make_parameters({"featureClass": {"glcm": None}}).wanted("glcm")
    named = make_parameters({"featureClass": {"glcm": ["Dissimilarity", "Contrast"]}})
    assert len(every) == 24
    assert "Dissimilarity" not in every
    assert named.wanted("glcm") == ("Contrast", "Dissimilarity")


def cohort_of(*modalities: str) -> Cohort:
    return Cohort(tuple(Case("p", "pre", None, None, modality=word) for word in modalities), {})


def test_defaults_of_ct_have_an_origin_and_those_of_mr_a_count():
    assert parameters_for(cohort_of("CT"), "native") == default_parameters()
    assert default_parameters().settings["binOrigin"] == -100.0
    assert parameters_for(cohort_of("MR", "MR"), "native").settings["binCount"] == 32
    assert parameters_for(cohort_of("CT"), "pyradiomics") == compatible_parameters()


def test_no_defaults_fit_two_modalities():
    with pytest.raises(InputError, match=r"CT and MR.*give a parameter file"):
        parameters_for(cohort_of("MR", "CT"), "native")
