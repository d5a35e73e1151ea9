"""Several perturbations, one after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radiomics_hcc.imaging.perturb.perturbation import Perturbation
from radiomics_hcc.imaging.perturb.scene import Scene


@dataclass(frozen=True)
class Chain:
    """Perturbations in the order in which they are done.

    Parameters
    ----------
    steps
        None of them leaves the scene as it is.
    """

    steps: tuple[Perturbation, ...] = ()

    def __call__(self, scene: Scene, generator: np.random.Generator) -> Scene:
        """The perturbed scene.

        Raises
        ------
        ExtractionError
            Where a step leaves nothing of the lesion.
        """
        for step in self.steps:
            scene = step(scene, generator)
        return scene
