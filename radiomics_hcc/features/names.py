"""Words of PyRadiomics' parameter files: feature classes and features, image types, wavelets."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Classes in the order in which PyRadiomics computes them; names as in its 3.1 series, those that
# it calls deprecated (accepted, and without a value) after the others.
FEATURES: Final[dict[str, tuple[str, ...]]] = {
    "shape": _words(
        "Elongation Flatness LeastAxisLength MajorAxisLength Maximum2DDiameterColumn "
        "Maximum2DDiameterRow Maximum2DDiameterSlice Maximum3DDiameter MeshVolume "
        "MinorAxisLength Sphericity SurfaceArea SurfaceVolumeRatio VoxelVolume "
        "Compactness1 Compactness2 SphericalDisproportion"
    ),
    "shape2D": _words(
        "Elongation MajorAxisLength MaximumDiameter MeshSurface MinorAxisLength Perimeter "
        "PerimeterSurfaceRatio PixelSurface Sphericity SphericalDisproportion"
    ),
    "firstorder": _words(
        "10Percentile 90Percentile Energy Entropy InterquartileRange Kurtosis Maximum "
        "MeanAbsoluteDeviation Mean Median Minimum Range RobustMeanAbsoluteDeviation "
        "RootMeanSquared Skewness TotalEnergy Uniformity Variance StandardDeviation"
    ),
    "glcm": _words(
        "Autocorrelation ClusterProminence ClusterShade ClusterTendency Contrast Correlation "
        "DifferenceAverage DifferenceEntropy DifferenceVariance Id Idm Idmn Idn Imc1 Imc2 "
        "InverseVariance JointAverage JointEnergy JointEntropy MCC MaximumProbability SumAverage "
        "SumEntropy SumSquares Dissimilarity Homogeneity1 Homogeneity2 SumVariance"
    ),
    "gldm": _words(
        "DependenceEntropy DependenceNonUniformity DependenceNonUniformityNormalized "
        "DependenceVariance GrayLevelNonUniformity GrayLevelVariance HighGrayLevelEmphasis "
        "LargeDependenceEmphasis LargeDependenceHighGrayLevelEmphasis "
        "LargeDependenceLowGrayLevelEmphasis LowGrayLevelEmphasis SmallDependenceEmphasis "
        "SmallDependenceHighGrayLevelEmphasis SmallDependenceLowGrayLevelEmphasis "
        "DependencePercentage GrayLevelNonUniformityNormalized"
    ),
    "glrlm": _words(
        "GrayLevelNonUniformity GrayLevelNonUniformityNormalized GrayLevelVariance "
        "HighGrayLevelRunEmphasis LongRunEmphasis LongRunHighGrayLevelEmphasis "
        "LongRunLowGrayLevelEmphasis LowGrayLevelRunEmphasis RunEntropy RunLengthNonUniformity "
        "RunLengthNonUniformityNormalized RunPercentage RunVariance ShortRunEmphasis "
        "ShortRunHighGrayLevelEmphasis ShortRunLowGrayLevelEmphasis"
    ),
    "glszm": _words(
        "GrayLevelNonUniformity GrayLevelNonUniformityNormalized GrayLevelVariance "
        "HighGrayLevelZoneEmphasis LargeAreaEmphasis LargeAreaHighGrayLevelEmphasis "
        "LargeAreaLowGrayLevelEmphasis LowGrayLevelZoneEmphasis SizeZoneNonUniformity "
        "SizeZoneNonUniformityNormalized SmallAreaEmphasis SmallAreaHighGrayLevelEmphasis "
        "SmallAreaLowGrayLevelEmphasis ZoneEntropy ZonePercentage ZoneVariance"
    ),
    "ngtdm": ("Busyness", "Coarseness", "Complexity", "Contrast", "Strength"),
}
# Computed only when asked for by name; those that PyRadiomics no longer computes have no value.
DEPRECATED: Final[dict[str, tuple[str, ...]]] = {
    "shape": _words("Compactness1 Compactness2 SphericalDisproportion"),
    "shape2D": ("SphericalDisproportion",),
    "firstorder": ("StandardDeviation",),
    "glcm": _words("Dissimilarity Homogeneity1 Homogeneity2 SumVariance"),
    "gldm": _words("DependencePercentage GrayLevelNonUniformityNormalized"),
}
IMAGE_TYPES: Final = (
    "Original",
    "LoG",
    "Wavelet",
    "Square",
    "SquareRoot",
    "Logarithm",
    "Exponential",
    "Gradient",
    "LBP2D",
    "LBP3D",
)
_BIORTHOGONAL: Final = _words("1.1 1.3 1.5 2.2 2.4 2.6 2.8 3.1 3.3 3.5 3.7 3.9 4.4 5.5 6.8")
WAVELETS: Final = frozenset(
    ["haar", "dmey", "mexh", "morl", "shan", "fbsp", "cmor"]
    + [f"{family}{order}" for family in ("bior", "rbio") for order in _BIORTHOGONAL]
    + [f"db{order}" for order in range(1, 39)]
    + [f"sym{order}" for order in range(2, 21)]
    + [f"coif{order}" for order in range(1, 18)]
    + [f"{family}{order}" for family in ("gaus", "cgau") for order in range(1, 9)]
)
INTERPOLATORS: Final = (
    "sitkNearestNeighbor",
    "sitkLinear",
    "sitkBSpline",
    "sitkGaussian",
    "sitkLabelGaussian",
    "sitkHammingWindowedSinc",
    "sitkCosineWindowedSinc",
    "sitkWelchWindowedSinc",
    "sitkLanczosWindowedSinc",
    "sitkBlackmanWindowedSinc",
)
