"""How a parameter file asks for IBSI's features, and what it is told where it asks wrongly."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from radiomics_hcc.domain.delta import check_anchors
from radiomics_hcc.domain.grey_level_anchor import anchor_dependent_columns
from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import ConfigError, ExtractionError, InputError
from radiomics_hcc.features.ibsi.catalogue import IBSI_CLASSES
from radiomics_hcc.features.ibsi.measure import columns
from radiomics_hcc.features.native_engine import NativeEngine
from radiomics_hcc.features.parameters import (
    Parameters,
    compatible_parameters,
    make_parameters,
    read_parameters,
)

EVERYTHING = """\
ibsi:
  approach: 3D
  interpolation:
    {spacing_mm: [2, 2, 2], image: cubic, mask: linear, partial_volume: 0.5}
  resegmentation: {range: [-1000, 400], outlier_sigma: 3}
  discretisation: {bin_size: 25}
  volume_histogram: {bin_size: 2.5}
  texture: {distance: 1, coarseness: 0}
  classes: {morphology: , statistics: [], glcm: [JointEntropy], glszm: }
  aggregations: [3D-average, 3D-merged]
  responses:
    log-3mm: {filter: {kind: laplacian_of_gaussian, sigma_mm: 3}}
    edges:
      filter: {kind: riesz, band: {kind: simoncelli_wavelet, level: 2}, order: [1, 0, 0]}
      classes: {statistics: [Mean], ngtdm: }
      discretisation: {bin_count: 32}
