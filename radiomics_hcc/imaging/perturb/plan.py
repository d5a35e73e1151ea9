"""Which variants of a lesion are made: declared kinds, ranges, number and seed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.imaging.perturb.chain import Chain
from radiomics_hcc.imaging.perturb.movement import Movement
from radiomics_hcc.imaging.perturb.noise import NoiseAddition
from radiomics_hcc.imaging.perturb.perturbation import Perturbation
from radiomics_hcc.imaging.perturb.supervoxels import ContourRandomisation
from radiomics_hcc.imaging.perturb.volume_change import VolumeChange
from radiomics_hcc.imaging.resample import B_SPLINE

KINDS: Final = ("contour", "volume", "noise", "rotation", "translation", "tilt")
DEFAULT_KINDS: Final = ("contour", "volume", "noise", "rotation", "translation")
"""Without the tilt: across thick slices it interpolates more than a patient's position does."""

DEFAULT_VARIANTS: Final = 30
UNCHANGED: Final = 0  # the number of the variant that is the lesion as it is


def parse_kinds(text: str) -> tuple[str, ...]:
    """Kinds from a line such as `contour, noise`, each once.

    Examples
    --------
    >>> parse_kinds("contour, noise")
    ('contour', 'noise')
    """
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


@dataclass(frozen=True)
class Ranges:
    """How far each setting goes; its values are spread evenly over the range.

    Parameters
    ----------
    volume
        Largest growth and shrinkage, as a part of the volume.
    rotation_deg
        Largest turn within the slices, either way, degrees (Zwanenburg et al. 2019: 13).
    tilt_deg
        Largest turn about each of the two other axes, degrees.
    noise
        Standard deviation of the added noise, in units of the image's own.
    """

    volume: float = 0.15
    rotation_deg: float = 13.0
    tilt_deg: float = 5.0
    noise: float = 1.0

    def __post_init__(self) -> None:
        limits = {"volume": 1.0, "rotation_deg": 180.0, "tilt_deg": 90.0, "noise": np.inf}
        problems = [
            Problem(f"range of {name}", f"is {getattr(self, name):g}", f"0 to below {limit:g}")
            for name, limit in limits.items()
            if not 0 <= getattr(self, name) < limit
        ]
        if problems:
            raise InputError(problems)


@dataclass(frozen=True)
class Sampling:
    """The grid on which moved lesions are sampled, see `Movement`.

    Parameters
    ----------
    spacing_mm
        Along (z, y, x), mm; None keeps the image's.
    margin
        Voxels around the lesion.
    interpolator
        SimpleITK's number.
    """

    spacing_mm: tuple[float, float, float] | None = None
    margin: int = 5
    interpolator: int = B_SPLINE


@dataclass(frozen=True)
class VariantPlan:
    """Every variant of every lesion, by number.

    Settings (fraction, angle, shift) belong to the time point and the number of a variant and are
    the same for all lesions, so that they are crossed with them: their values lie evenly over the
    range, in an order drawn for each time point, so that two time points are perturbed
    independently. Noise and supervoxels are drawn for each case. Same seed, same bytes, whatever
    the order of the work.

    Parameters
    ----------
    kinds
        What is perturbed, of `KINDS`; always done in the order of `KINDS`, rotation, translation
        and tilt as one movement.
    variants
        How many, k >= 2; they are numbered from 1, and 0 is the lesion as it is.
    seed
        Of everything that is drawn.
    ranges
        How far the settings go.
    sampling
        The grid of moved lesions.
    """

    kinds: tuple[str, ...] = DEFAULT_KINDS
    variants: int = DEFAULT_VARIANTS
    seed: int = 0
    ranges: Ranges = field(default_factory=Ranges)
    sampling: Sampling = field(default_factory=Sampling)

    def __post_init__(self) -> None:
        problems = [
            Problem(f"kind {kind!r}", "is unknown", did_you_mean(kind, list(KINDS)))
            for kind in self.kinds
            if kind not in KINDS
        ]
        if not self.kinds:
            problems.append(Problem("kinds", "none is given", f"give some of {', '.join(KINDS)}"))
        if self.variants < 2:
            remedy = "at least 2 are compared; 30 give narrow intervals"
            problems.append(Problem("variants", f"is {self.variants}", remedy))
        if self.seed < 0:
            problems.append(Problem("seed", f"is {self.seed}", "give a whole number from 0"))
        if problems:
            raise InputError(problems)

    def chain(self, timepoint: str, variant: int) -> Chain:
        """The perturbations of a variant, in the order in which they are done."""
        if variant == UNCHANGED:
            return Chain()
        steps: list[Perturbation] = []
        if "contour" in self.kinds:
            steps.append(ContourRandomisation())
        if "volume" in self.kinds:
            part = self._position(timepoint, variant, "volume")
            steps.append(VolumeChange(round(self.ranges.volume * part, 6)))
        if "noise" in self.kinds:
            steps.append(NoiseAddition(self.ranges.noise))
        if {"rotation", "translation", "tilt"} & set(self.kinds):
            steps.append(self._movement(timepoint, variant))
        return Chain(tuple(steps))

    def generator(self, case: str, variant: int) -> np.random.Generator:
        """Chance for one variant of one case, by its name."""
        return self._generator("case", case, str(variant))

    def to_config(self) -> dict[str, object]:
        """Kinds, number, seed and ranges, as JSON writes them."""
        return {
            "kinds": [kind for kind in KINDS if kind in self.kinds],
            "variants": self.variants,
            "seed": self.seed,
            "ranges": vars(self.ranges).copy(),
        }

    def _movement(self, timepoint: str, variant: int) -> Movement:
        def at(name: str) -> float:
            return self._position(timepoint, variant, name)

        angles_deg = [0.0, 0.0, 0.0]
        if "rotation" in self.kinds:
            angles_deg[0] = round(self.ranges.rotation_deg * at("rotation"), 6)
        if "tilt" in self.kinds:
            angles_deg[1:] = [round(self.ranges.tilt_deg * at(f"tilt {axis}"), 6) for axis in "yx"]
        shift = [0.0, 0.0, 0.0]
        if "translation" in self.kinds:  # over one voxel: more would only repeat
            shift = [round(at(f"translation {axis}") / 2, 6) for axis in "zyx"]
        return Movement(
            (angles_deg[0], angles_deg[1], angles_deg[2]),
            (shift[0], shift[1], shift[2]),
            self.sampling.spacing_mm,
            self.sampling.margin,
            self.sampling.interpolator,
        )

    def _position(self, timepoint: str, variant: int, setting: str) -> float:
        """Where in its range, -1 to 1, a setting of a variant lies."""
        order = self._generator("setting", timepoint, setting).permutation(self.variants)
        return float((2 * order[variant - 1] + 1) / self.variants - 1)

    def _generator(self, *words: str) -> np.random.Generator:
        text = "\x1f".join((str(self.seed), *words))
        entropy = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16])
        return np.random.default_rng(entropy)
