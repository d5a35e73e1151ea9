"""One word from the words of several readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from radiomics_hcc.domain.words import Word


class ConsensusRule(Word):
    """How the words of several readers become one."""

    MAJORITY = "majority"
    MEDIAN = "median"
    UNANIMOUS = "unanimous"


def agreed_word(votes: Sequence[str], rule: ConsensusRule, order: Sequence[str]) -> str | None:
    """The word that the readers agree on by a rule.

    `majority`: the word of more than half of the votes, else the median word. `median`: the
    middle of the votes put in order. `unanimous`: the word of every vote. The order of the votes
    never matters.

    Parameters
    ----------
    votes
        Words of `order`, one per reader who votes.
    order
        All words, best first.

    Returns
    -------
    str or None
        None where nobody votes, where votes differ that must not, or where an even number of
        votes lies around two different words: a tie is never broken.

    Examples
    --------
    >>> order = ("CR", "PR", "SD", "PD")
    >>> agreed_word(["CR", "SD", "PR"], ConsensusRule.MAJORITY, order)
    'PR'
    >>> agreed_word(["CR", "PR"], ConsensusRule.MAJORITY, order) is None
    True
    """
    if not votes:
        return None
    word, count = Counter(votes).most_common(1)[0]
    if rule is ConsensusRule.UNANIMOUS:
        return word if count == len(votes) else None
    if rule is ConsensusRule.MAJORITY and 2 * count > len(votes):
        return word
    return _middle(votes, order)


def _middle(votes: Sequence[str], order: Sequence[str]) -> str | None:
    places = sorted(order.index(vote) for vote in votes)
    low, high = places[(len(places) - 1) // 2], places[len(places) // 2]
    return order[low] if low == high else None
