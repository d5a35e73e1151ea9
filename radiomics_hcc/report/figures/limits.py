"""The lines of a criterion in figures: from where a change is a response or a progression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Limits:
    """Changes of the sum at which a criterion draws its lines, in per cent.

    Parameters
    ----------
    decrease_percent
        At most this is a partial response, against the baseline; None: no such limit.
    increase_percent
        At least this is a progression, against the nadir; None: no such limit.
    """

    decrease_percent: float | None = -30.0
    increase_percent: float | None = 20.0

    @property
    def lines(self) -> list[float]:
        """The limits that there are, the lower one first."""
        return [line for line in (self.decrease_percent, self.increase_percent) if line is not None]


DIAMETERS: Final = Limits(-30.0, 20.0)  # RECIST 1.1 and mRECIST
PRODUCTS: Final = Limits(-50.0, 25.0)  # WHO and EASL
VOLUMES: Final = Limits(-65.0, 73.0)  # vRECIST and qEASL: the volume of -30 % and +20 % diameter
CHOI_SIZE: Final = Limits(-10.0, 10.0)  # Choi and mChoi: the size; attenuation has no bar
AFP: Final = Limits(-20.0, None)  # AFP response
NO_LIMITS: Final = Limits(None, None)

LIMITS: Final = {
    "recist11": DIAMETERS,
    "mrecist": DIAMETERS,
    "irecist": DIAMETERS,
    "imrecist": DIAMETERS,
    "who": PRODUCTS,
    "easl": PRODUCTS,
    "vrecist": VOLUMES,
    "qeasl": VOLUMES,
    "choi": CHOI_SIZE,
    "mchoi": CHOI_SIZE,
    "afp": AFP,
}

# Parameters of the criteria that move their lines.
DECREASES: Final = (
    "partial_decrease_percent",
    "size_decrease_percent",
    "response_decrease_percent",
)
INCREASES: Final = ("progression_increase_percent", "size_increase_percent")


def limits_of(criterion: str, parameters: Mapping[str, object] | None = None) -> Limits:
    """The lines of a criterion by its kind; none for one that is not known here.

    Parameters
    ----------
    criterion
        Such as `mrecist`.
    parameters
        Its parameters where they are not its defaults, by name as in its configuration.

    Examples
    --------
    >>> limits_of("who").lines, limits_of("my_own").lines
    ([-50.0, 25.0], [])
    >>> limits_of("qeasl", {"partial_decrease_percent": 50}).lines
    [-50.0, 73.0]
    """
    usual = LIMITS.get(criterion, NO_LIMITS)
    decrease = _stated(parameters or {}, DECREASES)
    increase = _stated(parameters or {}, INCREASES)
    return Limits(
        usual.decrease_percent if decrease is None else -decrease,
        usual.increase_percent if increase is None else increase,
    )


def _stated(parameters: Mapping[str, object], names: Sequence[str]) -> float | None:
    stated = (parameters[name] for name in names if name in parameters)
    return next((float(value) for value in stated if isinstance(value, int | float)), None)
