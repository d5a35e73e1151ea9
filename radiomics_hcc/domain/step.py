"""Steps: frozen parameters plus a call, to and from the `{kind: ...}` of YAML."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, ClassVar, Self

from radiomics_hcc.errors import InputError, Problem


@dataclass(frozen=True)
class Step:
    """Base of frozen dataclasses whose fields are parameters and whose call does the work.

    A subclass sets `kind`, the word that stands for it in YAML and in tables.
    """

    kind: ClassVar[str]

    def to_config(self) -> dict[str, object]:
        """Write the step as `{kind: ..., parameter: value, ...}`, every parameter named."""
        return {"kind": self.kind, **dataclasses.asdict(self)}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make the step from its parameters.

        Raises
        ------
        InputError
            Where a parameter is unknown; names the nearest known one.
        """
        known = [field.name for field in dataclasses.fields(cls)]
        given = {name: value for name, value in config.items() if name != "kind"}
        unknown = [name for name in given if name not in known]
        if unknown:
            raise InputError(
                Problem(f"{cls.kind}.{name}", "unknown parameter", did_you_mean(name, known))
                for name in unknown
            )
        return cls(**given)


def did_you_mean(word: str, known: list[str]) -> str:
    """Suggest the nearest known word, else list what is known.

    Examples
    --------
    >>> did_you_mean("mrecis", ["mrecist", "recist11"])
    "did you mean 'mrecist'?"
    """
    close = get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(known))}"
