"""Numbers as a reader of a medical journal expects them: few digits, real minus signs."""

from __future__ import annotations

import math
from typing import Final

MINUS: Final = "\N{MINUS SIGN}"
NOT_AVAILABLE: Final = "\N{EN DASH}"
SIGNIFICANT_DIGITS: Final = 3
PLAIN_RANGE: Final = (1e-3, 1e6)  # outside of it, powers of ten are easier to read
SUPERSCRIPT: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float) -> str:
    """A value with three significant digits; whole numbers stay whole.

    Examples
    --------
    >>> number(-12.345), number(1520.0), number(float("nan"))
    ('−12.3', '1520', '–')
    """
    if math.isnan(value):
        return NOT_AVAILABLE
    if math.isinf(value):
        return signed("∞", value)
    size = abs(value)
    if size != 0 and not PLAIN_RANGE[0] <= size < PLAIN_RANGE[1]:
        mantissa, exponent = f"{size:.{SIGNIFICANT_DIGITS - 1}e}".split("e")
        return signed(f"{mantissa} × 10{str(int(exponent)).translate(SUPERSCRIPT)}", value)
    if float(value).is_integer():
        return signed(str(int(size)), value)
    return signed(f"{size:.{decimals_for(size, SIGNIFICANT_DIGITS)}f}", value)


def score(value: float) -> str:
    """A score such as an AUC or a correlation: two decimals, more only where it is tiny."""
    return number(value) if not math.isfinite(value) else fixed(value, score_decimals(value))


def interval(estimate: float, low: float, high: float) -> str:
    """An estimate with its interval, all with the same decimals.

    Examples
    --------
    >>> interval(0.641, 0.498, 0.759)
    '0.64 (0.50 to 0.76)'
    """
    if not math.isfinite(estimate):
        return NOT_AVAILABLE
    if not (math.isfinite(low) and math.isfinite(high)):
        return f"{score(estimate)} (no interval)"
    decimals = score_decimals(estimate, low, high)
    middle, lower, upper = (fixed(value, decimals) for value in (estimate, low, high))
    return f"{middle} ({lower} to {upper})"


def p_number(p: float) -> str:
    """A p-value without its letter; rounding never carries it across 0.05.

    Examples
    --------
    >>> p_number(0.0312), p_number(0.0496), p_number(0.0002)
    ('0.03', '0.0496', '< 0.001')
    """
    if math.isnan(p):
        return NOT_AVAILABLE
    if p < 0.001:
        return "< 0.001"
    if p > 0.99:
        return "> 0.99"
    decimals = 3 if p < 0.01 or 0.045 <= p < 0.055 else 2
    return f"{p:.4f}" if decimals == 3 and f"{p:.3f}" == "0.050" else f"{p:.{decimals}f}"


def p_value(p: float) -> str:
    """A p-value as it stands in a sentence: `p = 0.03`, `p < 0.001`."""
    text = p_number(p)
    if text == NOT_AVAILABLE:
        return "no p-value"
    return f"p {text}" if text[0] in "<>" else f"p = {text}"


def unbroken(text: str) -> str:
    """The same text with spaces at which no line breaks."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def percent(fraction: float) -> str:
    """A fraction in whole per cent."""
    return NOT_AVAILABLE if math.isnan(fraction) else f"{fixed(100 * fraction, 0)} %"


def fixed(value: float, decimals: int) -> str:
    """A number with that many decimals and a real minus sign; never a negative zero."""
    text = f"{abs(value):.{decimals}f}"
    return text if float(text) == 0 else signed(text, value)


def signed(text: str, value: float) -> str:
    """Put the minus sign before the digits of a negative value."""
    return f"{MINUS}{text}" if value < 0 else text


def decimals_for(size: float, digits: int) -> int:
    """Decimals that show a positive size with that many significant digits."""
    return max(0, digits - 1 - math.floor(math.log10(size))) if size else 0


def score_decimals(*values: float) -> int:
    """Decimals for scores that are shown together: two, more where all are below 0.1."""
    size = max(abs(value) for value in values)
    return 2 if size == 0 or 0.1 <= size < 10 else min(4, decimals_for(size, 2 if size < 1 else 3))
