from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.patient_table import Column
from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.selection import NoColumnLeftError, ReliabilityFilter
from radiomics_hcc.modelling.selection.reliability import ReliabilityRule, reliability_rule

COLUMNS = {
    column.name: column
    for column in (
        Column("pre.firm", "radiomic", "pre", "firm"),
        Column("pre.loose", "radiomic", "pre", "loose"),
        Column("pre.new", "radiomic", "pre", "new"),
        Column("delta_relative(pre,post).firm", "radiomic", "delta_relative(pre,post)", "firm"),
        Column("age", "clinical"),
    )
}


def icc_table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "feature": ["firm", "loose", "firm", "firm"],
            "timepoint": ["pre", "pre", "pre,post", "post"],
            "kind": ["single", "single", "delta_relative", "single"],
            "icc_a1": [0.95, 0.80, 0.60, 0.99],
            "icc_a1_low": [0.90, 0.40, 0.30, 0.98],
            "icc_a1_high": [0.97, 0.90, 0.80, 1.00],
            "icc_c1": [0.96, 0.82, 0.76, 0.99],
            "icc_c1_low": [0.91, 0.50, 0.40, 0.98],
        }
    )


def rows() -> pd.DataFrame:
    table = pd.DataFrame({name: [1.0, np.nan, 3.0] for name in COLUMNS}, index=["a", "a", "b"])
    return table.assign(bclc=["A", "B", "(empty)"])


def test_the_lower_limit_counts_and_the_column_s_own_time_point() -> None:
    found = dict(reliability_rule(icc_table(), COLUMNS).values)
    assert found == {
        "pre.firm": 0.90,
        "pre.loose": 0.40,
        "delta_relative(pre,post).firm": 0.30,
    }


def test_statistic_and_bound_can_be_named() -> None:
    rule = reliability_rule(icc_table(), COLUMNS, statistic="icc_c1", bound="estimate")
    assert dict(rule.values)["delta_relative(pre,post).firm"] == 0.76


def test_a_change_may_be_written_whole() -> None:
    whole = icc_table().replace({"timepoint": {"pre,post": "delta_relative(pre,post)"}})
    assert reliability_rule(whole, COLUMNS) == reliability_rule(icc_table(), COLUMNS)


def test_columns_below_the_limit_and_without_a_value_go_and_all_others_stay() -> None:
    rule = reliability_rule(icc_table(), COLUMNS, limit=0.4)
    radiomic = [name for name, column in COLUMNS.items() if column.kind == "radiomic"]
    stage = rule.transformer(radiomic).set_output(transform="pandas")
    assert stage.fit_transform(rows()).columns.tolist() == ["pre.firm", "pre.loose", "age", "bclc"]


def test_columns_without_a_value_may_stay() -> None:
    rule = replace(reliability_rule(icc_table(), COLUMNS), unknown="keep")
    kept = rule.transformer(list(COLUMNS)).fit(rows()).get_feature_names_out().tolist()
    assert kept == ["pre.firm", "pre.new", "age", "bclc"]


def test_the_rows_come_out_as_they_went_in() -> None:
    stage = ReliabilityRule().transformer([]).set_output(transform="pandas")
    pd.testing.assert_frame_equal(stage.fit_transform(rows()), rows())


def test_one_rule_serves_every_set_of_columns() -> None:
    rule = reliability_rule(icc_table(), COLUMNS)
    few = rows()[["pre.firm", "age"]]
    assert rule.transformer(list(COLUMNS)[:4]).fit(few).kept_.all()


def test_an_undefined_value_counts_as_unknown() -> None:
    stage = ReliabilityFilter(["x"], {"x": np.nan}).fit
    with pytest.raises(NoColumnLeftError, match=r"0\.75"):
        stage(pd.DataFrame({"x": [1.0, 2.0]}))


def test_the_frame_says_of_every_column_what_becomes_of_it_and_why() -> None:
    told = reliability_rule(icc_table(), COLUMNS).frame(["pre.firm", "pre.loose", "pre.new"])
    assert told["kept"].tolist() == [True, False, False]
    assert told["reason"].tolist() == [
        "",
        "reliability below 0.75",
        "reliability not known",
    ]


def test_a_table_of_other_features_is_refused() -> None:
    with pytest.raises(InputError, match="knows none of the 4 radiomic columns"):
        reliability_rule(icc_table().assign(kind="delta_absolute"), COLUMNS)


def test_a_feature_that_is_there_twice_is_refused() -> None:
    twice = pd.concat([icc_table(), icc_table().head(1)])
    with pytest.raises(InputError, match="single pre firm: is there more than once"):
        reliability_rule(twice, COLUMNS)


def test_a_missing_column_and_an_unknown_word_name_the_nearest() -> None:
    with pytest.raises(InputError, match=r"'icc_c1_high'.*did you mean"):
        reliability_rule(icc_table(), COLUMNS, statistic="icc_c1", bound="high")
    with pytest.raises(InputError, match="did you mean 'icc_a1'"):
        reliability_rule(icc_table(), COLUMNS, statistic="icc_a2")


def test_a_rule_refuses_a_limit_that_no_correlation_reaches_and_an_unknown_word() -> None:
    with pytest.raises(InputError, match=r"(?s)limit.*unknown"):
        ReliabilityRule(limit=75, unknown="forget")
