from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling import testing
from radiomics_hcc.modelling.candidates import model_candidates
from radiomics_hcc.modelling.classifiers.no_information import NoInformation
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.harmonise import Harmonise
from radiomics_hcc.modelling.preparation import Preparation
from radiomics_hcc.modelling.second_cohort import with_second_cohort
from radiomics_hcc.modelling.testing_designs import (
    HeldOut,
    LeaveOneOut,
    SecondCohort,
    Temporal,
)
from radiomics_hcc.modelling.validation import Validation

SHORT = Validation(inner=2, seed=3)


def study(make_table, make_target, *, patients: pd.Index | None = None, seed: int = 0):
    """90 patients of the sites A, B and C; `true` follows the label, `shortcut` only in A and B."""
    generator = np.random.default_rng(seed)
    site = np.repeat(["A", "B", "C"], 30)
    is_response = np.tile([True, False], 45)
    direction = np.where(site == "C", -1.0, 1.0)
    noise = generator.normal(size=(2, 90))
    values = {
        "true": is_response + 0.5 * noise[0],
        "shortcut": direction * is_response + 0.1 * noise[1],
    }
    names = patients if patients is not None else pd.Index([f"P{n:02d}" for n in range(90)])
    names = names.rename("patient_id")
    table = make_table(values, names)
    days = pd.date_range("2020-01-01", periods=90, freq="7D")
    context = pd.DataFrame({"site": site, "treatment_date": days}, index=names)
    words = list(np.where(is_response, "R", "N"))
    return table.with_context(context), make_target(words, ("R", "N"), names)


@pytest.fixture
def cohort(make_table, make_target):
    return study(make_table, make_target)


def carried_out(table, target, design, *, step=None, validation=SHORT, **more):
    candidates = model_candidates([step or OrdinalLogistic()], table)
    return testing.validate_elsewhere(
        candidates, table, target=target, design=design, validation=validation, **more
    )[0]


def auc(frame: pd.DataFrame) -> float:
    return float(roc_auc_score(frame["label"] == "R", frame["p_R"]))


def test_leave_one_out_tests_everybody_once_by_the_others(cohort) -> None:
    table, target = cohort
    frame = carried_out(table, target, LeaveOneOut("site")).predictions.frame
    assert frame["repeat"].eq(0).all()
    assert sorted(frame["patient_id"]) == sorted(target.labels.index)
    assert frame["fold"].eq(frame["patient_id"].map(table.context["site"])).all()


def test_a_shortcut_that_turns_round_elsewhere_is_seen_there(cohort) -> None:
    table, target = cohort
    run = carried_out(table, target, HeldOut("site", ("C",)))
    assert auc(run.predictions.frame) < 0.3
    assert run.scores["train_auc"].iloc[0] > 0.95
    within = carried_out(table, target, HeldOut("site", ("B",)), step=OrdinalLogistic(features=1))
    assert auc(within.predictions.frame) > 0.9


def test_what_is_predicted_does_not_depend_on_the_labels_of_the_tested(cohort) -> None:
    table, target = cohort
    turned = target.labels.copy()
    in_c = table.context.index[table.context["site"] == "C"]
    turned[in_c] = turned[in_c].map({"R": "N", "N": "R"})
    design = HeldOut("site", ("C",))
    one = carried_out(table, target, design).predictions.frame
    other = carried_out(table, replace(target, labels=turned), design).predictions.frame
    pd.testing.assert_frame_equal(one.drop(columns="label"), other.drop(columns="label"))


def test_what_is_predicted_of_one_patient_does_not_depend_on_the_others_tested(cohort) -> None:
    table, target = cohort
    design = HeldOut("site", ("C",))
    whole = carried_out(table, target, design).predictions.frame.set_index("patient_id")
    kept = target.labels.index[:61]
    fewer = replace(target, labels=target.labels[kept], dates=target.dates[kept])
    alone = carried_out(table.restrict(kept), fewer, design).predictions.frame
    assert alone["patient_id"].tolist() == ["P60"]
    np.testing.assert_allclose(alone["p_R"].iloc[0], whole.loc["P60", "p_R"], rtol=1e-9)


def test_every_held_out_value_is_a_group_of_one_training(cohort) -> None:
    run = carried_out(*cohort, HeldOut("site", ("B", "C")))
    assert run.predictions.frame["fold"].value_counts().to_dict() == {"B": 30, "C": 30}
    assert run.scores["fold"].tolist() == ["B, C"]


def test_training_lies_strictly_before_the_start(cohort) -> None:
    table, target = cohort
    first_of_c = table.context["treatment_date"].iloc[60].date()
    run = carried_out(table, target, Temporal("treatment_date", first_of_c))
    assert set(run.predictions.frame["patient_id"]) == {f"P{n}" for n in range(60, 90)}
    assert run.predictions.frame["fold"].eq(f"from {first_of_c}").all()
    same = carried_out(table, target, HeldOut("site", ("C",)))
    columns = ["patient_id", "p_R", "threshold"]
    pd.testing.assert_frame_equal(
        run.predictions.frame[columns], same.predictions.frame[columns], check_exact=True
    )


def test_worker_processes_change_nothing(cohort) -> None:
    alone = carried_out(*cohort, LeaveOneOut("site"))
    together = carried_out(*cohort, LeaveOneOut("site"), jobs=2)
    pd.testing.assert_frame_equal(
        alone.predictions.frame, together.predictions.frame, check_exact=True
    )
    pd.testing.assert_frame_equal(alone.scores, together.scores, check_exact=True)


