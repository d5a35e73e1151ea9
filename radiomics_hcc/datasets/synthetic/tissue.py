"""Tissues of the synthetic abdomen and their attenuation."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

PHASES: Final = ("arterial", "portal")


class Tissue(IntEnum):
    """What a voxel is made of."""

    AIR = 0
    SKIN = 1
    FAT = 2
    MUSCLE = 3
    CORTICAL_BONE = 4
    MARROW = 5
    CARTILAGE = 6
    SPINAL_CANAL = 7
    LUNG = 8
    HEART_WALL = 9
    HEART_BLOOD = 10
    LIVER = 11
    GALLBLADDER = 12
    SPLEEN = 13
    KIDNEY_CORTEX = 14
    KIDNEY_MEDULLA = 15
    STOMACH_WALL = 16
    FLUID = 17
    BOWEL_GAS = 18
    BOWEL_WALL = 19
    STOOL = 20
    PANCREAS = 21
    AORTA = 22
    CAVA = 23
    PORTAL_VEIN = 24
    HEPATIC_VEIN = 25
    ARTERY = 26
    VISCERAL_FAT = 27
    VIABLE_TUMOUR = 28
    NECROSIS = 29
    CAPSULE = 30
    ATYPICAL_NODULE = 31
    PORTAL_BRANCH = 32


# (arterial, portal, SD between patients), HU at 120 kVp. Liver, tumour, necrosis, aorta and
# portal vein keep within published ranges.
ATTENUATION_HU: Final[dict[Tissue, tuple[float, float, float]]] = {
    Tissue.AIR: (-1000, -1000, 0),
    Tissue.SKIN: (30, 40, 5),
    Tissue.FAT: (-105, -105, 4),
    Tissue.MUSCLE: (58, 64, 3),
    Tissue.CORTICAL_BONE: (460, 460, 40),
    Tissue.MARROW: (170, 175, 30),
    Tissue.CARTILAGE: (105, 110, 10),
    Tissue.SPINAL_CANAL: (28, 30, 2),
    Tissue.LUNG: (-840, -840, 15),
    Tissue.HEART_WALL: (105, 115, 6),
    Tissue.HEART_BLOOD: (250, 160, 12),
    Tissue.LIVER: (73, 113, 3),
    Tissue.GALLBLADDER: (8, 8, 3),
    Tissue.SPLEEN: (118, 122, 6),
    Tissue.KIDNEY_CORTEX: (185, 178, 10),
    Tissue.KIDNEY_MEDULLA: (78, 160, 8),
    Tissue.STOMACH_WALL: (78, 86, 5),
    Tissue.FLUID: (14, 14, 6),
    Tissue.BOWEL_GAS: (-930, -930, 15),
    Tissue.BOWEL_WALL: (70, 88, 5),
    Tissue.STOOL: (35, 35, 10),
    Tissue.PANCREAS: (98, 96, 6),
    Tissue.AORTA: (300, 165, 15),
    Tissue.CAVA: (85, 148, 8),
    Tissue.PORTAL_VEIN: (120, 165, 6),
    Tissue.HEPATIC_VEIN: (72, 158, 5),
    Tissue.ARTERY: (260, 158, 20),
    Tissue.VISCERAL_FAT: (-100, -100, 4),
    Tissue.VIABLE_TUMOUR: (106, 100, 3),
    Tissue.NECROSIS: (29, 32, 3),
    Tissue.CAPSULE: (80, 134, 5),
    Tissue.ATYPICAL_NODULE: (58, 92, 3),
    Tissue.PORTAL_BRANCH: (120, 165, 6),
}
SPREAD_LIMIT: Final = 2.0  # standard deviations
PORTAL_SPREAD_FRACTION: Final = 0.4  # the later phase varies less between patients


def draw_attenuation(rng: Generator) -> dict[str, NDArray[np.float32]]:
    """Mean HU of every tissue in one patient, by phase: arrays indexed by `Tissue`."""
    shift = np.clip(rng.standard_normal(len(Tissue)), -SPREAD_LIMIT, SPREAD_LIMIT)
    table = np.array([ATTENUATION_HU[tissue] for tissue in Tissue])
    arterial = table[:, 0] + shift * table[:, 2]
    portal = table[:, 1] + shift * table[:, 2] * PORTAL_SPREAD_FRACTION
    return {
        name: hu.astype(np.float32) for name, hu in zip(PHASES, (arterial, portal), strict=True)
    }
