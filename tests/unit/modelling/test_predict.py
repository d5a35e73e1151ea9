from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.candidates import model_candidates
from radiomics_hcc.modelling.card import untold
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.conformal import Conformal, PredictionSets
from radiomics_hcc.modelling.final import fit_final
from radiomics_hcc.modelling.harmonise import Harmonise
from radiomics_hcc.modelling.predict import predict
from radiomics_hcc.modelling.preparation import Preparation
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
    assert list(frame.columns) == [
        *("patient_id", "predicted", "p_CR", "p_PR", "p_SD", "called"),
        *("applicability", "applicability_word", "features_inside", "warnings"),
    ]
    assert (frame["warnings"] == "").all()
    assert (frame["features_inside"] == 1.0).all()
    np.testing.assert_allclose(frame[["p_CR", "p_PR", "p_SD"]].sum(axis=1), 1.0)


def test_the_most_probable_class_is_predicted(model, signal) -> None:
    frame = predict(model, signal[0]).set_index("patient_id")
    best = frame[["p_CR", "p_PR", "p_SD"]].idxmax(axis=1).str.removeprefix("p_")
    assert frame["predicted"].eq(best).all()


def test_a_value_beyond_training_is_told(model, signal) -> None:
    card = model.card["columns"]["pre.b"]
    quartiles = card["quantiles"]["0.75"] - card["quantiles"]["0.25"]
    value = card["maximum"] + 2.5 * quartiles
    frame = predict(model, changed(signal[0], pre_b=value))
    assert frame.loc[0, "warnings"] == "outside the training range: pre.b (2.5 IQR above)"


def test_the_farthest_value_is_told_first(model, signal) -> None:
    told = predict(model, changed(signal[0], pre_a=-50.0, pre_b=1e3)).loc[0, "warnings"]
    assert told.index("pre.b") < told.index("pre.a")
    assert "below" in told


def test_a_value_that_the_model_does_not_use_is_told_apart(model, signal) -> None:
    narrow = replace(model, card={**model.card, "selected": ["pre.b"]})
    told = predict(narrow, changed(signal[0], pre_d=1e6)).loc[0]
    assert told["warnings"] == "outside the training range, not used by the model: pre.d"
    assert told["features_inside"] == 1.0


def test_ten_standard_deviations_away_has_applicability_zero(model, signal) -> None:
    told = predict(model, changed(signal[0], pre_b=10.0 * signal[0].data["pre.b"].std())).loc[0]
    assert (told["applicability"], told["applicability_word"]) == (0.0, "outside")


def test_training_patients_are_mostly_inside(model, signal) -> None:
    frame = predict(model, signal[0])
    assert (frame["applicability_word"] == "inside").mean() > 0.8
    assert 0.4 < frame["applicability"].mean() < 0.7


def test_two_sided_call_of_three_classes_is_by_objective_response(model, signal) -> None:
    cut = replace(model, card={**model.card, "threshold": 0.6})
    frame = predict(cut, signal[0])
    is_response = frame["p_CR"] + frame["p_PR"] >= 0.6
    assert frame["called"].tolist() == ["CR or PR" if is_so else "SD" for is_so in is_response]


def test_card_of_an_older_version_still_predicts_and_says_what_it_lacks(model, signal) -> None:
    later = ("intent", "threshold", "threshold_rule", "calibration", "harmonisation")
    old = {k: v for k, v in model.card.items() if k not in (*later, "applicability")}
    frame = predict(replace(model, card=old), signal[0])
    assert frame["applicability"].isna().all()
    assert (frame["applicability_word"] == "not known").all()
    assert (frame["called"] == "").all()
    assert len(untold(old)) == 3
    assert untold(model.card) == []


def test_sets_stand_before_the_warnings(model, signal) -> None:
    sets = PredictionSets(Conformal(), ("CR", "PR", "SD"), np.full(3, np.inf), {})
    frame = predict(model, signal[0], sets=sets)
    assert list(frame.columns)[-2:] == ["prediction_set", "warnings"]
    assert (frame["prediction_set"] == "CR or PR or SD").all()


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


def harmonised(signal, unseen: str):
    """A model of two sites, and its table."""
    table, target = signal
    site = pd.DataFrame({"site": ["A", "B"] * 30}, index=table.patient_ids)
    both = table.with_context(site)
    candidate = model_candidates([OrdinalLogistic()], both)[0]
    return both, fit_final(
        candidate,
        both,
        target=target,
        validation=Validation(inner=3),
        preparation=Preparation(Harmonise("site", unseen=unseen)),
    )


def test_harmonised_model_needs_the_site(signal) -> None:
    both, model = harmonised(signal, "error")
    assert model.card["harmonisation"]["batches"] == ["A", "B"]
    assert (predict(model, both)["warnings"] == "").all()
    with pytest.raises(InputError, match="column 'site': is missing; the model is harmonised"):
        predict(model, signal[0])


@pytest.mark.parametrize(
    ("unseen", "words"), [("pass_through", "as measured"), ("pooled", "average of the known")]
)
def test_site_that_training_never_saw_is_told(signal, unseen: str, words: str) -> None:
    both, model = harmonised(signal, unseen)
    elsewhere = replace(both, context=both.context.assign(site="C"))
    told = predict(model, elsewhere)["warnings"]
    assert told.str.startswith("site 'C' was never seen in training").all()
    assert told.str.contains(words).all()


def test_site_that_training_never_saw_is_refused_by_policy(signal) -> None:
    both, model = harmonised(signal, "error")
    with pytest.raises(InputError, match="C"):
        predict(model, replace(both, context=both.context.assign(site="C")))