def test_groups_are_told_with_their_classes(cohort) -> None:
    groups = testing.tested_groups(LeaveOneOut("site"), *cohort, validation=SHORT)
    assert groups["group"].tolist() == ["A", "B", "C"]
    assert groups["is_tested"].all()
    assert groups[["trained", "tested", "R", "N"]].to_numpy().tolist() == [[60, 30, 15, 15]] * 3
    assert groups["note"].eq("").all()


def test_patients_without_a_value_are_named_and_on_neither_side(cohort) -> None:
    table, target = cohort
    context = table.context.copy()
    context.loc[["P00", "P89"], "site"] = None
    known = replace(table, context=context)
    groups = testing.tested_groups(LeaveOneOut("site"), known, target, validation=SHORT)
    last = groups.iloc[-1]
    assert not last["is_tested"]
    assert "P00, P89" in last["note"]
    frame = carried_out(known, target, LeaveOneOut("site")).predictions.frame
    assert len(frame) == 88


def test_a_training_side_without_a_class_is_told_and_the_rest_is_tested(cohort) -> None:
    table, target = cohort
    labels = target.labels.copy()
    labels[table.context.index[table.context["site"] != "A"]] = "N"
    uneven = replace(target, labels=labels)
    groups = testing.tested_groups(LeaveOneOut("site"), table, uneven, validation=SHORT)
    notes = groups.set_index("group")["note"]
    assert "too few patients for 2 inner folds (R 0)" in notes["A"]
    assert "nobody of class R" in notes["B"]
    frame = carried_out(table, uneven, LeaveOneOut("site")).predictions.frame
    assert set(frame["fold"]) == {"B", "C"}


def test_where_no_group_can_be_tested_every_reason_is_given(cohort) -> None:
    table, target = cohort
    labels = target.labels.copy()
    labels[table.context.index[table.context["site"] == "C"]] = "R"
    labels[table.context.index[table.context["site"] != "C"]] = "N"
    with pytest.raises(InputError, match=r"no group can be tested(.|\n)*group C(.|\n)*R 0"):
        carried_out(table, replace(target, labels=labels), HeldOut("site", ("C",)))


@pytest.mark.parametrize(
    ("design", "message"),
    [
        (LeaveOneOut("sites"), "'sites'.*did you mean 'site'"),
        (HeldOut("site", ("D",)), "has no 'D'"),
        (HeldOut("site", ("A", "B", "C")), "nobody is left to train on"),
        (Temporal("treatment_date", date(2030, 1, 1)), "every patient before 2030-01-01"),
        (Temporal("treatment_date", date(2010, 1, 1)), "every patient on or after 2010-01-01"),
        (Temporal("site", date(2021, 1, 1)), "'A' is no day"),
        (SecondCohort(), "is not there"),
    ],
)
def test_designs_that_cannot_be_say_what_is_wrong(cohort, design, message: str) -> None:
    with pytest.raises(InputError, match=message):
        carried_out(*cohort, design, step=NoInformation())


def test_numbers_of_a_file_name_groups_as_written() -> None:
    assert HeldOut("scanner", (1.0, "2")).values == ("1", "2")


def test_an_unseen_site_is_refused_or_corrected_by_the_policy(cohort) -> None:
    strict = Preparation(harmonise=Harmonise("site", smallest_batch=5))
    table, target = cohort
    renamed = {f"pre.{name}": f"pre.original_glcm_{name}" for name in ("true", "shortcut")}
    columns = {
        new: replace(table.columns[old], name=new, feature=new[4:]) for old, new in renamed.items()
    }
    texture = replace(table, data=table.data.rename(columns=renamed), columns=columns)
    with pytest.raises(InputError, match="harmonisation by site"):
        carried_out(texture, target, LeaveOneOut("site"), preparation=strict)
    pooled = replace(strict, harmonise=Harmonise("site", unseen="pooled", smallest_batch=5))
    frame = carried_out(texture, target, LeaveOneOut("site"), preparation=pooled).predictions.frame
    assert len(frame) == 90


@pytest.fixture
def second(make_table, make_target):
    names = pd.Index([f"Q{n:02d}" for n in range(90)])
    return study(make_table, make_target, patients=names, seed=1)


def test_a_second_cohort_is_tested_by_a_model_of_the_first(cohort, second) -> None:
    design = SecondCohort("elsewhere")
    table, target = with_second_cohort(cohort, second, design=design)
    frame = carried_out(table, target, design).predictions.frame
    assert frame["fold"].eq("elsewhere").all()
    assert sorted(frame["patient_id"]) == sorted(second[1].labels.index)
    assert auc(frame) > 0.7


def test_a_model_of_the_first_cohort_never_sees_the_second(cohort, second) -> None:
    design = SecondCohort()
    shifted = replace(second[0], data=second[0].data.tail(1)), second[1]
    last = second[1].labels.index[-1:]
    one_target = replace(second[1], labels=second[1].labels[last], dates=second[1].dates[last])
    both = with_second_cohort(cohort, second, design=design)
    one = with_second_cohort(cohort, (shifted[0], one_target), design=design)
    many, single = (carried_out(*each, design).predictions.frame for each in (both, one))
    expected = many.set_index("patient_id").loc[last[0], "p_R"]
    np.testing.assert_allclose(single["p_R"].iloc[0], expected, rtol=1e-9)


def test_patients_and_columns_that_do_not_fit_are_all_named(cohort, second) -> None:
    table, target = second
    named = {"Q00": "P00"}
    overlapping = replace(
        table,
        data=table.data.rename(index=named).drop(columns="pre.true"),
        context=table.context.rename(index=named),
    )
    labels = replace(target, labels=target.labels.rename(index=named), classes=("N", "R"))
    with pytest.raises(InputError) as told:
        with_second_cohort(cohort, (overlapping, labels), design=SecondCohort())
    for words in ("P00: is in both cohorts", "'pre.true'", "classes"):
        assert words in str(told.value)
