"""Models can be compared only where they were judged on the same patients and splits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.outcomes import Outcomes, name_some


def check_same_design(outcomes: Sequence[Outcomes]) -> None:
    """Refuse models whose classes, patients, labels or splits differ from the first one's.

    Raises
    ------
    InputError
        Naming each model and what differs.
    """
    first = outcomes[0]
    problems = [
        Problem(f"model {other.model}", difference, "judge all models on the same splits")
        for other in outcomes[1:]
        for difference in _differences(first, other)
    ]
    if problems:
        raise InputError(problems, f"comparison with {first.model}")


def _differences(first: Outcomes, other: Outcomes) -> Iterator[str]:
    """What keeps two models from being compared; patients first, as the rest depends on them."""
    if first.classes != other.classes:
        yield f"classes are {', '.join(other.classes)}, not {', '.join(first.classes)}"
        return
    unshared = sorted(set(first.patients) ^ set(other.patients), key=str)
    if unshared:
        yield f"was not judged on the same patients: {name_some(unshared)}"
        return
    relabelled = first.patients[first.labels != other.labels]
    if len(relabelled):
        yield f"has other labels for patients {name_some(list(relabelled))}"
    if first.folds.shape != other.folds.shape:
        yield f"has {other.repeats} repeats, not {first.repeats}"
    elif (first.folds != other.folds).any():
        moved = first.patients[(first.folds != other.folds).any(axis=0)]
        yield f"has patients in other folds: {name_some(list(moved))}"
