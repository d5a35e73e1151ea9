"""Measure one lesion again and again, perturbed: what runs in a worker process."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

import numpy as np
from threadpoolctl import threadpool_limits

from radiomics_hcc.domain.cohort import Case
from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features.engine import Engine, Extracted
from radiomics_hcc.features.filter_support import support_voxels
from radiomics_hcc.features.measure import CASE_ERRORS, Outcome, Task, reason_of
from radiomics_hcc.features.measurement import Measurement
from radiomics_hcc.features.parameters import Parameters
from radiomics_hcc.imaging.intensity import Normalisation, mean_and_deviation
from radiomics_hcc.imaging.perturb.plan import UNCHANGED, Sampling, VariantPlan
from radiomics_hcc.imaging.perturb.scene import Scene, scene_around
from radiomics_hcc.imaging.perturb.supervoxels import ContourRandomisation
from radiomics_hcc.imaging.region import bounding_box
from radiomics_hcc.imaging.resample import (
    GridRequest,
    interpolator_number,
    is_inside,
    resample_mask,
    resampled_spacing,
)

SURROUNDINGS_MM: Final = 20.0  # room for two supervoxels of 8 mm and a growing contour
DIAGONAL: Final = 1.75  # a turned box of a margin reaches so much further, sqrt(3)
LEAST_MARGIN: Final = 2  # voxels around a lesion where no filter looks at them
MM3_PER_ML: Final = 1000.0


@dataclass(frozen=True)
class MeasureVariants:
    """Measures variants of one case, whose image is read once.

    Parameters
    ----------
    engine, parameters
        What measures, and how.
    plan
        The variants. That of a task is its index modulo `plan.variants` + 1.
    """

    engine: Engine
    parameters: Parameters
    plan: VariantPlan

    def __call__(self, tasks: Sequence[Task]) -> list[Outcome]:
        """Measure variants of one case; a failure is an outcome with a reason."""
        case = tasks[0].case
        with threadpool_limits(limits=1):
            try:
                lesion = _Lesion.read(case, self.parameters, self.plan)
            except CASE_ERRORS as error:
                return [Outcome(task.index, reason=reason_of(error)) for task in tasks]
            return [self._outcome(task, lesion) for task in tasks]

    def _outcome(self, task: Task, lesion: _Lesion) -> Outcome:
        variant = task.index % (self.plan.variants + 1)
        try:
            return Outcome(task.index, self._measure(task.case, variant, lesion))
        except CASE_ERRORS as error:
            return Outcome(task.index, reason=reason_of(error))

    def _measure(self, case: Case, variant: int, lesion: _Lesion) -> Measurement:
        if variant == UNCHANGED:
            mask = lesion.mask
            extracted = self.engine.extract(lesion.image, mask, self.parameters)
        else:
            chain = lesion.plan.chain(case.timepoint, variant)
            changed = chain(lesion.scene, lesion.plan.generator(case.name, variant))
            mask = changed.mask
            extracted = self.engine.extract(changed.image, mask, lesion.parameters)
        return _measurement(mask, extracted)


@dataclass(frozen=True, eq=False)
class _Lesion:
    """A case as it is read, and what its variants begin with.

    Parameters
    ----------
    image, mask
        As the files have them.
    scene
        The lesion's surroundings, normalised where the parameters ask for it.
    plan
        With the sampling that the parameters need for this lesion.
    parameters
        For the scene: without the normalisation that is done already.
    """

    image: Volume
    mask: Mask
    scene: Scene
    plan: VariantPlan
    parameters: Parameters

    @classmethod
    def read(cls, case: Case, parameters: Parameters, plan: VariantPlan) -> _Lesion:
        image, mask = case.read_image(), case.read_mask()
        on_image = _on_grid_of(image, mask)
        sampling = sampling_for(parameters, on_image)
        spacing_mm = sampling.spacing_mm or on_image.geometry.spacing_mm
        reach = 0 if sampling.margin == LEAST_MARGIN else sampling.margin
        around_mm = max(SURROUNDINGS_MM, DIAGONAL * reach * max(spacing_mm))
        normalised, left = _normalised(image, parameters)
        scene = scene_around(normalised, on_image, around_mm)
        if "contour" in plan.kinds:
            scene = ContourRandomisation().prepared(scene)
        return cls(image, mask, scene, replace(plan, sampling=sampling), left)


def sampling_for(parameters: Parameters, lesion: Mask) -> Sampling:
    """The grid on which a moved lesion is sampled, so that the engine need not resample it again.

    Raises
    ------
    ExtractionError
        Where the lesion is empty.
    """
    if lesion.is_empty:
        raise ExtractionError("the region is empty: no voxel of the mask has the label")
    settings = parameters.settings
    word = settings.get("interpolator", "sitkBSpline")
    asked = cast(Sequence[float] | None, settings.get("resampledPixelSpacing"))
    spacing_mm: tuple[float, float, float] | None = None
    if asked and word is not None:
        request = GridRequest((float(asked[2]), float(asked[1]), float(asked[0])))
        x, y, z = resampled_spacing(request, lesion.geometry, bounding_box(lesion.array)).tolist()
        spacing_mm = (z, y, x)
    number = interpolator_number(cast(str | int, word or "sitkBSpline"))
    finest_mm = min(spacing_mm or lesion.geometry.spacing_mm)
    return Sampling(spacing_mm, _margin(parameters, finest_mm), number)


def _margin(parameters: Parameters, finest_mm: float) -> int:
    """Voxels around a lesion that its filters need."""
    if set(parameters.image_types) <= {"Original"}:
        return LEAST_MARGIN
    reaches = [
        support_voxels(name, parameters.of_image_type(name), finest_mm) + 1
        for name in parameters.image_types
    ]
    return max(cast(int, parameters.settings["padDistance"]), LEAST_MARGIN + 1, *reaches)


def _on_grid_of(image: Volume, mask: Mask) -> Mask:
    if not image.geometry.differences(mask.geometry):
        return Mask(mask.array, image.geometry)
    if mask.is_empty or not is_inside(image.geometry, mask.geometry, bounding_box(mask.array)):
        raise ExtractionError("the region is empty, or lies partly or wholly outside the image")
    return resample_mask(mask, image.geometry)


def _normalised(image: Volume, parameters: Parameters) -> tuple[Volume, Parameters]:
    """The image normalised as a whole, if asked for, and the parameters that are left."""
    settings = parameters.settings
    if not settings.get("normalize"):
        return image, parameters
    mean, deviation = mean_and_deviation(image.array)
    if not deviation > 0:
        raise ExtractionError("normalize: all voxels of the image have one intensity")
    outliers = cast(float | None, settings.get("removeOutliers"))
    scale = cast(float, settings.get("normalizeScale", 1.0))
    array = Normalisation(mean, deviation, outliers, scale)(image.array)
    left = replace(parameters, settings={**settings, "normalize": False})
    return Volume(array, image.geometry, image.unit), left


def _measurement(mask: Mask, extracted: Extracted) -> Measurement:
    voxels = int(np.count_nonzero(mask.array))
    volume_ml = voxels * math.prod(mask.geometry.spacing_mm) / MM3_PER_ML
    return Measurement(voxels, volume_ml, extracted.features, extracted.notes)
