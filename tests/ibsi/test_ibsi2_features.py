"""IBSI 2, phase 2: statistics of the filtered CT phantom lie within the published tolerances."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray
from scipy import ndimage

from radiomics_hcc.imaging.filters.ibsi import PHASE_2

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "ibsi"
PHANTOM = DATA / "ibsi_2_ct_radiomics_phantom" / "nifti"
VALUES = DATA / "ibsi_2_reference_data" / "reference_feature_values" / "reference_values.csv"
pytestmark = pytest.mark.skipif(
    not (PHANTOM.is_dir() and VALUES.is_file()), reason=f"the IBSI 2 data are not in {DATA}"
)

RANGE_HU = (-1000.0, 400.0)
# voxels around the region: four widths of the Gabor envelope, more than the other kernels reach;
# the Simoncelli wavelets see the whole image
MARGIN = 20
Image = NDArray[np.float64]
Scan = tuple[Image, NDArray[np.bool_], tuple[float, float, float]]


@cache
def scan(configuration: str) -> Scan:
    """Image, intensity mask and spacing (mm) of configuration A (as it is) or B (1 mm)."""
    image = SimpleITK.ReadImage(str(PHANTOM / "image" / "phantom.nii.gz"), SimpleITK.sitkFloat64)
    mask = SimpleITK.ReadImage(str(PHANTOM / "mask" / "mask.nii.gz"), SimpleITK.sitkFloat64)
    spacing_mm = image.GetSpacing()[::-1]
    array, region = SimpleITK.GetArrayFromImage(image), SimpleITK.GetArrayFromImage(mask)
    if configuration == "B":
        array = np.round(to_one_mm(array, spacing_mm, order=3))
        region = to_one_mm(region, spacing_mm, order=1)
        spacing_mm = (1.0, 1.0, 1.0)
    inside = (region >= 0.5) & (array >= RANGE_HU[0]) & (array <= RANGE_HU[1])
    return array, inside, spacing_mm


def to_one_mm(array: Image, spacing_mm: tuple[float, ...], order: int) -> Image:
    """Spline interpolation on a grid of 1 mm with the same centre."""
    shape = [
        int(np.ceil(length * step)) for length, step in zip(array.shape, spacing_mm, strict=True)
    ]
    corner = [
        (old - 1) / 2 - (new - 1) / 2 / step
        for old, new, step in zip(array.shape, shape, spacing_mm, strict=True)
    ]
    scale = [1 / step for step in spacing_mm]
    return ndimage.affine_transform(
        array, scale, offset=corner, output_shape=shape, order=order, mode="nearest"
    )


def cropped(image: Image, inside: NDArray[np.bool_]) -> tuple[slice, ...]:
    """The box of the region with its margin."""
    return tuple(
        slice(max(0, places.min() - MARGIN), places.max() + 1 + MARGIN)
        for places in np.nonzero(inside)
    )


def statistics(values: Image) -> dict[str, float]:
    """The eighteen intensity statistics of the IBSI 1 manual (arXiv:1612.07003)."""
    p10, q1, median, q3, p90 = np.percentile(values, [10, 25, 50, 75, 90])
    mean = values.mean()
    centred = values - mean
    variance = np.mean(centred**2)
    robust = values[(values >= p10) & (values <= p90)]
    squares = values**2
    return {
        "stat_mean": mean,
        "stat_var": variance,
        "stat_skew": np.mean(centred**3) / variance**1.5,
        "stat_kurt": np.mean(centred**4) / variance**2 - 3,
        "stat_median": median,
        "stat_min": values.min(),
        "stat_p10": p10,
        "stat_p90": p90,
        "stat_max": values.max(),
        "stat_iqr": q3 - q1,
        "stat_range": np.ptp(values),
        "stat_mad": np.mean(np.abs(centred)),
        "stat_rmad": np.mean(np.abs(robust - robust.mean())),
        "stat_medad": np.mean(np.abs(values - median)),
        "stat_cov": np.sqrt(variance) / mean,
        "stat_qcod": (q3 - q1) / (q3 + q1),
        "stat_energy": squares.sum(),
        "stat_rms": np.sqrt(squares.mean()),
    }


def reference(filter_id: str) -> dict[str, tuple[float, float]]:
    """Feature tag -> value and tolerance, without those on which there was no consensus."""
    with VALUES.open(encoding="utf-8", newline="") as stream:
        rows = [
            row for row in csv.DictReader(stream, delimiter=";") if row["filter_id"] == filter_id
        ]
    return {
        row["feature_tag"]: (float(row["consensus_value"]), float(row["tolerance"]))
        for row in rows
        if row["consensus_value"] not in ("", "NA")
    }


@pytest.mark.parametrize("filter_id", PHASE_2)
def test_statistics_lie_within_the_tolerance(filter_id: str) -> None:
    image, inside, spacing_mm = scan(filter_id[-1])
    if filter_id[0] not in "89":
        box = cropped(image, inside)
        image, inside = np.ascontiguousarray(image[box]), inside[box]
    step = PHASE_2[filter_id]
    response = image if step is None else step(image, spacing_mm)
    found = statistics(response[inside])
    wanted = reference(filter_id)
    assert len(wanted) >= 17
    outside = {
        tag: (found[tag], value, tolerance)
        for tag, (value, tolerance) in wanted.items()
        if abs(found[tag] - value) > tolerance
    }
    assert outside == {}


def test_every_reference_filter_has_a_step() -> None:
    with VALUES.open(encoding="utf-8", newline="") as stream:
        assert {row["filter_id"] for row in csv.DictReader(stream, delimiter=";")} == set(PHASE_2)
