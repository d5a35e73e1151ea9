from fractions import Fraction

import pytest

from radiomics_hcc.response.arithmetic import decimal_text, exact, percent_text

PR_AND_PD = (Fraction(-3, 10), Fraction(1, 5))


def test_a_float_counts_as_it_is_written():
    assert exact(9.8) == Fraction(98, 10)
    assert exact("1e-1") == Fraction(1, 10)


@pytest.mark.parametrize("text", ["1/2", "nan", "inf", "12,5", "", "1 2", "0x10", "1_000"])
def test_what_is_no_decimal_number_is_refused(text):
    with pytest.raises(ValueError, match="not a decimal number"):
        exact(text)


@pytest.mark.parametrize(
    ("value", "text"), [("44.10", "44.1"), ("100", "100"), ("0", "0"), ("62.8", "62.8")]
)
def test_numbers_are_written_without_trailing_zeros(value, text):
    assert decimal_text(exact(value)) == text


def test_a_percentage_is_never_rounded_onto_a_boundary():
    assert percent_text(Fraction(-2996, 10000), PR_AND_PD) == "-29.96 %"
    assert percent_text(Fraction(-299999, 1000000), PR_AND_PD) == "-29.9999 %"
    assert percent_text(Fraction(19996, 100000), PR_AND_PD) == "+19.996 %"


def test_a_percentage_on_the_boundary_is_written_as_such():
    assert percent_text(Fraction(-3, 10), PR_AND_PD) == "-30.0 %"
    assert percent_text(Fraction(1, 5), PR_AND_PD) == "+20.0 %"


def test_a_repeating_fraction_is_shortened():
    assert percent_text(Fraction(1, 3), PR_AND_PD) == "+33.3 %"
    assert percent_text(Fraction(0), PR_AND_PD) == "0.0 %"
