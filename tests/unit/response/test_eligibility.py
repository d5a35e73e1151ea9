import pytest

from radiomics_hcc.response.mrecist import MRECIST
from radiomics_hcc.response.recist11 import RECIST11


@pytest.fixture
def notes(assessed):
    """The reason of a follow-up at which nothing has changed since the baseline."""

    def reason(criterion, *lesions):
        baseline = [
            {"lesion_id": f"L{number}", "viable_mm": None} | cells
            for number, cells in enumerate(lesions)
        ]
        later = [row | {"assessment": 60} for row in baseline]
        return assessed(criterion, baseline + later)[0].reason

    return reason


def liver(size):
    return {"longest_mm": size, "viable_mm": size}


def node(size, site="node"):
    return {"site": site, "longest_mm": 40, "short_axis_mm": size}


def test_eligible_targets_are_not_remarked_on(notes):
    lesions = [liver(10), liver(10), node(15), node(20, "node_porta_hepatis")]
    assert "Check" not in notes(MRECIST(), *lesions)


def test_node_needs_15_mm_and_at_the_porta_hepatis_20_mm(notes):
    assert "target L0 is 14.9 mm, below the 15 mm" in notes(RECIST11(), node(14.9))
    at_porta = node(19, "node_porta_hepatis")
    assert "target L0 is 19 mm, below the 20 mm" in notes(MRECIST(), at_porta)
    assert "Check" not in notes(RECIST11(), at_porta)


def test_all_nodes_are_one_organ(notes):
    lesions = [node(20), node(20), node(20, "node_porta_hepatis")]
    assert "3 node targets, at most 2 per organ" in notes(RECIST11(), *lesions)


def test_six_targets_are_too_many(notes):
    lesions = [
        {"site": site, "longest_mm": 20} for site in ("lung", "bone", "adrenal") for _ in range(2)
    ]
    text = notes(RECIST11(), *lesions)
    assert "6 targets, at most 5" in text
    assert "per organ" not in text


def test_portal_vein_thrombosis_is_not_measurable(notes):
    thrombus = {"site": "portal_vein", "longest_mm": 20, "viable_mm": 20}
    assert "target L0 is not measurable (portal_vein)" in notes(MRECIST(), thrombus)


def test_minimum_is_a_parameter(notes):
    assert "Check" not in notes(MRECIST(target_minimum_mm=5), liver(6))
    assert "below the 20 mm" in notes(RECIST11(target_minimum_mm=20), liver(15))


def test_thick_slices_ask_for_twice_their_distance(notes):
    thick = liver(15) | {"slice_mm": 8}
    assert "is 15 mm, below the 16 mm of a target, twice the slice of 8 mm" in notes(
        RECIST11(), thick
    )
    assert "Check" not in notes(RECIST11(), liver(16) | {"slice_mm": 8})
    assert "Check" not in notes(RECIST11(), liver(10) | {"slice_mm": 5})


def test_infiltrative_and_treated_targets_are_remarked_on(notes):
    infiltrative = liver(30) | {"flags": "infiltrative"}
    treated = liver(30) | {"flags": "previously_treated"}
    assert "target L0 is infiltrative" in notes(MRECIST(), infiltrative)
    assert "target L0 was treated before" in notes(RECIST11(), treated)
    assert "Check" not in notes(MRECIST(), treated)


def test_target_without_enhancement_is_remarked_on(notes):
    lesions = [liver(30), {"longest_mm": 20, "viable_mm": 0}]
    assert "target L1 has no arterial enhancement" in notes(MRECIST(), *lesions)
