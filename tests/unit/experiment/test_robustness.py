from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.datasets.nifti import write_labels, write_volume
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.reliability import reliability_table
from radiomics_hcc.experiment.robustness.agreement import (
    COLUMNS,
    agreement,
    missing_lesions,
    values_frame,
)
from radiomics_hcc.experiment.robustness.command import RobustnessFiles, measure_robustness
from radiomics_hcc.experiment.robustness.perturbing import Perturbing, failures
from radiomics_hcc.experiment.robustness.readers import parse_readers
from radiomics_hcc.experiment.robustness.variants import sampling_for
from radiomics_hcc.features.extract import extract
from radiomics_hcc.features.parameters import make_parameters
from radiomics_hcc.imaging.perturb.plan import VariantPlan

GRID = Geometry((14, 40, 40), (2.5, 1.0, 1.0))
CLASSES = {"shape": ["MeshVolume", "Elongation"], "firstorder": ["Mean"], "glcm": ["Contrast"]}
PARAMETERS = make_parameters(
    {"featureClass": CLASSES, "setting": {"binWidth": 10, "binOrigin": -100}}
)
PLAN = VariantPlan(variants=3, seed=5)
VOLUME, MEAN = "original_shape_MeshVolume", "original_firstorder_Mean"
HEADER = "patient_id,timepoint,date,phase,region,lesion_id,image,mask,label,status\n"


def draw(folder: Path, patient: int, timepoint: str, *, scale: float = 1.0) -> None:
    """Two ellipsoids of a patient's own size and brightness in noise."""
    random = np.random.default_rng([patient, timepoint == "post"])
    image = random.normal(60, 6, GRID.size)
    labels = np.zeros(GRID.size, np.uint8)
    z, y, x = (np.arange(n) * step for n, step in zip(GRID.size, GRID.spacing_mm, strict=True))
    for label, middle in ((1, 10.0), (2, 29.0)):
        radius = (4 + 0.8 * patient) * scale * (0.8 if timepoint == "post" else 1.0)
        away = (z[:, None, None] - 16) ** 2 + (y[:, None] - middle) ** 2 + 0.7 * (x - 18) ** 2
        inside = away <= radius**2
        image[inside] += 20 + 10 * patient + 5 * label
        labels[inside] = label
    name = f"p{patient}_{timepoint}"
    write_volume(Volume(image.astype(np.int16), GRID), folder / f"{name}.nii.gz")
    write_labels(labels, GRID, folder / f"{name}_lesions.nii.gz")


def row(patient: int, timepoint: str, lesion: int, *, is_absent: bool = False) -> str:
    month = "02" if timepoint == "pre" else "05"
    name = f"p{patient}_{timepoint}"
    files = ",,,absent" if is_absent else f"{name}.nii.gz,{name}_lesions.nii.gz,{lesion},present"
    return f"p{patient},{timepoint},2020-{month}-01,arterial,lesion,L{lesion},{files}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three patients with two lesions each, before and after; one lesion vanishes."""
    folder = tmp_path_factory.mktemp("robustness")
    rows = []
    for patient in (1, 2, 3):
        for timepoint in ("pre", "post"):
            draw(folder, patient, timepoint)
            rows += [
                row(patient, timepoint, lesion, is_absent=(patient, timepoint, lesion) == gone)
                for lesion in (1, 2)
                for gone in [(3, "post", 2)]
            ]
    (folder / "cohort.csv").write_text(HEADER + "".join(rows))
    return folder


@pytest.fixture(scope="module")
def tables(folder: Path) -> dict[str, FeatureTable]:
    return Perturbing(PLAN, PARAMETERS)(load_cohort(folder / "cohort.csv"))


def write_parameters(folder: Path) -> Path:
    path = folder / "params.json"
    path.write_text(json.dumps({"featureClass": CLASSES, "setting": {"binOrigin": -100}}))
    return path


def test_variant_zero_is_what_extracting_gives(folder, tables):
    expected = extract(load_cohort(folder / "cohort.csv"), PARAMETERS)
    pd.testing.assert_frame_equal(tables["0"].data, expected.data)


def test_every_variant_has_a_row_for_every_case_and_values_of_its_own(tables):
    assert list(tables) == ["0", "1", "2", "3"]
    for table in tables.values():
        assert len(table) == 12
        assert (table.data["status"] == "absent").sum() == 1
    volumes = np.array([table.data[VOLUME] for table in tables.values()])
    present = volumes[:, ~np.isnan(volumes[0])]
    assert present.shape == (4, 11)
    assert (np.ptp(present, axis=0) > 0).all()
    change = present[1:] / present[0]
    assert 0.6 < change.min() < change.max() < 1.5
    assert failures(tables) == []


