"""What the checks say of features and labels before any model is fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from radiomics_hcc.domain.cohort import UNMEASURED, Region
from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.evaluation.checks.check import CheckInput
from radiomics_hcc.evaluation.checks.table import run_checks
from radiomics_hcc.modelling.leakage import Intent, label_names, order_of_columns
from radiomics_hcc.modelling.targets import Target

CASE_KEYS: Final = ["patient_id", "timepoint", "phase", "region", "lesion_id"]
"""Their words, without the empty ones, are the name of a case in `files_sha256`."""


@dataclass(frozen=True, eq=False)
class Beside:
    """What is known beside the table and the labels; all of it may be left out.

    Parameters
    ----------
    intent
        Without one the columns are held against the day of the label.
    treatment_dates
        Day of treatment, index `patient_id`.
    features
        The feature table that the patient table was made from, only the phases that enter.
    left_out
        Features that its sidecar names, that nobody asked to leave out, and that it does not have.
    batch, covariates
        Columns of the harmonisation.
    other_table, other_features
        A cohort for testing.
    """

    intent: Intent | None = None
    treatment_dates: pd.Series | None = None
    features: FeatureTable | None = None
    left_out: tuple[str, ...] = ()
    batch: str = ""
    covariates: tuple[str, ...] = ()
    other_table: PatientTable | None = None
    other_features: FeatureTable | None = None


def findings_before(
    table: PatientTable,
    target: Target,
    beside: Beside | None = None,
    *,
    known: Sequence[Finding] = (),
) -> tuple[Finding, ...]:
    """Run every check that needs no model.

    Parameters
    ----------
    table, target
        Of the same patients, see `matched`.
    beside
        What else is known.
    known
        Findings that were made before, such as an allowed incorporation; each replaces the
        finding of the check with its code.

    Returns
    -------
    tuple of Finding
        In the order of the codes, `ok` ones included; a check that cannot judge gives a note.
    """
    found = run_checks(check_input(table, target, beside or Beside()), stage="before")
    replaced = {finding.code for finding in known}
    kept = [finding for finding in found if finding.code not in replaced]
    return tuple(sorted([*known, *kept], key=lambda finding: finding.code))


def check_input(table: PatientTable, target: Target, beside: Beside) -> CheckInput:
    """Bring table, labels and what is known beside them to what the checks look at."""
    numbers = table.data.groupby(level=0).first().select_dtypes("number")
    size = table.size_column()
    others = beside.other_features
    return CheckInput(
        labels=target.labels,
        class_names=target.classes,
        label_names=label_names(target),
        features=numbers,
        size_column=size if size in numbers else None,
        rows=table.data,
        timepoints={name: table.columns[name].timepoint for name in table.names("radiomic")},
        reasons=table.reasons,
        order=order_of_columns(
            table,
            target,
            treatment_dates=beside.treatment_dates,
            intent=beside.intent or Intent.EARLY_RESPONSE,
        ),
        context=table.context.reindex(target.labels.index) if len(table.context.columns) else None,
        harmonise_batch=beside.batch,
        harmonise_covariates=beside.covariates,
        measured=None if beside.features is None else beside.features.data,
        left_out=beside.left_out,
        sidecar={} if beside.features is None else beside.features.metadata,
        phases=None if beside.features is None else _phases(beside.features, table),
        files=None if beside.features is None else _files(beside.features),
        other_rows=None if beside.other_table is None else beside.other_table.data,
        other_files=None if others is None else _files(others),
    )


def _phases(features: FeatureTable, table: PatientTable) -> pd.DataFrame:
    """Phase of every lesion's scan at the time points that the columns rest on."""
    words = {table.columns[name].timepoint for name in table.names("radiomic")}
    rows = features.data
    is_there = (rows["region"] == Region.LESION) & ~rows["status"].isin(UNMEASURED)
    is_used = rows["timepoint"].map(lambda name: any(_rests_on(word, name) for word in words))
    is_known = rows["patient_id"].isin(table.patient_ids)
    return rows.loc[is_there & is_used & is_known, ["patient_id", "timepoint", "phase"]]


def _rests_on(word: str, timepoint: str) -> bool:
    """Whether a column's time point is this one, or a change from or to it."""
    return word == timepoint or f"({timepoint}," in word or f",{timepoint})" in word


def _files(features: FeatureTable) -> pd.DataFrame | None:
    """Digest of every file by patient; None where the table does not tell any."""
    digests = features.metadata.get("files_sha256")
    if not isinstance(digests, Mapping) or not digests:
        return None
    cases = features.data[CASE_KEYS].drop_duplicates().astype(str)
    owners = {" ".join(word for word in row if word): row[0] for row in cases.to_numpy()}
    rows = [
        (owners[case], part, sha256)
        for case, files in digests.items()
        if case in owners
        for part, sha256 in files.items()
    ]
    return pd.DataFrame(rows, columns=["patient_id", "part", "sha256"])
