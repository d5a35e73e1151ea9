"""What a perturbation is: frozen settings whose call changes a scene."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from radiomics_hcc.domain.step import Step
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.imaging.perturb.scene import Scene


@dataclass(frozen=True)
class Perturbation(Step):
    """Base of all perturbations; a subclass sets `kind` and `change`."""

    def __call__(self, scene: Scene, generator: np.random.Generator) -> Scene:
        """Change a scene; the one given stays as it is.

        Parameters
        ----------
        scene
            Image and lesion on one grid.
        generator
            Where chance has a part; the same state gives the same bytes.

        Raises
        ------
        ExtractionError
            Where nothing of the lesion is left.
        """
        changed = self.change(scene, generator)
        if changed.mask.is_empty:
            raise ExtractionError(f"{self.kind}: nothing of the region is left")
        return changed

    @abstractmethod
    def change(self, scene: Scene, generator: np.random.Generator) -> Scene:
        """The changed scene, whose lesion may be empty."""
