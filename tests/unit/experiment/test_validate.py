"""Everything that is wrong with an experiment, before it is run."""

from __future__ import annotations

import pandas as pd
import pytest

from radiomics_hcc.errors import ConfigError, InputError
from radiomics_hcc.experiment.validate import validate_experiment


def told(study, *settings: str) -> str:
    with pytest.raises(InputError) as caught:
        validate_experiment(study.config, settings)
    return str(caught.value)


def test_good_experiment_is_told_with_its_question(study) -> None:
    assert validate_experiment(study.config) == ["small: Does texture tell the response?"]
    assert not (study.folder / "runs").exists()


def test_broken_schema_is_told(study) -> None:
    with pytest.raises(ConfigError, match="did you mean 'seed'"):
        validate_experiment(study.config, ["sead=3"])


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ("target.column=respondr", "did you mean 'responder'?"),
        ("clinical=[agee]", "did you mean 'age'?"),
        ("cohort.patients=nobody.csv", "nobody.csv"),
        ("features.table=nothing.csv", "nothing.csv"),
        ("features.prefix=wavelet", "no feature begins with 'wavelet'"),
        ("target.merge={OR: [1], nonOR: [2]}", "'0': belongs to no class"),
        ("target={measurements: m.csv}", "m.csv"),
        ("cohort.phase=arterial", "cohort.phase: arterial"),
        ("features.timepoints=[later]", "features.timepoints: later"),
        ("validation.outer=13", "class OR: has 12 patients for 13 folds"),
    ],
)
def test_mistake_is_told_without_a_run(study, setting: str, what: str) -> None:
    assert what in told(study, setting)


def test_label_among_the_features_is_told(study) -> None:
    frame = study.table("features.csv").merge(
        study.table("patients.csv")[["patient_id", "responder"]], on="patient_id"
    )
    study.write("features.csv", frame)
    assert "is the label itself" in told(study)


def test_every_mistake_is_told_at_once(study) -> None:
    message = told(study, "clinical=[agee]", "features.table=nothing.csv", "target.column=x")
    assert "agee" in message
    assert "nothing.csv" in message
    assert "'x'" in message


def test_mistakes_of_every_variant_are_told_once(study) -> None:
    study.edit("execution:", "variants: {a: {clinical: [agee]}, b: {}}\nexecution:")
    study.write("patients.csv", pd.DataFrame({"patient_id": ["001"], "responder": [1]}))
    message = told(study)
    assert message.count("clinical: agee") == 1
    assert message.count("class OR: has 1 patients") == 1


def test_missing_image_is_told_with_its_line(study) -> None:
    (study.folder / "cohort.csv").write_text(
        "patient_id,timepoint,phase,lesion_id,image,mask\n"
        "001,pre,arterial,L1,gone.nii.gz,gone_mask.nii.gz\n"
    )
    message = told(study, "cohort={images: cohort.csv, phase: arterial}", "features={}")
    assert "cohort.csv:2" in message
    assert "gone.nii.gz" in message