def test_numbers_of_jobs_and_the_rest_of_the_cohort_do_not_matter(folder, tables):
    (folder / "one.csv").write_text(HEADER + row(2, "post", 2))
    alone = Perturbing(PLAN, PARAMETERS, jobs=2)(load_cohort(folder / "one.csv"))
    for name, table in tables.items():
        rows = table.data.query("patient_id == 'p2' and timepoint == 'post' and lesion_id == 'L2'")
        pd.testing.assert_frame_equal(alone[name].data, rows.reset_index(drop=True))


def test_reliability_is_that_of_the_values_of_each_lesion(tables):
    compared = {name: table for name, table in tables.items() if name != "0"}
    found = agreement(compared, ("pre", "post"))
    assert list(found.columns) == list(COLUMNS)
    frames = [table.data.query("timepoint == 'pre'") for table in compared.values()]
    cube = np.stack([frame[[VOLUME]].to_numpy() for frame in frames], axis=1)
    expected = reliability_table(cube, [VOLUME], frames[0]["patient_id"].tolist()).iloc[0]
    single = found.query("timepoint == 'pre' and kind == 'single'").set_index("feature")
    assert single.loc[VOLUME, "icc_a1"] == pytest.approx(expected["icc_a1"])
    assert single.loc[VOLUME, ["lesions", "patients", "variants"]].tolist() == [6, 3, 3]


def test_changes_are_taken_within_each_variant_and_without_vanished_lesions(tables):
    compared = {name: table for name, table in tables.items() if name != "0"}
    found = agreement(compared, ("pre", "post"))
    kinds = ["single", "single", "delta_absolute", "delta_relative", "delta_log_ratio"]
    named = found[["timepoint", "kind"]].drop_duplicates()
    assert named["kind"].tolist() == kinds
    assert named["timepoint"].tolist() == ["pre", "post", *(f"{k}(pre,post)" for k in kinds[2:])]
    values = []
    for table in compared.values():
        wide = table.data.set_index(["patient_id", "lesion_id", "timepoint"])[MEAN].unstack()
        values.append((wide["post"] - wide["pre"]).dropna())
    cube = np.stack(values, axis=1)[:, :, None]
    expected = reliability_table(cube, [MEAN], ["p"] * len(cube)).iloc[0]
    delta = found.query("kind == 'delta_absolute'").set_index("feature").loc[MEAN]
    assert delta["lesions"] == 5  # one has vanished: it has no contour to be drawn otherwise
    assert delta["icc_a1"] == pytest.approx(expected["icc_a1"])


def test_features_whose_grey_levels_have_no_fixed_origin_have_no_change_but_a_note(folder):
    loose = make_parameters({"featureClass": {"glcm": ["JointAverage", "Contrast"]}})
    cohort = load_cohort(folder / "cohort.csv")
    tables = {name: extract(cohort, loose) for name in ("first", "second")}
    found = agreement(tables, ("pre", "post")).query("kind == 'delta_relative'")
    notes = found.set_index("feature")["note"]
    assert "binOrigin" in notes["original_glcm_JointAverage"]
    assert notes["original_glcm_Contrast"] == ""
    assert found["icc_a1"].notna().tolist() == [True, False]


def test_a_lesion_that_one_reader_lacks_is_told_and_left_out(folder):
    cohort = load_cohort(folder / "cohort.csv")
    full = extract(cohort, PARAMETERS)
    fewer = FeatureTable(full.data.drop(index=0), full.metadata)
    tables = {"anna": full, "ben": fewer}
    assert missing_lesions(tables) == ["p1 pre arterial lesion L1: not measured by ben"]
    found = agreement(tables, ("pre", "post")).set_index(["timepoint", "feature"])
    assert found.loc[("pre", VOLUME), "note"] == "1 of 6 lesions lack a value in some variant"
    frame = values_frame(tables)
    assert frame["variant"].value_counts().to_dict() == {"anna": 12, "ben": 11}


def test_a_case_that_fails_is_told_and_does_not_stop_the_others(folder):
    (folder / "bad.csv").write_text(HEADER + row(1, "pre", 1) + row(2, "pre", 1))
    strict = make_parameters({"featureClass": CLASSES, "setting": {"minimumROISize": 300}})
    tables = Perturbing(PLAN, strict)(load_cohort(folder / "bad.csv"))
    (told,) = failures(tables)
    assert told.startswith("p1 pre arterial lesion L1: ")
    assert "4 of 4 measurements (0, 1, 2, 3): the region is too small" in told
    assert told.endswith("and 2 more")
    assert all(table.data[VOLUME].notna().tolist() == [False, True] for table in tables.values())


