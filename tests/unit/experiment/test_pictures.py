"""Pictures of lesions: the slices, lines and words that stand in them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.datasets.synthetic import SyntheticSettings, synthesise_cohort
from radiomics_hcc.domain.cohort import Case, Cohort, Patient, Region, Status
from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import InputError
from radiomics_hcc.experiment import pictures
from radiomics_hcc.experiment.measuring.measure import measure
from radiomics_hcc.experiment.pictures import (
    file_name,
    lesion_montage,
    lesion_montages,
    montages,
)

GRID = Geometry((12, 60, 60), (5.0, 2.0, 2.0))
Z, Y, X = np.indices(GRID.size)
LIVER = (np.abs(Y - 30) < 28) & (np.abs(X - 30) < 28)
LIVER_HU, VIABLE_HU, NECROSIS_HU = 75.0, 115.0, 30.0


def ball(radius, z=6):
    """Pixels of a cylinder around (z, 30, 22), 3 slices high, its middle one larger."""
    reach = np.hypot(Y - 30, X - 22) - radius + np.abs(Z - z)
    return (reach <= 0) & (np.abs(Z - z) <= 1)


class Files:
    """Images and masks that lie in memory, by path."""

    def __init__(self):
        self.volumes, self.masks = {}, {}

    def read_volume(self, path):
        return Volume(self.volumes[path.name], GRID)

    def read_mask(self, path, label):
        return Mask(self.masks[path.name, label], GRID)


def cohort(tmp_path, *, after=9, phase="arterial", absent=False, liver=True):
    """A lesion of radius 9 pixels that is `after` pixels afterwards, half of it necrotic."""
    files, cases = Files(), []
    for timepoint, radius, inner in (("pre", 9, 0), ("post", after, 5)):
        lesion = ball(radius)
        noise = np.random.default_rng(1).normal(0, 2, GRID.size)
        hu = np.where(lesion, VIABLE_HU, LIVER_HU) + noise
        hu[ball(inner) & (inner > 0)] = NECROSIS_HU
        files.volumes[timepoint] = hu.astype(np.float32)
        files.masks[f"{timepoint}_mask", 1] = lesion
        files.masks[f"{timepoint}_mask", 2] = LIVER
        case = Case(
            "P1", timepoint, tmp_path / timepoint, tmp_path / f"{timepoint}_mask",
            phase=phase, lesion_id="L1", reader=files,
        )  # fmt: skip
        gone = absent and timepoint == "post"
        cases.append(replace(case, status=Status.ABSENT, mask=None) if gone else case)
        if liver:
            cases.append(replace(case, region=Region.LIVER, lesion_id="", label=2))
    return Cohort(tuple(cases), {"P1": Patient("P1")})


@pytest.fixture
def drawn(monkeypatch):
    """The rows of panels of every picture that is drawn."""
    found = []

    def remember(rows):
        found.append(rows)
        return b"png"

    monkeypatch.setattr(pictures, "montage", remember)
    return found


def draw(cases, drawn):
    lesion_montage(cases, cases.lesions[0])
    return drawn[-1]


def test_the_diameters_stand_in_the_slice_in_which_they_were_measured(tmp_path, drawn):
    (before, after), _ = draw(cohort(tmp_path), drawn)
    assert {line.name for line in before.diameters} == {"longest diameter", "viable diameter"}
    assert "viable diameter" in {line.name for line in after.diameters}
    assert after.masks["viable"].sum() < after.masks["lesion"].sum()


def test_lines_lie_on_the_lesion_of_the_cut_picture(tmp_path, drawn):
    (before, _), _ = draw(cohort(tmp_path), drawn)
    rows, columns = np.nonzero(before.masks["lesion"])
    for line in before.diameters:
        for y_mm, x_mm in line.ends_yx_mm:
            assert rows.min() - 1 <= y_mm / 2.0 <= rows.max() + 1
            assert columns.min() - 1 <= x_mm / 2.0 <= columns.max() + 1


def test_numbers_are_those_of_the_measurement(tmp_path, drawn):
    cases = cohort(tmp_path)
    (before, after), _ = draw(cases, drawn)
    sizes = measure(cases).frame()[["longest_mm", "viable_mm"]].astype(float)
    for panel, (longest, viable) in zip((before, after), sizes.to_numpy(), strict=True):
        assert panel.numbers[0] == f"longest {longest:.1f} mm, viable {viable:.1f} mm"


def test_fragments_are_added_up_as_in_the_table(tmp_path, drawn):
    cases = cohort(tmp_path)
    files = cases.cases[0].reader
    files.masks["post_mask", 3] = ball(9) & (X > 23)
    files.masks["post_mask", 1] = ball(9) & (X < 20)
    post = [case for case in cases.cases if case.timepoint == "post" and case.lesion_id]
    parts = [replace(post[0], lesion_id=f"L1~{letter}", label=label)
             for letter, label in (("a", 1), ("b", 3))]  # fmt: skip
    others = [case for case in cases.cases if case not in post]
    cases = replace(cases, cases=(*others, *parts))
    (_, after), *_ = draw(cases, drawn)
    rows = measure(cases).frame()
    sizes = rows.loc[rows["assessment"].astype(str) == "1", ["longest_mm", "viable_mm"]]
    longest, viable = sizes.astype(float).sum()
    assert len(sizes) == 2
    assert viable > 0
    assert after.numbers[0] == f"longest {longest:.1f} mm, viable {viable:.1f} mm"
    assert "2 fragments, added up" in " ".join(after.numbers)


def test_every_time_point_is_cut_to_the_same_size(tmp_path, drawn):
    (before, after), _ = draw(cohort(tmp_path, after=5), drawn)
    assert before.image_hu.shape == after.image_hu.shape


def test_a_longest_diameter_in_another_slice_has_a_picture_of_its_own(tmp_path, drawn):
    cases = cohort(tmp_path)
    files = cases.cases[0].reader
    files.volumes["post"][6][ball(9)[6]] = NECROSIS_HU  # viable above and below alone
    first, second = draw(cases, drawn)
    assert second[0] is None
    assert {line.name for line in first[1].diameters} == {"viable diameter"}
    assert {line.name for line in second[1].diameters} == {"longest diameter"}
    assert second[1].title == "post: slice of the longest diameter"


def test_without_an_arterial_phase_the_lesion_stands_alone_and_the_picture_says_why(
    tmp_path, drawn
):
    (before, _), _ = draw(cohort(tmp_path, phase="portal"), drawn)
    assert set(before.masks) == {"liver", "lesion"}
    assert [line.name for line in before.diameters] == ["longest diameter"]
    assert "viable part not known" in " ".join(before.numbers)
    assert "no arterial phase" in " ".join(before.numbers)


def test_without_a_liver_the_picture_says_why_nothing_is_viable(tmp_path, drawn):
    (before, _), _ = draw(cohort(tmp_path, liver=False), drawn)
    assert set(before.masks) == {"lesion"}
    assert "no liver mask" in " ".join(before.numbers)


def test_a_vanished_lesion_shows_the_place_where_it_was(tmp_path, drawn):
    (before, after), _ = draw(cohort(tmp_path, absent=True), drawn)
    assert after.title == "P1 L1 post arterial: vanished"
    assert after.diameters == ()
    assert after.image_hu.shape == before.image_hu.shape
    np.testing.assert_array_equal(after.masks["liver"], before.masks["liver"])


def test_a_lesion_that_is_not_there_yet_says_so(tmp_path, drawn):
    cases = cohort(tmp_path)
    later = replace(cases, cases=cases.cases[1:])  # without the lesion before treatment
    (before, after), _ = draw(later, drawn)
    assert before.title == "P1 L1 pre arterial: not there"
    assert after.title == "P1 L1 post arterial"


def test_a_patient_without_images_has_no_picture(tmp_path):
    cases = cohort(tmp_path)
    blind = replace(cases, cases=tuple(replace(case, image=None) for case in cases.cases))
    assert montages(blind) == {}
    with pytest.raises(InputError, match="no image can be read"):
        lesion_montage(blind, blind.lesions[0])


def test_file_names_keep_different_lesions_apart():
    assert file_name("P 1", "L1") == "montage_P 1_L1.png"
    assert file_name("a/b", "L1") != file_name("a_b", "L1")
    assert "/" not in file_name("a/b", "..")


def test_every_measured_lesion_of_a_cohort_has_a_picture(tmp_path):
    made = synthesise_cohort(tmp_path, SyntheticSettings.small(patients=1))
    scans = load_cohort(made).select(phases=["arterial"])
    found = lesion_montages(scans, SimpleNamespace(region="lesion", settings={}))
    assert len(found) == len(scans.lesions) == 3
    assert all(png.startswith(b"\x89PNG") for png in found.values())
    assert set(montages(scans)) <= set(found)
    asked = montages(scans, most=0, chosen=["nobody", scans.lesions[0].patient_id])
    assert set(asked) == set(montages(scans))
