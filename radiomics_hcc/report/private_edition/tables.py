"""What a private edition shows of each table of a run."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pandas as pd

from radiomics_hcc.report.private_edition.cohort import (
    cohort_flow,
    empty_cells,
    exclusions,
    features,
    label_counts,
    table_one,
)
from radiomics_hcc.report.private_edition.models import (
    boundaries,
    calibration,
    confusion,
    external_groups,
    external_scores,
    instability_summary,
    masked_confusion,
    numbered_patients,
    patients_column,
    subgroups,
)
from radiomics_hcc.report.private_edition.patients import (
    best_response,
    errors,
    instability,
    response,
)
from radiomics_hcc.report.private_edition.study import Rule, Study, alone, unless_a_class_is_small

as_it_is: Final = alone(lambda frame: frame)
"""Numbers about models and columns, not about single patients."""

left_out: Final = alone(lambda _: None)
"""One row per patient, or nothing that a reader needs."""


RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "cohort_flow": alone(cohort_flow),
        "table_one": table_one,
        "labels": left_out,
        "label_counts": label_counts,
        "exclusions": alone(exclusions),
        "features": alone(features),
        "missing": alone(empty_cells),
        "column_losses": as_it_is,
        "scan_days": left_out,
        "splits": left_out,
        "out_of_fold": left_out,
        "metrics": as_it_is,
        "comparisons": as_it_is,
        "selected": as_it_is,
        "parameters": as_it_is,
        "scores": as_it_is,
        "fold_metrics": as_it_is,
        "confusion": unless_a_class_is_small(alone(confusion)),
        "roc": unless_a_class_is_small(as_it_is),
        "calibration": unless_a_class_is_small(alone(calibration)),
        "reader_scores": patients_column,
        "reader_ceiling": numbered_patients,
        "reader_agreement": patients_column,
        "response": response,
        "best_response": best_response,
        "permutation": as_it_is,
        "thresholds": as_it_is,
        "errors": unless_a_class_is_small(errors),
        "coefficients": as_it_is,
        "stability": as_it_is,
        "reliability": as_it_is,
        "subgroups": subgroups,
        "boundaries": boundaries,
        "instability": unless_a_class_is_small(instability),
        "instability_summary": instability_summary,
        "decision_curve": unless_a_class_is_small(as_it_is),
        "net_benefit_difference": unless_a_class_is_small(as_it_is),
        "calibration_smooth": unless_a_class_is_small(as_it_is),
        "calibration_errors": as_it_is,
        "importance": as_it_is,
        "importance_groups": as_it_is,
        "external_groups": alone(external_groups),
        "external_metrics": external_scores,
        "external_comparisons": external_scores,
        "external_out_of_fold": left_out,
    }
)
"""Every table that an experiment makes; what is not here is left out."""

MADE_FROM: Final[Mapping[str, tuple[str, Rule]]] = MappingProxyType(
    {"masked_confusion": ("confusion", unless_a_class_is_small(alone(masked_confusion)))}
)
"""Tables that only a private edition has, and what each is made from."""


def shown(name: str, frame: pd.DataFrame, study: Study) -> pd.DataFrame | None:
    """A table by its rule; a table without a rule is left out."""
    rule = RULES.get(name, left_out)
    return frame if frame.empty and rule is not left_out else rule(frame, study)
