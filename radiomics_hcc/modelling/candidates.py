"""What is compared: models on all columns, and the baselines that always run beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.modelling.classifiers.base import ClassifierStep


@dataclass(frozen=True)
class Candidate:
    """A named model on named columns.

    Parameters
    ----------
    name
        Name in every table.
    step
        The kind of model and its parameters.
    columns
        Columns of the patient table that it may use.
    is_baseline
        Whether it is there to be beaten.
    is_negative_control
        Whether it learns from labels that are dealt anew among the training patients of each
        fold; it is judged on the true ones and should know nothing.
    reliable_only
        Whether columns that the reliability filter refuses are kept from it. The baseline of
        size is not weakened so.
    """

    name: str
    step: ClassifierStep
    columns: tuple[str, ...]
    is_baseline: bool = False
    is_negative_control: bool = False
    reliable_only: bool = True


def model_candidates(steps: Sequence[ClassifierStep], table: PatientTable) -> tuple[Candidate, ...]:
    """Every step on all columns, named by its kind (`elastic_net`, `elastic_net_2`)."""
    columns = tuple(str(name) for name in table.data.columns)
    seen: Counter[str] = Counter()
    found = []
    for step in steps:
        seen[step.kind] += 1
        name = step.kind if seen[step.kind] == 1 else f"{step.kind}_{seen[step.kind]}"
        found.append(Candidate(name, step, columns))
    return tuple(found)
