"""What is computed, in PyRadiomics' own words, and what another engine calls the same."""

from __future__ import annotations

from itertools import product
from typing import Final

BIN_WIDTH_HU: Final = 25  # PyRadiomics' default
SIGMAS_MM: Final = (1.0, 2.0, 3.0, 4.0, 5.0)
SPACING_MM: Final = (1, 1, 1)
PARAMETERS: Final[dict[str, dict[str, object]]] = {
    "W1": {"setting": {"binWidth": BIN_WIDTH_HU}},
    "W3": {
        "imageType": {"Original": {}, "LoG": {"sigma": list(SIGMAS_MM)}, "Wavelet": {}},
        "setting": {
            "binWidth": BIN_WIDTH_HU,
            "resampledPixelSpacing": list(SPACING_MM),
            "interpolator": "sitkBSpline",
        },
    },
}
DESCRIPTIONS: Final = {
    "W1": "original image, 107 features",
    "W3": "1 mm B-spline; original, LoG 1-5 mm, wavelet: 14 images, 1,316 features",
}
Steps = list[dict[str, object]]


def pictologics_steps(workload: str) -> dict[str, Steps]:
    """The same images as configurations of pictologics: name to steps."""
    if workload == "W1":
        return {"original": _extraction(["intensity", "morphology", "texture"])}
    filters: dict[str, dict[str, object]] = {
        f"log_{sigma:g}": {"type": "log", "sigma_mm": sigma} for sigma in SIGMAS_MM
    }
    for letters in map("".join, product("LH", repeat=3)):
        filters[letters] = {"type": "wavelet", "wavelet": "coif1", "decomposition": letters}
    resample: Steps = [{"step": "resample", "params": {"new_spacing": SPACING_MM}}]
    filtered = {
        name: [
            *resample,
            {"step": "filter", "params": given},
            *_extraction(["intensity", "texture"]),
        ]
        for name, given in filters.items()
    }
    return {
        "original": [*resample, *_extraction(["intensity", "morphology", "texture"])],
        **filtered,
    }


def _extraction(families: list[str]) -> Steps:
    lowest = {"method": "FBS", "bin_width": BIN_WIDTH_HU, "min_val": -1000}
    return [
        {"step": "discretise", "params": lowest},
        {"step": "extract_features", "params": {"families": families}},
    ]
