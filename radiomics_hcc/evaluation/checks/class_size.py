"""HCC004: a class has too few patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity, Stage


@dataclass(frozen=True)
class ClassSize(Check):
    """Patients in the smallest class.

    Parameters
    ----------
    enough
        Below this a warning: sensitivity moves by a tenth when one patient changes sides.
    fewest
        Below this serious: some of five outer folds have no patient of the class.
    """

    kind: ClassVar[str] = "class_size"
    code: ClassVar[str] = "HCC004"
    title: ClassVar[str] = "Class too small"
    severity: ClassVar[Severity] = "serious"
    stage: ClassVar[Stage] = "before"
    needs: ClassVar[tuple[str, ...]] = ("labels",)

    enough: int = 10
    fewest: int = 5

    def judge(self, given: CheckInput) -> Finding:
        """Count the patients of each class, classes without any included."""
        counts = given.labels.value_counts().reindex(given.classes, fill_value=0)
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        small = counts.idxmin()
        if counts[small] >= self.enough:
            return self.finding(
                "ok", f"Every class has at least {self.enough} patients ({listed})."
            )
        return self.finding(
            "serious" if counts[small] < self.fewest else "warning",
            f"Class {small} has {counts[small]} patients ({listed}); what is said about it rests "
            "on them alone.",
        )
