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
