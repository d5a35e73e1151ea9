"""The table of checks, in the order of their codes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.beyond_prior import BeyondPrior
from radiomics_hcc.evaluation.checks.beyond_size import BeyondSize
from radiomics_hcc.evaluation.checks.check import Check, CheckInput
from radiomics_hcc.evaluation.checks.class_size import ClassSize
from radiomics_hcc.evaluation.checks.events_per_feature import EventsPerFeature
from radiomics_hcc.evaluation.checks.single_feature import SingleFeature
from radiomics_hcc.evaluation.checks.size_in_disguise import SizeInDisguise
from radiomics_hcc.evaluation.checks.train_gap import TrainGap

CHECKS: Final[Mapping[str, type[Check]]] = MappingProxyType(
    {
        "HCC004": ClassSize,
        "HCC005": EventsPerFeature,
        "HCC006": BeyondSize,
        "HCC007": BeyondPrior,
        "HCC009": SingleFeature,
        "HCC012": SizeInDisguise,
        "HCC014": TrainGap,
    }
)


def run_checks(given: CheckInput) -> tuple[Finding, ...]:
    """One finding of every check, `ok` ones included, in the order of the codes."""
    return tuple(check()(given) for check in CHECKS.values())
