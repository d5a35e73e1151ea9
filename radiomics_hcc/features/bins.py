"""How many grey levels every region would have, before its features are extracted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.domain.cohort import Case, Cohort
from radiomics_hcc.domain.table import KEYS
from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features.binning import in_grey_levels
from radiomics_hcc.features.filter_support import with_full_support
from radiomics_hcc.features.last_image import LastImage
from radiomics_hcc.features.measure import CASE_ERRORS, reason_of
from radiomics_hcc.features.parameters import Parameters
from radiomics_hcc.features.prepare import prepare
from radiomics_hcc.features.progress import Progress, Silent
from radiomics_hcc.imaging.filters.table import FILTERS

# PyRadiomics advises a range of 16 to 128 bins (examples/exampleSettings/exampleCT.yaml).
FEWEST_ADVISED: Final = 16
MOST_ADVISED: Final = 128
GOOD_NUMBER: Final = 64
COLUMNS: Final = (
    "image",
    "voxels",
    "minimum",
    "maximum",
    "levels",
    "levels_spanned",
    "levels_present",
    "bin_width_for_64",
    "advice",
    "reason",
)
WHOLE_NUMBERS: Final = ("voxels", "levels", "levels_spanned", "levels_present")
Settings = Mapping[str, object]


@dataclass(frozen=True)
class LevelCount:
    """Grey levels of one region in one image; the names are columns of the report.

    Parameters
    ----------
    image
        Name of the response image, such as `wavelet-LLH`; empty where the region failed.
    voxels
        Voxels of the region.
    minimum, maximum
        Range of the intensities, in the unit of the image.
    levels
        The highest grey level N_g of the discretisation; NaN, an empty cell, where it is refused.
    levels_spanned
        From the darkest to the brightest voxel: N_g unless `binOrigin` leaves low levels empty.
    levels_present
        How many occur.
    bin_width_for_64
        The `binWidth` with which the region would span about 64; NaN for a constant region.
    advice
        `fewer than 16`, `more than 128`, `refused`, or empty.
    reason
        Why there are no grey levels.
    """

    image: str = ""
    voxels: float = math.nan
    minimum: float = math.nan
    maximum: float = math.nan
    levels: float = math.nan
    levels_spanned: float = math.nan
    levels_present: float = math.nan
    bin_width_for_64: float = math.nan
    advice: str = ""
    reason: str = ""


def grey_level_counts(
    cohort: Cohort,
    parameters: Parameters,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Count the grey levels of every region in every image that is asked for.

    Parameters
    ----------
    cohort
        Its images are read one at a time.
    parameters
        What would be extracted.
    progress
        Is told of every case.

    Returns
    -------
    DataFrame
        The keys of a feature table and the columns of `LevelCount`, a row for each case and image.
        A case that fails, or whose lesion is absent, is one row with the reason.
    """
    cases, images = cohort.cases, LastImage()
    teller = progress or Silent()
    rows: list[dict[str, object]] = []
    teller.start(len(cases))
    try:
        for case in cases:
            counts = _of_case(case, parameters, images)
            failed = any(count.reason for count in counts)
            teller.advance("absent" if case.is_absent else "failed" if failed else "ok", case.name)
            keys = {key: getattr(case, key) for key in KEYS}
            keys |= {"region": str(case.region), "status": str(case.status)}
            rows += [{**keys, **asdict(count)} for count in counts]
    finally:
        teller.finish()
    table = pd.DataFrame(rows, columns=[*KEYS, *COLUMNS])
    return table.astype(dict.fromkeys(WHOLE_NUMBERS, "Int64"))


def level_counts(image: Volume, mask: Mask, parameters: Parameters) -> Iterator[LevelCount]:
    """Count the grey levels of one region, image by image.

    Raises
    ------
    ExtractionError
        Where the region cannot be measured; too many grey levels are told in the count.
    """
    prepared = prepare(image, mask, with_full_support(parameters, image.geometry.spacing_mm))
    inside = prepared.mask.array[prepared.box]
    for name in parameters.image_types:
        settings = parameters.of_image_type(name)
        for response in FILTERS[name](prepared.image, prepared.mask, prepared.box, settings):
            yield _count(response.name, response.array[inside], settings)


def _of_case(case: Case, parameters: Parameters, images: LastImage) -> list[LevelCount]:
    if case.is_absent:
        return [LevelCount(reason=case.absence)]
    try:
        return list(level_counts(images.read(case), case.read_mask(), parameters))
    except CASE_ERRORS as error:
        return [LevelCount(reason=reason_of(error))]


def _count(image: str, values: NDArray[np.generic], settings: Settings) -> LevelCount:
    low, high = float(np.min(values)), float(np.max(values))
    width = (high - low) / GOOD_NUMBER if 0 < high - low < math.inf else math.nan
    found = LevelCount(image, values.size, low, high, bin_width_for_64=width)
    try:
        levels = in_grey_levels(values, settings).levels
    except ExtractionError as error:
        return replace(found, advice="refused", reason=f"image {image}: {error}")
    spanned = int(levels.max()) - int(levels.min()) + 1
    return replace(
        found,
        levels=int(levels.max()),
        levels_spanned=spanned,
        levels_present=np.unique(levels).size,
        advice=_advice(spanned),
    )


def _advice(spanned: int) -> str:
    if spanned < FEWEST_ADVISED:
        return f"fewer than {FEWEST_ADVISED}"
    return f"more than {MOST_ADVISED}" if spanned > MOST_ADVISED else ""
