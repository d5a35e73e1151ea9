"""What one row may hold: roles, statuses, blood values, fractions, phases, categories."""

from itertools import product

import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.response.measurement import LesionStatus, Role

ALLOWED = {
    "target": {"measured", "absent", "too_small", "not_evaluable", "merged"},
    "non_target": {
        "measured",
        "present",
        "increased",
        "progressed",
        "too_small",
        "absent",
        "not_evaluable",
    },
    "new": {
        "measured",
        "present",
        "increased",
        "progressed",
        "too_small",
        "absent",
        "not_evaluable",
        "equivocal",
    },
    "marker": {"measured", "not_evaluable"},
}


@pytest.fixture
def complaints(measurements_of):
    """What is said of such rows; nothing when they are taken."""

    def said(*rows):
        try:
            measurements_of(list(rows))
        except InputError as error:
            return [f"{p.where}: {p.what}; {p.remedy}" for p in error.problems]
        return []

    return said


@pytest.mark.parametrize(
    ("role", "status"), list(product([str(r) for r in Role], [str(s) for s in LesionStatus]))
)
def test_every_status_of_every_role(role, status, complaints):
    """A later row of a lesion, beside a measured target, has a status that fits its role."""
    size = {"afp_ng_ml" if role == "marker" else "longest_mm": 20 if status == "measured" else None}
    others = [{"assessment": day, "lesion_id": "T", "longest_mm": 30} for day in (0, 60)]
    earlier = {"role": role, "longest_mm": 25} if role in ("target", "non_target") else None
    rows = [*others, *([earlier] if earlier else [])]
    rows.append({"role": role, "assessment": 60, "status": status} | size)
    expected = [] if status in ALLOWED[role] else [f"status {status!r} of a {role} lesion"]
    found = complaints(*rows)
    assert len(found) == len(expected)
    assert all(text in said for text, said in zip(expected, found, strict=True))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"role": "marker", "afp_ng_ml": 400, "longest_mm": 3}, "together with longest_mm"),
        ({"role": "marker", "afp_ng_ml": 400, "lirads_tr": "viable"}, "together with lirads_tr"),
        ({"role": "marker", "afp_ng_ml": 4, "viable_mm_k_plus": 1}, "with viable_mm_k_plus"),
        ({"role": "marker", "afp_ng_ml": -1}, "cannot be negative"),
        ({"role": "marker", "status": "measured"}, "write the size, or status not_evaluable"),
        ({"role": "marker", "afp_ng_ml": 4, "status": "not_evaluable"}, "together with afp_ng_ml"),
        ({"afp_ng_ml": 400, "longest_mm": 3}, "a row of its own with role marker"),
        ({"longest_mm": 30, "necrotic_fraction": 35}, "did you mean 0.35?"),
        ({"longest_mm": 30, "lipiodol_fraction": -0.1}, "a share from 0 to 1"),
        ({"longest_mm": 30, "mean_hu_portal": "about 90"}, "write a plain number"),
        ({"longest_mm": 30, "viable_k1_mm": -2}, "cannot be negative"),
        ({"longest_mm": 30, "viable_mm_mask_plus": -2}, "cannot be negative"),
        ({"longest_mm": 30, "volume_ml_mask_minus": "x"}, "write a plain number"),
        ({"longest_mm": 30, "slice_mm": 0}, "slice_mm is 0"),
        ({"longest_mm": 30, "phase": "arteral"}, "did you mean 'arterial'?"),
        ({"longest_mm": 30, "phase": "Portal-Venous"}, "did you mean 'portal'?"),
        ({"longest_mm": 30, "lirads_tr": "viabel"}, "did you mean 'viable'?"),
        ({"longest_mm": 30, "lirads_tr": "viable", "site": "lung"}, "treated in the liver"),
        ({"lirads_tr": "viable", "status": "not_evaluable"}, "together with lirads_tr 'viable'"),
    ],
)
def test_one_cell_that_cannot_be(cells, expected, complaints):
    found = complaints(cells)
    assert len(found) == 1
    assert expected in found[0]


@pytest.mark.parametrize(
    "cells",
    [
        {"longest_mm": 30, "phase": "late_arterial"},
        {"longest_mm": 30, "phase": "Arterial"},
        {"longest_mm": 30, "phase": "t1_vibe_dixon"},
        {"longest_mm": 30, "necrotic_fraction": 1, "lipiodol_fraction": 0},
        {"longest_mm": 30, "wash_out_hu": -12.5, "wash_in_hu": -3},
        {"lirads_tr": "nonevaluable", "status": "not_evaluable"},
        {"role": "marker", "status": "not_evaluable"},
        {"longest_mm": 30, "flags": "no_arterial; infiltrative"},
    ],
)
def test_unusual_cells_that_are_right(cells, complaints):
    assert complaints(cells) == []


def test_one_blood_value_per_patient_and_day(complaints):
    afp = {"role": "marker", "lesion_id": "AFP", "afp_ng_ml": 400}
    assert "second blood value at day 0" in complaints(afp, afp | {"lesion_id": "AFP2"})[0]
    readers = [afp | {"reader": "A"}, afp | {"reader": "B"}]
    assert complaints(*readers) == []
    assert "second blood value" in complaints(readers[0], readers[1] | {"afp_ng_ml": 380})[0]


def test_blood_value_cannot_share_the_name_of_a_lesion(complaints):
    found = complaints({"longest_mm": 30}, {"role": "marker", "assessment": 3, "afp_ng_ml": 9})
    assert len(found) == 1
    assert "has role 'marker', but 'target' in row 1" in found[0]


def test_blood_value_needs_no_reader_and_no_baseline_of_images(measurements_of):
    afp = {"role": "marker", "lesion_id": "AFP", "assessment": -3, "afp_ng_ml": 400}
    table = measurements_of([afp, {"reader": "A", "longest_mm": 30}])
    assert [course.reader for course in table.courses] == ["", "A"]
    assert [course.reader for course in table.imaging_courses] == ["A"]
