"""Which column of ours a tag of the IBSI reference tables means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DISTRIBUTION: Final = {
    "mean": "Mean",
    "var": "Variance",
    "skew": "Skewness",
    "kurt": "ExcessKurtosis",
    "median": "Median",
    "min": "Minimum",
    "p10": "10Percentile",
    "p90": "90Percentile",
    "max": "Maximum",
    "iqr": "InterquartileRange",
    "range": "Range",
    "mad": "MeanAbsoluteDeviation",
    "rmad": "RobustMeanAbsoluteDeviation",
    "medad": "MedianAbsoluteDeviation",
    "cov": "CoefficientOfVariation",
    "qcod": "QuartileCoefficientOfDispersion",
}
MORPHOLOGY: Final = {
    "volume": "MeshVolume",
    "vol_approx": "VoxelVolume",
    "area_mesh": "SurfaceArea",
    "av": "SurfaceVolumeRatio",
    "comp_1": "Compactness1",
    "comp_2": "Compactness2",
    "sph_dispr": "SphericalDisproportion",
    "sphericity": "Sphericity",
    "asphericity": "Asphericity",
    "com": "CentreOfMassShift",
    "diam": "Maximum3DDiameter",
    "pca_maj_axis": "MajorAxisLength",
    "pca_min_axis": "MinorAxisLength",
    "pca_least_axis": "LeastAxisLength",
    "pca_elongation": "Elongation",
    "pca_flatness": "Flatness",
    "vol_dens_aabb": "VolumeDensityAxisAlignedBoundingBox",
    "area_dens_aabb": "AreaDensityAxisAlignedBoundingBox",
    "vol_dens_ombb": "VolumeDensityOrientedMinimumBoundingBox",
    "area_dens_ombb": "AreaDensityOrientedMinimumBoundingBox",
    "vol_dens_aee": "VolumeDensityApproximateEnclosingEllipsoid",
    "area_dens_aee": "AreaDensityApproximateEnclosingEllipsoid",
    "vol_dens_mvee": "VolumeDensityMinimumVolumeEnclosingEllipsoid",
    "area_dens_mvee": "AreaDensityMinimumVolumeEnclosingEllipsoid",
    "vol_dens_conv_hull": "VolumeDensityConvexHull",
    "area_dens_conv_hull": "AreaDensityConvexHull",
    "integ_int": "IntegratedIntensity",
    "moran_i": "MoransIIndex",
    "geary_c": "GearysCMeasure",
}
GLCM: Final = {
    "joint_max": "MaximumProbability",
    "joint_avg": "JointAverage",
    "joint_var": "SumSquares",
    "joint_entr": "JointEntropy",
    "diff_avg": "DifferenceAverage",
    "diff_var": "DifferenceVariance",
    "diff_entr": "DifferenceEntropy",
    "sum_avg": "SumAverage",
    "sum_var": "SumVariance",
    "sum_entr": "SumEntropy",
    "energy": "JointEnergy",
    "contrast": "Contrast",
    "dissimilarity": "Dissimilarity",
    "inv_diff": "Id",
    "inv_diff_norm": "Idn",
    "inv_diff_mom": "Idm",
    "inv_diff_mom_norm": "Idmn",
    "inv_var": "InverseVariance",
    "corr": "Correlation",
    "auto_corr": "Autocorrelation",
    "clust_tend": "ClusterTendency",
    "clust_shade": "ClusterShade",
    "clust_prom": "ClusterProminence",
    "info_corr1": "Imc1",
    "info_corr2": "Imc2",
}
GLRLM: Final = {
    "sre": "ShortRunEmphasis",
    "lre": "LongRunEmphasis",
    "lgre": "LowGrayLevelRunEmphasis",
    "hgre": "HighGrayLevelRunEmphasis",
    "srlge": "ShortRunLowGrayLevelEmphasis",
    "srhge": "ShortRunHighGrayLevelEmphasis",
    "lrlge": "LongRunLowGrayLevelEmphasis",
    "lrhge": "LongRunHighGrayLevelEmphasis",
    "glnu": "GrayLevelNonUniformity",
    "glnu_norm": "GrayLevelNonUniformityNormalized",
    "rlnu": "RunLengthNonUniformity",
    "rlnu_norm": "RunLengthNonUniformityNormalized",
    "r_perc": "RunPercentage",
    "gl_var": "GrayLevelVariance",
    "rl_var": "RunVariance",
    "rl_entr": "RunEntropy",
}
GLSZM: Final = {
    "sze": "SmallAreaEmphasis",
    "lze": "LargeAreaEmphasis",
    "lgze": "LowGrayLevelZoneEmphasis",
    "hgze": "HighGrayLevelZoneEmphasis",
    "szlge": "SmallAreaLowGrayLevelEmphasis",
    "szhge": "SmallAreaHighGrayLevelEmphasis",
    "lzlge": "LargeAreaLowGrayLevelEmphasis",
    "lzhge": "LargeAreaHighGrayLevelEmphasis",
    "glnu": "GrayLevelNonUniformity",
    "glnu_norm": "GrayLevelNonUniformityNormalized",
    "zsnu": "SizeZoneNonUniformity",
    "zsnu_norm": "SizeZoneNonUniformityNormalized",
    "z_perc": "ZonePercentage",
    "gl_var": "GrayLevelVariance",
    "zs_var": "ZoneVariance",
    "zs_entr": "ZoneEntropy",
}
GLDZM: Final = {
    "sde": "SmallDistanceEmphasis",
    "lde": "LargeDistanceEmphasis",
    "lgze": "LowGrayLevelZoneEmphasis",
    "hgze": "HighGrayLevelZoneEmphasis",
    "sdlge": "SmallDistanceLowGrayLevelEmphasis",
    "sdhge": "SmallDistanceHighGrayLevelEmphasis",
    "ldlge": "LargeDistanceLowGrayLevelEmphasis",
    "ldhge": "LargeDistanceHighGrayLevelEmphasis",
    "glnu": "GrayLevelNonUniformity",
    "glnu_norm": "GrayLevelNonUniformityNormalized",
    "zdnu": "ZoneDistanceNonUniformity",
    "zdnu_norm": "ZoneDistanceNonUniformityNormalized",
    "z_perc": "ZonePercentage",
    "gl_var": "GrayLevelVariance",
    "zd_var": "ZoneDistanceVariance",
    "zd_entr": "ZoneDistanceEntropy",
}
NGLDM: Final = {
    "lde": "LowDependenceEmphasis",
    "hde": "HighDependenceEmphasis",
    "lgce": "LowGrayLevelCountEmphasis",
    "hgce": "HighGrayLevelCountEmphasis",
    "ldlge": "LowDependenceLowGrayLevelEmphasis",
    "ldhge": "LowDependenceHighGrayLevelEmphasis",
    "hdlge": "HighDependenceLowGrayLevelEmphasis",
    "hdhge": "HighDependenceHighGrayLevelEmphasis",
    "glnu": "GrayLevelNonUniformity",
    "glnu_norm": "GrayLevelNonUniformityNormalized",
    "dcnu": "DependenceCountNonUniformity",
    "dcnu_norm": "DependenceCountNonUniformityNormalized",
    "dc_perc": "DependenceCountPercentage",
    "gl_var": "GrayLevelVariance",
    "dc_var": "DependenceCountVariance",
    "dc_entr": "DependenceCountEntropy",
    "dc_energy": "DependenceCountEnergy",
}
# First word of a tag -> class and features.
CLASSES: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "morph": ("morphology", MORPHOLOGY),
    "loc": (
        "localintensity",
        {"peak_loc": "LocalIntensityPeak", "peak_glob": "GlobalIntensityPeak"},
    ),
    "stat": ("statistics", {**DISTRIBUTION, "energy": "Energy", "rms": "RootMeanSquared"}),
    "ih": (
        "histogram",
        {
            **DISTRIBUTION,
            "mode": "Mode",
            "entropy": "Entropy",
            "uniformity": "Uniformity",
            "max_grad": "MaximumHistogramGradient",
            "max_grad_g": "MaximumHistogramGradientIntensity",
            "min_grad": "MinimumHistogramGradient",
            "min_grad_g": "MinimumHistogramGradientIntensity",
        },
    ),
    "ivh": (
        "volumehistogram",
        {
            "v10": "VolumeAtIntensityFraction10",
            "v90": "VolumeAtIntensityFraction90",
            "i10": "IntensityAtVolumeFraction10",
            "i90": "IntensityAtVolumeFraction90",
            "diff_v10_v90": "VolumeFractionDifference10To90",
            "diff_i10_i90": "IntensityFractionDifference10To90",
            "auc": "AreaUnderIntensityVolumeHistogram",
        },
    ),
    "cm": ("glcm", GLCM),
    "rlm": ("glrlm", GLRLM),
    "szm": ("glszm", GLSZM),
    "dzm": ("gldzm", GLDZM),
    "ngt": (
        "ngtdm",
        {name.lower(): name for name in ("Busyness", "Coarseness", "Complexity", "Contrast")}
        | {"strength": "Strength"},
    ),
    "ngl": ("ngldm", NGLDM),
}
# Last part of a tag -> what follows the class in a column.
AGGREGATIONS: Final = {
    "_2D_avg": "-2D-avg",
    "_2D_comb": "-2D-mrg",
    "_2_5D_avg": "-2.5D-avg",
    "_2_5D_comb": "-2.5D-mrg",
    "_3D_avg": "-3D-avg",
    "_3D_comb": "-3D-mrg",
    "_2D": "-2D",
    "_2_5D": "-2.5D",
    "_3D": "-3D",
}


def column_of(tag: str) -> str:
    """The column of a feature's tag, such as `cm_contrast_3D_avg`; empty for other tags."""
    first, _, rest = tag.partition("_")
    if first not in CLASSES:
        return ""
    class_name, names = CLASSES[first]
    end = next((end for end in AGGREGATIONS if rest.endswith(end)), "")
    feature = names.get(rest.removesuffix(end))
    return f"original_{class_name}{AGGREGATIONS.get(end, '')}_{feature}" if feature else ""
