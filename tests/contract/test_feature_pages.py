"""Every feature is on the page of its class, with the id, unit, dependence and edges it has."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from radiomics_hcc.domain.feature import is_anchor_dependent
from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.features.ibsi.catalogue import IBSI_CLASSES
from radiomics_hcc.features.ibsi.filter_schema import AnyFilter
from radiomics_hcc.features.ibsi_ids import ibsi_id
from radiomics_hcc.features.names import FEATURES
from radiomics_hcc.features.native_engine import NativeEngine
from radiomics_hcc.features.parameters import DEFAULT_SETTINGS, make_parameters
from radiomics_hcc.imaging.filters import ibsi as ibsi_filters
from radiomics_hcc.imaging.filters.table import FILTERS
from radiomics_hcc.imaging.region import bounding_box

FOLDER = Path(__file__).parents[2] / "docs" / "features"
ROW = re.compile(r"^\| `(\w+)` \| (.+) \|$", re.MULTILINE)
TABLE = re.compile(r"^\| feature (\|.+\|)\n\|[-|]+\|\n((?:\|.*\|\n)+)", re.MULTILINE)
# Page to its class in PyRadiomics' family and in IBSI's.
PAGES = {
    "first_order": ("firstorder", ""),
    "shape": ("shape", ""),
    "shape_2d": ("shape2D", ""),
    "glcm": ("glcm", "glcm"),
    "glrlm": ("glrlm", "glrlm"),
    "glszm": ("glszm", "glszm"),
    "gldm": ("gldm", ""),
    "ngtdm": ("ngtdm", "ngtdm"),
    "morphology": ("", "morphology"),
    "local_intensity": ("", "localintensity"),
    "intensity_statistics": ("", "statistics"),
    "intensity_histogram": ("", "histogram"),
    "intensity_volume_histogram": ("", "volumehistogram"),
    "gldzm": ("", "gldzm"),
    "ngldm": ("", "ngldm"),
}
WITHOUT_SLICE = [name for name in FEATURES if name != "shape2D"]
SCALED = {
    "firstorder": "first_order",
    "shape": "shape",
    "statistics": "intensity_statistics",
    "morphology": "morphology",
}
LEAST_FACTOR, LEAST_DEVIATIONS = 1.7, 4.0  # what counts as depending on the size
SIZE_SEEDS, LARGER_SEEDS = range(6), range(50, 53)
IBSI_FILTERS = get_args(get_args(AnyFilter)[0])
EMPTY, VARIES = "empty", "varies"
Case = tuple[Volume, Mask]
Found = dict[tuple[str, str], float]


@cache
def table(page: str) -> dict[str, dict[str, str]]:
    """Both tables of the features of a page: name to cells by heading."""
    found: dict[str, dict[str, str]] = {}
    names = []
    for head, rows in TABLE.findall((FOLDER / f"{page}.md").read_text("utf-8")):
        words = head.strip(" |").split(" | ")
        names.append([name for name, _ in ROW.findall(rows)])
        for name, row in ROW.findall(rows):
            found.setdefault(name, {}).update(zip(words, row.split(" | "), strict=True))
    assert len(names) == 2, page
    assert names[0] == names[1] == list(found), "both tables hold the same features, each once"
    return found


def pyradiomics(**setting: object) -> dict[str, object]:
    names = {name: list(FEATURES[name]) for name in WITHOUT_SLICE}
    bins = {"binWidth": 25, "binOrigin": -100, "minimumROIDimensions": 1}
    return {"featureClass": names, "setting": {**bins, **setting}}


def in_a_slice() -> dict[str, object]:
    setting = {"force2D": True, "minimumROIDimensions": 1, "binOrigin": -100}
    return {"featureClass": {"shape2D": list(FEATURES["shape2D"])}, "setting": setting}


def ibsi(size: float = 25, origin: float = -100, ends: object = None) -> dict[str, object]:
    section: dict[str, object] = {
        "discretisation": {"bin_size": size, "origin": origin},
        "aggregations": ["3D-average"],
    }
    return {"ibsi": section | ({"resegmentation": {"range": ends}} if ends else {})}


def measured(content: Mapping[str, object], case: Case) -> Found:
    """Values by class and name; the aggregation in a class is left out."""
    features = NativeEngine().extract(*case, make_parameters(content)).features
    words = [(feature.name.split("_"), feature) for feature in features]
    assert all(feature.reason for _, feature in words if math.isnan(feature.value))
    return {(word[1].partition("-")[0], word[2]): one.value for word, one in words}


def box(
    sides: tuple[int, int, int],
    intensities: float | int,
    spacing_mm: tuple[float, float, float] = (1, 1, 1),
) -> Case:
    """A box of voxels; a seed (whole number) gives noise, a float one intensity."""
    size = tuple(side + 6 for side in sides)
    inside = np.zeros(size, dtype=np.bool_)
    inside[tuple(slice(3, 3 + side) for side in sides)] = True
    if isinstance(intensities, int):
        array = np.round(np.random.default_rng(intensities).normal(100, 40, size))
    else:
        array = np.where(inside, intensities, 10.0)
    geometry = Geometry(size, spacing_mm)
    return Volume(array, geometry), Mask(inside, geometry)


def two(first: float, second: float, steps: int, spacing_mm: tuple[float, float, float]) -> Case:
    """Two voxels on a diagonal that do not touch."""
    inside = np.zeros((14, 14, 14), dtype=np.bool_)
    array = np.zeros(inside.shape)
    for place, value in ((4, first), (4 + steps, second)):
        inside[place, place, place], array[place, place, place] = True, value
    geometry = Geometry(inside.shape, spacing_mm)
    return Volume(array, geometry), Mask(inside, geometry)


TWO = (two(100, 10, 3, (1, 1, 1)), two(60, 180, 5, (2, 1.5, 0.8)), two(110, 130, 2, (1, 1, 1)))
REGIONS = {
    "one value": (
        box((4, 5, 6), 100.0),
        box((5, 7, 6), 37.0, (2, 1.5, 0.8)),
        box((3, 4, 7), -60.0),
    ),
    "two voxels": TWO,
    "no neighbours": TWO,
    "one voxel": (box((1, 1, 1), 100.0), box((1, 1, 1), 37.0, (2, 1.5, 0.8))),
    "plane": (box((1, 4, 6), 1), box((1, 9, 6), 2, (2, 1.5, 0.8))),
    "line": (box((1, 1, 4), 1), box((1, 1, 7), 2, (2, 1.5, 0.8))),
    "several slices": (box((2, 4, 6), 1), box((3, 9, 6), 2)),
}


def cell(values: list[float]) -> str:
    """What a page says of values that different regions of one kind have."""
    if all(math.isnan(value) for value in values):
        return EMPTY
    same = np.ptp(values) <= 1e-9 * max(1.0, abs(values[0]))
    return f"{round(values[0], 6) + 0.0:.10g}" if same else VARIES


def edge_cells(names: tuple[str, str], region: str) -> dict[str, str]:
    """The column of a kind of region as it must be, by feature."""
    cells: dict[str, list[str]] = {}
    settings = (in_a_slice() if names[0] == "shape2D" else pyradiomics(), ibsi())
    for class_name, content in zip(names, settings, strict=True):
        if class_name:
            found = [measured(content, case) for case in REGIONS[region]]
            for of_class, name in found[0]:
                if of_class == class_name:
                    word = cell([one[of_class, name] for one in found])
                    cells.setdefault(name, []).append(word)
    return {
        name: words[0] if len(set(words)) == 1 else f"{words[0]}; IBSI {words[1]}"
        for name, words in cells.items()
    }


def both_families(case: Case, size: float = 25, origin: float = -100, shift: int = 0) -> Found:
    """Both families; where they share a class its features are PyRadiomics'."""
    setting = {"binWidth": size, "binOrigin": origin, "voxelArrayShift": shift}
    return measured(ibsi(size, origin), case) | {
        key: value
        for key, value in measured(pyradiomics(**setting), case).items()
        if not math.isnan(value)
    }


