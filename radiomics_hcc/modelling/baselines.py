"""The baselines that always run beside the models, on the same splits."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.modelling.candidates import Candidate
from radiomics_hcc.modelling.classifiers.base import ClassifierStep
from radiomics_hcc.modelling.classifiers.elastic_net import ElasticNet
from radiomics_hcc.modelling.classifiers.no_information import NoInformation
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic

DELTA_PREFIX: Final = "delta_"
NO_INFORMATION: Final = "no_information"
SIZE_ONLY: Final = "size_only"
CLINICAL_ONLY: Final = "clinical_only"
RADIOMICS_ONLY: Final = "radiomics_only"
NEGATIVE_CONTROL: Final = "negative_control"


def baseline_candidates(table: PatientTable, primary: ClassifierStep) -> tuple[Candidate, ...]:
    """The baselines that the columns of a table allow.

    `no_information`: the class frequencies. `size_only`: how large the lesion is, and its change
    where the table has it. `clinical_only`: the clinical columns. `radiomics_only`: the primary
    model on the radiomic columns, where the models also see clinical ones (an elastic net where
    the primary model stacks both). `negative_control`: the primary model on all columns, with
    labels that are dealt anew among the training patients of each fold. Size and clinical columns
    go through the (ordinal) logistic model with the same pipeline as every model; the reliability
    filter leaves size alone.

    Parameters
    ----------
    primary
        The model that was declared first.
    """
    clinical, radiomic = table.names("clinical"), table.names("radiomic")
    every = [str(name) for name in table.data.columns]
    baselines = [
        Candidate(NO_INFORMATION, NoInformation(), tuple(every)),
        Candidate(SIZE_ONLY, OrdinalLogistic(), tuple(size_columns(table)), reliable_only=False),
        Candidate(CLINICAL_ONLY, OrdinalLogistic(), tuple(clinical)),
        Candidate(NEGATIVE_CONTROL, primary, tuple(every), is_negative_control=True),
    ]
    if clinical:
        baselines.insert(3, Candidate(RADIOMICS_ONLY, _without_blocks(primary), tuple(radiomic)))
    return tuple(replace(each, is_baseline=True) for each in baselines if each.columns)


def _without_blocks(primary: ClassifierStep) -> ClassifierStep:
    """The primary model, or an elastic net where it needs columns of both kinds."""
    return ElasticNet() if primary.selected_features == 0 else primary


def size_columns(table: PatientTable) -> list[str]:
    """The column of size alone, before its changes: `pre.<diameter>`, `delta_...<diameter>`."""
    name = table.size_column()
    if name is None:
        return []
    feature = table.columns[name].feature
    same = [column for column in table.columns.values() if column.feature == feature]
    changes = [column.name for column in same if column.timepoint.startswith(DELTA_PREFIX)]
    return list(dict.fromkeys([name, *changes]))
