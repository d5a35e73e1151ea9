"""With full support a filter does not notice where the image was cut."""

from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.features.filter_support import support_voxels, with_full_support
from radiomics_hcc.features.native_engine import NativeEngine
from radiomics_hcc.features.parameters import make_parameters

SIZE = 72
GRID = Geometry((SIZE,) * 3, (1.0, 1.0, 1.0))


def noise() -> Volume:
    return Volume(np.random.default_rng(3).normal(50, 20, GRID.size).astype(np.float32), GRID)


def cube() -> Mask:
    inside = np.zeros(GRID.size, dtype=bool)
    inside[32:40, 32:40, 32:40] = True
    return Mask(inside, GRID)


def means(image_type: dict, **settings) -> dict[str, float]:
    content = {
        "imageType": image_type,
        "featureClass": {"firstorder": ["Mean", "Variance"]},
        "setting": {"preCrop": True, **settings},
    }
    found = NativeEngine().extract(noise(), cube(), make_parameters(content)).features
    return {feature.name: feature.value for feature in found}


@pytest.mark.parametrize(
    "image_type", [{"LoG": {"sigma": [3.0]}}, {"Wavelet": {"wavelet": "db4", "level": 2}}]
)
def test_full_support_gives_what_a_wide_margin_gives(image_type):
    full, wide = means(image_type, filterSupport="full"), means(image_type, padDistance=32)
    narrow = means(image_type)
    assert full == pytest.approx(wide, rel=1e-3, abs=1e-3)
    assert full != pytest.approx(narrow, rel=1e-3, abs=1e-3)


def test_margin_is_left_alone_without_the_setting():
    parameters = make_parameters({"imageType": {"LoG": {"sigma": [5.0]}}})
    assert with_full_support(parameters, (1.0, 1.0, 1.0))["padDistance"] == 5


def test_margin_counts_in_the_finest_spacing():
    parameters = make_parameters(
        {
            "imageType": {"LoG": {"sigma": [2.0]}},
            "setting": {"filterSupport": "full", "resampledPixelSpacing": [0.5, 1, 2]},
        }
    )
    assert with_full_support(parameters, (5.0, 5.0, 5.0))["padDistance"] == 24


@pytest.mark.parametrize(
    ("name", "settings", "voxels"),
    [
        ("Original", {}, 0),
        ("Square", {}, 0),
        ("Gradient", {}, 1),
        ("Wavelet", {}, 6),
        ("Wavelet", {"wavelet": "haar", "level": 3}, 14),
        ("LBP2D", {"lbp2DRadius": 1.5}, 3),
        ("LBP3D", {}, 2),
    ],
)
def test_support_of_every_filter(name, settings, voxels):
    assert support_voxels(name, settings, 1.0) == voxels
