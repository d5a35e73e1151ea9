"""Tissues of the synthetic abdomen and their attenuation."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from radiomics_hcc.domain.cohort import Phase

PHASES: Final = (Phase.UNENHANCED, Phase.ARTERIAL, Phase.PORTAL, Phase.DELAYED)
"""Every phase that can be made, in order of time."""

USUAL_PHASES: Final = ("arterial", "portal")
"""What every scan has: regions are outlined in the first, readers take HU from the second."""


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


# (unenhanced, arterial, portal, delayed, SD between patients: arterial, unenhanced), HU at 120 kVp.
# Liver, tumour, necrosis, aorta and portal vein keep within published ranges.
ATTENUATION_HU: Final[dict[Tissue, tuple[float, float, float, float, float, float]]] = {
    Tissue.AIR: (-1000, -1000, -1000, -1000, 0, 0),
    Tissue.SKIN: (25, 30, 40, 40, 5, 5),
    Tissue.FAT: (-105, -105, -105, -105, 4, 4),
    Tissue.MUSCLE: (54, 58, 64, 66, 3, 3),
    Tissue.CORTICAL_BONE: (460, 460, 460, 460, 40, 40),
    Tissue.MARROW: (165, 170, 175, 175, 30, 30),
    Tissue.CARTILAGE: (102, 105, 110, 110, 10, 10),
    Tissue.SPINAL_CANAL: (27, 28, 30, 30, 2, 2),
    Tissue.LUNG: (-850, -840, -840, -845, 15, 15),
    Tissue.HEART_WALL: (45, 105, 115, 105, 6, 3),
    Tissue.HEART_BLOOD: (42, 250, 160, 132, 12, 3),
    Tissue.LIVER: (60, 73, 113, 93, 3, 3),
    Tissue.GALLBLADDER: (8, 8, 8, 8, 3, 3),
    Tissue.SPLEEN: (48, 118, 122, 106, 6, 3),
    Tissue.KIDNEY_CORTEX: (33, 185, 178, 150, 10, 3),
    Tissue.KIDNEY_MEDULLA: (31, 78, 160, 155, 8, 3),
    Tissue.STOMACH_WALL: (40, 78, 86, 82, 5, 5),
    Tissue.FLUID: (14, 14, 14, 14, 6, 6),
    Tissue.BOWEL_GAS: (-930, -930, -930, -930, 15, 15),
    Tissue.BOWEL_WALL: (38, 70, 88, 82, 5, 5),
    Tissue.STOOL: (35, 35, 35, 35, 10, 10),
    Tissue.PANCREAS: (42, 98, 96, 84, 6, 3),
    Tissue.AORTA: (41, 300, 165, 131, 15, 2),
    Tissue.CAVA: (40, 85, 148, 130, 8, 2),
    Tissue.PORTAL_VEIN: (40, 120, 165, 130, 6, 2),
    Tissue.HEPATIC_VEIN: (40, 72, 158, 128, 5, 2),
    Tissue.ARTERY: (41, 260, 158, 128, 20, 2),
    Tissue.VISCERAL_FAT: (-100, -100, -100, -100, 4, 4),
    Tissue.VIABLE_TUMOUR: (48, 106, 100, 83, 3, 2),
    Tissue.NECROSIS: (25, 29, 32, 32, 3, 3),
    Tissue.CAPSULE: (52, 80, 134, 120, 5, 3),
    Tissue.ATYPICAL_NODULE: (48, 58, 92, 82, 3, 3),
    Tissue.PORTAL_BRANCH: (40, 120, 165, 130, 6, 2),
}
SPREAD_LIMIT: Final = 2.0  # standard deviations
# Of the arterial spread: the later the phase, the less patients differ.
PORTAL_SPREAD_FRACTION: Final = 0.4
DELAYED_SPREAD_FRACTION: Final = 0.25


def draw_attenuation(rng: Generator) -> dict[str, NDArray[np.float32]]:
    """Mean HU of every tissue in one patient, by phase: arrays indexed by `Tissue`."""
    shift = np.clip(rng.standard_normal(len(Tissue)), -SPREAD_LIMIT, SPREAD_LIMIT)
    unenhanced, arterial, portal, delayed, spread, native_spread = np.array(
        [ATTENUATION_HU[tissue] for tissue in Tissue]
    ).T
    means = {
        Phase.UNENHANCED: unenhanced + shift * native_spread,
        Phase.ARTERIAL: arterial + shift * spread,
        Phase.PORTAL: portal + shift * spread * PORTAL_SPREAD_FRACTION,
        Phase.DELAYED: delayed + shift * spread * DELAYED_SPREAD_FRACTION,
    }
    return {str(phase): hu.astype(np.float32) for phase, hu in means.items()}