def differing(first: Found, second: Found) -> set[tuple[str, str]]:
    return {
        key
        for key, value in first.items()
        if abs(value - second[key]) > 1e-9 * max(abs(value), abs(second[key]))
    }


def told(word: str) -> set[tuple[str, str]]:
    """Features of both families whose pages name a dependence, but for those without a value."""
    return {
        (class_name, name)
        for page, names in PAGES.items()
        for name, row in table(page).items()
        if word in row["depends on"].split(", ")
        for class_name in set(names) - {"", "shape2D"}
        if any(not text.startswith(EMPTY) or "; IBSI" in text for text in edges(row).values())
    }


def edges(row: Mapping[str, str]) -> dict[str, str]:
    return {word: text for word, text in row.items() if word in REGIONS}


def units(page: str) -> Iterator[tuple[str, int, int]]:
    """Feature, power of the intensity, power of the length."""
    powers = {"none": (0, 0), "bits": (0, 0), "HU": (1, 0), "HU²": (2, 0), "1/mm": (0, -1)}
    powers |= {"mm": (0, 1), "mm²": (0, 2), "mm³": (0, 3), "HU² mm³": (2, 3), "HU mm³": (1, 3)}
    for name, row in table(page).items():
        yield name, *powers[row["unit"]]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_every_feature_of_its_classes_and_no_other(page: str) -> None:
    one, other = PAGES[page]
    known = {*FEATURES.get(one, ()), *IBSI_CLASSES.get(other, {})}
    assert set(table(page)) == known