@pytest.mark.parametrize(
    ("settings", "spacing_mm", "margin"),
    [
        ({}, None, 2),
        ({"resampledPixelSpacing": [1, 1, 0]}, (2.5, 1, 1), 2),
        ({"resampledPixelSpacing": [2, 2, 2], "interpolator": None}, None, 2),
    ],
)
def test_moved_lesions_are_sampled_where_features_are_computed(settings, spacing_mm, margin):
    inside = np.zeros(GRID.size, bool)
    inside[4:8, 10:20, 10:20] = True
    found = sampling_for(make_parameters({"setting": settings}), Mask(inside, GRID))
    assert (found.spacing_mm, found.margin) == (spacing_mm, margin)


def test_filters_get_the_surroundings_that_they_need():
    inside = np.zeros(GRID.size, bool)
    inside[4:8, 10:20, 10:20] = True
    filtered = make_parameters({"imageType": {"Original": {}, "LoG": {"sigma": [2.0]}}})
    assert sampling_for(filtered, Mask(inside, GRID)).margin == 13  # six sigma, and one


def test_resampled_and_normalised_variants_lie_around_the_lesion_as_it_is(folder):
    settings = {
        "resampledPixelSpacing": [1, 1, 1],
        "normalize": True,
        "normalizeScale": 100,
        "binWidth": 10,
    }
    asked = make_parameters({"featureClass": CLASSES, "setting": settings})
    (folder / "one.csv").write_text(HEADER + row(3, "pre", 1))
    tables = Perturbing(PLAN, asked)(load_cohort(folder / "one.csv"))
    for name in (VOLUME, MEAN):
        values = [float(table.data[name].iloc[0]) for table in tables.values()]
        assert values[1:] == pytest.approx([values[0]] * 3, rel=0.25)


def test_files_are_written_with_everything_that_was_asked(folder, tmp_path):
    output = tmp_path / "robustness.csv"
    params = write_parameters(folder)
    files = RobustnessFiles(output, folder / "cohort.csv", params=params)
    found = measure_robustness(files, PLAN)
    written = pd.read_csv(output, keep_default_na=False)
    assert list(written.columns) == list(COLUMNS)
    values = pd.read_parquet(tmp_path / "robustness_values.parquet")
    assert sorted(values["variant"].unique()) == ["0", "1", "2", "3"]
    content = json.loads((tmp_path / "robustness.json").read_text())
    assert content["plan"] == PLAN.to_config()
    assert content["engine"] == "native"
    assert content["failed"] == content["missing"] == []
    sentences = list(found.sentences())
    assert sentences[0].startswith("pre (6 lesions): ")
    assert len(sentences) == 5


def test_readers_are_compared_by_name(folder, tmp_path):
    wide = folder / "wide"
    wide.mkdir()
    text = (folder / "cohort.csv").read_text()
    for patient in (1, 2, 3):
        for timepoint in ("pre", "post"):
            draw(wide, patient, timepoint, scale=1.1)
    (wide / "cohort.csv").write_text(text)
    words = [f"anna={folder / 'cohort.csv'}", f"ben={wide / 'cohort.csv'}"]
    files = RobustnessFiles(
        tmp_path / "readers.csv", readers=parse_readers(words), params=write_parameters(folder)
    )
    table = measure_robustness(files, PLAN).frame().set_index(["timepoint", "feature"])
    volume = table.loc[("pre", VOLUME)]
    assert volume["variants"] == 2
    assert volume["icc_c1"] > volume["icc_a1"]  # ben draws everything larger
    assert json.loads((tmp_path / "readers.json").read_text())["readers"].keys() == {"anna", "ben"}


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda f: RobustnessFiles(f / "out.txt", f / "cohort.csv"), "end it in .csv"),
        (lambda f: RobustnessFiles(f / "out.csv"), "either a cohort"),
        (lambda _: parse_readers(["anna", "ben=b.csv", "ben=c.csv"]), "NAME=COHORT.csv"),
        (lambda _: parse_readers(["ben=b.csv", "ben=c.csv"]), "comes twice"),
        (lambda _: parse_readers(["anna=a.csv"]), "two or more"),
        (
            lambda f: measure_robustness(
                RobustnessFiles(f / "out.csv", f / "cohort.csv", phase="portal"), PLAN
            ),
            "choose one of arterial",
        ),
        (lambda _: Perturbing(PLAN, PARAMETERS, jobs=0), "jobs"),
    ],
)
def test_what_cannot_be_done_is_refused_before_any_work(
    folder: Path, make: Callable[[Path], object], told: str
):
    with pytest.raises(InputError, match=told):
        make(folder)
