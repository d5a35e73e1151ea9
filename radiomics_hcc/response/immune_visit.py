"""What iRECIST looks at in one visit: three categories of disease, and what grew in each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from radiomics_hcc.domain.response import ResponseAssessment, ResponseClass
from radiomics_hcc.response.arithmetic import decimal_text
from radiomics_hcc.response.measurement import Course, LesionStatus, Measurement, Role, time_text
from radiomics_hcc.response.new_lesion_burden import NewLesionSum
from radiomics_hcc.response.non_targets import has_progressed, tumour_non_targets
from radiomics_hcc.response.sizes import whole_size
from radiomics_hcc.response.targets import TargetSum


class Category(StrEnum):
    """The kinds of disease that may progress each by itself."""

    TARGETS = "targets"
    NON_TARGETS = "non-targets"
    NEW_LESIONS = "new lesions"


@dataclass(frozen=True)
class ImmuneVisit:
    """One follow-up as RECIST 1.1 sees it, with the sums that may confirm a progression.

    Parameters
    ----------
    course, visit_index
        Which follow-up.
    recist
        Its answer by RECIST 1.1.
    targets
        The target lesions, in mm.
    new_lesions
        Identities of the new lesions that are tumour.
    measured_new
        The sum in mm of those of them that are measured.
    unmeasured_new
        Those that are not measured: the new non-targets.
    """

    course: Course
    visit_index: int
    recist: ResponseAssessment
    targets: TargetSum
    new_lesions: tuple[str, ...]
    measured_new: NewLesionSum
    unmeasured_new: tuple[str, ...]

    @property
    def when(self) -> str:
        """The assessment, in words."""
        return time_text(self.recist.assessment)

    @property
    def progressed(self) -> frozenset[Category]:
        """Targets and non-targets that are PD by RECIST 1.1; new lesions are judged elsewhere."""
        answers = {
            Category.TARGETS: self.recist.target_response,
            Category.NON_TARGETS: self.recist.non_target_response,
        }
        return frozenset(name for name, word in answers.items() if word is ResponseClass.PD)

    def worsening(self, first: ImmuneVisit, category: Category, least_mm: Fraction) -> list[str]:
        """What has grown in a category since the visit of its first progression, in words.

        Targets and measured new lesions: the sum by at least `least_mm`. Non-targets and new
        lesions that are not measured: any growth. New lesions: one more. A sum that was not
        complete at the first progression confirms nothing.
        """
        if category is Category.TARGETS:
            now, then = self.targets.known, first.targets.value
            return _grown_sum("Sum of diameters", (now, then), first, least_mm)
        if category is Category.NON_TARGETS:
            names = tumour_non_targets(self.course, self.visit_index)
            return self._grown("Non-target", names, first)
        more = [name for name in self.new_lesions if name not in first.new_lesions]
        found = [f"Another new lesion {', '.join(more)}"] if more else []
        sums = (self.measured_new.known, first.measured_new.value)
        found += _grown_sum("New-lesion sum", sums, first, least_mm)
        return found + self._grown("New lesion", self.unmeasured_new, first)

    def _grown(self, title: str, names: Iterable[str], first: ImmuneVisit) -> list[str]:
        grown = [name for name in names if self._has_grown(name, first)]
        return [f"{title} {', '.join(grown)} grown since {first.when}"] if grown else []

    def _has_grown(self, name: str, first: ImmuneVisit) -> bool:
        """Any growth: `increased` since then, progressed only since then, or a larger size.

        The size of a non-target alone says nothing: it was not chosen to be measured, and only
        the reader tells whether it progressed.
        """
        now, then = self._row(name), first._row(name)
        if now is None or then is None:
            return False
        if now.status not in (LesionStatus.INCREASED, LesionStatus.PROGRESSED):
            return now.role is Role.NEW and _is_larger(now, then)
        since = range(first.visit_index + 1, self.visit_index + 1)
        rows = (row for index in since for row in self.course.visits[index].rows_of(name))
        has_increased = any(row.status is LesionStatus.INCREASED for row in rows)
        was_progressed = has_progressed(self.course, first.visit_index, name)
        return has_increased or not was_progressed or _is_larger(now, then)

    def _row(self, name: str) -> Measurement | None:
        return next(iter(self.course.visits[self.visit_index].rows_of(name)), None)


def _is_larger(now: Measurement, then: Measurement) -> bool:
    size, before = whole_size(now), whole_size(then)
    return size is not None and before is not None and size > before


def _grown_sum(
    title: str, sums: tuple[Fraction, Fraction | None], first: ImmuneVisit, least_mm: Fraction
) -> list[str]:
    now, then = sums
    if then is None or now - then < least_mm or now == then:
        return []
    grown, before = decimal_text(now - then), decimal_text(then)
    return [f"{title} {grown} mm above the {before} mm of {first.when}"]
