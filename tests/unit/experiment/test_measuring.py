"""Lesions measured in images of known geometry: a liver with a ball of rim and core."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from measured_phantom import CENTRE_MM, GRID, HU, WHOLE_MM, Phantom, ball_mm, make_phantom

from radiomics_hcc.datasets.nifti import read_volume, write_labels, write_volume
from radiomics_hcc.domain.volume import Geometry, Volume
from radiomics_hcc.experiment.measuring.measure import Measured, Measuring
from radiomics_hcc.imaging.viable import ViableRule
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.mrecist import MRECIST
from radiomics_hcc.response.recist11 import RECIST11

PIXEL_MM = 1.0
VIABLE = ["viable_mm", "viable_perpendicular_mm", "viable_volume_ml", "viable_mm_k_plus"]


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Phantom:
    return make_phantom(tmp_path_factory.mktemp("phantom"))


@pytest.fixture(scope="module")
def whole(phantom: Phantom) -> Measured:
    return Measuring()(phantom.cohort())


def rows(measured: Measured) -> pd.DataFrame:
    return measured.frame().set_index(["lesion_id", "assessment"])


def first(measured: Measured) -> pd.Series:
    return rows(measured).loc[("L1", "2020-01-05")]


def without_unenhanced(table: pd.DataFrame) -> pd.DataFrame:
    """The table without the unenhanced phase, which need not be registered then."""
    return table[table["phase"] != "unenhanced"]


def test_diameters_are_the_analytic_ones_within_a_pixel(whole: Measured) -> None:
    row = first(whole)
    assert row["longest_mm"] == pytest.approx(40, abs=PIXEL_MM)
    # Edges half a pixel out, and a threshold nearer to necrosis than to viable tissue: longer.
    assert row["viable_mm"] == pytest.approx(2 * sqrt(20**2 - 12**2), abs=2.5 * PIXEL_MM)
    assert row["volume_ml"] == pytest.approx(4 / 3 * np.pi * 20**3 / 1000, rel=0.02)
    assert row["necrotic_fraction"] == pytest.approx((12 / 20) ** 3, abs=0.04)
    assert (row["phase"], row["slice_mm"], row["lipiodol_fraction"]) == ("arterial", 3.0, 0.0)


def test_enhancement_is_that_of_the_painted_tissues(whole: Measured) -> None:
    row = rows(whole).loc[("L2", "2020-01-05")]  # rim tissue alone
    for phase in HU:
        assert row[f"mean_hu_{phase}"] == pytest.approx(HU[phase]["rim"], abs=2.5)
    assert row["mean_hu"] == row["mean_hu_portal"]
    assert row["wash_in_hu"] == pytest.approx(112 - 45, abs=3)
    assert row["wash_out_hu"] == pytest.approx(112 - 98, abs=3)
    assert row["wash_out_relative"] == pytest.approx(14 / 67, abs=0.05)
    assert row["contrast_to_liver_arterial_hu"] == pytest.approx(112 - 75, abs=3)
    assert row["contrast_to_liver_portal_hu"] == pytest.approx(98 - 112, abs=3)
    assert np.isnan(row["mean_hu_delayed"])


def test_variants_lie_around_the_sizes(whole: Measured) -> None:
    row = first(whole)
    assert row["viable_volume_ml_k_plus"] <= row["viable_volume_ml"]
    assert row["viable_volume_ml"] <= row["viable_volume_ml_k_minus"]
    assert row["longest_mm_mask_minus"] == pytest.approx(row["longest_mm"] - 2, abs=PIXEL_MM)
    assert row["longest_mm_mask_plus"] == pytest.approx(row["longest_mm"] + 2, abs=PIXEL_MM)
    assert row["viable_k3_mm"] <= row["viable_mm"] <= row["viable_k1_mm"]


def test_roles_follow_mrecist_and_the_vanished_lesion_is_absent(whole: Measured) -> None:
    table = rows(whole)
    assert table.loc["L1", "role"].tolist() == ["target", "target"]
    assert table.loc["L2", "role"].tolist() == ["non_target", "non_target"]
    assert table.loc["L2", "status"].tolist() == ["measured", "absent"]
    assert "below the 10 mm of a target" in table.loc[("L2", "2020-01-05"), "note"]
    assert "viable above" in table.loc[("L1", "2020-01-05"), "note"]


def test_measurements_are_assessed(whole: Measured) -> None:
    (answer,) = assess(whole.measurements, MRECIST())
    change = float(answer.current_sum / answer.baseline_sum)
    assert change == pytest.approx(24 / 32, abs=0.08)
    assert "possible" in " ".join(answer.flags) or str(answer.response) == "SD"


def test_missing_arterial_phase_is_said_and_mrecist_is_not_evaluable(phantom: Phantom) -> None:
    measured = Measuring()(phantom.cohort(lambda table: table[table["phase"] != "arterial"]))
    row = first(measured)
    assert row[VIABLE].isna().all()
    assert (row["phase"], row["flags"]) == ("portal", "no_arterial")
    assert row["longest_mm"] == pytest.approx(40, abs=PIXEL_MM)
    assert row["role"] == "target"  # by RECIST 1.1
    (answer,) = assess(measured.measurements, MRECIST())
    assert str(answer.response) == "NE"
    assert "arterial" in answer.reason
    (by_size,) = assess(measured.measurements, RECIST11())
    assert str(by_size.response) == "SD"


def test_arterial_phase_alone_is_thresholded_and_flagged(phantom: Phantom) -> None:
    measured = Measuring()(phantom.cohort(lambda table: table[table["phase"] == "arterial"]))
    row = first(measured)
    assert row["flags"] == "no_subtraction"
    assert row["viable_mm"] == pytest.approx(32, abs=2.5 * PIXEL_MM)
    assert np.isnan(row["wash_in_hu"])


def test_without_a_liver_nothing_is_called_viable(phantom: Phantom) -> None:
    measured = Measuring()(phantom.cohort(lambda table: table[table["region"] != "liver"]))
    row = first(measured)
    assert row[VIABLE].isna().all()
    assert row["flags"] == "no_liver_mask"
    assert row["longest_mm"] == pytest.approx(40, abs=PIXEL_MM)
    assert row["mean_hu_arterial"] > 0


def test_empty_phase_is_taken_from_attenuation(phantom: Phantom, whole: Measured) -> None:
    def without_word(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(phase=table["phase"].replace("arterial", ""))

    row = first(Measuring()(phantom.cohort(without_word)))
    assert row["phase"] == "arterial"
    assert row["flags"].startswith("phase_inferred: arterial: aorta 300 HU")
    assert row["viable_mm"] == first(whole)["viable_mm"]


def test_stated_phase_that_attenuation_contradicts_is_flagged(phantom: Phantom) -> None:
    def as_portal(table: pd.DataFrame) -> pd.DataFrame:
        arterial = table[table["phase"] == "arterial"]
        return arterial.assign(phase="portal")

    flags = first(Measuring()(phantom.cohort(as_portal)))["flags"]
    assert "phase_mismatch: stated portal, HU say arterial" in flags


def test_mask_on_another_grid_is_resampled_and_flagged(phantom: Phantom, whole: Measured) -> None:
    fine = Geometry((30, 72, 84), (2.0, 1.0, 1.0), (0.0, 0.0, -0.5))
    ball = ball_mm((CENTRE_MM[0] + 0.5, *CENTRE_MM[1:]), fine) <= 20
    write_labels(ball, fine, phantom.folder / "fine.nii.gz")

    def fine_mask(table: pd.DataFrame) -> pd.DataFrame:
        chosen = (table["lesion_id"] == "L1") & (table["timepoint"] == "pre")
        return table.assign(mask=table["mask"].mask(chosen, "fine.nii.gz"))

    row = first(Measuring()(phantom.cohort(fine_mask)))
    assert row["flags"] == "resampled_mask"
    assert row["viable_mm"] == pytest.approx(first(whole)["viable_mm"], abs=2 * PIXEL_MM)


def test_a_phase_in_another_breath_hold_is_registered_and_its_mask_moved_with_it(
    phantom: Phantom, whole: Measured
) -> None:
    by_mm = 7  # one voxel is 1 mm; the lesion was drawn in the portal phase only
    image = read_volume(phantom.folder / "pre_portal.nii.gz")
    moved = Volume(np.roll(image.array, by_mm, axis=1), image.geometry)
    write_volume(moved, phantom.folder / "moved_portal.nii.gz")
    drawn = np.roll(ball_mm(CENTRE_MM) <= WHOLE_MM, by_mm, axis=1)
    write_labels(drawn.astype(np.uint8), GRID, phantom.folder / "moved_lesions.nii.gz")

    def edit(table: pd.DataFrame) -> pd.DataFrame:
        portal = (table["timepoint"] == "pre") & (table["phase"] == "portal")
        table.loc[portal, "image"] = "moved_portal.nii.gz"
        is_lesion = table["region"] == "lesion"
        table.loc[portal & is_lesion, "mask"] = "moved_lesions.nii.gz"
        elsewhere = is_lesion & (table["phase"] != "portal")
        kept = table[(table["timepoint"] == "pre") & ~elsewhere & (table["lesion_id"] != "L2")]
        return kept[kept["phase"] != "unenhanced"]

    row, still = first(Measuring()(phantom.cohort(edit))), first(whole)
    assert {"registered_portal", "mask_from_portal"} <= set(row["flags"].split("; "))
    assert row["mean_hu_arterial"] == pytest.approx(still["mean_hu_arterial"], abs=2)
    assert row["mean_hu_portal"] == pytest.approx(still["mean_hu_portal"], abs=2)
    assert row["longest_mm"] == pytest.approx(still["longest_mm"], abs=2 * PIXEL_MM)


def test_lipiodol_over_half_of_the_lesion_leaves_viable_sizes_empty(phantom: Phantom) -> None:
    inside = ball_mm(CENTRE_MM) <= 17.5
    for phase in HU:
        image = read_volume(phantom.folder / f"pre_{phase}.nii.gz")
        filled = np.where(inside, 260, image.array).astype(np.int16)
        write_volume(Volume(filled, GRID), phantom.folder / f"full_{phase}.nii.gz")

    def filled_lesion(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(image=table["image"].str.replace("pre_", "full_"))

    row = first(Measuring()(phantom.cohort(filled_lesion)))
    assert row["flags"] == "lipiodol"
    assert row[VIABLE].isna().all()
    assert row["lipiodol_fraction"] == pytest.approx((17.5 / 20) ** 3, abs=0.03)
    assert "not evaluable on CT" in row["note"]


def test_a_lesion_that_fails_leaves_the_others_and_says_why(phantom: Phantom) -> None:
    def wrong_label(table: pd.DataFrame) -> pd.DataFrame:
        chosen = (table["lesion_id"] == "L1") & (table["timepoint"] == "post")
        return table.assign(label=table["label"].mask(chosen, "9"))

    measured = Measuring()(phantom.cohort(lambda table: without_unenhanced(wrong_label(table))))
    table = rows(measured)
    assert table["status"].tolist() == ["measured", "measured", "not_evaluable", "absent"]
    ((name, reason),) = measured.failures
    assert name == "p post L1"
    assert "no voxel has label 9" in reason
    assert "no voxel has label 9" in table.loc[("L1", "2020-03-01"), "note"]


def test_image_that_cannot_be_read_fails_its_visit_alone(phantom: Phantom) -> None:
    content = (phantom.folder / "post_arterial.nii.gz").read_bytes()
    (phantom.folder / "cut.nii.gz").write_bytes(content[: len(content) // 2])

    def cut_short(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(image=table["image"].replace("post_arterial.nii.gz", "cut.nii.gz"))

    measured = Measuring()(phantom.cohort(lambda table: without_unenhanced(cut_short(table))))
    assert [name for name, _ in measured.failures] == ["p post L1", "p post L2"]
    assert first(measured)["status"] == "measured"


def test_magnetic_resonance_is_judged_by_the_liver_alone(phantom: Phantom, whole: Measured) -> None:
    row = first(Measuring()(phantom.cohort(lambda table: table.assign(modality="MR"))))
    assert row["viable_mm"] == pytest.approx(first(whole)["viable_mm"], abs=PIXEL_MM)
    assert row.filter(like="_hu").isna().all()
    assert np.isfinite(row["wash_out_relative"])


def test_second_image_of_a_phase_is_named_and_not_used(phantom: Phantom, whole: Measured) -> None:
    image = read_volume(phantom.folder / "pre_arterial.nii.gz")
    write_volume(image, phantom.folder / "late_arterial.nii.gz")

    def twice(table: pd.DataFrame) -> pd.DataFrame:
        chosen = (table["lesion_id"] == "L2") & (table["phase"] == "arterial")
        late = table["image"].str.replace("pre_arterial", "late_arterial")
        return table.assign(image=table["image"].mask(chosen, late))

    row = first(Measuring()(phantom.cohort(twice)))
    assert "phase_twice: late_arterial.nii.gz is not used, pre_arterial.nii.gz" in row["flags"]
    assert row["viable_mm"] == first(whole)["viable_mm"]


def test_lesion_at_the_edge_of_the_image_may_go_on_beyond_it(phantom: Phantom) -> None:
    ball = ball_mm((CENTRE_MM[0], CENTRE_MM[1], 3.0)) <= WHOLE_MM
    write_labels(ball.astype(np.uint8), GRID, phantom.folder / "edge.nii.gz")

    def at_edge(table: pd.DataFrame) -> pd.DataFrame:
        chosen = (table["lesion_id"] == "L1") & (table["timepoint"] == "pre")
        return table.assign(mask=table["mask"].mask(chosen, "edge.nii.gz"))

    measured = Measuring()(phantom.cohort(lambda table: without_unenhanced(at_edge(table))))
    assert "beyond_image" in first(measured)["flags"].split("; ")
    assert "beyond_image" not in rows(measured).loc[("L1", "2020-03-01"), "flags"]


def test_slices_that_are_not_axial_are_flagged(phantom: Phantom) -> None:
    coronal = replace(GRID, direction=(1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, -1.0, 0.0))
    for name in ("pre_lesions", "pre_organs"):
        labels = read_volume(phantom.folder / f"{name}.nii.gz").array.astype(np.uint8)
        write_labels(labels, coronal, phantom.folder / f"coronal_{name}.nii.gz")
    image = read_volume(phantom.folder / "pre_arterial.nii.gz").array
    write_volume(Volume(image, coronal), phantom.folder / "coronal_pre_arterial.nii.gz")

    def turned(table: pd.DataFrame) -> pd.DataFrame:
        kept = table[(table["timepoint"] == "pre") & (table["phase"] == "arterial")]
        return kept.assign(image="coronal_" + kept["image"], mask="coronal_" + kept["mask"])

    flags = first(Measuring()(phantom.cohort(turned)))["flags"].split("; ")
    assert "not_axial" in flags


def test_outline_of_an_inferred_phase_is_that_of_the_phase(phantom: Phantom) -> None:
    small = ball_mm(CENTRE_MM) <= 10
    write_labels(small.astype(np.uint8), GRID, phantom.folder / "small.nii.gz")

    def edit(table: pd.DataFrame) -> pd.DataFrame:
        table = without_unenhanced(table[table["timepoint"] == "pre"])
        portal = (table["phase"] == "portal") & (table["lesion_id"] == "L1")
        table = table.assign(mask=table["mask"].mask(portal, "small.nii.gz"))
        return table.assign(phase=table["phase"].replace("arterial", ""))

    row = first(Measuring()(phantom.cohort(edit)))
    assert (row["phase"], "mask_from_portal" in row["flags"]) == ("arterial", False)
    assert row["longest_mm"] == pytest.approx(40, abs=PIXEL_MM)


def test_patient_without_a_lesion_is_named(phantom: Phantom) -> None:
    def with_healthy(table: pd.DataFrame) -> pd.DataFrame:
        sick = without_unenhanced(table)
        return pd.concat([sick, sick[sick["region"] != "lesion"].assign(patient_id="q")])

    ((name, reason),) = Measuring()(phantom.cohort(with_healthy)).failures
    assert name == "q"
    assert "no row of region 'lesion'" in reason


def test_saved_rows_name_the_image_in_which_tissue_was_found(phantom: Phantom) -> None:
    def drawn_in_portal(table: pd.DataFrame) -> pd.DataFrame:
        table = without_unenhanced(table)
        return table[(table["region"] != "lesion") | (table["phase"] == "portal")]

    folder = phantom.folder / "saved"
    Measuring(save=folder)(phantom.cohort(drawn_in_portal))
    saved = pd.read_csv(folder / "cohort.csv", dtype=str, keep_default_na=False)
    assert set(saved["phase"]) == {"arterial"}
    assert saved["image"].str.endswith("_arterial.nii.gz").all()
    gone = saved[saved["status"] == "absent"]
    assert gone[["timepoint", "lesion_id", "mask"]].values.tolist() == [["post", "L2", ""]]


def test_several_processes_give_the_same_table(phantom: Phantom) -> None:
    cohort = phantom.cohort(without_unenhanced)
    one, two = (Measuring(jobs=jobs)(cohort).table for jobs in (1, 2))
    pd.testing.assert_frame_equal(one, two)


def test_rule_and_roles_are_choices(phantom: Phantom, whole: Measured) -> None:
    chosen = Measuring(ViableRule(k=3.0), reader="K3", roles="recist11")
    row = first(chosen(phantom.cohort()))
    assert row["viable_mm"] == first(whole)["viable_k3_mm"]
    assert row["reader"] == "K3"


def test_shows_itself(whole: Measured) -> None:
    assert str(whole) == "3 measured, 1 absent; flags: none"
    assert "3 measured, 1 absent" in whole._repr_html_()
    assert len(replace(whole)) == 4
