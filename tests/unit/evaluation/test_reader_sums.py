import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.evaluation.reader_sums import intraclass_correlation, number_agreement

# Shrout and Fleiss 1979, table 2: six targets, four judges; ICC(2,1) is 0.29.
FOUR_JUDGES = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7.0]]
)


def test_shrout_and_fleiss_example() -> None:
    found = intraclass_correlation(FOUR_JUDGES)
    assert found.estimate == pytest.approx(0.29, abs=5e-3)
    # The interval that McGraw and Wong's formula gives for these data in R (psych::ICC).
    assert (found.low, found.high) == pytest.approx((0.019, 0.761), abs=1e-3)


def test_readers_who_agree_wholly_have_an_icc_of_one() -> None:
    found = intraclass_correlation(np.array([[1, 1], [5, 5], [9, 9.0]]))
    assert (found.estimate, found.low, found.high) == (1, 1, 1)


def test_a_constant_offset_is_a_bias_without_width() -> None:
    table = pd.DataFrame({"R1": [10.0, 20, 30, None], "R2": [8.0, 18, 28, 40]})
    rows = number_agreement(table).set_index("statistic")
    assert rows.loc["bias", ["estimate", "low", "high"]].tolist() == pytest.approx([2, 2, 2])
    assert rows.loc["limits of agreement", "patients"] == 3
    # Absolute agreement: an offset counts, so that the ICC is below 1.
    assert rows.loc["ICC(2,1)", "estimate"] == pytest.approx(100 / 102)


def test_limits_of_agreement_reckoned_by_hand() -> None:
    table = pd.DataFrame({"R1": [1.0, 2, 3], "R2": [2.0, 2, 2]})
    limits = number_agreement(table).set_index("statistic").loc["limits of agreement"]
    assert limits[["low", "high"]].tolist() == pytest.approx([-1.96, 1.96], abs=1e-3)


@pytest.mark.parametrize(
    ("table", "note"),
    [
        (pd.DataFrame({"R1": [1.0, 2], "R2": [1.0, 2]}), "fewer than 3"),
        (pd.DataFrame({"R1": [5.0] * 4, "R2": [5.0] * 4}), "all numbers are the same"),
    ],
)
def test_what_has_no_meaning_is_empty_and_says_why(table, note) -> None:
    icc = number_agreement(table).set_index("statistic").loc["ICC(2,1)"]
    assert np.isnan(icc["estimate"])
    assert note in icc["note"]
