"""What the IBSI reference tables say of image and region on the way to the features."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from reference_values import CONFIGURATIONS, TABLES, Reference, phantom, rows

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.features.ibsi.region import interpolation_of, resegmented
from radiomics_hcc.features.ibsi.schema import IbsiSettings
from radiomics_hcc.imaging.region import bounding_box

Values = dict[str, float]
AXES: Final = {"x": 2, "y": 1, "z": 0}


def workflow_references(configuration: str) -> dict[str, Reference]:
    """Reference values by tag."""
    return {
        row["tag"]: Reference(row["tag"], row["reference value"], float(row["tolerance"]))
        for row in rows(TABLES / f"ibsi_1_{configuration}.csv")
        if row["tag"].endswith(("_img", "_roi"))
    }


def workflow_values(configuration: str) -> Values:
    """The same values of ours: before interpolation, after it, and after re-segmentation."""
    settings = IbsiSettings.model_validate(CONFIGURATIONS[configuration])
    image, mask = phantom("ibsi_1_ct_radiomics_phantom")
    interpolation = interpolation_of(settings)
    grid = replace(interpolation, margin=None)(image, mask) if interpolation else (image, mask)
    kept = resegmented(*grid, settings)
    return {
        **_of_image(image, "init_img"),
        **_of_image(grid[0], "interp_img"),
        **_of_region(image, (mask, mask), "init_roi"),
        **_of_region(grid[0], (grid[1], grid[1]), "interp_roi"),
        **_of_region(grid[0], (kept, grid[1]), "reseg_roi"),
    }


def _of_image(image: Volume, stage: str) -> Values:
    sizes = {f"img_dim_{axis}": image.geometry.size[place] for axis, place in AXES.items()}
    steps = {f"vox_dim_{axis}": image.geometry.spacing_mm[place] for axis, place in AXES.items()}
    return _with_stage({**sizes, **steps, **_intensities(image.array, "")}, stage)


def _of_region(image: Volume, masks: tuple[Mask, Mask], stage: str) -> Values:
    """Of the intensity mask and the morphological mask."""
    found: Values = {}
    for word, mask in zip(("int_mask", "morph_mask"), masks, strict=True):
        box = bounding_box(mask.array)
        found |= {f"{word}_bb_dim_{a}": box[at].stop - box[at].start for a, at in AXES.items()}
        found[f"{word}_vox_count"] = np.count_nonzero(mask.array)
    intensity = masks[0]
    found |= {f"int_mask_dim_{a}": intensity.array.shape[at] for a, at in AXES.items()}
    found |= _intensities(image.array[intensity.array], "int_mask_")
    return _with_stage(found, stage)


def _intensities(values: np.ndarray, word: str) -> Values:
    exact = values.astype(np.float64)
    found = {"mean": exact.mean(), "min": exact.min(), "max": exact.max()}
    return {f"{word}{name}_int": float(value) for name, value in found.items()}


def _with_stage(values: Values, stage: str) -> Values:
    return {f"{tag}_{stage}": float(value) for tag, value in values.items()}
