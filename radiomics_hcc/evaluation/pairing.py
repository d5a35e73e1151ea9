"""Which models are compared with which, fixed before any result is seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem

Pairs: TypeAlias = tuple[tuple[str, str], ...]
"""Model and reference; a difference is model minus reference."""


def compared_pairs(
    models: Sequence[str],
    *,
    reference: str | None,
    baselines: Sequence[str] = (),
    primary: str | None = None,
) -> Pairs:
    """Every model with the reference and each baseline, then the primary with the other models.

    Parameters
    ----------
    models
        All names, baselines among them.
    reference
        The baseline that comes first; None where there is none.
    baselines
        Names of the baselines; they are not compared with each other.
    primary
        The model declared beforehand. Where it is a baseline it is compared with the others of
        them, and the models with it.

    Raises
    ------
    InputError
        Naming every reference, baseline or primary that is no model.

    Examples
    --------
    >>> compared_pairs(["net", "forest", "size"], reference="size", primary="net")
    (('net', 'size'), ('forest', 'size'), ('net', 'forest'))
    """
    _check_names(models, reference, baselines, primary)
    references = list(dict.fromkeys([*([reference] if reference else []), *baselines]))
    judged = [name for name in models if name not in references or name == primary]
    with_references = [(name, other) for other in references for name in judged]
    is_model = primary is not None and primary not in references
    with_models = [(str(primary), name) for name in judged if is_model]
    return tuple((name, other) for name, other in (*with_references, *with_models) if name != other)


def _check_names(
    models: Sequence[str], reference: str | None, baselines: Sequence[str], primary: str | None
) -> None:
    asked = [("reference", reference), ("primary", primary)]
    asked += [("baseline", name) for name in baselines]
    problems = [
        Problem(role, f"no model {name!r}", did_you_mean(name, list(models)))
        for role, name in asked
        if name is not None and name not in models
    ]
    if problems:
        raise InputError(problems, "models to compare")
