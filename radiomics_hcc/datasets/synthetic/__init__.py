"""Synthetic liver CT before and after treatment, with a known truth and a planted signal."""

from radiomics_hcc.datasets.synthetic.cohort import synthesise_cohort
from radiomics_hcc.datasets.synthetic.settings import SyntheticSettings

__all__ = ["SyntheticSettings", "synthesise_cohort"]
