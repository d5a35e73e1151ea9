"""Synthetic liver CT before and after treatment, with a known truth and a planted signal."""

from radiomics_hcc.datasets.synthetic.cohort import SyntheticSettings, synthesise_cohort

__all__ = ["SyntheticSettings", "synthesise_cohort"]
