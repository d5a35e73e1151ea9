"""The table of checks, in the order of their codes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.beyond_prior import BeyondPrior
from radiomics_hcc.evaluation.checks.beyond_size import BeyondSize
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Stage
from radiomics_hcc.evaluation.checks.class_size import ClassSize
from radiomics_hcc.evaluation.checks.duplicate_patients import DuplicatePatients
from radiomics_hcc.evaluation.checks.events_per_feature import EventsPerFeature
from radiomics_hcc.evaluation.checks.grid_edge import GridEdge
from radiomics_hcc.evaluation.checks.harmonised_with_outcome import HarmonisedWithOutcome
from radiomics_hcc.evaluation.checks.identity_feature import IdentityFeature
from radiomics_hcc.evaluation.checks.informative_missingness import InformativeMissingness
from radiomics_hcc.evaluation.checks.look_ahead import LookAhead
from radiomics_hcc.evaluation.checks.mixed_phases import MixedPhases
from radiomics_hcc.evaluation.checks.scaled_before_split import ScaledBeforeSplit
from radiomics_hcc.evaluation.checks.selected_before_split import SelectedBeforeSplit
from radiomics_hcc.evaluation.checks.single_feature import SingleFeature
from radiomics_hcc.evaluation.checks.site_label import SiteLabel
from radiomics_hcc.evaluation.checks.size_in_disguise import SizeInDisguise
from radiomics_hcc.evaluation.checks.train_gap import TrainGap
from radiomics_hcc.evaluation.checks.unstable_features import UnstableFeatures

CHECKS: Final[Mapping[str, type[Check]]] = MappingProxyType(
    {
        "HCC001": LookAhead,
        "HCC002": InformativeMissingness,
        "HCC003": DuplicatePatients,
        "HCC004": ClassSize,
        "HCC005": EventsPerFeature,
        "HCC006": BeyondSize,
        "HCC007": BeyondPrior,
        "HCC008": UnstableFeatures,
        "HCC009": SingleFeature,
        "HCC010": SiteLabel,
        "HCC011": MixedPhases,
        "HCC012": SizeInDisguise,
        "HCC013": GridEdge,
        "HCC014": TrainGap,
        "HCC015": SelectedBeforeSplit,
        "HCC016": ScaledBeforeSplit,
        "HCC017": HarmonisedWithOutcome,
        "HCC018": IdentityFeature,
    }
)


def run_checks(given: CheckInput, *, stage: Stage | None = None) -> tuple[Finding, ...]:
    """One finding of every check, `ok` ones included, in the order of the codes.

    Parameters
    ----------
    stage
        `before` a fit or `after` it; every check where left out.
    """
    return tuple(check()(given) for check in CHECKS.values() if stage in (None, check.stage))
