from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import aggregate_raters
from statsmodels.stats.inter_rater import cohens_kappa as other_cohen
from statsmodels.stats.inter_rater import fleiss_kappa as other_fleiss

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.agreement import NOT_READ, agreement, coded, cross_table
from radiomics_hcc.evaluation.agreement_coefficients import (
    Weights,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
    unanimous_share,
    weight_matrix,
)

SCALE = ("CR", "PR", "SD", "PD")

# Krippendorff's reliability data, 12 subjects by 4 raters with missing ratings, on which Gwet
# (Handbook of Inter-Rater Reliability, 2014) publishes every coefficient; 0 is missing here.
FOUR_RATERS = (
    np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
            [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
        ]
    ).T
    - 1
)


def interval(found):
    return found.estimate, found.low, found.high


@pytest.mark.parametrize(
    ("found", "published"),
    [
        (percent_agreement(FOUR_RATERS, 5), (0.8181818, 0.542, 1)),
        (fleiss_kappa(FOUR_RATERS, 5), (0.76117, 0.424, 1)),
        (gwet_ac(FOUR_RATERS, 5, Weights.IDENTITY), (0.77544, 0.461, 1)),
    ],
    ids=["percent agreement", "Fleiss", "AC1"],
)
def test_gwets_published_example_with_missing_readings(found, published) -> None:
    assert interval(found) == pytest.approx(published, abs=5e-4)


def random_codes(readers: int, *, seed: int = 3, patients: int = 60):
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 4, patients)
    noise = generator.integers(-1, 2, (patients, readers))
    return np.clip(truth[:, None] + noise, 0, 3)


@pytest.mark.parametrize(
    ("weights", "theirs"),
    [(Weights.IDENTITY, None), (Weights.LINEAR, "linear"), (Weights.QUADRATIC, "quadratic")],
)
def test_cohens_kappa_and_its_interval_are_those_of_statsmodels(weights, theirs) -> None:
    codes = random_codes(2)
    counts = cross_table(pd.DataFrame(codes).map(lambda code: SCALE[code]), SCALE).to_numpy()
    other = other_cohen(counts, wt=theirs)
    low, high = other.kappa_low, other.kappa_upp
    assert interval(cohen_kappa(codes, 4, weights)) == pytest.approx((other.kappa, low, high))


def test_fleiss_kappa_is_that_of_statsmodels_when_all_is_read() -> None:
    codes = random_codes(3)
    assert fleiss_kappa(codes, 4).estimate == pytest.approx(
        other_fleiss(aggregate_raters(codes)[0])
    )


def test_fleiss_own_example() -> None:
    # Fleiss 1971 as retold everywhere: 10 subjects, 14 raters, 5 categories, kappa 0.210.
    counts = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]  # fmt: skip
    codes = np.array([np.repeat(np.arange(5), row) for row in counts])
    assert fleiss_kappa(codes, 5).estimate == pytest.approx(0.210, abs=5e-4)


def test_kappa_of_a_table_reckoned_by_hand() -> None:
    # 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: observed 0.7, expected 0.5, kappa 0.4.
    codes = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], [20, 5, 10, 15], axis=0)
    assert cohen_kappa(codes, 2, Weights.IDENTITY).estimate == pytest.approx(0.4)
    # Chance by Gwet: share of yes 0.55, 2 x 0.55 x 0.45 = 0.495; (0.7 - 0.495) / 0.505.
    assert gwet_ac(codes, 2, Weights.IDENTITY).estimate == pytest.approx(0.205 / 0.505)


def test_ordinal_weights_are_gwets() -> None:
    assert weight_matrix(4, Weights.ORDINAL)[0] == pytest.approx([1, 5 / 6, 3 / 6, 0])
    assert weight_matrix(3, Weights.ORDINAL)[0] == pytest.approx([1, 2 / 3, 0])
    assert weight_matrix(1, Weights.ORDINAL) == pytest.approx(np.ones((1, 1)))


def test_ac2_by_going_through_all_pairs_of_readings() -> None:
    codes = random_codes(3, patients=30)
    codes[::4, 1] = NOT_READ
    weight = weight_matrix(4, Weights.ORDINAL)
    per_patient, shares = [], np.zeros(4)
    for row in codes:
        read = row[row != NOT_READ]
        per_patient.append(np.mean([weight[a, b] for a, b in combinations(read, 2)]))
        shares += np.bincount(read, minlength=4) / len(read) / len(codes)
    chance = weight.sum() / (4 * 3) * (shares * (1 - shares)).sum()
    wanted = (np.mean(per_patient) - chance) / (1 - chance)
    assert gwet_ac(codes, 4, Weights.ORDINAL).estimate == pytest.approx(wanted)