def test_every_class_has_one_page_and_every_page_is_listed() -> None:
    assert sorted(one for one, _ in PAGES.values() if one) == sorted(FEATURES)
    assert sorted(one for _, one in PAGES.values() if one) == sorted(IBSI_CLASSES)
    index = (FOLDER / "index.md").read_text("utf-8")
    listed = re.findall(r"^\| \[[^\]]+\]\((\w+)\.md\) \| (.*?) \| (\d*) \|", index, re.MULTILINE)
    assert [(page, int(number)) for page, _, number in listed if number] == [
        (page, len(table(page))) for page in PAGES
    ]
    classes = {
        page: words.split("`")[1].partition("-")[0] for page, words, _ in listed if page in PAGES
    }
    assert classes == {page: names[0] or names[1] for page, names in PAGES.items()}
    assert {path.stem for path in FOLDER.glob("*.md")} == {*PAGES, "filters", "index"}


@pytest.mark.parametrize("page", PAGES)
def test_ids_are_those_of_the_program(page: str) -> None:
    one, other = PAGES[page]
    for name, row in table(page).items():
        known = {ibsi_id(one, name)} if name in FEATURES.get(one, ()) else set()
        known |= {IBSI_CLASSES[other][name]} if name in IBSI_CLASSES.get(other, {}) else set()
        assert known == {row["IBSI id"]}, name


def test_the_page_of_the_glcm_says_which_family_has_a_feature() -> None:
    known = dict.fromkeys(FEATURES["glcm"], "PyRadiomics")
    known |= {name: "both" if name in known else "IBSI" for name in IBSI_CLASSES["glcm"]}
    assert {name: row["in"] for name, row in table("glcm").items()} == known


@pytest.mark.parametrize("page", PAGES)
def test_edges_are_as_the_page_says(page: str) -> None:
    headings = edges(next(iter(table(page).values())))
    assert len(headings) >= 2
    for region in headings:
        said = {name: row[region] for name, row in table(page).items()}
        assert said == edge_cells(PAGES[page], region), region


def test_the_features_that_depend_on_the_bins_are_told() -> None:
    case = box((8, 8, 8), 0)
    found = both_families(case)
    moved = differing(found, both_families(case, size=12.5))
    assert moved == told("bins")


def test_the_features_that_depend_on_the_anchor_are_told() -> None:
    case = box((8, 8, 8), 0)
    moved = differing(both_families(case), both_families(case, origin=-150))
    assert moved == told("anchor")
    assert {
        one for one in told("anchor") if not is_anchor_dependent("_".join(("x", *one)))
    } == set()


def test_the_features_that_depend_on_the_shift_are_told() -> None:
    case = box((4, 4, 4), 0)
    assert differing(both_families(case), both_families(case, shift=100)) == told("shift")


