import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.response.mrecist import MRECIST
from radiomics_hcc.response.recist11 import RECIST11

BOTH = pytest.mark.parametrize("criterion", [MRECIST(), RECIST11()], ids=lambda c: c.kind)


@pytest.fixture
def new_at(assessed):
    """Overall responses of a stable target with a new lesion N, one mapping per follow-up."""

    def responses(criterion, *visits):
        rows = []
        for index in range(len(visits) + 1):
            rows.append({"assessment": 60 * index, "longest_mm": 30, "viable_mm": 30})
        for index, cells in enumerate(visits, start=1):
            if cells:
                new = {"assessment": 60 * index, "lesion_id": "N", "role": "new"}
                rows.append(new | {"site": "liver"} | cells)
        return [str(row.response) for row in assessed(criterion, rows)]

    return responses


def nodule(size, finding):
    return {"longest_mm": size, "finding": finding}


def test_typical_nodule_of_10_mm_is_progression(new_at):
    assert new_at(MRECIST(), nodule(10, "typical")) == ["PD"]


def test_typical_nodule_below_10_mm_is_not_yet_progression(new_at):
    assert new_at(MRECIST(), nodule(9.9, "typical")) == ["SD"]


def test_large_atypical_nodule_alone_is_not_progression(new_at):
    assert new_at(MRECIST(), nodule(25, "atypical")) == ["SD"]


def test_atypical_nodule_that_grows_10_mm_is_progression_since_its_detection(new_at):
    visits = [None, nodule(12, "atypical"), nodule(22, "atypical")]
    assert new_at(MRECIST(), *visits) == ["SD", "PD", "PD"]
    assert new_at(MRECIST(backdate_new_lesions=False), *visits) == ["SD", "SD", "PD"]


def test_growth_just_below_10_mm_is_not_enough(new_at):
    assert new_at(MRECIST(), nodule(12, "atypical"), nodule(21.9, "atypical")) == ["SD", "SD"]


def test_atypical_nodule_that_becomes_typical_is_progression_since_its_detection(new_at):
    visits = [nodule(12, "atypical"), nodule(12, "typical")]
    assert new_at(MRECIST(), *visits) == ["PD", "PD"]
    assert new_at(MRECIST(backdate_new_lesions=False), *visits) == ["SD", "PD"]


def test_any_new_liver_lesion_is_progression_by_recist(new_at):
    assert new_at(RECIST11(), nodule(7, "atypical")) == ["PD"]


@BOTH
def test_equivocal_lesion_waits_and_is_dated_back_when_confirmed(criterion, new_at):
    equivocal = nodule(12, "atypical") | {"status": "equivocal"}
    assert new_at(criterion, equivocal) == ["SD"]
    assert new_at(criterion, equivocal, nodule(14, "typical")) == ["PD", "PD"]


@BOTH
def test_new_lesion_goes_on_counting_until_it_is_absent(criterion, new_at):
    visits = [nodule(12, "typical"), None, {"status": "not_evaluable"}, {"status": "absent"}]
    assert new_at(criterion, *visits) == ["PD", "PD", "PD", "SD"]


@BOTH
def test_new_lesion_that_shrinks_still_counts(criterion, new_at):
    assert new_at(criterion, nodule(12, "typical"), nodule(6, "typical")) == ["PD", "PD"]


@BOTH
def test_new_lesion_overrides_targets_that_are_not_evaluable(criterion, assessed):
    rows = [
        {"longest_mm": 30, "viable_mm": 30},
        {"assessment": 60, "status": "not_evaluable"},
        {"assessment": 60, "lesion_id": "N", "role": "new", "finding": "typical"}
        | {"longest_mm": 15},
    ]
    (row,) = assessed(criterion, rows)
    assert row.new_lesion
    assert (str(row.target_response), str(row.response)) == ("NE", "PD")


@BOTH
@pytest.mark.parametrize(
    ("site", "finding", "response"),
    [
        ("portal_vein", "tumour", "PD"),
        ("portal_vein", "bland", "SD"),
        ("effusion", "positive", "PD"),
        ("effusion", "negative", "SD"),
        ("effusion", "not_done", "SD"),
        ("lung", None, "PD"),
    ],
)
def test_new_finding_outside_the_parenchyma(criterion, site, finding, response, new_at):
    cells = {"site": site, "finding": finding, "status": "present"}
    assert new_at(criterion, cells) == [response]


@BOTH
@pytest.mark.parametrize(("short_axis", "response"), [(9.9, "SD"), (10, "PD")])
def test_new_node_is_pathological_from_10_mm_short_axis(criterion, short_axis, response, new_at):
    assert new_at(criterion, {"site": "node", "short_axis_mm": short_axis}) == [response]


def test_new_porta_hepatis_node_counts_from_20_mm_by_mrecist(new_at):
    def node(size):
        return {"site": "node_porta_hepatis", "short_axis_mm": size}

    assert new_at(MRECIST(), node(19.9)) == ["SD"]
    assert new_at(MRECIST(), node(20)) == ["PD"]
    assert new_at(MRECIST(porta_hepatis_minimum_mm=15), node(19.9)) == ["PD"]
    assert new_at(RECIST11(), node(19.9)) == ["PD"]


def test_new_nodule_that_cannot_be_judged_is_named(new_at):
    with pytest.raises(InputError, match=r"row 3.*finding is empty: typical or atypical"):
        new_at(MRECIST(), {"longest_mm": 12})
    with pytest.raises(InputError, match="longest_mm is empty"):
        new_at(MRECIST(), {"viable_mm": 12, "finding": "typical"})
    with pytest.raises(InputError, match="tumour or bland"):
        new_at(RECIST11(), {"site": "portal_vein", "status": "present"})


@BOTH
@pytest.mark.parametrize(
    ("harmless", "tumour"),
    [
        ({"site": "node", "short_axis_mm": 8}, {"site": "node", "short_axis_mm": 14}),
        (
            {"site": "portal_vein", "status": "present", "finding": "bland"},
            {"site": "portal_vein", "status": "present", "finding": "tumour"},
        ),
        (
            {"site": "effusion", "status": "present", "finding": "negative"},
            {"site": "effusion", "status": "present", "finding": "positive"},
        ),
    ],
    ids=["node", "thrombus", "effusion"],
)
def test_what_was_no_tumour_then_is_not_dated_back(criterion, harmless, tumour, new_at):
    assert new_at(criterion, harmless, tumour) == ["SD", "PD"]


def test_lesion_that_comes_back_after_it_was_absent_is_judged_afresh(new_at):
    visits = [nodule(4, "atypical"), {"status": "absent"}, nodule(14, "atypical")]
    assert new_at(MRECIST(), *visits) == ["SD", "SD", "SD"]
    grown = [nodule(4, "atypical"), {"status": "not_evaluable"}, nodule(14, "atypical")]
    assert new_at(MRECIST(), *grown) == ["PD", "PD", "PD"]


@pytest.mark.parametrize(
    "visits",
    [
        [
            {"site": "node", "status": "equivocal"},
            {"site": "node", "short_axis_mm": 6},
            {"site": "node", "short_axis_mm": 14},
        ],
        [
            {"site": "effusion", "status": "present", "finding": "not_done"},
            {"site": "effusion", "status": "present", "finding": "negative"},
            {"site": "effusion", "status": "present", "finding": "positive"},
        ],
    ],
    ids=["node", "effusion"],
)
def test_dating_back_stops_at_a_visit_at_which_it_was_no_tumour(new_at, visits):
    assert new_at(MRECIST(), *visits) == ["SD", "SD", "PD"]
