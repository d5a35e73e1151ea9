"""The formula of every feature in words and plain signs, for the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DISTRIBUTION: Final[Mapping[str, str]] = {
    "Mean": "m = sum x / n",
    "Variance": "sum (x - m)^2 / n",
    "Skewness": "(sum (x - m)^3 / n) / variance^(3/2)",
    "ExcessKurtosis": "(sum (x - m)^4 / n) / variance^2 - 3",
    "Kurtosis": "(sum (x - m)^4 / n) / variance^2",
    "Median": "P50",
    "Minimum": "min x",
    "10Percentile": "P10",
    "90Percentile": "P90",
    "Maximum": "max x",
    "InterquartileRange": "P75 - P25",
    "Range": "max x - min x",
    "MeanAbsoluteDeviation": "sum |x - m| / n",
    "RobustMeanAbsoluteDeviation": "mean absolute deviation of the x from P10 to P90",
    "MedianAbsoluteDeviation": "sum |x - P50| / n",
    "CoefficientOfVariation": "variance^(1/2) / m",
    "QuartileCoefficientOfDispersion": "(P75 - P25) / (P75 + P25)",
    "Energy": "sum x^2",
    "TotalEnergy": "voxel volume times sum (x + shift)^2",
    "RootMeanSquared": "(sum x^2 / n)^(1/2)",
    "StandardDeviation": "variance^(1/2)",
    "Mode": "the most frequent grey level",
    "Entropy": "-sum p_i log2 p_i over the grey levels i",
    "Uniformity": "sum p_i^2 over the grey levels i",
    "MaximumHistogramGradient": "max of (n_(i+1) - n_(i-1)) / 2 over the grey levels i",
    "MaximumHistogramGradientIntensity": "the grey level of the maximum histogram gradient",
    "MinimumHistogramGradient": "min of (n_(i+1) - n_(i-1)) / 2 over the grey levels i",
    "MinimumHistogramGradientIntensity": "the grey level of the minimum histogram gradient",
}
VOLUME_HISTOGRAM: Final[Mapping[str, str]] = {
    "VolumeAtIntensityFraction10": "v(0.10)",
    "VolumeAtIntensityFraction90": "v(0.90)",
    "IntensityAtVolumeFraction10": "i(0.10)",
    "IntensityAtVolumeFraction90": "i(0.90)",
    "VolumeFractionDifference10To90": "v(0.10) - v(0.90)",
    "IntensityFractionDifference10To90": "i(0.10) - i(0.90)",
    "AreaUnderIntensityVolumeHistogram": "area under v(g)",
}
LOCAL_INTENSITY: Final[Mapping[str, str]] = {
    "LocalIntensityPeak": "mean within 1 cm^3 around the voxel of highest intensity",
    "GlobalIntensityPeak": "highest mean within 1 cm^3 around any voxel",
}
MORPHOLOGY: Final[Mapping[str, str]] = {
    "MeshVolume": "V, volume within the surface mesh",
    "VoxelVolume": "voxels times voxel volume",
    "SurfaceArea": "A, area of the surface mesh",
    "SurfaceVolumeRatio": "A / V",
    "Compactness1": "V / (pi^(1/2) A^(3/2))",
    "Compactness2": "36 pi V^2 / A^3",
    "SphericalDisproportion": "A / (36 pi V^2)^(1/3)",
    "Sphericity": "(36 pi V^2)^(1/3) / A",
    "Asphericity": "(A^3 / (36 pi V^2))^(1/3) - 1",
    "CentreOfMassShift": "distance between the centre of the region and that of its intensities",
    "Maximum3DDiameter": "largest distance between vertices of the mesh",
    "Maximum2DDiameterSlice": "largest distance between vertices in one plane across z",
    "Maximum2DDiameterColumn": "largest distance between vertices in one plane across y",
    "Maximum2DDiameterRow": "largest distance between vertices in one plane across x",
    "MajorAxisLength": "4 l1^(1/2)",
    "MinorAxisLength": "4 l2^(1/2)",
    "LeastAxisLength": "4 l3^(1/2)",
    "Elongation": "(l2 / l1)^(1/2)",
    "Flatness": "(l3 / l1)^(1/2)",
    "VolumeDensityAxisAlignedBoundingBox": "V / volume of the box along the axes of the grid",
    "AreaDensityAxisAlignedBoundingBox": "A / area of the box along the axes of the grid",
    "VolumeDensityOrientedMinimumBoundingBox": "V / volume of the least box",
    "AreaDensityOrientedMinimumBoundingBox": "A / area of the least box",
    "VolumeDensityApproximateEnclosingEllipsoid": "V / volume of the ellipsoid of the axis lengths",
    "AreaDensityApproximateEnclosingEllipsoid": "A / area of the ellipsoid of the axis lengths",
    "VolumeDensityMinimumVolumeEnclosingEllipsoid": "V / volume of the least ellipsoid",
    "AreaDensityMinimumVolumeEnclosingEllipsoid": "A / area of the least ellipsoid",
    "VolumeDensityConvexHull": "V / volume of the convex hull",
    "AreaDensityConvexHull": "A / area of the convex hull",
    "IntegratedIntensity": "V times the mean intensity",
    "MoransIIndex": "n sum w_ij (x_i - m)(x_j - m) / (sum w_ij sum (x_i - m)^2), w_ij 1 / distance",
    "GearysCMeasure": "(n - 1) sum w_ij (x_i - x_j)^2 / (2 sum w_ij sum (x_i - m)^2)",
}
SHAPE_2D: Final[Mapping[str, str]] = {
    "MeshSurface": "B, area within the outline",
    "PixelSurface": "pixels times pixel area",
    "Perimeter": "P, length of the outline",
    "PerimeterSurfaceRatio": "P / B",
    "Sphericity": "2 (pi B)^(1/2) / P",
    "SphericalDisproportion": "P / (2 (pi B)^(1/2))",
    "MaximumDiameter": "largest distance between vertices of the outline",
    "MajorAxisLength": "4 l1^(1/2)",
    "MinorAxisLength": "4 l2^(1/2)",
    "Elongation": "(l2 / l1)^(1/2)",
}
GLCM: Final[Mapping[str, str]] = {
    "Autocorrelation": "sum i j p",
    "ClusterProminence": "sum (i + j - 2 mu)^4 p",
    "ClusterShade": "sum (i + j - 2 mu)^3 p",
    "ClusterTendency": "sum (i + j - 2 mu)^2 p",
    "Contrast": "sum (i - j)^2 p",
    "Correlation": "sum (i - mu)(j - mu) p / sigma^2",
    "DifferenceAverage": "sum k p_d",
    "DifferenceEntropy": "-sum p_d log2 p_d",
    "DifferenceVariance": "sum (k - difference average)^2 p_d",
    "Dissimilarity": "sum |i - j| p",
    "Homogeneity1": "sum p / (1 + |i - j|)",
    "Homogeneity2": "sum p / (1 + (i - j)^2)",
    "Id": "sum p / (1 + |i - j|)",
    "Idm": "sum p / (1 + (i - j)^2)",
    "Idmn": "sum p / (1 + (i - j)^2 / N^2)",
    "Idn": "sum p / (1 + |i - j| / N)",
    "Imc1": "(H(p) - H1) / H(p_i), H1 = -sum p log2 (p_i p_j)",
    "Imc2": "(1 - exp(-2 (H2 - H(p))))^(1/2), H2 = -sum p_i p_j log2 (p_i p_j)",
    "InverseVariance": "sum over i != j of p / (i - j)^2",
    "JointAverage": "mu = sum i p",
    "JointEnergy": "sum p^2",
    "JointEntropy": "-sum p log2 p",
    "MCC": "square root of the second eigenvalue of sum_k p(i,k) p(j,k) / (p_i(i) p_j(k))",
    "MaximumProbability": "max p",
    "SumAverage": "sum k p_s",
    "SumEntropy": "-sum p_s log2 p_s",
    "SumSquares": "sigma^2 = sum (i - mu)^2 p",
    "SumVariance": "sum (k - sum average)^2 p_s",
}
SIZE_MATRIX: Final[Mapping[str, str]] = {
    "small": "sum p / j^2",
    "large": "sum p j^2",
    "low": "sum p / i^2",
    "high": "sum p i^2",
    "small_low": "sum p / (i^2 j^2)",
    "small_high": "sum p i^2 / j^2",
    "large_low": "sum p j^2 / i^2",
    "large_high": "sum p i^2 j^2",
    "level_non_uniformity": "sum s_i^2 / sum s",
    "level_non_uniformity_normalised": "sum s_i^2 / (sum s)^2",
    "size_non_uniformity": "sum s_j^2 / sum s",
    "size_non_uniformity_normalised": "sum s_j^2 / (sum s)^2",
    "percentage": "sum s / voxels",
    "level_variance": "sum (i - sum i p)^2 p",
    "size_variance": "sum (j - sum j p)^2 p",
    "entropy": "-sum p log2 p",
    "energy": "sum p^2",
}
NGTDM: Final[Mapping[str, str]] = {
    "Coarseness": "1 / sum p_i s_i",
    "Contrast": "sum p_i p_j (i - j)^2 / (N (N - 1)) times sum s_i / sum n_i",
    "Busyness": "sum p_i s_i / sum |i p_i - j p_j|",
    "Complexity": "sum |i - j| (p_i s_i + p_j s_j) / (p_i + p_j) / sum n_i",
    "Strength": "sum (p_i + p_j)(i - j)^2 / sum s_i",
}
# What the letters mean, by the class of the columns.
LETTERS: Final[Mapping[str, str]] = {
    "morphology": "V, A: volume and area of the surface mesh; l1 >= l2 >= l3: eigenvalues of the "
    "covariance of the voxel centres; x_i: the n intensities, m their mean",
    "shape": "V, A: volume and area of the surface mesh; l1 >= l2 >= l3: eigenvalues of the "
    "covariance of the voxel centres",
    "shape2D": "B, P: area and perimeter of the outline in one slice; l1 >= l2: eigenvalues of the "
    "covariance of the pixel centres",
    "statistics": "x: the n intensities; P: their percentiles",
    "firstorder": "x: the n intensities; P: their percentiles; p_i: share of the grey level i",
    "histogram": "x: the n grey levels; P: their percentiles; n_i, p_i: number and share of the "
    "voxels of grey level i",
    "volumehistogram": "v(g): share of voxels with at least the intensity fraction g; i(v): the "
    "intensity that at most the share v has",
    "glcm": "p: share of neighbouring pairs of the grey levels i and j; p_i, p_j: its margins, mu "
    "and sigma their mean and deviation; p_s, p_d: shares of pairs with i + j = k and "
    "|i - j| = k; H: entropy; N: number of grey levels",
    "glrlm": "s: runs of grey level i and length j; p: their share; s_i, s_j: sums over j and i",
    "glszm": "s: zones of grey level i and j voxels; p: their share; s_i, s_j: sums over j and i",
    "gldzm": "s: zones of grey level i at the distance j from the border; p: their share; "
    "s_i, s_j: sums over j and i",
    "ngldm": "s: voxels of grey level i with j - 1 dependent neighbours; p: their share; "
    "s_i, s_j: sums over j and i",
    "gldm": "s: voxels of grey level i with j - 1 dependent neighbours; p: their share; "
    "s_i, s_j: sums over j and i",
    "ngtdm": "n_i, p_i: number and share of the voxels of grey level i; s_i: sum of their "
    "differences from the mean of their neighbours; N: number of grey levels that occur",
}
