"""Noise of an image: how strong it is, and more of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np
import pywt
import scipy  # loads its parts when they are used first

from radiomics_hcc.domain.volume import Volume
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.imaging.perturb.perturbation import Perturbation
from radiomics_hcc.imaging.perturb.scene import Scene, stored

WAVELET: Final = "coif1"  # as in Zwanenburg et al. 2019
MAD_PER_SD: Final = 0.6745  # median absolute value of a normal distribution of SD 1


def noise_level(image: Volume) -> float:
    """Standard deviation of the noise of an image, estimated from itself.

    The median absolute value of the finest diagonal detail of every slice (high-pass along y and
    x, undecimated coiflet 1), over 0.6745 [1]_. Edges and tissue hardly reach into that detail.
    White noise is estimated without bias; the smoothed noise of a soft reconstruction kernel is
    underestimated.

    Parameters
    ----------
    image
        Shape (z, y, x).

    Returns
    -------
    float
        In the image's unit; 0 for a slice too small to be filtered or an image without noise.

    References
    ----------
    .. [1] Chang, Yu, Vetterli. IEEE Trans Image Process 2000;9:1532-1546.
    """
    high_pass = np.asarray(pywt.Wavelet(WAVELET).dec_hi)
    reach = len(high_pass) // 2
    detail = image.array.astype(np.float64)
    for axis in (1, 2):
        detail = scipy.ndimage.convolve1d(detail, high_pass, axis=axis, mode="reflect")
    inner = detail[:, reach:-reach, reach:-reach]  # the border is mirrored, not measured
    if inner.size == 0:
        return 0.0
    return float(np.median(np.abs(inner)) / MAD_PER_SD)


@dataclass(frozen=True)
class NoiseAddition(Perturbation):
    """Add white Gaussian noise as strong as that of the image itself.

    Whole-number images stay whole: the sum is rounded.

    Parameters
    ----------
    factor
        Standard deviation of what is added, in units of the estimated noise of the scene.
    level
        Standard deviation in the image's unit, in place of the estimate.

    References
    ----------
    Zwanenburg et al. Sci Rep 2019;9:614 (noise addition).
    """

    kind: ClassVar[str] = "noise"
    factor: float = 1.0
    level: float | None = None

    def __post_init__(self) -> None:
        given = {"factor": self.factor, "level": self.level or 0.0}
        problems = [
            Problem(f"noise.{name}", f"is {value:g}", "give a number from 0")
            for name, value in given.items()
            if not 0 <= value < np.inf
        ]
        if problems:
            raise InputError(problems)

    def change(self, scene: Scene, generator: np.random.Generator) -> Scene:
        """The scene with noise in every voxel."""
        level = noise_level(scene.image) if self.level is None else self.level
        array = scene.image.array
        noisy = array.astype(np.float64) + generator.normal(0.0, self.factor * level, array.shape)
        image = Volume(stored(noisy, array.dtype), scene.image.geometry, scene.image.unit)
        return replace(scene, image=image)
