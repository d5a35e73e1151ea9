"""Which columns reach the model: filters and selectors that learn inside the training fold."""

from radiomics_hcc.modelling.selection.column_selector import NoColumnLeftError
from radiomics_hcc.modelling.selection.correlation_pruning import CorrelationPruning
from radiomics_hcc.modelling.selection.false_discovery import FdrSelection
from radiomics_hcc.modelling.selection.kruskal_wallis import kruskal_wallis
from radiomics_hcc.modelling.selection.minimum_redundancy import MinimumRedundancySelection
from radiomics_hcc.modelling.selection.missing_rate import MissingRateFilter
from radiomics_hcc.modelling.selection.near_constant import NearConstantFilter
from radiomics_hcc.modelling.selection.reliability import ReliabilityFilter
from radiomics_hcc.modelling.selection.stability import StabilitySelection
from radiomics_hcc.modelling.selection.univariate import FEATURES, UnivariateSelection

__all__ = [
    "FEATURES",
    "CorrelationPruning",
    "FdrSelection",
    "MinimumRedundancySelection",
    "MissingRateFilter",
    "NearConstantFilter",
    "NoColumnLeftError",
    "ReliabilityFilter",
    "StabilitySelection",
    "UnivariateSelection",
    "kruskal_wallis",
]
