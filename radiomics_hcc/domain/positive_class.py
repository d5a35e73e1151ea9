"""Which classes count as positive where several are looked at as two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

OBJECTIVE_RESPONSE: Final = ("CR", "PR", "OR")  # CR + PR, or the two already merged


def positive_classes(classes: Sequence[str]) -> tuple[str, ...] | None:
    """Which classes count as positive: the first of two, else those of objective response.

    Examples
    --------
    >>> positive_classes(["CR", "PR", "SD", "PD"])
    ('CR', 'PR')
    >>> positive_classes(["low", "middle", "high"]) is None
    True
    """
    if len(classes) == 2:
        return (classes[0],)
    positive = tuple(name for name in classes if name in OBJECTIVE_RESPONSE)
    return positive if 0 < len(positive) < len(classes) else None
