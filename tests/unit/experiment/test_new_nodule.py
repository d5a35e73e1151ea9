"""What attenuation says of a new liver nodule."""

from __future__ import annotations

import pytest

from radiomics_hcc.experiment.measuring.new_nodule import nodule_finding


@pytest.mark.parametrize(
    ("arterial", "portal", "finding"),
    [
        (33.0, -13.0, "typical"),
        (10.0, -5.0, "typical"),
        (9.9, -13.0, ""),
        (33.0, -4.9, ""),
        (33.0, 0.0, "atypical"),
        (-15.0, -21.0, "atypical"),
    ],
)
def test_pattern_by_contrast_to_the_liver(arterial, portal, finding) -> None:
    values = {"contrast_to_liver_arterial_hu": arterial, "contrast_to_liver_portal_hu": portal}
    found = nodule_finding(values)
    assert found.finding == finding
    assert found.flag == ("finding_measured" if finding else "finding_unclear")
    assert f"{arterial:+.0f} HU arterial" in found.sentence


def test_one_phase_alone_leaves_the_finding_to_a_reader() -> None:
    found = nodule_finding({"contrast_to_liver_portal_hu": -13.0})
    assert (found.finding, found.flag) == ("", "finding_unclear")
    assert "a reader must fill in" in found.sentence


@pytest.mark.parametrize(("viable_mm", "finding"), [(10.0, "typical"), (9.9, "atypical")])
def test_necrosis_hides_no_pattern_of_a_large_viable_part(viable_mm, finding) -> None:
    whole = {"contrast_to_liver_arterial_hu": -6.0, "contrast_to_liver_portal_hu": -49.0}
    part = {"contrast_to_liver_arterial_hu": 37.0, "contrast_to_liver_portal_hu": -14.0}
    values = whole | {f"viable_{name}": value for name, value in part.items()}
    found = nodule_finding(values | {"viable_mm": viable_mm})
    assert found.finding == finding
    assert ("viable part" in found.sentence) == (finding == "typical")


def test_necrosis_is_no_washout() -> None:
    whole = {"contrast_to_liver_arterial_hu": 20.0, "contrast_to_liver_portal_hu": -15.0}
    part = {"contrast_to_liver_arterial_hu": 35.0, "contrast_to_liver_portal_hu": 8.0}
    values = whole | {f"viable_{name}": value for name, value in part.items()}
    assert nodule_finding(values | {"viable_mm": 25.0}).finding == "atypical"
