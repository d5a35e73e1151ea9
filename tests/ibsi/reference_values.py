"""The IBSI reference values, the settings that they belong to, and the verdict on a value."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from reference_tags import column_of

from radiomics_hcc.datasets.nifti import read_mask, read_volume
from radiomics_hcc.domain.feature import Feature
from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.features.ibsi.aggregation import AGGREGATIONS
from radiomics_hcc.features.ibsi.measure import measure_ibsi
from radiomics_hcc.features.ibsi.schema import IbsiSettings

DATA: Final = Path(__file__).parents[2].parent / "shared" / "data" / "ibsi"
TABLES: Final = DATA / "mirp_ibsi_1_reference_values"
IS_THERE: Final = TABLES.is_dir()
MISSING: Final = f"the IBSI data are not in {DATA}"

# The configurations of the IBSI manual (arXiv:1612.07003), and its digital phantom.
LINEAR: Final = {"image": "linear", "mask": "linear", "partial_volume": 0.5}
CONFIGURATIONS: Final[Mapping[str, Mapping[str, object]]] = {
    "dig_phantom": {
        "approach": "3D",
        "discretisation": {"bin_size": 1, "origin": 1},
        "aggregations": list(AGGREGATIONS),
    },
    "chest_config_a": {
        "approach": "2D",
        "resegmentation": {"range": [-500, 400]},
        "discretisation": {"bin_size": 25},
    },
    "chest_config_b": {
        "approach": "2D",
        "interpolation": {"spacing_mm": [2, 2], **LINEAR},
        "resegmentation": {"range": [-500, 400]},
        "discretisation": {"bin_count": 32},
    },
    "chest_config_c": {
        "approach": "3D",
        "interpolation": {"spacing_mm": [2, 2, 2], **LINEAR},
        "resegmentation": {"range": [-1000, 400]},
        "discretisation": {"bin_size": 25},
        "volume_histogram": {"bin_size": 2.5},
    },
    "chest_config_d": {
        "approach": "3D",
        "interpolation": {"spacing_mm": [2, 2, 2], **LINEAR},
        "resegmentation": {"outlier_sigma": 3},
        "discretisation": {"bin_count": 32},
    },
    "chest_config_e": {
        "approach": "3D",
        "interpolation": {"spacing_mm": [2, 2, 2], **LINEAR, "image": "cubic"},
        "resegmentation": {"range": [-1000, 400], "outlier_sigma": 3},
        "discretisation": {"bin_count": 32},
        "volume_histogram": {"bin_count": 1000},
    },
}


@dataclass(frozen=True)
class Reference:
    """One line of a reference table: the value as printed, its tolerance, the tag."""

    tag: str
    printed: str
    tolerance: float

    @property
    def value(self) -> float:
        """The number that is printed."""
        return float(self.printed)

    @property
    def allowed(self) -> float:
        """The tolerance; at least half a unit of the last digit that is printed.

        The tables have a tolerance of 0 where all teams agreed on the three digits printed.
        """
        return max(self.tolerance, half_last_digit(self.printed))

    def holds(self, value: float) -> bool:
        """Whether a value lies within what is allowed (and rounding of the comparison)."""
        return math.isfinite(value) and abs(value - self.value) <= self.allowed * (1 + 1e-9)


def half_last_digit(printed: str) -> float:
    """Half a unit of the last digit of a number with three significant digits.

    `2.15` is rounded to 0.01, `567` to 1 and `1490` to 10; `3` stands for 3.00.
    """
    number = Decimal(printed)
    if number == 0:
        return 0.005
    shown = len(number.normalize().as_tuple().digits)
    last = number.adjusted() - max(shown, 3) + 1
    return float(Decimal(10) ** last / 2)


def references(configuration: str) -> dict[str, Reference]:
    """Reference values of features by column."""
    found = {}
    for row in rows(TABLES / f"ibsi_1_{configuration}.csv"):
        column = column_of(row["tag"])
        if column and row["reference value"]:
            tolerance = float(row["tolerance"])
            found[column] = Reference(row["tag"], row["reference value"], tolerance)
    return found


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The lines of a table."""
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream, delimiter=";")


