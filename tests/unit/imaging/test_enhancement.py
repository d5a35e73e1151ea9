from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import InputError
from radiomics_hcc.imaging.enhancement import enhancement_values, map_statistics

GRID = Geometry((2, 6, 6), (5.0, 1.0, 1.0))
HU = {  # lesion's viable half, its other half, liver
    "unenhanced": (48.0, 28.0, 60.0),
    "arterial": (106.0, 34.0, 75.0),
    "portal": (100.0, 36.0, 110.0),
    "delayed": (85.0, 37.0, 90.0),
}


def mask(rows: slice) -> Mask:
    array = np.zeros(GRID.size, dtype=np.bool_)
    array[:, rows] = True
    return Mask(array, GRID)


VIABLE, LESION, LIVER = mask(slice(0, 2)), mask(slice(0, 4)), mask(slice(4, 6))
EMPTY = mask(slice(0, 0))


def images(*names: str) -> dict[str, Volume]:
    found = {}
    for name in names or HU:
        array = np.repeat(HU[name], 2)[None, :, None] * np.ones(GRID.size)
        found[name] = Volume(array, GRID)
    return found


def test_values_of_four_phases_are_the_differences_of_their_means():
    found = enhancement_values(images(), LESION, viable=VIABLE, parenchyma=LIVER)
    assert found.values == pytest.approx(
        {
            "mean_hu_unenhanced": 38.0,
            "mean_hu_arterial": 70.0,
            "mean_hu_portal": 68.0,
            "mean_hu_delayed": 61.0,
            "arterial_enhancement_hu": 32.0,
            "wash_in_hu": 58.0,
            "wash_out_hu": 9.0,
            "wash_out_relative": 9.0 / 32.0,
            "contrast_to_liver_arterial_hu": -5.0,
            "contrast_to_liver_portal_hu": -42.0,
        }
    )
    assert found.reasons == {}


def test_washout_is_read_in_the_portal_phase_where_there_is_no_delayed_one():
    found = enhancement_values(images("unenhanced", "arterial", "portal"), LESION)
    assert found.values["wash_out_hu"] == pytest.approx(2.0)
    assert found.reasons["mean_hu_delayed"] == "no delayed phase"


def test_every_missing_value_has_its_reason():
    found = enhancement_values(images("portal"), LESION)
    missing = {name for name, value in found.values.items() if value is None}
    assert missing == set(found.reasons)
    assert found.values["mean_hu_portal"] == pytest.approx(68.0)
    assert found.reasons["arterial_enhancement_hu"] == "no arterial phase; no unenhanced phase"
    assert found.reasons["wash_in_hu"] == "the viable part is not known"
    assert found.reasons["contrast_to_liver_portal_hu"] == "no tumour-free liver is known"
    assert found.reasons["wash_out_hu"] == "no arterial phase"


def test_empty_regions_have_no_values():
    found = enhancement_values(images(), EMPTY, viable=EMPTY, parenchyma=EMPTY)
    assert set(found.values.values()) == {None}
    assert found.reasons["mean_hu_portal"] == "the lesion has no voxel with a value"
    assert found.reasons["wash_in_hu"] == "the viable part has no voxel with a value"


def test_relative_washout_needs_enhancement():
    phases = images()
    phases["arterial"] = phases["unenhanced"]
    found = enhancement_values(phases, LESION)
    assert found.values["wash_out_relative"] is None
    assert "does not enhance" in found.reasons["wash_out_relative"]


def test_liver_is_told_by_its_median():
    phases = images()
    phases["portal"].array[0, 4, 0] = 3000.0
    found = enhancement_values(phases, LESION, parenchyma=LIVER)
    assert found.values["contrast_to_liver_portal_hu"] == pytest.approx(-42.0)


def test_voxels_without_a_value_do_not_count():
    phases = images("portal")
    phases["portal"].array[0, 0, 0] = np.nan
    found = enhancement_values(phases, VIABLE)
    assert found.values["mean_hu_portal"] == pytest.approx(100.0)


def test_statistics_of_a_map_are_those_of_its_voxels():
    values = np.arange(72.0).reshape(GRID.size) * 1e-3
    found = map_statistics(Volume(values, GRID, unit="mm2/s"), LESION)
    inside = values[LESION.array]
    assert found is not None
    assert (found.mean, found.median, found.sd) == pytest.approx(
        (inside.mean(), np.median(inside), inside.std())
    )
    assert (found.p10, found.p90) == pytest.approx(tuple(np.percentile(inside, [10, 90])))
    assert (found.unit, found.voxels) == ("mm2/s", 48)


def test_map_without_a_value_in_the_region_has_no_statistics():
    nothing = Volume(np.full(GRID.size, np.nan), GRID)
    assert map_statistics(nothing, LESION) is None
    assert map_statistics(images("portal")["portal"], EMPTY) is None


def test_other_grids_are_refused():
    other = Geometry(GRID.size, (5.0, 1.0, 1.2))
    image = Volume(np.zeros(GRID.size), other)
    with pytest.raises(InputError, match="spacing"):
        enhancement_values({"portal": image}, LESION)
    with pytest.raises(InputError, match="spacing"):
        map_statistics(image, LESION)
