import pytest

from radiomics_hcc.domain.response import TreatmentResponseCategory, UnorderedResponse
from radiomics_hcc.errors import ConfigError, InputError
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.lirads_tr import LiradsTR


def rows_of(*categories, **cells):
    """Lesions L0, L1, ... at baseline and, with these categories, at day 60."""
    lesions = [{"lesion_id": f"L{number}"} | cells for number, _ in enumerate(categories)]
    before = [row | {"longest_mm": 30} for row in lesions]
    after = [
        row | {"assessment": 60, "lirads_tr": word}
        for row, word in zip(lesions, categories, strict=True)
    ]
    return before + after


@pytest.fixture
def row(assessed):
    """The only follow-up of such lesions."""
    return lambda criterion, *categories: assessed(criterion, rows_of(*categories))[0]


@pytest.mark.parametrize(
    ("categories", "worst"),
    [
        (["nonviable", "nonviable"], "nonviable"),
        (["nonviable", "equivocal"], "equivocal"),
        (["equivocal", "nonevaluable"], "nonevaluable"),
        (["nonevaluable", "viable"], "viable"),
        (["viable", "nonviable"], "viable"),
    ],
)
def test_worst_lesion_decides(categories, worst, row):
    assert str(row(LiradsTR(), *categories).response) == worst


def test_nonprogressing_lies_between_nonviable_and_viable(row):
    v2024 = LiradsTR(version="v2024", radiation=True)
    assert str(row(v2024, "nonviable", "nonprogressing").response) == "nonprogressing"
    assert str(row(v2024, "viable", "nonprogressing").response) == "viable"


def test_reason_counts_the_categories_and_names_who_decides(row):
    found = row(LiradsTR(), "nonviable", "viable", "nonviable")
    assert found.reason == "Treated lesions: 1 viable, 2 nonviable. Worst: viable (L1)."
    assert found.current_sum is None


def test_lesion_that_was_never_categorised_is_named_but_does_not_count(assessed):
    rows = [
        *rows_of("nonviable"),
        *({"assessment": t, "lesion_id": "L9", "longest_mm": 9} for t in (0, 60)),
    ]
    (row,) = assessed(LiradsTR(), rows)
    assert row.response is TreatmentResponseCategory.NONVIABLE
    assert "Never categorised: L9." in row.reason


def test_category_missing_after_an_earlier_one_is_not_evaluable_unless_another_is_viable(assessed):
    later = [{"assessment": 120, "lesion_id": f"L{n}", "longest_mm": 20} for n in (0, 1)]
    rows = [*rows_of("nonviable", "nonviable"), later[0] | {"lirads_tr": "equivocal"}, later[1]]
    row = assessed(LiradsTR(), rows)[-1]
    assert row.response is UnorderedResponse.NE
    assert "1 without a category, 1 equivocal" in row.reason
    rows[-2]["lirads_tr"] = "viable"
    assert str(assessed(LiradsTR(), rows)[-1].response) == "viable"


def test_absent_lesion_counts_as_nonviable(assessed):
    rows = [*rows_of("viable"), {"assessment": 120, "lesion_id": "L0", "status": "absent"}]
    row = assessed(LiradsTR(), rows)[-1]
    assert str(row.response) == "nonviable"
    assert "Absent, counted as nonviable: L0." in row.reason


def test_worst_fragment_is_the_category_of_the_lesion_and_merged_ones_have_none(assessed):
    rows = rows_of("viable", "viable")
    fragments = [
        {"lesion_id": "L0", "longest_mm": s, "lirads_tr": w}
        for s, w in ((9, "nonviable"), (8, "viable"))
    ]
    rows += [
        row | {"assessment": 120} for row in [*fragments, {"lesion_id": "L1", "status": "merged"}]
    ]
    assert "Treated lesions: 1 viable. Worst: viable (L0)." in assessed(LiradsTR(), rows)[-1].reason


def test_follow_up_without_any_category_is_not_evaluable(assessed):
    rows = [{"assessment": day, "longest_mm": 30} for day in (0, 60)]
    rows += [{"assessment": 120, "lirads_tr": "viable"}]
    first, second = assessed(LiradsTR(), rows)
    assert first.reason == "No LI-RADS category was recorded: NE."
    assert str(second.response) == "viable"


def refused(measurements_of, criterion, rows):
    with pytest.raises(InputError) as caught:
        assess(measurements_of(rows), criterion)
    return [f"{problem.where} {problem.what}" for problem in caught.value.problems]


def test_every_category_that_the_version_lacks_is_listed(measurements_of):
    rows = rows_of("nonprogressing", "viable", "nonprogressing")
    found = refused(measurements_of, LiradsTR(), rows)
    assert [text.split(" lirads")[0] for text in found] == ["row 4", "row 6"]
    assert "is not in LI-RADS v2018" in found[0]


def test_v2024_depends_on_the_treatment_of_the_lesion(measurements_of):
    v2024 = LiradsTR(version="v2024")
    assert (
        "treated without radiation" in refused(measurements_of, v2024, rows_of("nonprogressing"))[0]
    )
    irradiated = rows_of("nonprogressing", flags="radiation; no_arterial")
    assert len(assess(measurements_of(irradiated), v2024)) == 1
    equivocal = rows_of("equivocal", flags="radiation")
    assert "treated by radiation" in refused(measurements_of, v2024, equivocal)[0]
    lenient = LiradsTR(version="v2024", radiation_equivocal=True)
    assert len(assess(measurements_of(equivocal), lenient)) == 1


def test_table_without_categories_is_refused(measurements_of):
    assert "no LI-RADS category" in refused(measurements_of, LiradsTR(), [{"longest_mm": 9}])[0]


@pytest.mark.parametrize("parameters", [{"version": "v2017"}, {"radiation": "yes"}])
def test_impossible_parameter_is_refused(parameters):
    with pytest.raises(ConfigError):
        LiradsTR(**parameters)