def test_the_features_that_depend_on_the_range_are_told() -> None:
    case = box((8, 8, 8), 0)
    found = [measured(ibsi(ends=ends), case) for ends in ([-30, 210], [-1000, 3000])]
    assert differing(*found) == told("range")


def test_the_features_that_depend_on_the_size_are_told() -> None:
    small = [both_families(box((8, 8, 8), seed)) for seed in SIZE_SEEDS]
    large = [both_families(box((16, 16, 16), seed)) for seed in LARGER_SEEDS]
    moved = set()
    for key in small[0]:
        values = np.array([one[key] for one in small])
        mean, larger = values.mean(), np.mean([one[key] for one in large])
        factor = larger / mean if mean else 1.0
        is_clear = abs(larger - mean) > LEAST_DEVIATIONS * values.std(ddof=1)
        if is_clear and factor > 0 and max(factor, 1 / factor) >= LEAST_FACTOR:
            moved.add(key)
    assert moved == told("size")


def test_the_features_of_an_outline_that_depend_on_the_size_are_told() -> None:
    small, large = (measured(in_a_slice(), box((1, side, side), 0)) for side in (8, 16))
    moved = {
        name
        for (_, name), value in small.items()
        if value and max(large["shape2D", name] / value, value / large["shape2D", name]) >= 1.7
    }
    said = {name for name, row in table("shape_2d").items() if row["depends on"] == "size"}
    assert moved == said


@pytest.mark.parametrize("class_name", SCALED)
def test_units_are_how_a_feature_grows(class_name: str) -> None:
    volume, mask = box((4, 5, 6), 3)
    spacing_mm = (1.5, 1.5, 1.5)
    grown = Geometry(mask.array.shape, spacing_mm)
    content = pyradiomics() if class_name in FEATURES else ibsi()
    one = measured(content, (volume, mask))
    other = measured(content, (Volume(volume.array * 2, grown), Mask(mask.array, grown)))
    for name, hu, mm in units(SCALED[class_name]):
        if "bins" not in table(SCALED[class_name])[name]["depends on"]:
            expected = one[class_name, name] * 2**hu * 1.5**mm
            assert other[class_name, name] == pytest.approx(expected, rel=1e-9, abs=1e-12), name


def filter_rows(heading: str) -> dict[str, str]:
    """Rows of a section of the page of filters by the name they begin with."""
    text = (FOLDER / "filters.md").read_text("utf-8")
    section = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    return dict(ROW.findall(section))


def test_every_filter_has_a_row_with_what_a_constant_image_gives() -> None:
    rows = filter_rows("PyRadiomics' image types")
    assert set(rows) == set(FILTERS)
    volume, mask = box((8, 8, 8), 100.0)
    flat = Volume(np.full(volume.array.shape, 100.0), volume.geometry)
    for name, run in FILTERS.items():
        settings = {**DEFAULT_SETTINGS, "sigma": [2.0]}
        found = list(run(flat, mask, bounding_box(mask.array), settings))
        assert f"`{found[0].name}`" in rows[name]
        expected = {"$x$": 100, "$x$, without sign": 100, "$x$ if positive": 100}
        expected |= {"0": 0, "0 in every band with an H": 0, "number of samples": 8}
        said = rows[name].split(" | ")[2]
        if name == "LBP3D":
            assert "NaN" in said
            assert np.isnan(found[-1].array).all()
        else:
            assert found[0].array == pytest.approx(expected[said], abs=1e-4)


def test_every_filter_of_ibsi_has_a_row_with_its_id() -> None:
    rows = filter_rows("IBSI 2's filters")
    sections = {get_args(one.model_fields["kind"].annotation)[0]: one for one in IBSI_FILTERS}
    assert set(rows) == set(sections)
    for kind, section in sections.items():
        made = "".join(word.title() for word in kind.split("_"))
        assert rows[kind].split(" | ")[0] in (getattr(ibsi_filters, made).__doc__ or "")
        keys = set(section.model_fields) - {"kind", "boundary"}
        assert {key for key in keys if f"`{key}`" in rows[kind]} == keys