@cache
def phantom(folder: str) -> tuple[Volume, Mask]:
    """Image and mask of a phantom."""
    files = DATA / folder / "nifti"
    image = read_volume(files / "image" / "phantom.nii.gz")
    return image, read_mask(files / "mask" / "mask.nii.gz")


@cache
def measured(configuration: str) -> Mapping[str, Feature]:
    """All features of a configuration by column."""
    folder = "ibsi_1_digital_phantom" if "dig" in configuration else "ibsi_1_ct_radiomics_phantom"
    settings = IbsiSettings.model_validate(CONFIGURATIONS[configuration])
    return {feature.name: feature for feature in measure_ibsi(*phantom(folder), settings)}


# IBSI 2, phase 2 (Whybra et al. 2024): A slice by slice as it is, B the volume at 1 mm.
PHASE_2_VALUES: Final = (
    DATA / "ibsi_2_reference_data" / "reference_feature_values" / "reference_values.csv"
)
PHASE_2: Final[Mapping[str, Mapping[str, object]]] = {
    "A": {"approach": "2D"},
    "B": {
        "approach": "3D",
        "interpolation": {"spacing_mm": [1, 1, 1], "image": "cubic", "mask": "linear"},
    },
}
GABOR: Final = {
    "kind": "gabor",
    "sigma_mm": 5,
    "wavelength_mm": 2,
    "aspect_ratio": 1.5,
    "theta_step": math.pi / 8,
}
LAWS: Final = {"kind": "laws", "pooling": "max", "energy_distance": 7}
WAVELET: Final = {"kind": "separable_wavelet", "wavelet": "db3", "pooling": "average"}
FILTERS: Final[Mapping[str, Mapping[str, object]]] = {
    "2.A": {"kind": "mean", "support": 5},
    "2.B": {"kind": "mean", "support": 5},
    "3.A": {"kind": "laplacian_of_gaussian", "sigma_mm": 1.5},
    "3.B": {"kind": "laplacian_of_gaussian", "sigma_mm": 1.5},
    "4.A": {**LAWS, "kernels": "L5E5"},
    "4.B": {**LAWS, "kernels": "L5E5E5"},
    "5.A": GABOR,
    "5.B": {**GABOR, "orthogonal_planes": True},
    "6.A": {**WAVELET, "band": "LH"},
    "6.B": {**WAVELET, "band": "LLH"},
    "7.A": {**WAVELET, "band": "HH", "level": 2},
    "7.B": {**WAVELET, "band": "HHH", "level": 2},
    "8.A": {"kind": "simoncelli_wavelet", "level": 1, "boundary": "periodic"},
    "8.B": {"kind": "simoncelli_wavelet", "level": 1, "boundary": "periodic"},
    "9.A": {"kind": "simoncelli_wavelet", "level": 2, "boundary": "periodic"},
    "9.B": {"kind": "simoncelli_wavelet", "level": 2, "boundary": "periodic"},
}
FILTER_IDS: Final = ("1.A", "1.B", *FILTERS)


def phase_2_settings(filter_id: str) -> IbsiSettings:
    """The settings of a filter id; 1 has no filter."""
    content = {
        **PHASE_2[filter_id[-1]],
        "resegmentation": {"range": [-1000, 400]},
        "classes": {"statistics": []},
    }
    if filter_id in FILTERS:
        content["responses"] = {"response": {"filter": FILTERS[filter_id]}}
    return IbsiSettings.model_validate(content)


def phase_2_references(filter_id: str) -> dict[str, Reference]:
    """Reference values by column; those without consensus are not there."""
    image = "response" if filter_id in FILTERS else "original"
    found = {}
    for row in rows(PHASE_2_VALUES):
        if row["filter_id"] == filter_id and row["consensus_value"] not in ("", "NA"):
            tag = row["feature_tag"]
            column = column_of(tag).replace("original", image)
            found[column] = Reference(tag, row["consensus_value"], float(row["tolerance"]))
    return found


@cache
def phase_2_measured(filter_id: str) -> Mapping[str, Feature]:
    """The statistics of a filter id by column."""
    image, mask = phantom("ibsi_2_ct_radiomics_phantom")
    features = measure_ibsi(image, mask, phase_2_settings(filter_id))
    return {feature.name: feature for feature in features}
