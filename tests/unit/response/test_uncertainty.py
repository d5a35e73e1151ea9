import pytest

from radiomics_hcc.domain.response import ResponseClass
from radiomics_hcc.response.afp import AFPResponse
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.criteria import criteria
from radiomics_hcc.response.mrecist import MRECIST
from radiomics_hcc.response.recist11 import RECIST11
from radiomics_hcc.response.uncertainty import uncertainty, varied_courses


def measured(day, size, **cells):
    return {"assessment": day, "longest_mm": 60, "viable_mm": size} | cells


@pytest.fixture
def only_row(assessed):
    return lambda rows: assessed(MRECIST(), rows)[0]


def test_table_without_variants_has_no_flag(only_row):
    assert only_row([measured(0, 50), measured(60, 36)]).flags == ()


def test_variant_that_changes_the_class_is_named_with_its_class(only_row):
    rows = [measured(0, 50, viable_mm_k_plus=50), measured(60, 36, viable_mm_k_plus=34)]
    row = only_row(rows)
    assert row.response is ResponseClass.SD
    assert row.flags == ("class flips: PR with k_plus", "possible responses: SD, PR")


def test_variants_that_agree_leave_the_row_unflagged(only_row):
    rows = [measured(0, 50, viable_mm_k_plus=48), measured(60, 20, viable_mm_k_plus=18)]
    assert only_row(rows).flags == ()


def test_variants_of_two_visits_are_combined(only_row):
    """40 -> 47 is SD with either variant at both visits, PD only where they differ."""
    rows = [
        measured(0, 40, viable_mm_k_plus=38, viable_mm_k_minus=42),
        measured(60, 47, viable_mm_k_plus=45, viable_mm_k_minus=49),
    ]
    assert only_row(rows).flags == ("possible responses: SD, PD",)


def test_lesion_without_a_variant_keeps_its_size(only_row):
    rows = [
        measured(0, 30, viable_mm_mask_plus=33),
        measured(0, 20, lesion_id="L2"),
        measured(60, 20, viable_mm_mask_plus=26),
        measured(60, 15, lesion_id="L2"),
    ]
    row = only_row(rows)
    assert row.response is ResponseClass.PR
    assert row.flags[0] == "class flips: SD with mask_plus"


def test_vanished_in_one_variant_is_a_possible_complete_response(only_row):
    rows = [measured(0, 40), measured(60, 3, viable_mm_k_plus=0)]
    assert only_row(rows).flags[1] == "possible responses: PR, CR"


def test_whole_sizes_vary_with_the_mask_only(assessed):
    rows = [
        measured(0, 50, longest_mm_mask_minus=58),
        measured(60, 50, longest_mm=71, longest_mm_mask_minus=70, viable_mm_k_plus=20),
    ]
    (row,) = assessed(RECIST11(), rows)
    assert row.response is ResponseClass.SD
    assert row.flags == ("class flips: PD with mask_minus", "possible responses: SD, PD")


def test_nadir_follows_the_choice(assessed):
    """With k_plus the nadir is 20 mm, so that 26 mm at the third visit is progression."""
    rows = [measured(0, 50), measured(60, 24, viable_mm_k_plus=20), measured(120, 26)]
    *_, last = assessed(MRECIST(), rows)
    assert last.response is ResponseClass.PR
    assert "PD with k_plus" in last.flags[0]


def test_table_of_uncertainty_has_a_word_per_variant(measurements_of):
    rows = [measured(0, 50, viable_mm_k_plus=50), measured(60, 36, viable_mm_k_plus=34)]
    rows += [measured(day, 40, patient_id="P2") for day in (0, 60)]
    table = uncertainty(measurements_of(rows), MRECIST())
    (row,) = table.frame().to_dict("records")
    assert (row["patient_id"], row["response"], row["k_plus"], row["k_minus"]) == (
        "P1",
        "SD",
        "PR",
        "SD",
    )
    assert row["possible"] == "SD, PR"
    assert not row["is_certain"]
    assert "0 of 1 assessments are certain" in table._repr_html_()


def test_course_with_variants_leaves_the_course_as_it_was(measurements_of):
    (course,) = measurements_of([measured(0, 50, viable_mm_k_plus=45), measured(60, 40)]).courses
    varied = varied_courses(course)["k_plus", ""]
    assert varied.baseline.measurements[0].viable_mm == 45
    assert course.baseline.measurements[0].viable_mm == 50
    assert varied.visits[1] == course.visits[1]


@pytest.mark.parametrize("kind", sorted(criteria()))
def test_every_criterion_can_be_asked(kind, measurements_of):
    sizes = {
        "perpendicular_mm": 30,
        "viable_perpendicular_mm": 28,
        "volume_ml": 60,
        "viable_volume_ml": 40,
        "mean_hu": 90,
        "lirads_tr": "viable",
    }
    names = ("viable_mm", "longest_mm", "volume_ml", "viable_volume_ml")
    varied = {f"{name}_mask_minus": 1 for name in names}
    rows = [measured(day, 50, **sizes, **varied) for day in (0, 60)]
    rows += [
        {"assessment": day, "lesion_id": "AFP", "role": "marker", "afp_ng_ml": 400}
        for day in (0, 60)
    ]
    table = assess(measurements_of(rows), criteria()[kind]())
    assert len(table) == 1
    is_said = any("possible responses" in flag for flag in table.assessments[0].flags)
    assert is_said == (kind not in ("afp", "lirads_tr"))


def test_blood_values_have_no_variants(measurements_of):
    rows = [measured(0, 50, viable_mm_k_plus=1), measured(60, 36)]
    rows += [
        {"assessment": day, "lesion_id": "AFP", "role": "marker", "afp_ng_ml": 400 - day}
        for day in (0, 60)
    ]
    table = measurements_of(rows)
    assert [item.is_certain for item in uncertainty(table, AFPResponse()).assessments] == [True]
    assert assess(table, AFPResponse()).assessments[0].flags == ()