@pytest.mark.parametrize("coefficient", [fleiss_kappa, lambda c, q: gwet_ac(c, q, Weights.ORDINAL)])
def test_analytic_interval_is_near_that_of_a_bootstrap_over_patients(coefficient) -> None:
    codes = random_codes(3, patients=120)
    generator = np.random.default_rng(1)
    drawn = [
        coefficient(codes[generator.integers(0, len(codes), len(codes))], 4).estimate
        for _ in range(400)
    ]
    found = coefficient(codes, 4)
    assert (found.low, found.high) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.03)


def test_one_word_only_leaves_kappa_empty_with_the_reason_and_ac_defined() -> None:
    ratings = pd.DataFrame({"R1": ["SD"] * 4, "R2": ["SD"] * 4, "R3": ["SD"] * 4})
    table = agreement(ratings, SCALE).set_index(["readers", "statistic", "weights"])
    kappas = table[table.index.get_level_values("statistic").str.contains("kappa")]
    assert kappas["estimate"].isna().all()
    assert kappas["note"].str.contains("undefined").all()
    assert table.loc[("all", "Gwet's AC1", "identity"), ["estimate", "low", "high"]].eq(1).all()


def test_readers_who_share_no_patient_have_no_agreement() -> None:
    ratings = pd.DataFrame({"R1": ["CR", None], "R2": [None, "PD"]})
    table = agreement(ratings, SCALE)
    assert table["estimate"].isna().all()
    assert set(table["note"]) == {"no patient was read by two readers"}
    assert (table["patients"] == 0).all()


def test_missing_readings_are_left_out_of_their_pairs_only() -> None:
    ratings = pd.DataFrame(
        {
            "R1": ["CR", "PR", "SD", "PD"],
            "R2": ["CR", "PR", "SD", None],
            "R3": ["CR", None, None, "PD"],
        }
    )
    table = agreement(ratings, SCALE).set_index(["readers", "statistic"])["patients"]
    assert table["R1, R2"].eq(3).all()
    assert table["R2, R3"].eq(1).all()
    assert table[("all", "Fleiss' kappa")] == 4
    assert table[("all", "unanimous patients")] == 1


def test_words_that_are_not_on_the_scale_and_double_patients_are_refused_together() -> None:
    ratings = pd.DataFrame({"R1": ["CR", "good"], "R2": ["CR", "CR"]}, index=["A", "A"])
    with pytest.raises(InputError) as error:
        agreement(ratings, SCALE)
    assert len(error.value.problems) == 2


def test_unanimous_share_has_wilsons_interval() -> None:
    found = unanimous_share(np.repeat([[0, 0], [0, 1]], [8, 2], axis=0), "percent agreement")
    assert interval(found) == pytest.approx((0.8, 0.4902, 0.9433), abs=1e-4)  # Wilson 1927


codes_of_readers = st.lists(
    st.lists(st.integers(NOT_READ, 3), min_size=3, max_size=3), min_size=2, max_size=15
).map(np.array)


@settings(deadline=None, max_examples=40)
@given(codes=codes_of_readers, shuffle=st.randoms(use_true_random=False))
def test_order_of_patients_and_readers_changes_nothing(codes, shuffle) -> None:
    patients, readers = list(range(len(codes))), [0, 1, 2]
    shuffle.shuffle(patients)
    shuffle.shuffle(readers)
    other = codes[patients][:, readers]
    for coefficient in (percent_agreement, fleiss_kappa):
        assert interval(coefficient(other, 4)) == pytest.approx(
            interval(coefficient(codes, 4)), nan_ok=True, abs=1e-6
        )
    one, two = gwet_ac(codes, 4, Weights.ORDINAL), gwet_ac(other, 4, Weights.ORDINAL)
    assert interval(one) == pytest.approx(interval(two), nan_ok=True, abs=1e-6)


def test_codes_are_places_on_the_scale() -> None:
    ratings = pd.DataFrame({"R1": ["PD", None]})
    assert coded(ratings, SCALE).tolist() == [[3], [NOT_READ]]
