"""Why targets are classified as they are by size and attenuation, in words."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from radiomics_hcc.domain.response import ResponseClass, ResponseWord, UnorderedResponse
from radiomics_hcc.response.arithmetic import decimal_text, percent_text
from radiomics_hcc.response.attenuation import AttenuationChange
from radiomics_hcc.response.targets import TargetHistory, TargetRule, TargetSum

PRINTED_HU_DIGITS: Final = 1


@dataclass(frozen=True)
class SizeAndAttenuationReason:
    """Says what was compared with what, and which limit was met.

    Parameters
    ----------
    current, history, change
        What is known of size and attenuation.
    size, attenuation_remainder
        The limits.
    """

    current: TargetSum
    history: TargetHistory
    change: AttenuationChange
    size: TargetRule
    attenuation_remainder: Fraction

    def __call__(self, response: ResponseWord, *, needs_both: bool) -> str:
        """The sentences for an answer."""
        left_out = ", ".join(self.change.left_out)
        without = f" Attenuation without {left_out}: gone, merged or too small."
        without = without if left_out else ""
        return f"{self._size}, {self._attenuation}: {self._why(response, needs_both)}.{without}"

    @property
    def _size(self) -> str:
        quantity, known = self.size.quantity, self._in_mm(self.current.known)
        if self.current.missing:
            missing = "; ".join(self.current.missing)
            return f"{quantity} at least {known} ({missing}){self._growth_of_a_part}"
        text = f"{quantity} {known}"
        text += self._against(self.history.baseline, "against {} at baseline ({})")
        if self.history.nadir != self.history.baseline:
            text += self._against(self.history.nadir, "and a nadir of {} ({})")
        return text

    @property
    def _growth_of_a_part(self) -> str:
        """What was measured against the nadir; empty where it is not even as large."""
        nadir = self.history.nadir
        if nadir is None or self.current.known < nadir:
            return ""
        return self._against(nadir, "against a nadir of {} (at least {})")

    @property
    def _attenuation(self) -> str:
        if self.change.current_hu is None or self.change.relative is None:
            return f"attenuation not known ({'; '.join(self.change.missing)})"
        now, before = self.change.current_hu, self.change.baseline_hu or Fraction(0)
        percent = percent_text(self.change.relative, (self.attenuation_remainder - 1,))
        return f"attenuation {_in_hu(now)} against {_in_hu(before)} at baseline ({percent})"

    def _why(self, response: ResponseWord, needs_both: bool) -> str:
        word = "and" if needs_both else "or"
        needed = f"{self._smaller} {word} {self._darker}"
        larger = f"the {self._percent(self.size.progression_factor - 1)} increase of the sum"
        if response is UnorderedResponse.NE:
            return "what is missing could change the answer; NE"
        if response is ResponseClass.PD:
            return f"at least {larger} without {self._darker}; PD"
        if response is ResponseClass.PR:
            return f"{self._met(needs_both) or self._kept}; PR"
        return f"PR needs {needed}, PD {larger} without {self._darker}; SD"

    def _met(self, needs_both: bool) -> str:
        """Which limits of PR are met; empty where PR is only carried forward."""
        baseline, relative = self.history.baseline, self.change.relative
        has_sizes = baseline is not None and not self.current.missing
        shrunk = has_sizes and self.current.known <= self.size.partial_remainder * (baseline or 0)
        darker = relative is not None and relative <= self.attenuation_remainder - 1
        met = [word for word, is_met in ((self._smaller, shrunk), (self._darker, darker)) if is_met]
        return f"at least {' and '.join(met)}" if len(met) > needs_both else ""

    @property
    def _kept(self) -> str:
        return "the response reached before is kept as there is no progression"

    @property
    def _smaller(self) -> str:
        return f"the {self._percent(1 - self.size.partial_remainder)} decrease of the sum"

    @property
    def _darker(self) -> str:
        return f"the {self._percent(1 - self.attenuation_remainder)} decrease of attenuation"

    @staticmethod
    def _percent(share: Fraction) -> str:
        return f"{decimal_text(100 * share)} %"

    def _in_mm(self, value: Fraction) -> str:
        return f"{decimal_text(value)} {self.size.unit}"

    def _against(self, reference: Fraction | None, template: str) -> str:
        if not reference:
            return ""
        bounds = (self.size.partial_remainder - 1, self.size.progression_factor - 1)
        change = percent_text(self.current.known / reference - 1, bounds)
        return " " + template.format(self._in_mm(reference), change)


def _in_hu(value: Fraction) -> str:
    return f"{decimal_text(round(value, PRINTED_HU_DIGITS))} HU"
