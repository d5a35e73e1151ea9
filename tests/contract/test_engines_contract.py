"""Every engine of the table measures the same features, under the same names, with reasons."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features.engines import ENGINES, find_engine
from radiomics_hcc.features.names import FEATURES
from radiomics_hcc.features.parameters import compatible_parameters, make_parameters

pytest.importorskip("radiomics")
GRID = Geometry((10, 11, 12), (2.0, 1.0, 1.0))
IMAGE = Volume(np.random.default_rng(5).integers(0, 200, GRID.size, dtype=np.int16), GRID)


def region(*sides: slice) -> Mask:
    inside = np.zeros(GRID.size, dtype=bool)
    inside[sides] = True
    return Mask(inside, GRID)


CUBE = region(slice(2, 8), slice(2, 9), slice(3, 10))


@pytest.fixture(params=sorted(ENGINES))
def engine(request):
    return find_engine(request.param)


def test_name_is_that_of_the_table(engine):
    assert ENGINES[engine.name] is type(engine)
    assert engine.version
    assert "python" in engine.versions()


def test_it_travels_to_a_worker_process(engine):
    assert pickle.loads(pickle.dumps(engine)) == engine


def test_names_are_those_of_the_table_of_names(engine):
    engine.warm_up(compatible_parameters())
    found = [
        feature.name for feature in engine.extract(IMAGE, CUBE, compatible_parameters()).features
    ]
    assert len(found) == 107
    for name in found:
        image, class_name, short = name.split("_")
        assert image == "original"
        assert short in FEATURES[class_name]
    assert found == [
        f"original_{class_name}_{short}"
        for class_name in FEATURES
        for short in compatible_parameters().wanted(class_name)
        if class_name != "shape2D"
    ]


def test_an_empty_value_has_a_reason(engine):
    content = {"featureClass": {"glcm": ["Contrast", "Dissimilarity"]}}
    scattered = region(slice(2, 9, 3), slice(2, 9, 3), slice(2, 9, 3))
    found = engine.extract(IMAGE, scattered, make_parameters(content)).features
    assert any(math.isnan(feature.value) for feature in found)
    assert all(feature.reason for feature in found if math.isnan(feature.value))


def test_an_empty_region_is_refused(engine):
    with pytest.raises(ExtractionError):
        engine.extract(IMAGE, region(slice(0, 0)), compatible_parameters())
