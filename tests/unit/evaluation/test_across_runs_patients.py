"""Who is called otherwise by models of different runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.contingency_tables import mcnemar

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.evaluation.across_runs import Compared, pairs_of, words_behind
from radiomics_hcc.evaluation.across_runs_patients import agreement_table, disagreement_table


def compared(label, predictions):
    return Compared(label, predictions, words_behind(predictions.classes, None))


def calls(label, chances, truth, threshold=None):
    """A model of one repeat from the probabilities of OR."""
    frame = pd.DataFrame(
        {
            "patient_id": [f"p{n}" for n in range(len(chances))],
            "repeat": 0,
            "fold": np.arange(len(chances)) % 2,
            "label": truth,
            "p_OR": chances,
            "p_nonOR": 1 - np.asarray(chances),
        }
    )
    if threshold is not None:
        frame["threshold"] = threshold
    return compared(label, Predictions("m", ("OR", "nonOR"), frame))


def test_counts_of_who_is_right_add_up_to_the_patients():
    truth = ["OR", "OR", "OR", "nonOR", "nonOR", "nonOR"]
    left = calls("a", [0.9, 0.9, 0.1, 0.1, 0.1, 0.9], truth)
    right = calls("b", [0.9, 0.1, 0.9, 0.1, 0.9, 0.9], truth)
    row = agreement_table([left, right], pairs_of([left, right])).iloc[0]
    assert row["both_right"] == 2  # p0, p3
    assert row["only_left_right"] == 2  # p1, p4
    assert row["only_right_right"] == 1  # p2
    assert row["both_wrong"] == 1  # p5
    assert row["patients"] == 6


@pytest.mark.parametrize("seed", range(5))
def test_mcnemar_and_kappa_agree_with_other_implementations(drawn, seed):
    left, right = compared("a", drawn(seed=seed)), compared("b", drawn(effect=0.3, seed=seed + 9))
    row = agreement_table([left, right], pairs_of([left, right])).iloc[0]
    counts = row[["both_right", "only_left_right", "only_right_right", "both_wrong"]]
    table = counts.to_numpy(int).reshape(2, 2)
    assert row["p_value"] == pytest.approx(mcnemar(table, exact=True).pvalue)
    shown = disagreement_table([left, right])
    assert row["kappa"] == pytest.approx(cohen_kappa_score(shown["called: a"], shown["called: b"]))


def test_models_that_call_alike_are_not_told_apart(drawn):
    both = [compared("a", drawn()), compared("b", drawn())]
    row = agreement_table(both, pairs_of(both)).iloc[0]
    assert row["p_value"] == row["p_holm"] == row["kappa"] == 1.0
    assert row["only_left_right"] == row["only_right_right"] == 0


def test_holm_counts_all_pairs(drawn):
    three = [compared(str(seed), drawn(seed=seed)) for seed in range(3)]
    table = agreement_table(three, pairs_of(three))
    assert table["p_holm"].min() == pytest.approx(min(1.0, 3 * table["p_value"].min()))


def test_no_pair_gives_an_empty_table_with_its_columns():
    table = agreement_table([], [])
    assert table.empty
    assert table.columns[0] == "left"
    assert table.columns[-1] == "p_holm"


def test_patients_are_called_at_the_mean_threshold_of_their_run():
    low = calls("low", [0.3, 0.3], ["OR", "nonOR"], threshold=0.25)
    high = calls("high", [0.3, 0.3], ["OR", "nonOR"], threshold=0.35)
    table = disagreement_table([low, high])
    assert table["called: low"].tolist() == ["OR", "OR"]
    assert table["called: high"].tolist() == ["nonOR", "nonOR"]


def test_the_most_disputed_patient_comes_first():
    truth = ["OR", "OR", "nonOR"]
    table = disagreement_table(
        [calls("a", [0.5, 0.9, 0.2], truth), calls("b", [0.5, 0.2, 0.3], truth)]
    )
    assert table["patient_id"].tolist() == ["p1", "p2", "p0"]
    assert table["spread"].tolist() == pytest.approx([0.7, 0.1, 0.0])
    assert table["truth"].tolist() == ["OR", "nonOR", "OR"]


def test_probability_is_the_mean_over_the_repeats(drawn):
    table = disagreement_table([compared("a", drawn())]).set_index("patient_id")
    expected = drawn().frame.groupby("patient_id")["p_OR"].mean()
    pd.testing.assert_series_equal(
        table["p: a"].sort_index(), expected, check_names=False, check_index_type=False
    )
    assert table["spread"].isna().all()


def test_patients_of_one_run_alone_stay_with_empty_cells():
    truth = ["OR", "nonOR", "OR"]
    left, right = calls("a", [0.9, 0.2, 0.8], truth), calls("b", [0.8, 0.1], truth[:2])
    table = disagreement_table([left, right]).set_index("patient_id")
    assert len(table) == 3
    assert np.isnan(table.loc["p2", "p: b"])
    assert np.isnan(table.loc["p2", "spread"])
    assert table.loc["p2", "truth"] == "OR"


def test_a_patient_with_two_labels_shows_both():
    left, right = calls("a", [0.9, 0.2], ["OR", "nonOR"]), calls("b", [0.8, 0.1], ["nonOR", "OR"])
    table = disagreement_table([left, right]).set_index("patient_id")
    assert table.loc["p0", "truth"] == "OR / nonOR"
    assert table.loc["p1", "truth"] == "nonOR / OR"


def test_without_a_positive_class_the_probability_is_that_of_the_truth(drawn):
    grades = drawn(classes=("low", "middle", "high"))
    table = disagreement_table([compared("a", grades)]).set_index("patient_id")
    frame = grades.frame[grades.frame["patient_id"] == "p001"]  # of class middle
    assert table.loc["p001", "p: a"] == pytest.approx(frame["p_middle"].mean())


def test_four_classes_beside_two_are_called_in_words_of_the_two(drawn):
    four = drawn(classes=("CR", "PR", "SD", "PD"))
    frame = four.frame[["patient_id", "repeat", "fold"]].assign(
        label=np.where(four.frame["label"].isin(["CR", "PR"]), "OR", "nonOR"), p_OR=0.6, p_nonOR=0.4
    )
    two = replace(four, classes=("OR", "nonOR"), frame=frame)
    table = disagreement_table([compared("four", four), compared("two", two)])
    assert set(table["called: four"]) == {"OR", "nonOR"}
    assert set(table["truth"]) == {"OR", "nonOR"}
    assert (table["called: two"] == "OR").all()
