"""Why the targets are classified as they are, in words."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from radiomics_hcc.domain.response import ResponseClass, ResponseWord, UnorderedResponse
from radiomics_hcc.response.arithmetic import decimal_text, percent_text
from radiomics_hcc.response.targets import TargetHistory, TargetRule, TargetSum


@dataclass(frozen=True)
class TargetReason:
    """Says in one sentence what was compared with what.

    Parameters
    ----------
    current, history, rule
        What `target_response` was asked.
    """

    current: TargetSum
    history: TargetHistory
    rule: TargetRule

    def __call__(self, response: ResponseWord) -> str:
        """The sentence for an answer of `target_response`."""
        if response is UnorderedResponse.NA:
            return f"No target at baseline (sum 0 {self.rule.unit})."
        if response is UnorderedResponse.NE:
            return self._not_evaluable()
        if response is ResponseClass.CR:
            below = f", nodes below {decimal_text(self.rule.normal_node_mm)} mm short axis"
            nodes = below if self.current.known else ""
            return f"{self.rule.gone}{nodes}: CR of the targets."
        if response is ResponseClass.PD:
            return self._progression()
        return self._partial() if response is ResponseClass.PR else self._stable()

    def _not_evaluable(self) -> str:
        if self.history.baseline is None:
            missing = "; ".join(self.history.baseline_missing)
            why = f" ({missing})" if missing else ""
            return f"{self.rule.quantity} at baseline is not evaluable{why}: NE."
        missing = "; ".join(self.current.missing)
        return f"{missing}; what was measured ({self._size}) cannot decide without it: NE."

    def _progression(self) -> str:
        missing = "; ".join(self.current.missing)
        opening = f"{self._opening}{f' ({missing})' if missing else ''}"
        nadir = self.history.nadir
        if self.history.had_complete_response and self.current.remaining_outside_nodes:
            lesions = ", ".join(self.current.remaining_outside_nodes)
            are = "is" if len(self.current.remaining_outside_nodes) == 1 else "are"
            return f"{opening}: {lesions} {are} back after a complete response; PD."
        if not nadir:
            return f"{opening} after a nadir of 0 {self.rule.unit}: any regrowth is PD."
        bound = "at least" if self.rule.progression_inclusive else "more than"
        return f"{opening}{self._against_nadir}: {bound} the {self._increase} increase of PD."

    def _partial(self) -> str:
        opening = f"{self._opening}{self._against_baseline}"
        if self.current.known <= self.rule.partial_remainder * self.history.known_baseline:
            return f"{opening}: at least the {self._decrease} decrease of PR."
        return (
            f"{opening}{self._and_nadir}: no longer the {self._decrease} decrease of PR, but "
            "the response reached before is kept as there is no progression; PR."
        )

    def _stable(self) -> str:
        opening = f"{self._opening}{self._against_baseline}"
        nadir = self.history.nadir
        if not nadir or self.current.known <= nadir:
            return f"{opening}: less than the {self._decrease} decrease that PR needs; SD."
        if nadir != self.history.baseline:
            opening += self._and_nadir
        if not self.rule.grows_enough(self.current.known, nadir):
            bound = "less" if self.rule.progression_inclusive else "not more"
            return f"{opening}: {bound} than the {self._increase} increase that PD needs; SD."
        grown = decimal_text(self.current.known - nadir)
        least = decimal_text(self.rule.progression_min)
        return f"{opening}: grown by {grown} of the {least} {self.rule.unit} that PD needs; SD."

    @property
    def _size(self) -> str:
        return f"{decimal_text(self.current.known)} {self.rule.unit}"

    @property
    def _opening(self) -> str:
        return f"{self.rule.quantity} {self._size}"

    @property
    def _decrease(self) -> str:
        return f"{decimal_text((1 - self.rule.partial_remainder) * 100)} %"

    @property
    def _increase(self) -> str:
        return f"{decimal_text((self.rule.progression_factor - 1) * 100)} %"

    @property
    def _against_baseline(self) -> str:
        least = "at least " if self.history.baseline is None else ""
        return self._against(self.history.known_baseline, f"against {least}{{}} at baseline ({{}})")

    @property
    def _against_nadir(self) -> str:
        return self._against(self.history.nadir, "against a nadir of {} ({})")

    @property
    def _and_nadir(self) -> str:
        return self._against(self.history.nadir, "and a nadir of {} ({})")

    def _against(self, reference: Fraction | None, template: str) -> str:
        if not reference:
            return ""
        boundaries = (self.rule.partial_remainder - 1, self.rule.progression_factor - 1)
        change = percent_text(self.current.known / reference - 1, boundaries)
        size = f"{decimal_text(reference)} {self.rule.unit}"
        return " " + template.format(size, change)
