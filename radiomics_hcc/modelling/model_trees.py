"""Trees of a loaded model: compiled code follows their indices without looking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from radiomics_hcc.errors import ModelFileError

FITTED: Final = ("tree_", "estimators_", "_predictors")
"""Where scikit-learn keeps the trees of a fitted model."""


def check_trees(model: BaseEstimator) -> None:
    """Refuse trees whose nodes lead outside the tree, back, or to a feature that is not there.

    Prediction reads `left`, `right` and `feature` of a node as places in memory; numbers of
    somebody's choice would let it read what is not its own, or never end.

    Raises
    ------
    ModelFileError
        Where a tree is so.
    """
    for part in _parts(model):
        if not any(name in getattr(part, "__dict__", ()) for name in FITTED):
            continue  # no trees, or not fitted, such as the pattern of a forest's trees
        if isinstance(part, RandomForestClassifier):
            widths = {tree.n_features_in_ for tree in part.estimators_}
            _require(widths == {part.n_features_in_})
        elif isinstance(part, DecisionTreeClassifier):
            tree = part.tree_
            _require(tree.n_features == part.n_features_in_)
            is_leaf = tree.children_left == -1
            children = np.stack([tree.children_left, tree.children_right])
            _check_nodes(is_leaf, children, tree.feature, tree.n_features)
        elif isinstance(part, HistGradientBoostingClassifier):
            for predictor in (each for step in part._predictors for each in step):
                nodes = predictor.nodes
                is_leaf = nodes["is_leaf"].astype(bool)
                _require(not nodes["is_categorical"].any())
                children = np.stack([nodes["left"], nodes["right"]])
                _check_nodes(is_leaf, children, nodes["feature_idx"], part.n_features_in_)


def _check_nodes(
    is_leaf: NDArray[np.bool_],
    children: NDArray[np.integer],
    features: NDArray[np.integer],
    width: int,
) -> None:
    """Children of a node come after it, so that every way down ends in a leaf of this tree.

    Parameters
    ----------
    is_leaf, features
        Shape (nodes,).
    children
        Shape (2, nodes).
    width
        Columns that the model takes.
    """
    count = len(is_leaf)
    inner = np.flatnonzero(~is_leaf)
    below = children[:, inner].astype(np.int64)
    used = features[inner].astype(np.int64)
    _require(count > 0)
    _require(bool((below > inner).all() and (below < count).all()))
    _require(bool((used >= 0).all() and (used < width).all()))


def _require(is_sound: bool) -> None:
    if not is_sound:
        raise ModelFileError(
            "the model file holds a tree that leads outside itself; no saved model has one, so it "
            "was made by hand or is damaged"
        )


def _parts(model: object) -> Iterator[object]:
    """Every object inside a model, each once."""
    left, seen = [model], set[int]()
    while left:
        part = left.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        if isinstance(part, Mapping):
            left += part.values()
        elif isinstance(part, list | tuple):
            left += part
        elif isinstance(part, BaseEstimator):
            left += vars(part).values()
