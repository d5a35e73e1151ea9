"""Records of small completed runs, for the tests of comparing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Finding, Predictions
from radiomics_hcc.domain.record import InputFile, RunRecord, RunStatus
from radiomics_hcc.evaluation.evaluate import evaluate_predictions

RESAMPLES = 60


def predictions(
    model: str, *, effect: float, seed: int, patients: Sequence[str], folds_from: int = 0
) -> Predictions:
    """Two repeats, four folds; every other patient responds."""
    generator = np.random.default_rng(seed)
    is_positive = np.array([int(name[1:]) % 2 == 0 for name in patients])
    frames = []
    for repeat in range(2):
        chance = 1 / (1 + np.exp(-generator.normal(effect * np.where(is_positive, 1, -1))))
        known = {"patient_id": list(patients), "repeat": repeat}
        fold = (np.arange(len(patients)) // 2 + repeat + folds_from) % 4
        label = np.where(is_positive, "OR", "nonOR")
        frames.append(pd.DataFrame({**known, "fold": fold, "label": label}))
        frames[-1] = frames[-1].assign(p_OR=chance, p_nonOR=1 - chance, threshold=0.5)
    return Predictions(model, ("OR", "nonOR"), pd.concat(frames, ignore_index=True))


def names(count: int, first: int = 0) -> list[str]:
    """Patients `p00`, `p01`, ..."""
    return [f"p{place:02d}" for place in range(first, first + count)]


def tables_of(judged: Sequence[Predictions]) -> dict[str, pd.DataFrame]:
    """The tables that a comparison reads; the curves are two points each."""
    trained = {each.model: 0.9 for each in judged}
    metrics, comparisons = evaluate_predictions(
        judged,
        reference=None,
        primary=judged[0].model,
        training_auc=trained,
        resamples=RESAMPLES,
        seed=5,
    )
    ends = pd.DataFrame({"model": list(trained)}).merge(pd.DataFrame({"at": [0.25, 0.75]}), "cross")
    band = {"low": 0.0, "high": 1.0}
    at = ends["at"]
    return {
        "metrics": metrics,
        "comparisons": comparisons,
        "out_of_fold": pd.concat([each.frame.assign(model=each.model) for each in judged]),
        "scores": pd.DataFrame([{"model": model, "train_auc": 0.9} for model in trained]),
        "roc": ends.assign(fpr=at, tpr=at, **band),
        "calibration_smooth": ends.assign(
            boundary="OR | nonOR", predicted=at, observed=at, note="", **band
        ),
        "decision_curve": ends.assign(
            threshold=at, net_benefit=0.1, treat_all=0.1, treat_none=0.0, **band
        ),
    }


def completed(
    run_id: str = "r1",
    *,
    name: str = "small",
    models: Sequence[Predictions] = (),
    **changes: object,
) -> RunRecord:
    """A completed run; without models an elastic net and size alone on 40 patients."""
    judged = list(models) or [
        predictions("elastic_net", effect=1.2, seed=1, patients=names(40)),
        predictions("size_only", effect=0.3, seed=2, patients=names(40)),
    ]
    known: dict[str, object] = {
        "run_id": run_id,
        "name": name,
        "question": "Does it respond?",
        "intent": "pretreatment_prediction",
        "status": RunStatus.COMPLETED,
        "started": "2026-11-20T10:15:00+00:00",
        "config": {
            "seed": 5,
            "validation": {"resamples": RESAMPLES},
            "target": {"merge": {"OR": ["CR", "PR"], "nonOR": ["SD", "PD"]}},
        },
        "config_sha256": f"c-{run_id}",
        "data_sha256": "d",
        "inputs": (InputFile("cohort.patients", "patients.csv", "ab" * 32),),
        "provenance": {
            "python": "3.11.7",
            "packages": {"numpy": "2.4.0", "scikit-learn": "1.9.1"},
            "git": {"commit": "9f8e" * 10, "dirty": False, "diff_sha256": "e3b0" * 16},
        },
        "summary": {"headline_model": judged[0].model, "classes": ["OR", "nonOR"]},
        "tables": tables_of(judged),
        "findings": (Finding("HCC001", "ok", "Fine."),),
    }
    return RunRecord(**(known | changes))
