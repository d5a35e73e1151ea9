"""Comparisons of runs as an experiment would make them, from seeded random numbers."""

from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.run_comparison import RunComparison

PATIENTS = 60
ASPECTS = ("patients", "labels", "classes", "splits", "intent")
LONG = "tace-ct: random_forest with every feature of both time points (2026-11-20 10:15)"
NAMES = ("pre", "delta", LONG, "size_only", "clinical_only", "tace-mr: elastic_net")


def labels_of(models):
    return [NAMES[place] if place < len(NAMES) else f"variant-{place}" for place in range(models)]


def runs(labels):
    return pd.DataFrame(
        {
            "label": labels,
            "run_id": [f"20261120T10150000{place:04d}-1f3c9a2e" for place in range(len(labels))],
            "name": [f"tace-ct.{label}" for label in labels],
            "model": "elastic_net",
            "question": "Do features before treatment predict objective response after TACE?",
            "intent": "pretreatment_prediction",
            "started": "2026-11-20T10:15:00+00:00",
            "patients": PATIENTS,
            "config_sha256": [f"{place:02d}" * 32 for place in range(len(labels))],
            "data_sha256": "77b0aa19" * 8,
        }
    )


def left_out():
    row = ("20261120T111500-99999999", "tace-ct.broken", "failed", "the run did not complete")
    return pd.DataFrame([row], columns=["run_id", "name", "status", "reason"])


def differences(labels):
    values = [
        (
            "configuration",
            "features.timepoints",
            lambda place: ["[pre]", "[pre, early]"][place % 2],
        ),
        ("configuration", "models.0.parameters.class_weight", lambda place: f"{place % 3}"),
        ("data", "features.table", lambda place: f"features.parquet {place % 2}a1b2c3d4e5f"),
        ("software", "scikit-learn", lambda place: ["1.9.1", "1.8.0"][place == 1]),
        ("code", "git.commit", lambda place: ["9f8e7d6c", "not set"][place == 0]),
    ]
    rows = [
        {"part": part, "key": key, **{label: at(place) for place, label in enumerate(labels)}}
        for part, key, at in values
    ]
    return pd.DataFrame(rows) if len(labels) > 1 else pd.DataFrame(columns=["part", "key", *labels])


def comparable(labels, strangers):
    rows = []
    for left, right in combinations(labels, 2):
        for aspect in ASPECTS:
            is_apart = aspect == "patients" and (left in strangers) != (right in strangers)
            is_moved = aspect == "splits" and labels[1] in (left, right)
            same = not (is_apart or is_moved)
            told = "" if same else f"the {aspect} are not the same: 12 of {PATIENTS} differ"
            rows.append((left, right, aspect, same, told))
    return pd.DataFrame(rows, columns=["left", "right", "aspect", "same", "sentence"])


def metrics(labels):
    rows = []
    for place, label in enumerate(labels):
        auc = 0.74 - 0.02 * place
        values = {
            "auc": (auc, 0.1),
            "balanced_accuracy": (auc - 0.06, 0.08),
            "mcc": (2 * auc - 1.1, 0.15),
            "brier": (0.4 - auc / 4, 0.04),
            "calibration_slope": (auc + 0.1, 0.5),
        }
        for metric, (value, half) in values.items():
            rows.append((label, metric, value, value - half, value + half, PATIENTS, 5))
    columns = ["label", "metric", "estimate", "low", "high", "patients", "repeats"]
    return pd.DataFrame(rows, columns=columns)


def paired(labels, strangers):
    rows = []
    for left, right in combinations(labels, 2):
        if (left in strangers) != (right in strangers):
            continue
        for metric, sign in (("auc", 1), ("brier", -1)):
            size = sign * 0.02 * (labels.index(right) - labels.index(left))
            p = 0.004 if abs(size) > 0.03 else 0.4
            half = 0.02 if abs(size) > 0.03 else 0.06
            limits = (size - half, size + half)
            rows.append((left, right, metric, size, *limits, p, min(1, 5 * p), PATIENTS, p, np.nan))
    columns = ["left", "right", "metric", "difference", "low", "high", "p_value", "p_holm"]
    return pd.DataFrame(rows, columns=[*columns, "patients", "p_corrected_t", "p_corrected_t_holm"])


