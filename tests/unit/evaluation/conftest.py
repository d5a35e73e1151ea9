"""Predictions with a known truth, for the tests of the evaluation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.evaluation import Predictions

TWO = ("OR", "nonOR")
FOUR = ("CR", "PR", "SD", "PD")


def as_predictions(
    labels: Sequence[int],
    probabilities: np.ndarray,
    *,
    classes: Sequence[str] = TWO,
    model: str = "model",
    folds: int = 5,
) -> Predictions:
    """Predictions from labels (n,) and probabilities (r, n, k), patients dealt to the folds."""
    codes = np.asarray(labels)
    names = [f"p{place:03d}" for place in range(len(codes))]
    frames = []
    for repeat, chance in enumerate(probabilities):
        order = np.argsort(codes, kind="stable")
        fold = np.empty(len(codes), dtype=int)
        fold[order] = (np.arange(len(codes)) + repeat) % folds
        frame = pd.DataFrame({"patient_id": names, "repeat": repeat, "fold": fold})
        frame["label"] = [classes[code] for code in codes]
        for place, name in enumerate(classes):
            frame[f"p_{name}"] = chance[:, place]
        frames.append(frame)
    return Predictions(model, tuple(classes), pd.concat(frames, ignore_index=True))


def draw_predictions(
    *,
    model: str = "model",
    effect: float = 1.0,
    classes: Sequence[str] = TWO,
    patients: int = 60,
    seed: int = 0,
) -> Predictions:
    """Predictions in 4 repeats whose ranking is better the larger the effect."""
    generator = np.random.default_rng([seed, patients])
    labels = np.arange(patients) % len(classes)
    truth = np.eye(len(classes))[labels]
    logits = generator.normal(size=(patients, len(classes))) + effect * truth
    noise = generator.normal(scale=0.2, size=(4, patients, len(classes)))
    odds = np.exp(logits + noise)
    chance = odds / odds.sum(axis=2, keepdims=True)
    return as_predictions(list(labels), chance, classes=classes, model=model)


@pytest.fixture(scope="session")
def from_arrays() -> Callable[..., Predictions]:
    return as_predictions


@pytest.fixture(scope="session")
def drawn() -> Callable[..., Predictions]:
    return draw_predictions
