import pandas as pd
import pytest

from radiomics_hcc.errors import ConfigError, InputError
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.mrecist import MRECIST
from radiomics_hcc.response.recist11 import RECIST11


def test_readers_and_follow_ups_each_have_a_row(measurements_of):
    rows = [
        {"patient_id": patient, "reader": reader, "assessment": day, "viable_mm": 30 - day / 10}
        for patient in ("P2", "P1")
        for reader in ("B", "A")
        for day in (120, 0, 60)
    ]
    frame = assess(measurements_of(rows), MRECIST()).frame()
    expected = [(p, r, d) for p in ("P1", "P2") for r in ("A", "B") for d in (60, 120)]
    keys = frame[["patient_id", "reader", "assessment"]]
    assert list(keys.itertuples(index=False, name=None)) == expected
    assert set(frame["response"]) == {"SD", "PR"}


def test_patient_without_follow_up_is_named(measurements_of):
    table = assess(measurements_of([{"viable_mm": 30}]), MRECIST())
    assert len(table) == 0
    assert table.without_follow_up == (("P1", ""),)


def test_missing_column_names_the_criterion_and_the_first_row(measurements_of):
    measurements = measurements_of([{"longest_mm": 30}, {"assessment": 60, "longest_mm": 30}])
    with pytest.raises(InputError, match=r"no column 'viable_mm', which mrecist .* row 1"):
        assess(measurements, MRECIST())
    assert len(assess(measurements, RECIST11())) == 1


def test_node_needs_its_short_axis(measurements_of):
    measurements = measurements_of([{"site": "node", "longest_mm": 30}])
    with pytest.raises(InputError, match="no column 'short_axis_mm'"):
        assess(measurements, RECIST11())


def test_columns_of_other_criteria_may_be_left_out():
    columns = ["patient_id", "assessment", "lesion_id", "role", "viable_mm"]
    from_tuples = [("P1", 0, "L1", "target", 62.8), ("P1", 60, "L1", "target", 44)]
    table = assess(Measurements.from_frame(pd.DataFrame(from_tuples, columns=columns)), MRECIST())
    assert str(table.assessments[0].response) == "SD"


@pytest.mark.parametrize("value", [-1, float("nan"), "5", True])
def test_size_parameter_must_be_a_size(value):
    with pytest.raises(ConfigError, match=r"mrecist\.progression_min_mm"):
        MRECIST(progression_min_mm=value)


def test_switch_must_be_true_or_false():
    with pytest.raises(ConfigError, match=r"recist11\.carry_forward_pr"):
        RECIST11(carry_forward_pr="no")
