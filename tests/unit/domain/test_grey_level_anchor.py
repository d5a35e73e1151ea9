"""Which columns cannot be compared between time points, and how a change of them is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from radiomics_hcc.domain.feature import is_anchor_dependent
from radiomics_hcc.domain.table import FeatureTable, complete_keys
from radiomics_hcc.errors import InputError

AVERAGE, CONTRAST = "original_glcm_JointAverage", "original_glcm_Contrast"
FIXED = {"imageType": {"Original": {}}, "setting": {"binWidth": 25.0, "binOrigin": -100.0}}
COMPATIBLE = {"imageType": {"Original": {}}, "setting": {"binWidth": 25.0}}


def table(*features: str, settings: object = None) -> FeatureTable:
    rows = [
        {"patient_id": "p", "lesion_id": "1", "timepoint": timepoint}
        | dict.fromkeys(features, value)
        for timepoint, value in (("pre", 2.0), ("post", 3.0))
    ]
    metadata = {} if settings is None else {"settings": settings}
    return FeatureTable(complete_keys(pd.DataFrame(rows)), metadata)


@pytest.mark.parametrize(
    "name",
    [
        "original_glcm_Autocorrelation",
        "original_glcm_JointAverage",
        "original_glcm_SumAverage",
        "original_glcm_Idn",
        "original_glcm_Idmn",
        "original_ngtdm_Busyness",
        "original_gldm_LowGrayLevelEmphasis",
        "original_gldm_SmallDependenceHighGrayLevelEmphasis",
        "wavelet-LLH_glrlm_LongRunLowGrayLevelEmphasis",
        "log-sigma-1-0-mm-3D_glszm_HighGrayLevelZoneEmphasis",
    ],
)
def test_feature_that_holds_the_grey_level_itself_is_anchor_dependent(name: str):
    assert is_anchor_dependent(name)


@pytest.mark.parametrize(
    "name",
    [
        "original_glcm_Contrast",
        "original_glcm_Id",
        "original_glcm_Correlation",
        "original_glcm_SumEntropy",
        "original_glcm_SumSquares",
        "original_glcm_ClusterShade",
        "original_gldm_GrayLevelNonUniformity",
        "original_glrlm_GrayLevelVariance",
        "original_glszm_ZoneEntropy",
        "original_ngtdm_Contrast",
        "original_firstorder_Mean",
        "original_firstorder_Energy",
        "original_shape_MeshVolume",
        "voxels",
        "JointAverage",
    ],
)
def test_feature_of_differences_or_counts_is_not_anchor_dependent(name: str):
    assert not is_anchor_dependent(name)


@pytest.mark.parametrize("settings", [None, COMPATIBLE, {}, {"binOrigin": -100}, "unknown"])
def test_without_a_known_origin_the_column_is_marked(settings: object):
    assert table(AVERAGE, CONTRAST, settings=settings).anchor_dependent == (AVERAGE,)


def test_with_a_fixed_origin_no_column_is_marked():
    assert table(AVERAGE, settings=FIXED).anchor_dependent == ()


def test_origin_at_zero_is_an_origin():
    settings = {"imageType": {"Original": {}}, "setting": {"binOrigin": 0}}
    assert table(AVERAGE, settings=settings).anchor_dependent == ()


def test_fixed_number_of_levels_has_no_origin():
    settings = {"imageType": {"Original": {}}, "setting": {"binOrigin": 0, "binCount": 32}}
    assert table(AVERAGE, settings=settings).anchor_dependent == (AVERAGE,)


@pytest.mark.parametrize(
    ("image_type", "column"),
    [
        ("Original", "original_glcm_JointAverage"),
        ("LoG", "log-sigma-2-0-mm-3D_glcm_JointAverage"),
        ("Wavelet", "wavelet-HLH_glcm_JointAverage"),
        ("Wavelet", "wavelet2-LLL_glcm_JointAverage"),
        ("Square", "square_glcm_JointAverage"),
        ("SquareRoot", "squareroot_glcm_JointAverage"),
        ("Logarithm", "logarithm_glcm_JointAverage"),
        ("LBP2D", "lbp-2D_glcm_JointAverage"),
        ("LBP3D", "lbp-3D-m1_glcm_JointAverage"),
        ("LBP3D", "lbp-3D-k_glcm_JointAverage"),
    ],
)
def test_only_the_image_type_that_has_an_origin_is_safe(image_type: str, column: str):
    others = ("Original", "LoG", "Wavelet", "Square", "SquareRoot", "Logarithm", "LBP2D", "LBP3D")
    own = {name: {"binOrigin": 0.0} if name == image_type else {} for name in others}
    settings = {"imageType": own, "setting": {"binWidth": 25.0}}
    assert table(column, settings=settings).anchor_dependent == ()
    rest = {name: {} if name == image_type else {"binOrigin": 0.0} for name in others}
    settings = {"imageType": rest, "setting": {"binWidth": 25.0}}
    assert table(column, settings=settings).anchor_dependent == (column,)


def test_image_type_can_undo_the_origin_of_all():
    settings = {"imageType": {"LoG": {"binOrigin": None}}, "setting": {"binOrigin": -100.0}}
    column = "log-sigma-1-0-mm-3D_glcm_JointAverage"
    assert table(column, settings=settings).anchor_dependent == (column,)


def test_change_of_marked_columns_is_refused_by_class_with_the_remedies():
    gldm = [f"original_gldm_{name}GrayLevelEmphasis" for name in ("High", "Low")]
    with pytest.raises(InputError) as caught:
        table(AVERAGE, CONTRAST, *gldm, settings=COMPATIBLE).delta("pre", "post")
    problems = caught.value.problems
    assert [problem.where for problem in problems] == ["glcm (1 column)", "gldm (2 columns)"]
    assert AVERAGE in problems[0].what
    assert CONTRAST not in str(caught.value)
    for remedy in ("binOrigin", "allow_anchor_dependent", "drop"):
        assert remedy in problems[0].remedy


def test_refusal_names_a_few_columns_of_many():
    names = [f"wavelet-{band}_glcm_JointAverage" for band in ("LLH", "LHL", "LHH", "HLL", "HHH")]
    with pytest.raises(InputError, match=r"5 columns") as caught:
        table(*names).delta("pre", "post")
    assert len(caught.value.problems) == 1
    assert names[3] not in str(caught.value)


def test_change_is_made_where_it_is_allowed():
    change = table(AVERAGE).delta("pre", "post", allow_anchor_dependent=True)
    assert change.data[AVERAGE].tolist() == [0.5]
    assert change.anchor_dependent == (AVERAGE,)


def test_change_is_made_with_a_fixed_origin_and_after_dropping():
    assert table(AVERAGE, settings=FIXED).delta("pre", "post").data[AVERAGE].tolist() == [0.5]
    whole = table(AVERAGE, CONTRAST)
    change = whole.drop(whole.anchor_dependent).delta("pre", "post")
    assert change.features == [CONTRAST]


def test_column_that_is_not_there_cannot_be_dropped():
    with pytest.raises(InputError, match="original_glcm_JointAverge"):
        table(AVERAGE).drop(["original_glcm_JointAverge"])


def test_sidecar_shows_the_mark_and_it_follows_the_settings_when_read(tmp_path: Path):
    for settings, marked in ((COMPATIBLE, [AVERAGE]), (FIXED, [])):
        path = tmp_path / "features.csv"
        table(AVERAGE, CONTRAST, settings=settings).write(path)
        assert json.loads(path.with_suffix(".json").read_text())["anchor_dependent"] == marked
        again = FeatureTable.read(path)
        assert list(again.anchor_dependent) == marked
        assert again.metadata == {"settings": settings}


def test_table_of_others_counts_as_without_an_origin(tmp_path: Path):
    path = tmp_path / "theirs.csv"
    path.write_text(f"patient_id,timepoint,{AVERAGE}\np,pre,1\np,post,2\n")
    with pytest.raises(InputError, match="binOrigin"):
        FeatureTable.read(path).delta("pre", "post")
