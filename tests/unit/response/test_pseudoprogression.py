import pytest

from radiomics_hcc.domain.response import (
    ImmuneResponse,
    ResponseAssessment,
    ResponseTable,
    UnorderedResponse,
)
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.mrecist import MRECIST
from radiomics_hcc.response.pseudoprogression import flag_pseudoprogression
from radiomics_hcc.response.recist11 import RECIST11
from radiomics_hcc.response.supporting_signs import supporting_signs

UPD, SD_, PR_, CPD = (
    ImmuneResponse.IUPD,
    ImmuneResponse.ISD,
    ImmuneResponse.IPR,
    ImmuneResponse.ICPD,
)
NE = UnorderedResponse.NE
BASE = {"longest_mm": 50, "viable_mm": 50}


def immune_table(*words):
    rows = tuple(
        ResponseAssessment("P1", "", 0, 60 * visit, None, None, None, word, NE, False, word, "")
        for visit, word in enumerate(words, start=1)
    )
    return ResponseTable("irecist", rows)


@pytest.mark.parametrize(
    ("words", "flagged"),
    [
        ((UPD, SD_), [True, False]),
        ((UPD, UPD, PR_), [True, True, False]),
        ((UPD, NE, PR_), [True, False, False]),
        ((UPD, CPD), [False, False]),
        ((UPD, CPD, SD_), [False, False, False]),
        ((UPD, NE), [False, False]),
        ((UPD, SD_, UPD, CPD), [True, False, False, False]),
        ((SD_, PR_), [False, False]),
    ],
)
def test_unconfirmed_progression_that_went_away_is_flagged(measurements_of, words, flagged) -> None:
    found = flag_pseudoprogression(immune_table(*words), measurements_of([BASE]))
    assert [bool(row.flags) for row in found] == flagged


def test_classes_never_change(measurements_of) -> None:
    found = flag_pseudoprogression(immune_table(UPD, SD_), measurements_of([BASE]))
    assert [row.response for row in found] == [UPD, SD_]
    assert (
        found.assessments[0]
        .flags[0]
        .startswith("pseudoprogression: iUPD was followed by iSD at day 120 without iCPD")
    )


def by_size(measurements_of, *rows):
    table = measurements_of([BASE, *rows])
    flagged = flag_pseudoprogression(assess(table, RECIST11()), table, [assess(table, MRECIST())])
    return flagged.assessments[0].flags


def test_growth_of_the_whole_without_the_viable_part_is_flagged_with_its_signs(
    measurements_of,
) -> None:
    base = {**BASE, "arterial_enhancement_hu": 60, "necrotic_fraction": 0.05}
    later = {"assessment": 60, "longest_mm": 62, "viable_mm": 40}
    table = measurements_of(
        [base, {**later, "arterial_enhancement_hu": 25, "necrotic_fraction": 0.5}]
    )
    flagged = flag_pseudoprogression(assess(table, RECIST11()), table, [assess(table, MRECIST())])
    assert flagged.assessments[0].flags == (
        "pseudoprogression: recist11 PD by size alone (+24.0 % from nadir), mrecist is SD - for "
        "it: arterial enhancement of L1 fell from 60 to 25 HU, necrotic fraction of L1 rose from "
        "0.05 to 0.5",
    )


def test_nothing_recorded_for_it_is_said(measurements_of) -> None:
    (flag,) = by_size(measurements_of, {"assessment": 60, "longest_mm": 62, "viable_mm": 40})
    assert flag.endswith("nothing recorded speaks for it")


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([{"assessment": 60, "longest_mm": 62, "viable_mm": 62}], id="viable grew too"),
        pytest.param([{"assessment": 60, "longest_mm": 62}], id="viable part not evaluable"),
        pytest.param(
            [
                {"assessment": 60, "longest_mm": 62, "viable_mm": 40},
                {"assessment": 60, "lesion_id": "N1", "role": "new", "longest_mm": 12,
                 "finding": "typical"},
            ],
            id="a new lesion as well",
        ),
        pytest.param([{"assessment": 60, "longest_mm": 50, "viable_mm": 40}], id="no progression"),
    ],
)  # fmt: skip
def test_no_flag_where_progression_does_not_rest_on_size_alone(measurements_of, rows) -> None:
    assert by_size(measurements_of, *rows) == ()


@pytest.mark.parametrize("criterion", [MRECIST(), RECIST11()], ids=["mrecist", "recist11"])
def test_a_lesion_visible_in_retrospect_is_no_new_lesion_but_flagged(
    measurements_of, criterion
) -> None:
    new = {"lesion_id": "N1", "role": "new", "longest_mm": 15, "finding": "typical"}
    later = {"assessment": 60, "longest_mm": 50, "viable_mm": 50}
    plain = measurements_of([BASE, later, {**new, "assessment": 60}])
    assert assess(plain, criterion).assessments[0].new_lesion
    table = measurements_of(
        [BASE, later, {**new, "assessment": 60, "flags": "visible_in_retrospect"}]
    )
    (row,) = flag_pseudoprogression(assess(table, criterion), table)
    assert (str(row.response), row.new_lesion) == ("SD", False)
    assert "visible before in retrospect: no new lesion" in row.reason
    assert row.flags == ("conspicuity: N1 was visible before in retrospect, no new lesion",)


def test_what_is_found_in_retrospect_later_never_was_a_new_lesion(measurements_of) -> None:
    new = {"lesion_id": "N1", "role": "new", "longest_mm": 15, "finding": "typical"}
    rows = [
        BASE,
        *({**BASE, "assessment": day} for day in (60, 120)),
        {**new, "assessment": 60},
        {**new, "assessment": 120, "flags": "visible_in_retrospect"},
    ]
    found = assess(measurements_of(rows), MRECIST()).assessments
    assert [str(row.response) for row in found] == ["SD", "SD"]


def signs(measurements_of, *rows):
    (course,) = measurements_of(list(rows)).courses
    return supporting_signs(course, 60)


@pytest.mark.parametrize(
    ("before", "after", "is_response"),
    [(400, 319, True), (400, 320, False), (20, 15, True), (19, 5, False)],
)
def test_afp_speaks_for_it_from_its_own_limits_on(
    measurements_of, before, after, is_response
) -> None:
    marker = {"lesion_id": "AFP", "role": "marker"}
    found = signs(
        measurements_of,
        *(BASE, {**BASE, "assessment": 60}),
        *({**marker, "afp_ng_ml": before}, {**marker, "afp_ng_ml": after, "assessment": 60}),
    )
    assert any(sign.startswith("AFP") for sign in found) == is_response


def test_extrahepatic_sites_speak_for_it_while_they_are_stable(measurements_of) -> None:
    lung = {"lesion_id": "L2", "site": "lung", "role": "target", "longest_mm": 20}
    rows = (BASE, {**BASE, "assessment": 60}, lung)
    stable = signs(measurements_of, *rows, {**lung, "assessment": 60, "longest_mm": 23})
    grown = signs(measurements_of, *rows, {**lung, "assessment": 60, "longest_mm": 24})
    unread = signs(measurements_of, *rows)
    assert stable == ("1 extrahepatic lesion stable",)
    assert (grown, unread) == ((), ())


def test_a_small_drop_of_enhancement_is_no_sign(measurements_of) -> None:
    rows = [{**BASE, "arterial_enhancement_hu": 60}]
    rows += [{**BASE, "assessment": 60, "arterial_enhancement_hu": 50.5}]
    assert signs(measurements_of, *rows) == ()
