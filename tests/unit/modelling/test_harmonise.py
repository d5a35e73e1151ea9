from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.patient_table import Column
from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.harmonise import Harmonise, harmonised_columns


def radiomic(feature: str, timepoint: str = "pre") -> Column:
    return Column(f"{timepoint}.{feature}", "radiomic", timepoint, feature)


def context(**patients: int) -> pd.DataFrame:
    site = [name for name, count in patients.items() for _ in range(count)]
    index = pd.Index([f"P{number}" for number in range(len(site))], name="patient_id")
    return pd.DataFrame({"site": site, "age": 60.0}, index=index)


def test_shape_and_size_are_left_out() -> None:
    kept = [
        radiomic("original_glcm_Contrast"),
        radiomic("wavelet-LLH_firstorder_Mean"),
        radiomic("original_glcm_Contrast", "delta_relative(pre,post)"),
        radiomic("functional_wash_in_hu"),
    ]
    left_out = [
        radiomic("original_shape_Sphericity"),
        radiomic("original_shape2D_Elongation"),
        radiomic("original_morphology_Asphericity"),
        radiomic("original_shape_MeshVolume", "delta_relative(pre,post)"),
        radiomic("volume_ml"),
        radiomic("voxels"),
        radiomic("functional_viable_mm"),
        Column("age", "clinical"),
    ]
    columns = {column.name: column for column in [*left_out, *kept]}
    assert harmonised_columns(columns) == [column.name for column in kept]


def test_transformer_takes_the_context_by_its_prefix_and_every_field_of_the_step() -> None:
    fields = {"reference": "A", "unseen": "pooled", "empirical_bayes": False, "mean_only": True}
    step = Harmonise("site", covariates=("age",), smallest_batch=4, **fields)
    given = step.transformer(["f0"]).get_params()
    assert given["batch"] == "context.site"
    assert given["covariates"] == ("context.age",)
    assert given["columns"] == ("f0",)
    assert {name: given[name] for name in fields} == fields
    assert given["smallest_batch"] == 4


def test_step_returns_from_its_configuration() -> None:
    step = Harmonise("site", covariates=("age", "sex"), unseen="pass_through")
    assert Harmonise.from_config(step.to_config()) == step
    assert Harmonise.from_config({"batch": "site", "covariates": ["age", "sex"]}).covariates == (
        "age",
        "sex",
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"batch": ""}, "batch: is empty"),
        ({"batch": "site", "unseen": "pool"}, "did you mean 'pooled'"),
        ({"batch": "site", "smallest_batch": 1}, "use 2 or more"),
        ({"batch": "site", "covariates": ("site",)}, "name every column once"),
        ({"batch": "site", "covariates": ("age", "age")}, "name every column once"),
    ],
)
def test_wrong_fields_are_told(fields, said) -> None:
    with pytest.raises(InputError, match=said):
        Harmonise(**fields)


def test_check_passes_large_batches() -> None:
    Harmonise("site", covariates=("age",)).check(context(A=20, B=10))


def test_check_names_missing_columns() -> None:
    with pytest.raises(InputError) as caught:
        Harmonise("scanner", covariates=("sex",)).check(context(A=20))
    assert [problem.where for problem in caught.value.problems] == [
        "column 'scanner'",
        "column 'sex'",
    ]


def test_check_tells_the_fewest_patients_of_a_batch_in_any_training_set() -> None:
    trainings = [np.arange(30), np.arange(6, 30), np.r_[0:14, 20:30]]  # A 20, 14 and 14
    step = Harmonise("site", smallest_batch=15)
    with pytest.raises(InputError, match="'A': has 14 training patients of the 15") as caught:
        step.check(context(A=20, B=10), trainings)
    assert [problem.where for problem in caught.value.problems] == ["batch 'A'", "batch 'B'"]


def test_check_tells_batches_that_a_training_set_lacks_unless_that_is_allowed() -> None:
    trainings = [np.arange(30), np.arange(20)]
    with pytest.raises(InputError, match="'B': some training set has no patient of it"):
        Harmonise("site").check(context(A=20, B=10), trainings)
    Harmonise("site", unseen="pass_through").check(context(A=20, B=10), trainings)


def test_check_counts_patients_and_not_rows() -> None:
    lesions = pd.concat([context(A=8)] * 3)
    with pytest.raises(InputError, match="has 8 training patients"):
        Harmonise("site").check(lesions)


def test_check_names_an_unknown_reference_and_patients_without_a_batch() -> None:
    known = context(North=12, South=12)
    known.iloc[0, 0] = None
    with pytest.raises(InputError, match="did you mean 'North'") as caught:
        Harmonise("site", reference="Nort").check(known)
    assert "1 training patients have none" in str(caught.value)