def ranks(labels, strangers):
    groups = [[name for name in labels if name not in strangers], list(strangers)]
    rows = []
    for group, members in enumerate(filter(None, groups), start=1):
        for place, label in enumerate(members, start=1):
            low, high = max(1, place - 1), min(len(members), place + 2)
            for metric in ("auc", "brier"):
                best = 1 / len(members)
                rows.append((label, metric, place, low, high, best, group, len(members)))
    columns = ["label", "metric", "rank", "low", "high", "best", "group", "among"]
    return pd.DataFrame(rows if len(labels) > 1 else [], columns=columns)


def roc(labels):
    rate = np.linspace(0, 1, 51)
    frames = []
    for place, label in enumerate(labels):
        auc = 0.74 - 0.02 * place
        hits = rate ** ((1 - auc) / auc)
        spread = 0.5 * hits * (1 - hits)
        table = {"label": label, "fpr": rate, "tpr": hits, "low": hits - spread}
        frames.append(pd.DataFrame({**table, "high": hits + spread}))
    return pd.concat(frames, ignore_index=True)


def calibration(labels, boundaries):
    predicted = np.linspace(0.15, 0.85, 30)
    frames = []
    for boundary in boundaries:
        for place, label in enumerate(labels):
            observed = 0.1 + 0.8 * predicted - 0.02 * place
            table = {"label": label, "boundary": boundary, "predicted": predicted}
            limits = {"low": observed - 0.1, "high": observed + 0.1, "note": ""}
            frames.append(pd.DataFrame({**table, "observed": observed, **limits}))
    return pd.concat(frames, ignore_index=True)


def decision(labels):
    threshold = np.linspace(0.2, 0.7, 26)
    frames = []
    for place, label in enumerate(labels):
        benefit = 0.36 - 0.4 * threshold - 0.01 * place
        table = {"label": label, "threshold": threshold, "net_benefit": benefit}
        limits = {"low": benefit - 0.06, "high": benefit + 0.06}
        treat_all = 0.5 - 0.5 * threshold / (1 - threshold)
        frames.append(pd.DataFrame({**table, **limits, "treat_all": treat_all, "treat_none": 0.0}))
    return pd.concat(frames, ignore_index=True)


def disagreement(labels, classes):
    generator = np.random.default_rng(11)
    names = [f"HCC_{number:03d}" for number in range(1, PATIENTS + 1)]
    truth = [classes[place % len(classes)] for place in range(PATIENTS)]
    frame = pd.DataFrame({"patient_id": names, "truth": truth})
    middle = generator.uniform(0.2, 0.8, PATIENTS)
    chances = {}
    for label in labels:
        chance = np.clip(middle + generator.normal(0, 0.15, PATIENTS), 0.01, 0.99)
        chances[label] = chance
        frame[f"p: {label}"] = chance
        frame[f"called: {label}"] = np.where(chance > 0.5, classes[0], classes[-1])
    each = np.stack(list(chances.values()))
    frame["spread"] = each.max(axis=0) - each.min(axis=0)
    return frame.sort_values("spread", ascending=False, ignore_index=True)


def agreement(labels, strangers):
    counts = (34, 8, 6, 12)
    rows = [
        (left, right, PATIENTS, *counts, 0.48, 0.25, 0.7, 0.79, 1.0)
        for left, right in combinations(labels, 2)
        if (left in strangers) == (right in strangers)
    ]
    columns = ["left", "right", "patients", "both_right", "only_left_right", "only_right_right"]
    columns += ["both_wrong", "kappa", "kappa_low", "kappa_high", "p_value", "p_holm"]
    return pd.DataFrame(rows, columns=columns)


def findings():
    return (
        Finding("SPLITS", "warning", "B was split otherwise than the others."),
        Finding("INCORPORATION", "serious", "delta reads the scan on which the response was read."),
        Finding("MANY", "note", "Many pairs are compared: Holm's correction is over all of them."),
    )


def compared(models=3, *, strangers=(), classes=("OR", "nonOR"), found=True):
    """So many models; those in `strangers` (places) were judged on other patients."""
    labels = labels_of(models)
    apart = [labels[place] for place in strangers]
    edges = [f"{one} | {other}" for one, other in pairwise(classes)]
    return RunComparison(
        title="tace-ct: what the early scan adds",
        runs=runs(labels),
        left_out=left_out(),
        differences=differences(labels),
        comparable=comparable(labels, apart),
        metrics=metrics(labels),
        paired=paired(labels, apart),
        ranks=ranks(labels, apart),
        roc=roc(labels),
        calibration=calibration(labels, edges),
        decision=decision(labels),
        disagreement=disagreement(labels, classes),
        agreement=agreement(labels, apart),
        findings=findings() if found else (),
    )
