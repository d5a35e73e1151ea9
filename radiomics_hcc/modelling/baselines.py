"""The baselines that always run beside the models, on the same splits."""

from __future__ import annotations

from typing import Final

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.modelling.candidates import Candidate
from radiomics_hcc.modelling.classifiers.elastic_net import ElasticNet
from radiomics_hcc.modelling.classifiers.no_information import NoInformation
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic

DELTA_PREFIX: Final = "delta_"
NO_INFORMATION: Final = "no_information"
SIZE_ONLY: Final = "size_only"
CLINICAL_ONLY: Final = "clinical_only"
RADIOMICS_ONLY: Final = "radiomics_only"


def baseline_candidates(table: PatientTable) -> tuple[Candidate, ...]:
    """The baselines that the columns of a table allow.

    `no_information`: the class frequencies. `size_only`: how large the lesion is, and its change
    where the table has it. `clinical_only`: the clinical columns. `radiomics_only`: an elastic
    net on the radiomic columns, where the models also see clinical ones. Size and clinical
    columns go through the (ordinal) logistic model with the same pipeline as every model.
    """
    clinical, radiomic = table.names("clinical"), table.names("radiomic")
    every = [str(name) for name in table.data.columns]
    baselines = [
        (NO_INFORMATION, NoInformation(), every),
        (SIZE_ONLY, OrdinalLogistic(), size_columns(table)),
        (CLINICAL_ONLY, OrdinalLogistic(), clinical),
        (RADIOMICS_ONLY, ElasticNet(), radiomic if clinical else []),
    ]
    return tuple(
        Candidate(name, step, tuple(columns), is_baseline=True)
        for name, step, columns in baselines
        if columns
    )


def size_columns(table: PatientTable) -> list[str]:
    """The column of size alone, before its changes: `pre.<diameter>`, `delta_...<diameter>`."""
    name = table.size_column()
    if name is None:
        return []
    feature = table.columns[name].feature
    same = [column for column in table.columns.values() if column.feature == feature]
    changes = [column.name for column in same if column.timepoint.startswith(DELTA_PREFIX)]
    return list(dict.fromkeys([name, *changes]))
