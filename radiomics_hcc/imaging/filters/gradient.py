"""Magnitude of the intensity gradient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import SimpleITK

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.imaging.filters.response import Response, Settings
from radiomics_hcc.imaging.region import Box, widen, within

NEIGHBOURS: Final = 1  # voxels that a central difference reaches


def gradient(image: Volume, _mask: Mask, box: Box, settings: Settings) -> Iterator[Response]:
    """Length of the vector of central differences, per mm (per voxel without the spacing).

    `sqrt(sum over axes of ((next - previous) / (2 spacing))^2)`; at the border of the image the
    missing neighbour is the voxel itself. ITK computes it in double precision and stores single.
    Setting `gradientUseSpacing` (true). Zero where the image is constant. Not in IBSI.
    """
    wide = widen(box, NEIGHBOURS, image.geometry.size)
    region = SimpleITK.GetImageFromArray(image.array[wide])
    region.SetSpacing(image.geometry.spacing_mm[::-1])
    magnitude = SimpleITK.GradientMagnitudeImageFilter()
    magnitude.SetUseImageSpacing(bool(settings.get("gradientUseSpacing", True)))
    found = SimpleITK.GetArrayFromImage(magnitude.Execute(region))
    yield Response("gradient", np.ascontiguousarray(found[within(box, wide)]))
