"""Exact numbers, and how to print them without contradicting a decision made on them."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?")
PERCENT_DIGITS: Final = 1
TEXT_DIGITS: Final = 50  # more than any sum of written numbers has
PUBLISHED_CHANGES: Final = tuple(
    Fraction(percent, 100) for percent in (-65, -50, -30, -20, -15, -10, 0, 10, 20, 25, 73)
)
"""Relative changes at which a class of any published criterion begins."""


def exact(value: str | int | float | Decimal | Fraction) -> Fraction:
    """Take a number as it is written: `9.8` is 98/10, not the nearest binary float.

    Parameters
    ----------
    value
        Text in plain decimal notation, or a number; a float counts as its shortest spelling.

    Raises
    ------
    ValueError
        Where the text is not a finite decimal number.

    Examples
    --------
    >>> 10 * exact(9.8) == 7 * exact(14)
    True
    """
    if isinstance(value, Fraction):
        return value
    text = str(value).strip()
    if not NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a decimal number")
    return Fraction(text)


def decimal_text(value: Fraction) -> str:
    """Write an exact number in full, without trailing zeros.

    Examples
    --------
    >>> decimal_text(exact("44.10"))
    '44.1'
    """
    with localcontext(prec=TEXT_DIGITS):
        text = format(Decimal(value.numerator) / Decimal(value.denominator), "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def percent_text(change: Fraction, boundaries: tuple[Fraction, ...]) -> str:
    """Write a relative change in per cent, never rounded across or onto a boundary.

    Parameters
    ----------
    change
        (current - reference) / reference.
    boundaries
        Changes at which a class begins, as -3/10. Digits are added until the printed number
        lies on the same side of each as the exact one.

    Examples
    --------
    >>> percent_text(exact("-0.2996"), (exact("-0.3"),))
    '-29.96 %'
    """
    digits = PERCENT_DIGITS
    while any(_has_crossed(change, bound, digits) for bound in boundaries):
        digits += 1
    printed = _in_last_digit(change, digits)
    with localcontext(prec=TEXT_DIGITS):
        text = f"{Decimal(printed).scaleb(-digits):f}"
    return f"{'+' if printed > 0 else ''}{text} %"


def _in_last_digit(change: Fraction, digits: int) -> int:
    """A relative change in units of the last printed digit of its per cent."""
    scale: int = 10 ** (digits + 2)
    return round(change * scale)


def _has_crossed(change: Fraction, boundary: Fraction, digits: int) -> bool:
    """Whether printing leads to another side of a boundary, or onto it, or away from it."""
    printed = _in_last_digit(change, digits) * boundary.denominator
    limit = boundary.numerator * 10 ** (digits + 2)
    exact_side = change.numerator * boundary.denominator, boundary.numerator * change.denominator
    return _side(printed, limit) != _side(*exact_side)


def _side(value: int, boundary: int) -> int:
    return (value > boundary) - (value < boundary)
