from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.candidates import model_candidates
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.final import fit_final
from radiomics_hcc.modelling.predict import predict
from radiomics_hcc.modelling.validation import Validation


@pytest.fixture
def model(signal):
    table, target = signal
    candidate = model_candidates([OrdinalLogistic()], table)[0]
    return fit_final(candidate, table, target=target, validation=Validation(inner=3))


def changed(table, **cells):
    """The first patient alone, with other values."""
    data = table.data.head(1).copy()
    for name, value in cells.items():
        data[name.replace("pre_", "pre.")] = value
    return replace(table, data=data)


def test_training_patients_are_predicted_without_a_warning(model, signal) -> None:
    frame = predict(model, signal[0])
    assert list(frame.columns) == ["patient_id", "predicted", "p_CR", "p_PR", "p_SD", "warnings"]
    assert (frame["warnings"] == "").all()
    np.testing.assert_allclose(frame[["p_CR", "p_PR", "p_SD"]].sum(axis=1), 1.0)


def test_the_most_probable_class_is_predicted(model, signal) -> None:
    frame = predict(model, signal[0]).set_index("patient_id")
    best = frame[["p_CR", "p_PR", "p_SD"]].idxmax(axis=1).str.removeprefix("p_")
    assert frame["predicted"].eq(best).all()


def test_a_value_beyond_training_is_told(model, signal) -> None:
    frame = predict(model, changed(signal[0], pre_a=1e6))
    assert frame.loc[0, "warnings"] == "outside the training range: pre.a"


def test_a_word_that_training_never_saw_is_told(model, signal) -> None:
    assert "sex" in predict(model, changed(signal[0], sex="x")).loc[0, "warnings"]


def test_an_empty_cell_is_told_only_where_training_had_none(model, signal) -> None:
    told = predict(model, changed(signal[0], pre_a=np.nan, pre_c=np.nan)).loc[0, "warnings"]
    assert told == "empty, never so in training: pre.a"


def test_missing_columns_are_all_listed(model, signal) -> None:
    table = signal[0]
    short = replace(table, data=table.data.drop(columns=["pre.a", "pre.d", "sex"]))
    with pytest.raises(InputError) as caught:
        predict(model, short)
    assert [problem.where for problem in caught.value.problems] == [
        "column 'pre.a'",
        "column 'pre.d'",
        "column 'sex'",
    ]


def test_words_where_training_had_numbers_are_refused(model, signal) -> None:
    with pytest.raises(InputError, match="holds words, training numbers"):
        predict(model, changed(signal[0], pre_a="large"))


def test_infinite_values_are_refused(model, signal) -> None:
    with pytest.raises(InputError, match="infinite"):
        predict(model, changed(signal[0], pre_a=np.inf))


def test_rows_of_a_patient_are_averaged(model, signal) -> None:
    table = signal[0]
    twice = replace(table, data=pd.concat([table.data.iloc[:1], table.data.iloc[1:2]]))
    twice.data.index = pd.Index(["X", "X"], name="patient_id")
    single = predict(model, replace(table, data=table.data.head(2)))
    assert predict(model, twice).loc[0, "p_CR"] == pytest.approx(single["p_CR"].mean())


def test_columns_that_the_model_does_not_know_are_ignored(model, signal) -> None:
    table = signal[0]
    wider = replace(table, data=table.data.assign(other=1.0))
    assert predict(model, wider).equals(predict(model, table))
