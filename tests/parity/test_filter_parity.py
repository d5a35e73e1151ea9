"""Filtered images equal PyRadiomics', whether the box is the whole image or a part of it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import pytest
import SimpleITK

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.features.names import WAVELETS
from radiomics_hcc.imaging.filters.response import Response
from radiomics_hcc.imaging.filters.table import FILTERS
from radiomics_hcc.imaging.region import Box

pywt = pytest.importorskip("pywt")
imageoperations = pytest.importorskip("radiomics.imageoperations")

SIZE, SPACING_MM = (21, 26, 29), (2.5, 0.8, 0.9)
BOXES: Mapping[str, Box] = {
    "whole": (slice(0, 21), slice(0, 26), slice(0, 29)),
    "inner": (slice(9, 13), slice(10, 17), slice(11, 16)),
    "corner": (slice(15, 21), slice(0, 9), slice(20, 29)),
}
LBP_3D_SIZE = (7, 40, 9)
LBP_3D_BOXES: tuple[Box, ...] = (
    (slice(0, 7), slice(0, 40), slice(0, 9)),
    (slice(3, 5), slice(1, 4), slice(6, 9)),
)
DISCRETE = sorted(set(pywt.wavelist(kind="discrete")) & WAVELETS)


def drawn_image(
    dtype: type = np.int16, size: tuple[int, int, int] = SIZE, mean: float = 40.0
) -> Volume:
    generator = np.random.default_rng(5)
    z, y, x = np.indices(size)
    smooth = 60 * np.sin(x / 3) * np.cos(y / 4) + 8 * z
    intensities = mean + smooth + generator.normal(0, 25, size)
    return Volume(intensities.astype(dtype), Geometry(size, SPACING_MM))


def oracle(image_type: str, image: Volume, settings: Mapping[str, object]) -> dict[str, np.ndarray]:
    theirs = SimpleITK.GetImageFromArray(image.array)
    theirs.SetSpacing(image.geometry.spacing_mm[::-1])
    mask = SimpleITK.GetImageFromArray(np.ones(image.array.shape, np.uint32))
    mask.CopyInformation(theirs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = getattr(imageoperations, f"get{image_type}Image")(theirs, mask, **settings)
        return {name: SimpleITK.GetArrayFromImage(response) for response, name, _ in found}


def ours(
    image_type: str, image: Volume, box: Box, settings: Mapping[str, object]
) -> list[Response]:
    mask = Mask(np.ones(image.array.shape, bool), image.geometry)
    return list(FILTERS[image_type](image, mask, box, settings))


def check_equal(
    image_type: str,
    image: Volume,
    box: Box,
    settings: Mapping[str, object] | None = None,
    rtol: float = 1e-9,
    of_range: float = 0.0,
) -> None:
    """Same names in the same order, same number types, same values inside the box."""
    settings = settings or {}
    expected, found = oracle(image_type, image, settings), ours(image_type, image, box, settings)
    assert [response.name for response in found] == list(expected)
    for response in found:
        theirs = expected[response.name][box]
        assert response.array.dtype == theirs.dtype
        assert response.array.flags.c_contiguous
        atol = of_range * float(np.nanmax(theirs) - np.nanmin(theirs)) if of_range else 0.0
        np.testing.assert_allclose(response.array, theirs, rtol=rtol, atol=atol)


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("dtype", [np.int16, np.float32, np.float64])
@pytest.mark.parametrize(
    "image_type",
    ["Original", "Square", "SquareRoot", "Logarithm", "Exponential", "Gradient", "Wavelet"],
)
def test_filters_with_default_settings(image_type: str, dtype: type, box: str):
    # PyWavelets adds in another order where it wraps round the far end of the image, which shows
    # in the last digits; sub-bands have zeros where that is all there is.
    last_digits = {"of_range": 1e-6 if dtype == np.float32 else 1e-12}
    check_equal(image_type, drawn_image(dtype), BOXES[box], **last_digits)


def test_gradient_without_spacing():
    check_equal("Gradient", drawn_image(), BOXES["corner"], {"gradientUseSpacing": False}, rtol=0)


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("dtype", [np.int16, np.float32, np.float64])
def test_log(dtype: type, box: str):
    check_equal("LoG", drawn_image(dtype), BOXES[box], {"sigma": [1.0, 2, 3.5]}, of_range=1e-5)


def test_log_of_a_small_box_in_a_large_image():
    box = (slice(40, 44), slice(70, 75), slice(60, 66))
    image = drawn_image(size=(80, 140, 120))
    check_equal("LoG", image, box, {"sigma": [0.9, 2.0]}, rtol=1e-6, of_range=1e-7)


@pytest.mark.parametrize("size", [(3, 20, 20), (5, 20, 20), (4, 6, 30)])
def test_log_leaves_out_the_same_sigmas(size: tuple[int, int, int]):
    box = (slice(0, 3), slice(2, 5), slice(3, 6))
    settings = {"sigma": [1.0, 0.0, 4.0, 9.0, -1.0, 15.0]}
    check_equal("LoG", drawn_image(size=size), box, settings, of_range=1e-5)


@pytest.mark.parametrize("name", DISCRETE)
def test_every_discrete_wavelet(name: str):
    image = drawn_image(size=(7, 10, 12))
    box = (slice(1, 7), slice(3, 6), slice(2, 9))
    check_equal("Wavelet", image, box, {"wavelet": name}, of_range=1e-12)


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize(
    "settings",
    [
        {"level": 2, "wavelet": "db3"},
        {"start_level": 1, "level": 2},
        {"start_level": 2, "wavelet": "haar"},
        {"force2D": True, "force2Ddimension": 0},
        {"force2D": True, "force2Ddimension": 2, "level": 2, "wavelet": "bior2.2"},
    ],
    ids=str,
)
def test_wavelet_levels_and_planes(settings: dict[str, object], box: str):
    check_equal("Wavelet", drawn_image(), BOXES[box], settings, of_range=1e-12)


@pytest.mark.parametrize("dtype", [np.int16, np.float64])
@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("method", ["default", "ror", "uniform", "var"])
def test_lbp_2d(method: str, box: str, dtype: type):
    for axis in range(3):
        settings = {"lbp2DMethod": method, "force2D": True, "force2Ddimension": axis}
        check_equal("LBP2D", drawn_image(dtype), BOXES[box], settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"lbp2DRadius": 2.5, "lbp2DSamples": 12},
        {"lbp2DRadius": 3, "lbp2DSamples": 24, "lbp2DMethod": "ror"},
        {"lbp2DRadius": 0.4, "lbp2DSamples": 1},
    ],
    ids=str,
)
def test_lbp_2d_rings(settings: dict[str, object]):
    check_equal("LBP2D", drawn_image(np.float64), BOXES["whole"], settings)
    check_equal("LBP2D", drawn_image(np.float64), BOXES["corner"], settings)


def test_lbp_2d_ties_fall_alike():
    coarse = Volume((drawn_image().array // 60).astype(np.int16), Geometry(SIZE, SPACING_MM))
    for box in BOXES.values():
        check_equal("LBP2D", coarse, box, {"lbp2DMethod": "default"})


@pytest.mark.usefixtures("working_lbp_3d")
@pytest.mark.parametrize("dtype", [np.int16, np.float32, np.float64])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"lbp3DLevels": 3, "lbp3DIcosphereRadius": 2.3},
        {"lbp3DLevels": 4, "lbp3DIcosphereSubdivision": 0, "lbp3DIcosphereRadius": 1.5},
        {"lbp3DIcosphereSubdivision": 2, "lbp3DIcosphereRadius": 0.7},
    ],
    ids=str,
)
def test_lbp_3d(settings: dict[str, object], dtype: type):
    # A degree's part can cancel to zero: the square root of the noise of double precision is
    # left. Of a single-precision image the kurtosis is summed in single precision, over the
    # vertices in another order.
    accuracy = 1e-4 if dtype == np.float32 else 2e-8
    image = drawn_image(dtype, size=LBP_3D_SIZE)
    expected = oracle("LBP3D", image, settings)
    for box in LBP_3D_BOXES:
        found = ours("LBP3D", image, box, settings)
        assert [response.name for response in found] == list(expected)
        for response in found:
            theirs = expected[response.name][box]
            np.testing.assert_allclose(response.array, theirs, rtol=1e-9, atol=accuracy)
