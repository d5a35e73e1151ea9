"""Further contrast phases of the synthetic cohort, and phases in other breath holds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage

from radiomics_hcc.datasets.nifti import read_labels, read_volume
from radiomics_hcc.datasets.synthetic import SyntheticSettings, synthesise_cohort
from radiomics_hcc.datasets.synthetic.plan import PatientPlan, Streams
from radiomics_hcc.datasets.synthetic.render import Painter, Scene
from radiomics_hcc.datasets.synthetic.scan import moved
from radiomics_hcc.datasets.synthetic.tissue import ATTENUATION_HU, Tissue
from radiomics_hcc.datasets.synthetic.treatment import intended_response

FOUR = ("unenhanced", "arterial", "portal", "delayed")
USUAL = SyntheticSettings.small(3)
FULL = replace(USUAL, phases=FOUR)
BREATHING = replace(USUAL, patients=1, phases=FOUR, breath_shift_mm=12.0)
# Published ranges at 120 kVp.
PUBLISHED_HU = {
    Tissue.LIVER: ((50, 70), (65, 85), (100, 120), (85, 100)),
    Tissue.VIABLE_TUMOUR: ((40, 55), (85, 120), (95, 110), (75, 90)),
    Tissue.AORTA: ((30, 50), (250, 350), (150, 180), (120, 140)),
    Tissue.PORTAL_VEIN: ((30, 50), (90, 150), (150, 180), (120, 140)),
    Tissue.NECROSIS: ((15, 40), (15, 50), (15, 50), (15, 50)),
}
CALIBRATION_HU = 4.0
TREATED_WITH_LIPIODOL = 3  # of seed 7: necrosis alone, a third of it with lipiodol


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthesise_cohort(tmp_path_factory.mktemp("usual"), USUAL).parent


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthesise_cohort(tmp_path_factory.mktemp("four"), FULL).parent


@pytest.fixture(scope="module")
def breathing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthesise_cohort(tmp_path_factory.mktemp("breathing"), BREATHING).parent


@pytest.fixture(scope="module")
def treated() -> tuple[PatientPlan, Scene]:
    """A treated patient without noise: necrosis, lipiodol in a part of it."""
    return _painted(TREATED_WITH_LIPIODOL, is_first=False)


def _painted(number: int, *, is_first: bool) -> tuple[PatientPlan, Scene]:
    streams = Streams.of(7, number)
    plan = PatientPlan.draw(streams, intended_response(7, number), 1.0)
    geometry = SyntheticSettings().geometry
    painter = Painter(geometry, plan.physique, plan.attenuation_hu, phases=FOUR)
    look = plan.before_look if is_first else plan.after_look
    return plan, painter.paint(plan.course.items(is_first=is_first), look, streams.pre)


def digests(directory: Path) -> dict[str, str]:
    files = [path for path in directory.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def test_further_phases_leave_every_other_file_as_it_is(usual: Path, four: Path) -> None:
    before, after = digests(usual), digests(four)
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"cohort.csv", "synthetic.json"}
    added = {name.split("/")[1] for name in after.keys() - before.keys()}
    visits = ("pre", "post")
    assert added == {f"{at}_{phase}.nii.gz" for at in visits for phase in ("unenhanced", "delayed")}


def test_a_phase_is_the_same_whichever_others_there_are(four: Path, tmp_path: Path) -> None:
    chosen = replace(USUAL, patients=1, phases=("delayed", "portal", "arterial"))
    synthesise_cohort(tmp_path, chosen)
    known = digests(four)
    made = {name: hash for name, hash in digests(tmp_path).items() if name.endswith(".nii.gz")}
    assert len(made) == 10
    assert all(known[name] == found for name, found in made.items())
    assert list(pd.read_csv(tmp_path / "cohort.csv").phase.unique()) == list(chosen.phases)


def test_cohort_names_every_region_in_every_phase(usual: Path, four: Path) -> None:
    two, all_four = pd.read_csv(usual / "cohort.csv"), pd.read_csv(four / "cohort.csv")
    assert set(all_four.phase.value_counts()) == set(two.phase.value_counts())
    assert set(all_four.phase) == set(FOUR)
    both = all_four[all_four.phase.isin(("arterial", "portal"))].reset_index(drop=True)
    pd.testing.assert_frame_equal(both, two)
    named = all_four.timepoint + "_" + all_four.phase + ".nii.gz"
    assert (all_four.image.str.partition("/")[2] == named).all()


def test_record_tells_phases_where_they_are_not_the_usual_ones(usual: Path, four: Path) -> None:
    def recorded(directory: Path) -> dict[str, object]:
        return json.loads((directory / "synthetic.json").read_text(encoding="utf-8"))["settings"]

    assert recorded(four)["phases"] == list(FOUR)
    assert {"phases", "breath_shift_mm"}.isdisjoint(recorded(usual))


@pytest.mark.parametrize("tissue", PUBLISHED_HU)
def test_tabled_attenuation_lies_in_the_published_ranges(tissue: Tissue) -> None:
    for hu, (low, high) in zip(ATTENUATION_HU[tissue], PUBLISHED_HU[tissue], strict=False):
        assert low <= hu <= high


@pytest.mark.parametrize("phase", ["unenhanced", "delayed"])
@pytest.mark.parametrize(
    ("region", "tissue"),
    [
        ("aorta", Tissue.AORTA),
        ("portal_vein", Tissue.PORTAL_VEIN),
        ("lesion", Tissue.VIABLE_TUMOUR),
    ],
)
def test_mean_attenuation_in_further_phases_keeps_to_published_ranges(
    four: Path, region: str, tissue: Tissue, phase: str
) -> None:
    table = pd.read_csv(four / "cohort.csv")
    chosen = table[(table.timepoint == "pre") & (table.region == region) & (table.phase == phase)]
    low, high = PUBLISHED_HU[tissue][FOUR.index(phase)]
    assert len(chosen) >= USUAL.patients
    for row in chosen.itertuples():
        inside = read_labels(four / row.mask).array == row.label
        median = np.median(read_volume(four / row.image).array[inside])
        assert low - CALIBRATION_HU < median < high + CALIBRATION_HU


def test_necrosis_takes_up_less_than_10_hu_and_lipiodol_none(
    treated: tuple[PatientPlan, Scene],
) -> None:
    plan, scene = treated
    dead = (scene.lesions > 0) & (scene.tissue == Tissue.NECROSIS)
    held = dead & (scene.images_hu["unenhanced"] > 105)
    assert held.sum() / dead.sum() == pytest.approx(plan.after_look.lipiodol, abs=0.03)
    native = scene.images_hu["unenhanced"]
    for phase in FOUR[1:]:
        np.testing.assert_array_equal(scene.images_hu[phase][held], native[held])
        uptake = scene.images_hu[phase][dead & ~held] - native[dead & ~held]
        assert 0 < uptake.mean() < 10
        assert uptake.std() < 0.01  # its grain is the same


def test_the_same_tissue_enhances_in_every_phase() -> None:
    plan, scene = _painted(1, is_first=True)
    inside = scene.viable & (scene.lesions == 1)
    arterial = scene.images_hu["arterial"][inside]
    spreads = {phase: float(scene.images_hu[phase][inside].std()) for phase in FOUR}
    assert spreads["arterial"] == pytest.approx(plan.before_look.texture.amplitude_hu, rel=0.25)
    assert spreads["unenhanced"] < spreads["delayed"] < spreads["portal"] < spreads["arterial"]
    for phase in FOUR:
        assert np.corrcoef(scene.images_hu[phase][inside], arterial)[0, 1] > 0.999
    mean_hu = plan.attenuation_hu["unenhanced"][Tissue.VIABLE_TUMOUR]
    assert scene.images_hu["unenhanced"][inside].mean() == pytest.approx(mean_hu, abs=0.1)


def test_every_image_has_noise_of_its_own(four: Path) -> None:
    noise = [  # in the air in front of the patient
        read_volume(four / f"SYN_001/{timepoint}_{phase}.nii.gz").array[:, :2].ravel()
        for timepoint in ("pre", "post")
        for phase in FOUR
    ]
    between = np.corrcoef(noise) - np.eye(len(noise))
    assert np.abs(between).max() < 0.1


def test_breath_moves_all_phases_but_the_arterial_and_no_mask(four: Path, breathing: Path) -> None:
    still, shifted = digests(four), digests(breathing)
    images = [name for name in shifted if name.endswith(".nii.gz")]
    moved_images = {name for name in images if shifted[name] != still[name]}
    assert moved_images == {
        f"SYN_001/{at}_{phase}.nii.gz"
        for at in ("pre", "post")
        for phase in ("unenhanced", "portal", "delayed")
    }
    cohorts = [pd.read_csv(folder / "cohort.csv") for folder in (four, breathing)]
    first = cohorts[0][cohorts[0].patient_id == "SYN_001"]
    pd.testing.assert_frame_equal(first, cohorts[1])


def test_shifts_are_told_and_none_is_longer_than_asked(four: Path, breathing: Path) -> None:
    assert not (four / "truth_shifts.csv").exists()
    table = pd.read_csv(breathing / "truth_shifts.csv")
    lengths = np.linalg.norm(table.filter(like="shift_").to_numpy(), axis=1)
    assert len(table) == 2 * len(FOUR)
    assert (lengths[table.phase == "arterial"] == 0).all()
    others = lengths[table.phase != "arterial"]
    assert (others >= BREATHING.breath_shift_mm / 2 - 1e-3).all()
    assert (others <= BREATHING.breath_shift_mm + 1e-3).all()
    assert len(set(others)) == len(others)


def test_image_lies_where_its_shift_says(four: Path, breathing: Path) -> None:
    table = pd.read_csv(breathing / "truth_shifts.csv").set_index(["timepoint", "phase"])
    shift = tuple(table.loc[("pre", "delayed")].filter(like="shift_"))
    still, found = (
        read_volume(folder / "SYN_001/pre_delayed.nii.gz").array.astype(np.float32)
        for folder in (four, breathing)
    )
    inner = (slice(4, -4), slice(8, -8), slice(8, -8))

    def difference(image: np.ndarray) -> float:
        return float(np.abs(image[inner] - found[inner]).mean())

    back = tuple(-part for part in shift)
    right = difference(moved(still, shift, BREATHING.spacing_mm))
    assert right < 0.7 * difference(still)
    assert right < 0.5 * difference(moved(still, back, BREATHING.spacing_mm))


def test_readers_take_attenuation_where_the_portal_phase_has_the_lesion(
    four: Path, breathing: Path
) -> None:
    still, shifted = (pd.read_csv(folder / "measurements.csv") for folder in (four, breathing))
    still = still[still.patient_id == "SYN_001"]
    pd.testing.assert_frame_equal(still.drop(columns="mean_hu"), shifted.drop(columns="mean_hu"))
    assert (still.mean_hu - shifted.mean_hu).abs().max() < 6


def test_moving_carries_a_ball_along() -> None:
    z, y, x = np.indices((21, 25, 25))
    ball = ((z - 10) ** 2 + (y - 12) ** 2 + (x - 12) ** 2 < 25).astype(np.float32)
    spacing, shift = (2.0, 1.5, 1.5), (5.0, -3.0, 1.5)
    centre = np.array(ndimage.center_of_mass(moved(ball, shift, spacing)))
    assert (centre - (10, 12, 12)) * spacing == pytest.approx(shift, abs=0.05)
    labels = moved(ball.astype(np.uint8), shift, spacing, order=0)
    assert (labels.dtype, set(np.unique(labels))) == (np.uint8, {0, 1})


def test_wrong_phases_and_shift_are_all_named() -> None:
    settings = replace(
        USUAL, phases=("arterial", "arterial", "venous", "delayd"), breath_shift_mm=31.0
    )
    assert [str(problem) for problem in settings.problems()] == [
        "breath_shift_mm: is 31.0; give 0 (none) to 30 mm",
        "phases: arterial is there 2 times; name it once",
        "phases: unknown phase 'venous'; known: arterial, delayed, portal, unenhanced",
        "phases: unknown phase 'delayd'; did you mean 'delayed'?",
        "phases: portal is missing; arterial and portal are always made",
    ]
    assert replace(USUAL, breath_shift_mm=float("nan")).problems()
    assert FULL.problems() == BREATHING.problems() == []
