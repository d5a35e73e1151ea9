"""Patients of several tables brought together, and nobody lost on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.targets import Target, match
from radiomics_hcc.modelling.validation import Validation

NAMES_SHOWN: Final = 3


def matched(table: PatientTable, target: Target) -> tuple[PatientTable, Target]:
    """Keep the patients with features and a label; the target's exclusions name the others.

    Raises
    ------
    InputError
        Where nobody has both, with the identities on either side.
    """
    both, labelled = match(table, target)
    if labelled.labels.empty:
        problems = [
            Problem("features", _told(table.patient_ids.unique())),
            Problem("labels", _told(target.labels.index)),
        ]
        raise InputError(problems, "no patient has both features and a label")
    return both, labelled


def check_labels(target: Target, validation: Validation) -> None:
    """Refuse labels that cannot be learned from, before any feature is measured.

    Raises
    ------
    InputError
        Where nobody has a label, with the reasons, or a class is too small for the folds.
    """
    if target.labels.empty:
        reasons = target.exclusions["reason"].value_counts()
        problems = [
            Problem(f"{count} patients", str(reason))
            for reason, count in reasons.head(NAMES_SHOWN).items()
        ]
        raise InputError(problems or ["the table has no patients"], "nobody has a label")
    validation.check(target.labels)


def check_listed(table: PatientTable, patients: pd.DataFrame) -> None:
    """Refuse patients without a row in the patients table, where clinical columns are used.

    Raises
    ------
    InputError
        Names every such patient.
    """
    missing = table.patient_ids.unique().difference(patients.index)
    if len(missing) and table.names("clinical"):
        raise InputError(
            (
                Problem(f"patient {name}", "has features but no row there", "add one")
                for name in missing
            ),
            "patients table",
        )


def _told(patients: Sequence[str]) -> str:
    """How many patients, and the first of them."""
    shown = [repr(str(name)) for name in sorted(patients)[:NAMES_SHOWN]]
    more = ", ..." if len(patients) > NAMES_SHOWN else ""
    return f"{len(patients)} patients ({', '.join(shown)}{more})" if shown else "no patient"
