import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.report.numbers import interval, number, p_number, p_value, percent, score


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (84, "84"),
        (1520.0, "1520"),
        (-12.345, "−12.3"),
        (0.6449, "0.645"),
        (123.4, "123"),
        (0.00021, "2.10 × 10⁻⁴"),
        (-3.5e9, "−3.50 × 10⁹"),
        (math.inf, "∞"),
        (math.nan, "–"),
    ],
)
def test_number_shows_three_significant_digits_and_a_real_minus(value, text):
    assert number(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
@settings(deadline=None)
def test_no_number_is_written_with_a_hyphen(value):
    assert "-" not in number(value)
    assert "-" not in score(value)


@given(st.floats(min_value=1e-3, max_value=99_999))
@settings(deadline=None)
def test_number_stays_within_half_of_its_third_digit(value):
    assert float(number(value)) == pytest.approx(value, rel=0.0051)


def test_interval_writes_all_three_with_the_same_decimals():
    assert interval(0.641, 0.498, 0.759) == "0.64 (0.50 to 0.76)"
    assert interval(0.03, -0.052, 0.112) == "0.03 (−0.05 to 0.11)"
    assert interval(1.0, 1.0, 1.0) == "1.00 (1.00 to 1.00)"
    assert interval(0.012, 0.004, 0.031) == "0.012 (0.004 to 0.031)"


def test_interval_never_shows_a_negative_zero():
    assert interval(0.2, -0.001, 0.4) == "0.20 (0.00 to 0.40)"


def test_estimate_without_interval_says_so():
    assert interval(0.64, math.nan, math.nan) == "0.64 (no interval)"
    assert interval(math.nan, 0.1, 0.2) == "–"


def test_p_value_reads_as_in_a_journal():
    assert p_value(0.0312) == "p = 0.03"
    assert p_value(0.0002) == "p < 0.001"
    assert p_value(0.0081) == "p = 0.008"
    assert p_value(0.9999) == "p > 0.99"
    assert p_value(math.nan) == "no p-value"


@given(st.floats(min_value=0.001, max_value=0.98))
@settings(deadline=None)
def test_rounding_never_carries_a_p_value_across_five_per_cent(p):
    assert (float(p_number(p)) < 0.05) == (p < 0.05) or abs(p - 0.05) < 5e-5


def test_percent_is_whole():
    assert percent(0.384) == "38 %"
    assert percent(math.nan) == "–"
