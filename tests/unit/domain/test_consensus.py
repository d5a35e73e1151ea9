from itertools import permutations

import pytest

from radiomics_hcc.domain.consensus import ConsensusRule, agreed_word
from radiomics_hcc.domain.response import (
    ImmuneResponse,
    MarkerResponse,
    ResponseClass,
    UnorderedResponse,
)
from radiomics_hcc.domain.response_scale import CLASSES, plain_class, scale_of
from radiomics_hcc.errors import InputError

ORDER = ("CR", "PR", "SD", "PD")


@pytest.mark.parametrize(
    ("votes", "majority", "median", "unanimous"),
    [
        ((), None, None, None),
        (("SD",), "SD", "SD", "SD"),
        (("CR", "CR"), "CR", "CR", "CR"),
        (("CR", "PR"), None, None, None),
        (("CR", "CR", "PD"), "CR", "CR", None),
        (("CR", "PR", "PD"), "PR", "PR", None),
        (("CR", "CR", "PR", "PD"), None, None, None),
        (("CR", "CR", "CR", "PD", "PD"), "CR", "CR", None),
        (("CR", "CR", "PR", "SD", "PD"), "PR", "PR", None),
        (("CR", "PR", "PR", "PD"), "PR", "PR", None),
    ],
)
def test_each_rule_whatever_the_order_of_the_votes(votes, majority, median, unanimous) -> None:
    wanted = (majority, median, unanimous)
    for shuffled in permutations(votes):
        found = tuple(agreed_word(shuffled, rule, ORDER) for rule in ConsensusRule)
        assert found == wanted


def test_words_that_never_vote_do_not_choose_the_scale() -> None:
    assert scale_of([UnorderedResponse.NE, ResponseClass.PR]) == CLASSES
    assert scale_of([]) == CLASSES


def test_persisting_non_targets_stand_before_progression() -> None:
    scale = scale_of([UnorderedResponse.NON_CR_NON_PD, ResponseClass.SD])
    assert [str(word) for word in scale] == ["CR", "PR", "SD", "NON-CR/NON-PD", "PD"]


def test_words_without_a_common_order_are_refused() -> None:
    with pytest.raises(InputError, match="no common order"):
        scale_of([ResponseClass.CR, MarkerResponse.RESPONDER])


def test_plain_class_of_words_of_other_criteria() -> None:
    assert plain_class(ImmuneResponse.IUPD) is ResponseClass.PD
    assert plain_class(ResponseClass.SD) is ResponseClass.SD
    assert plain_class(MarkerResponse.RESPONDER) is None
    assert plain_class(UnorderedResponse.NE) is None