"""
SMALL = {"classes": {"statistics": ["Mean"]}}


def written(tmp_path: Path, text: str) -> Parameters:
    file = tmp_path / "ibsi.yaml"
    file.write_text(text, encoding="utf-8")
    return read_parameters(file)


def ibsi(**content: object) -> Parameters:
    return make_parameters({"ibsi": content})


def ball() -> tuple[Volume, Mask]:
    grid = Geometry((12, 14, 16), (2.0, 1.5, 1.0))
    z, y, x = np.indices(grid.size)
    image = (100 * np.sin(x) + 10 * y + z).astype(np.int16)
    inside = (2 * (z - 6)) ** 2 + (1.5 * (y - 7)) ** 2 + (x - 8) ** 2 < 25
    return Volume(image, grid), Mask(inside, grid)


def test_file_with_every_key_is_read(tmp_path: Path) -> None:
    names = list(columns(written(tmp_path, EVERYTHING).ibsi))
    assert names[0] == "original_morphology_MeshVolume"
    assert "original_glcm-3D-mrg_JointEntropy" in names
    assert "original_glszm-3D_ZoneEntropy" in names
    assert "log-3mm_statistics_ExcessKurtosis" in names
    assert names[-1] == "edges_ngtdm-3D_Strength"
    assert len(names) == len(set(names)) == 29 + 18 + 2 + 16 + 18 + 1 + 5


@pytest.mark.parametrize("approach", ["2D", "3D"])
def test_without_classes_everything_is_measured(approach: str) -> None:
    names = columns(ibsi(approach=approach, discretisation={"bin_count": 16}).ibsi)
    found = {
        (word.split("-")[0], feature) for _, word, feature in (n.rsplit("_", 2) for n in names)
    }
    assert found == {(word, one) for word, ids in IBSI_CLASSES.items() for one in ids}


def test_parameters_survive_being_written_and_sent(tmp_path: Path) -> None:
    parameters = written(tmp_path, EVERYTHING)
    assert make_parameters(parameters.to_json()) == parameters
    assert pickle.loads(pickle.dumps(parameters)) == parameters
    assert make_parameters(parameters.to_json()).digest() == parameters.digest()


def test_digest_tells_settings_apart_and_not_their_order() -> None:
    a_then_b = ibsi(classes={"statistics": ["Mean", "Median"]})
    b_then_a = ibsi(classes={"statistics": ["Median", "Mean"]})
    assert a_then_b.digest() == b_then_a.digest()
    assert a_then_b.digest() != ibsi(classes={"statistics": ["Mean"]}).digest()
    assert ibsi(**SMALL).digest() != compatible_parameters().digest()


def test_what_pyradiomics_shares_with_ibsi_is_its_own_default() -> None:
    assert ibsi(**SMALL).is_native_only
    assert ibsi(**SMALL).compatible() == compatible_parameters()


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("ibsi: {aproach: 3D}", "1:8", "did you mean 'approach'?"),
        ("ibis: {}", "1:1", "did you mean 'ibsi'?"),
        ("ibsi:", "1:1", "needs keys with values"),
        ("ibsi: {}", "1:1", "give discretisation"),
        ("ibsi: {approach: 4D}", "1:8", "'2D' or '3D'"),
        ("ibsi: {classes: {statistics: }}\nsetting: {binWidth: 5}", "1:1", "take out setting"),
        ("ibsi: {classes: {glcm: [JointAvrage]}}", "1:18", "did you mean 'JointAverage'?"),
        ("ibsi: {classes: {glmc: }}", "1:18", "did you mean 'glcm'?"),
        ("ibsi: {classes: {statistics: }, aggregations: [3D-mean]}", "1:33", "3D-m"),
        ("ibsi: {discretisation: {bin_size: 25}}", "1:1", "resegmentation.range"),
        ("ibsi: {discretisation: {bin_size: 25, bin_count: 3}}", "1:8", "either bin_size or"),
        ("ibsi: {discretisation: {bin_count: 3, origin: 1}}", "1:8", "origin goes with bin_size"),
        ("ibsi: {volume_histogram: {}}", "1:8", "either bin_size or bin_count"),
        ("ibsi: {resegmentation: {range: [400, -100]}}", "1:25", "not below the upper end"),
        ("ibsi: {interpolation: {spacing_mm: [2, 2]}, classes: {statistics: }}", "1:1", "takes 3"),
        ("ibsi: {interpolation: {spacing_mm: [2, 2, 0]}}", "1:43", "greater than 0"),
        ("ibsi: {texture: {distance: true}}", "1:18", "valid integer"),
        ("ibsi: {responses: {Original: {filter: {kind: mean, support: 3}}}}", "1:8", "letters"),
        ("ibsi: {responses: {a: {filter: {kind: mean, support: 4}}}}", "1:24", "must be odd"),
        ("ibsi: {responses: {a: {filter: {kind: men, support: 3}}}}", "1:24", "'mean', 'lapl"),
        (
            "ibsi: {responses: {a: {filter: {kind: mean, support: 3}, classes: {glcm: }}}}",
            "1:20",
            "glcm need grey levels",
        ),
        (
            "ibsi: {responses: {a: {filter: {kind: mean, support: 3}, classes: {morphology: }}}}",
            "1:20",
            "original image only",
        ),
    ],
)
def test_wrong_file_is_refused_with_its_place(
    tmp_path: Path, text: str, place: str, words: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        written(tmp_path, text)
    assert f"ibsi.yaml:{place}: " in str(refused.value)
    assert words in str(refused.value)


def test_engine_gives_the_columns_in_order_with_their_ids() -> None:
    parameters = ibsi(
        discretisation={"bin_count": 8},
        responses={"smooth": {"filter": {"kind": "mean", "support": 3}}},
    )
    found = NativeEngine().extract(*ball(), parameters).features
    assert [feature.name for feature in found] == list(columns(parameters.ibsi))
    assert all(len(feature.ibsi_id) == 4 for feature in found)


def test_engine_warms_up_with_these_settings() -> None:
    NativeEngine().warm_up(ibsi(discretisation={"bin_count": 8}))


def test_pyradiomics_engine_refuses() -> None:
    engine = pytest.importorskip("radiomics_hcc.features.pyradiomics_engine").PyRadiomicsEngine()
    with pytest.raises(ExtractionError, match="--engine native"):
        engine.extract(*ball(), ibsi(**SMALL))


@pytest.mark.parametrize(
    ("discretisation", "marked"),
    [
        ({"bin_count": 32}, True),
        ({"bin_size": 25, "origin": -100}, False),
    ],
)
def test_levels_that_hang_on_the_region_are_marked(
    discretisation: dict[str, object], *, marked: bool
) -> None:
    parameters = ibsi(
        discretisation=discretisation,
        classes={"glcm": ["JointAverage", "Contrast"], "histogram": ["Mean", "Variance"]},
        aggregations=["3D-merged"],
    )
    found = anchor_dependent_columns(columns(parameters.ibsi), parameters.to_json())
    assert set(found) == (
        {"original_glcm-3D-mrg_JointAverage", "original_histogram_Mean"} if marked else set()
    )
    if marked:
        with pytest.raises(InputError):
            check_anchors(found)
