"""AFP response: whether alpha-fetoprotein in the blood has fallen as far as asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Final

from radiomics_hcc.domain.response import (
    MarkerResponse,
    ResponseAssessment,
    ResponseWord,
    UnorderedResponse,
)
from radiomics_hcc.domain.step import Step
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.arithmetic import decimal_text, exact, percent_text
from radiomics_hcc.response.measurement import Course, Measurement
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.parameters import check_parameters

DECREASE_PERCENT: Final = 20  # Chan 2009: more than 20 %
BASELINE_MINIMUM_NG_ML: Final = 20  # Chan 2009: an elevated AFP


@dataclass(frozen=True)
class AFPResponse(Step):
    """Response of serum alpha-fetoprotein (AFP), from rows with role `marker`.

    Responder: AFP has fallen by more than 20 % from a baseline of at least 20 ng/mL. Non-responder
    otherwise. NA where the baseline was lower: its fall says nothing. NE where a value is missing.
    The first value is the baseline; the days of blood need not be those of imaging. The sums of
    the table are the values in ng/mL.

    Parameters
    ----------
    response_decrease_percent
        Decrease that makes a responder; 50 in Memon 2012.
    decrease_inclusive
        Whether a decrease of exactly that much is enough.
    baseline_minimum_ng_ml
        Smallest baseline, inclusive, that can be judged; 200 in Memon 2012.

    References
    ----------
    Chan SL et al. J Clin Oncol 2009;27:446-452 (more than 20 %, baseline above 20 ug/L).
    Memon K et al. J Hepatol 2012;56:1112-1120 (more than 50 %, baseline from 200 ng/mL on).
    """

    kind: ClassVar[str] = "afp"
    reads_markers: ClassVar[bool] = True
    plot_limits: ClassVar[tuple[float, float] | None] = None
    response_decrease_percent: float = DECREASE_PERCENT
    decrease_inclusive: bool = False
    baseline_minimum_ng_ml: float = BASELINE_MINIMUM_NG_ML

    def __post_init__(self) -> None:
        check_parameters(self)

    def problems(self, measurements: Measurements) -> list[Problem]:
        """A table without a single blood value."""
        if any(row.afp_ng_ml is not None for row in measurements.rows):
            return []
        remedy = "add one row per patient and blood sample with role marker and afp_ng_ml"
        return [Problem(measurements.source, "has no AFP value", remedy)]

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """Judge every value after the first of one course; none without values."""
        samples = [row for visit in course.visits for row in visit.measurements if row.is_marker]
        return tuple(
            self._assess(samples[:index], samples[index]) for index in range(1, len(samples))
        )

    def _assess(self, earlier: Sequence[Measurement], current: Measurement) -> ResponseAssessment:
        first = earlier[0]
        response, reason = self._judge(first.afp_ng_ml, current.afp_ng_ml)
        return ResponseAssessment(
            patient_id=current.patient_id,
            reader=current.reader,
            baseline=first.assessment,
            assessment=current.assessment,
            baseline_sum=first.afp_ng_ml,
            nadir_sum=min((r.afp_ng_ml for r in earlier if r.afp_ng_ml is not None), default=None),
            current_sum=current.afp_ng_ml,
            target_response=response,
            non_target_response=UnorderedResponse.NA,
            new_lesion=False,
            response=response,
            reason=reason,
        )

    def _judge(
        self, baseline: Fraction | None, current: Fraction | None
    ) -> tuple[ResponseWord, str]:
        if baseline is None:
            return UnorderedResponse.NE, "AFP at baseline is missing: NE."
        least = exact(self.baseline_minimum_ng_ml)
        if baseline < least or baseline == 0:
            why = f"{decimal_text(baseline)} ng/mL, below the {decimal_text(least)} that is needed"
            return UnorderedResponse.NA, f"AFP at baseline {why} to judge its fall: NA."
        if current is None:
            return UnorderedResponse.NE, "AFP is missing: NE."
        decrease = exact(self.response_decrease_percent) / 100
        fallen = (baseline - current) / baseline
        enough = fallen >= decrease if self.decrease_inclusive else fallen > decrease
        sizes = f"AFP {decimal_text(current)} ng/mL against {decimal_text(baseline)} at baseline"
        limit = f"{'at least' if self.decrease_inclusive else 'more than'} {_percent(decrease)}"
        change = percent_text(-fallen, (-decrease,))
        if enough:
            return MarkerResponse.RESPONDER, f"{sizes} ({change}): fallen by {limit}; responder."
        why = f"{sizes} ({change}): not fallen by {limit}; non-responder."
        return MarkerResponse.NON_RESPONDER, why


def _percent(share: Fraction) -> str:
    return f"{decimal_text(100 * share)} %"
