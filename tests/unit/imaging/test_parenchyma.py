from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import InputError
from radiomics_hcc.imaging.parenchyma import parenchyma_level, reference_parenchyma

GRID = Geometry((16, 60, 60), (2.5, 1.0, 1.0))


def mask(inside: np.ndarray, geometry: Geometry = GRID) -> Mask:
    return Mask(np.broadcast_to(inside, geometry.size).copy(), geometry)


def liver() -> Mask:
    inside = np.zeros(GRID.size, dtype=np.bool_)
    inside[2:-2, 5:-5, 5:-5] = True
    return mask(inside)


def lesion(z: int = 8, y: int = 30, x: int = 30) -> Mask:
    inside = np.zeros(GRID.size, dtype=np.bool_)
    inside[z, y, x] = True
    return mask(inside)


def noisy_liver(seed: int = 2) -> Volume:
    rng = np.random.default_rng(seed)
    return Volume(rng.normal(75.0, 15.0, GRID.size).astype(np.float32), GRID)


def test_margin_around_every_lesion_is_left_out_in_mm():
    lesions = [lesion(), lesion(4, 10, 10)]
    found = reference_parenchyma(liver(), lesions, margin_mm=6.0)
    z, y, x = np.indices(GRID.size)
    expected = liver().array
    for place in ((8, 30, 30), (4, 10, 10)):
        away = ((z - place[0]) * 2.5) ** 2 + (y - place[1]) ** 2 + (x - place[2]) ** 2
        expected = expected & (away > 6.0**2)
    np.testing.assert_array_equal(found.array, expected)


def test_named_vessels_and_the_order_of_lesions_are_as_expected():
    vessel = mask(np.indices(GRID.size)[1] == 20)
    lesions = [lesion(), lesion(4, 10, 10)]
    found = reference_parenchyma(liver(), lesions, vessels=[vessel])
    assert not (found.array & vessel.array).any()
    turned = reference_parenchyma(liver(), lesions[::-1], vessels=[vessel])
    np.testing.assert_array_equal(found.array, turned.array)


def test_liver_without_lesions_is_all_parenchyma():
    np.testing.assert_array_equal(reference_parenchyma(liver(), []).array, liver().array)


def test_level_is_the_mean_and_the_spread_of_the_smoothed_noise():
    level = parenchyma_level(noisy_liver(), liver())
    assert level.mean_hu == pytest.approx(75.0, abs=0.2)
    smooth = parenchyma_level(noisy_liver(), liver(), smoothing_mm=4.0)
    raw = parenchyma_level(noisy_liver(), liver(), smoothing_mm=0.0)
    assert raw.sd_hu == pytest.approx(15.0, rel=0.02)
    assert smooth.sd_hu < level.sd_hu < raw.sd_hu


def test_vessels_that_no_mask_names_and_lung_beside_the_liver_hardly_matter():
    image = noisy_liver().array.copy()
    expected = parenchyma_level(Volume(image, GRID), liver())
    image[~liver().array] = -850.0
    image[:, 10:14, :] = 200.0
    found = parenchyma_level(Volume(image, GRID), liver())
    assert found.mean_hu == pytest.approx(expected.mean_hu, abs=1.0)
    assert found.sd_hu == pytest.approx(expected.sd_hu, rel=0.15)


def test_constant_liver_has_no_spread():
    level = parenchyma_level(Volume(np.full(GRID.size, 80, dtype=np.int16), GRID), liver())
    assert (level.mean_hu, level.sd_hu) == pytest.approx((80.0, 0.0))


def test_too_little_parenchyma_is_refused_with_its_volume():
    with pytest.raises(InputError, match="0 mL of tumour-free liver"):
        parenchyma_level(noisy_liver(), reference_parenchyma(lesion(), [lesion()]))
    small = mask((np.indices(GRID.size) < 8).all(axis=0))
    with pytest.raises(InputError, match=r"1\.3 mL"):
        parenchyma_level(noisy_liver(), small)


def test_voxels_without_a_value_are_no_parenchyma():
    image = np.full(GRID.size, np.nan)
    with pytest.raises(InputError, match="tumour-free"):
        parenchyma_level(Volume(image, GRID), liver())


def test_other_grids_and_negative_margins_are_refused():
    other = Geometry(GRID.size, (2.5, 1.0, 1.1))
    with pytest.raises(InputError, match="spacing"):
        reference_parenchyma(liver(), [mask(lesion().array, other)])
    with pytest.raises(InputError, match="spacing"):
        parenchyma_level(Volume(noisy_liver().array, other), liver())
    with pytest.raises(InputError, match="margin of -1"):
        reference_parenchyma(liver(), [], margin_mm=-1.0)
