"""Changes of features that depend on where the grey levels start: refused before any work."""

from __future__ import annotations

import pandas as pd
import pytest

from radiomics_hcc.domain.cohort import Case, Cohort
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import InputError
from radiomics_hcc.experiment import inputs
from radiomics_hcc.experiment.feature_source import check_changes, measure_features
from radiomics_hcc.experiment.load import load_experiments
from radiomics_hcc.experiment.validate import validate_experiment

AVERAGE = "original_glcm_JointAverage"
IMAGES = ("cohort.images=cohort.csv", "features={delta: [relative], params: params.yaml}")
LESION = Cohort((Case("001", "pre", None, None),), {})
ORIGIN = "setting: {binOrigin: -100}\n"


def experiment_of(study, *settings: str):
    return load_experiments(study.config, settings)[0]


def with_two_scans(study) -> FeatureTable:
    """The study's features before and after, with an average of grey levels among them."""
    frame = study.table("features.csv").assign(**{AVERAGE: 4.0})
    scans = pd.concat([frame.assign(timepoint="pre"), frame.assign(timepoint="post")])
    study.write("features.csv", scans)
    return FeatureTable.read(study.folder / "features.csv")


def test_change_of_a_marked_column_is_refused_unless_allowed(study) -> None:
    table, patients = with_two_scans(study), study.table("patients.csv")
    refused = experiment_of(study, "features.delta=[relative]")
    with pytest.raises(InputError, match=AVERAGE):
        inputs.patient_table(refused, table, patients)
    allowed = experiment_of(
        study, "features.delta=[relative]", "features.allow_anchor_dependent=true"
    )
    joined = inputs.patient_table(allowed, table, patients)
    assert f"delta_relative(pre,post).{AVERAGE}" in joined.names("radiomic")


def test_values_at_one_time_point_are_never_refused(study) -> None:
    table = with_two_scans(study)
    found = inputs.patient_table(experiment_of(study), table, study.table("patients.csv"))
    assert f"pre.{AVERAGE}" in found.names("radiomic")


def test_validate_tells_the_marked_columns_of_a_table(study) -> None:
    with_two_scans(study)
    with pytest.raises(InputError, match=r"glcm \(1 column\)"):
        validate_experiment(study.config, ["features.delta=[relative]"])
    kept = "features.exclude=[original_glcm_JointAverage]"
    assert validate_experiment(study.config, ["features.delta=[relative]", kept])


@pytest.mark.parametrize(
    ("parameters", "marked"),
    [
        ("featureClass: {glcm: [JointAverage]}\n", ["glcm (1 column)"]),
        ("featureClass: {glcm: [JointAverage, Contrast], gldm: }\n", ["glcm (1", "gldm (6"]),
        ("imageType: {Original: , LoG: {sigma: [1]}}\nfeatureClass: {ngtdm: }\n", ["ngtdm (2"]),
        ("featureClass: {glcm: [JointAverage]}\nsetting: {binCount: 32}\n", ["glcm (1 column)"]),
    ],
)
def test_marked_features_of_a_parameter_file_are_told_before_measuring(
    study, parameters: str, marked: list[str]
) -> None:
    (study.folder / "params.yaml").write_text(parameters)
    with pytest.raises(InputError) as caught:
        measure_features(experiment_of(study, *IMAGES), LESION)
    problems = [problem.where for problem in caught.value.problems]
    assert len(problems) == len(marked)
    assert all(found.startswith(word) for found, word in zip(problems, marked, strict=True))


@pytest.mark.parametrize(
    ("parameters", "settings"),
    [
        (ORIGIN, ()),
        ("imageType: {Original: , LoG: {sigma: [1], binOrigin: 0}}\n" + ORIGIN, ()),
        ("imageType: {LBP2D: {binOrigin: 0}, Wavelet: {binOrigin: -50}}\n", ()),
        ("featureClass: {firstorder: , shape: , glcm: [Contrast]}\n", ()),
        ("", ("features.allow_anchor_dependent=true",)),
        ("", ("features.delta=[]",)),
    ],
)
def test_comparable_or_allowed_features_pass(study, parameters: str, settings) -> None:
    (study.folder / "params.yaml").write_text(parameters or "setting: {}\n")
    check_changes(experiment_of(study, *IMAGES, *settings), LESION)
