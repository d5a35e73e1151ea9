from __future__ import annotations

import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.merging import RESPONSE_ORDER, ClassOrder, word_of


def test_classes_come_best_first_whatever_the_order_of_the_merge() -> None:
    order = ClassOrder.merged(RESPONSE_ORDER, {"nonOR": ["SD", "PD"], "OR": ["CR", "PR"]})
    assert order.classes == ("OR", "nonOR")
    assert order.meaning == {"CR": "OR", "PR": "OR", "SD": "nonOR", "PD": "nonOR"}


def test_without_merge_every_word_is_a_class() -> None:
    assert ClassOrder.merged(RESPONSE_ORDER, None).classes == ("CR", "PR", "SD", "PD")


@pytest.mark.parametrize(
    ("merge", "message"),
    [
        ({"OR": ["CR", "PR"], "rest": ["SD", "PDD"]}, "did you mean 'PD'"),
        ({"OR": ["CR", "PR"], "rest": ["PR", "SD"]}, "'PR' is merged more than once"),
        ({"a": ["CR", "SD"], "b": ["PR", "PD"]}, "not neighbours"),
        ({"all": ["CR", "PR", "SD", "PD"]}, "fewer than two classes"),
        ({"OR": ["CR", "PR"], "rest": []}, "merge.rest: is empty"),
    ],
)
def test_a_merge_that_makes_no_order_is_refused(merge, message: str) -> None:
    with pytest.raises(InputError, match=message):
        ClassOrder.merged(RESPONSE_ORDER, merge)


def test_a_word_outside_the_merge_is_refused() -> None:
    order = ClassOrder.merged(RESPONSE_ORDER, {"CR": ["CR"], "PR": ["PR"]})
    with pytest.raises(InputError, match=r"'SD'.*belongs to no class"):
        order.check_covers(["CR", "SD"], "response")


@pytest.mark.parametrize(
    ("cell", "word"), [(1.0, "1"), (1, "1"), (" CR ", "CR"), (None, ""), (float("nan"), "")]
)
def test_word_of_a_cell(cell: object, word: str) -> None:
    assert word_of(cell) == word
