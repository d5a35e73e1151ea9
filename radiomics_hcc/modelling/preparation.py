"""What every pipeline of a run shares before a model's own stages."""

from __future__ import annotations

from dataclasses import dataclass

from radiomics_hcc.modelling.harmonise import Harmonise
from radiomics_hcc.modelling.selection.reliability import ReliabilityRule


@dataclass(frozen=True)
class Preparation:
    """Harmonisation of sites and the reliability filter, both fitted inside the fold.

    Parameters
    ----------
    harmonise
        None leaves features as measured.
    reliability
        None keeps every feature.
    """

    harmonise: Harmonise | None = None
    reliability: ReliabilityRule | None = None

    @property
    def context_columns(self) -> tuple[str, ...]:
        """Columns of the context that harmonisation needs: the batch and its covariates."""
        if self.harmonise is None:
            return ()
        return (self.harmonise.batch, *self.harmonise.covariates)
