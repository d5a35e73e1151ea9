"""Models of different runs: what they share, and in which view they can be judged together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.domain.positive_class import positive_classes
from radiomics_hcc.evaluation.outcomes import IntArray, Outcomes, read_outcomes

View: TypeAlias = Literal["all", "two"]
"""The classes as they are, or the positive class against the rest."""


@dataclass(frozen=True, eq=False)
class Compared:
    """One model of one run.

    Parameters
    ----------
    label
        The name under which it is compared.
    predictions
        Out of fold.
    positive
        The words behind the positive class, such as `CR` and `PR` where they were merged to `OR`;
        empty where the classes have no two-class view.
    training_auc
        Mean AUC on the patients it was trained on; NaN where unknown.
    is_baseline
        Baselines are not compared with each other.
    """

    label: str
    predictions: Predictions
    positive: frozenset[str]
    training_auc: float = float("nan")
    is_baseline: bool = False

    @cached_property
    def whole(self) -> Outcomes:
        """Predictions as arrays, with the label as the model's name.

        Raises
        ------
        InputError
            Where the predictions are not usable.
        """
        return replace(read_outcomes(self.predictions), model=self.label)

    def outcomes(self, view: View) -> Outcomes:
        """`whole` in a view."""
        two = self.whole.two_class() if view == "two" else self.whole
        assert two is not None, "a view of two classes is asked for only where there is one"
        return two

    def among(self, patients: frozenset[str]) -> Compared:
        """The same model, judged on some of its patients only."""
        frame = self.predictions.frame
        kept = frame[frame["patient_id"].isin(patients)].reset_index(drop=True)
        return replace(self, predictions=replace(self.predictions, frame=kept))


@dataclass(frozen=True)
class Pair:
    """What two models share.

    Parameters
    ----------
    left, right
        Labels.
    shared, only_left, only_right
        Patients, in ascending order.
    relabelled
        Shared patients whose class is another one; empty where there is no common view.
    view
        In which the two can be judged; None where their classes have no common view.
    same_classes
        Whether the classes are the same in the same order.
    same_splits
        Whether every patient was tested in the same fold of every repeat, whatever the number of
        the fold.
    """

    left: str
    right: str
    shared: tuple[str, ...]
    only_left: tuple[str, ...]
    only_right: tuple[str, ...]
    relabelled: tuple[str, ...]
    view: View | None
    same_classes: bool
    same_splits: bool

    @property
    def same_patients(self) -> bool:
        """Whether both were judged on the same patients."""
        return bool(self.shared) and not self.only_left and not self.only_right

    @property
    def compares(self) -> bool:
        """Whether a paired difference is allowed: the same patients, labels and a common view."""
        return self.same_patients and not self.relabelled and self.view is not None


def pairs_of(compared: Sequence[Compared]) -> list[Pair]:
    """Every pair once, the earlier one on the left."""
    return [_pair(left, right) for left, right in combinations(compared, 2)]


def pairs_to_compare(compared: Sequence[Compared], pairs: Sequence[Pair]) -> list[Pair]:
    """Those that compare; two baselines only where nothing but baselines is compared."""
    baselines = {each.label for each in compared if each.is_baseline}
    models = len(baselines) < len(compared)
    return [
        pair
        for pair in pairs
        if pair.compares and not (models and {pair.left, pair.right} <= baselines)
    ]


def common_view(left: Compared, right: Compared) -> View | None:
    """The view in which two models can be judged together.

    The same classes in the same order stay as they are. Others are seen as positive against the
    rest where the same words are positive. None otherwise.
    """
    if left.predictions.classes == right.predictions.classes:
        return "all"
    return "two" if left.positive and left.positive == right.positive else None


def cliques(
    compared: Sequence[Compared], fit_together: Callable[[Compared, Compared], bool]
) -> list[list[Compared]]:
    """Groups within which all fit together; everyone joins the first group that takes them."""
    groups: list[list[Compared]] = []
    for each in compared:
        home = next((g for g in groups if all(fit_together(other, each) for other in g)), None)
        if home is None:
            groups.append([each])
        else:
            home.append(each)
    return groups


def comparable_groups(compared: Sequence[Compared], pairs: Sequence[Pair]) -> list[list[Compared]]:
    """Groups within which every pair compares; a model may be alone in its group."""
    fitting = {frozenset((pair.left, pair.right)) for pair in pairs if pair.compares}
    return cliques(compared, lambda one, other: frozenset((one.label, other.label)) in fitting)


def view_of_group(group: Sequence[Compared]) -> View:
    """The classes as they are where all share them, else the positive one against the rest."""
    return "all" if len({each.predictions.classes for each in group}) == 1 else "two"


def shared_with_equal_labels(group: Sequence[Compared]) -> frozenset[str]:
    """Patients whom all models of a group were judged on, with the same class everywhere."""
    view = view_of_group(group)
    known = [labels_of(each, view) for each in group]
    everywhere = frozenset.intersection(*(frozenset(each) for each in known))
    return frozenset(
        patient for patient in everywhere if len({each[patient] for each in known}) == 1
    )


def words_behind(classes: Sequence[str], merge: dict[str, list[str]] | None) -> frozenset[str]:
    """The response words that the positive classes stand for.

    Parameters
    ----------
    classes
        Of the target, best first.
    merge
        Class to the words that were merged into it; None where nothing is known of them. `OR`
        then stands for `CR` and `PR`.

    Examples
    --------
    >>> sorted(words_behind(["OR", "nonOR"], None))
    ['CR', 'PR']
    >>> sorted(words_behind(["CR", "nonCR"], {"CR": ["1"], "nonCR": ["2", "3", "4"]}))
    ['1']
    """
    known = {"OR": ["CR", "PR"]} if merge is None else merge
    positive = positive_classes(classes) or ()
    return frozenset(word for name in positive for word in known.get(name, [name]))


def match_folds(left: Outcomes, right: Outcomes) -> IntArray | None:
    """For every fold of every repeat on the left, the place of the same fold on the right.

    Parameters
    ----------
    left, right
        Of the same patients.

    Returns
    -------
    numpy.ndarray or None
        Shape (folds of all repeats,), places in the order of `score_folds`; None where the splits
        are not the same.
    """
    if left.folds.shape != right.folds.shape or (left.patients != right.patients).any():
        return None
    places: list[NDArray[np.intp]] = []
    begin = 0
    for ours, theirs in zip(left.folds, right.folds, strict=True):
        names, first, inverse = np.unique(ours, return_index=True, return_inverse=True)
        others, place = np.unique(theirs, return_inverse=True)
        if len(names) != len(others) or (place != place[first][inverse]).any():
            return None
        places.append(begin + place[first])
        begin += len(others)
    return np.concatenate(places)


def labels_of(each: Compared, view: View) -> dict[str, str]:
    """Class of every patient; in the two-class view `positive` or `other`."""
    seen = each.outcomes(view)
    words = ("positive", "other") if view == "two" else seen.classes
    return {
        str(patient): words[code] for patient, code in zip(seen.patients, seen.labels, strict=True)
    }


def _pair(left: Compared, right: Compared) -> Pair:
    ours, theirs = (frozenset(map(str, each.whole.patients)) for each in (left, right))
    view = common_view(left, right)
    return Pair(
        left.label,
        right.label,
        tuple(sorted(ours & theirs)),
        tuple(sorted(ours - theirs)),
        tuple(sorted(theirs - ours)),
        () if view is None else tuple(_relabelled(left, right, view)),
        view,
        left.predictions.classes == right.predictions.classes,
        ours == theirs and match_folds(left.whole, right.whole) is not None,
    )


def _relabelled(left: Compared, right: Compared, view: View) -> Iterator[str]:
    one, other = labels_of(left, view), labels_of(right, view)
    return (name for name in sorted(one.keys() & other.keys()) if one[name] != other[name])
