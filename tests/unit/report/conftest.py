"""A run as an experiment would record it, made from seeded random numbers."""

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.record import InputFile, ModelFile, RunRecord, RunStatus

CLASSES = ["OR", "nonOR"]
MODELS = ["elastic_net", "ordinal_logistic", "random_forest"]
BASELINES = ["size_only", "clinical_only", "no_information", "label_permuted"]
AUC = dict(zip(MODELS + BASELINES, (0.71, 0.69, 0.67, 0.62, 0.58, 0.50, 0.48), strict=True))
PATIENTS = 84


def cohort_flow():
    return pd.DataFrame(
        [
            ("Cohort table", 91, 134, ""),
            (
                "With an arterial scan before treatment",
                88,
                129,
                "3 patients without an arterial phase",
            ),
            ("With a readable lesion mask", 86, 126, "2 masks empty: listed under exclusions"),
            ("With a response at first follow-up", PATIENTS, 122, "2 patients without follow-up"),
        ],
        columns=["step", "patients", "lesions", "note"],
    )


def table_one():
    return pd.DataFrame(
        [
            ("Age, years", "median (quartiles)", "67 (60 to 73)", "66 (59 to 72)", "68 (61 to 74)"),
            ("Sex", "male", "65 (77 %)", "32 (78 %)", "33 (77 %)"),
            ("Sex", "female", "19 (23 %)", "9 (22 %)", "10 (23 %)"),
            ("Child-Pugh", "A", "61 (73 %)", "33 (80 %)", "28 (65 %)"),
            ("Child-Pugh", "B", "23 (27 %)", "8 (20 %)", "15 (35 %)"),
            ("AFP, ng/ml", "median (quartiles)", "28 (8 to 310)", "19 (7 to 121)", "47 (9 to 620)"),
        ],
        columns=["variable", "level", "all", *CLASSES],
    )


def labels(generator):
    label = np.where(np.arange(PATIENTS) < 41, "OR", "nonOR")
    second = np.where(generator.random(PATIENTS) < 0.1, "nonOR", label)
    names = [f"HCC_{number:03d}" for number in range(1, PATIENTS + 1)]
    return pd.DataFrame(
        {"patient_id": names, "label": label, "reader_1": label, "reader_2": second}
    )


def response(generator):
    patients = 40
    baseline = generator.uniform(18, 95, patients).round(1)
    change = np.clip(generator.normal(-0.3, 0.45, patients), -1, 1.6)
    change[:5] = -1
    current = (baseline * (1 + change)).round(1)
    current[-2:] = np.nan
    word = np.select(
        [np.isnan(current), change <= -1, change <= -0.3, change < 0.2],
        ["NE", "CR", "PR", "SD"],
        "PD",
    )
    return pd.DataFrame(
        {
            "patient_id": [f"HCC_{number:03d}" for number in range(1, patients + 1)],
            "reader": "1",
            "assessment": generator.integers(28, 70, patients),
            "baseline_sum": baseline,
            "nadir_sum": baseline,
            "current_sum": current,
            "target_response": word,
            "non_target_response": "NA",
            "new_lesion": False,
            "response": word,
            "reason": "sum of the viable diameters against the baseline",
            "change_from_baseline_percent": 100 * (current - baseline) / baseline,
            "change_from_nadir_percent": 100 * (current - baseline) / baseline,
            "flags": "",
            "baseline": 0,
        }
    )


def best_response(assessed):
    return pd.DataFrame(
        {
            "patient_id": assessed["patient_id"],
            "reader": assessed["reader"],
            "best_response": assessed["response"],
            "progressed": assessed["response"] == "PD",
            "ttp_days": assessed["assessment"],
            "reason": "one follow-up",
        }
    )


def metrics():
    rows = []
    for model, auc in AUC.items():
        values = {
            "auc": (auc, 0.09),
            "average_precision": (auc - 0.02, 0.1),
            "balanced_accuracy": (0.5 + (auc - 0.5) * 0.8, 0.08),
            "brier": (0.25 - (auc - 0.5) * 0.15, 0.03),
            "calibration_slope": (0.4 + auc * 0.6, 0.35),
            "mcc": ((auc - 0.5) * 1.4, 0.16),
        }
        for metric, (value, half) in values.items():
            row = (
                model,
                metric,
                value,
                value - half,
                value + half,
                "patient bootstrap; Nadeau-Bengio on 100 of 100 folds",
            )
            rows.append((*row, value - half * 1.1, value + half * 1.1, PATIENTS, 20))
    columns = ["model", "metric", "estimate", "low", "high", "method"]
    return pd.DataFrame(rows, columns=[*columns, "nb_low", "nb_high", "patients", "repeats"])


def comparisons():
    return pd.DataFrame(
        [
            ("elastic_net", "size_only", "auc", 0.09, -0.01, 0.19, 0.031, 0.093),
            ("elastic_net", "clinical_only", "auc", 0.13, 0.03, 0.23, 0.008, 0.032),
            ("elastic_net", "no_information", "auc", 0.21, 0.12, 0.30, 0.00004, 0.0002),
        ],
        columns=["model", "reference", "metric", "difference", "low", "high", "p_value", "p_holm"],
    )


def features(generator):
    names = [f"original_glcm_Feature{number}" for number in range(40)]
    names += [f"wavelet-LLH_firstorder_Feature{number}" for number in range(67)]
    middle = generator.normal(0, 40, len(names))
    return pd.DataFrame(
        {
            "feature": names,
            "timepoint": "pre",
            "missing": generator.integers(0, 3, len(names)),
            "minimum": middle - 30,
            "median": middle,
            "maximum": middle + 30,
        }
    )


def selected(generator):
    names = [
        "pre__original_shape_Maximum3DDiameter",
        "pre__original_glcm_Contrast",
        "pre__original_firstorder_Entropy",
        "pre__wavelet-LLH_glszm_LargeAreaLowGrayLevelEmphasis",
        "pre__log-sigma-2-0-mm-3D_firstorder_Mean",
        *[f"pre__original_glrlm_Feature{number}" for number in range(9)],
    ]
    return pd.DataFrame(
        {
            "model": "elastic_net",
            "feature": names,
            "frequency": np.sort(generator.beta(1.3, 2, len(names)))[::-1],
            "rho_volume": [0.94, -0.12, 0.71, 0.81, 0.05, *generator.uniform(-0.5, 0.5, 9)],
        }
    )


def roc():
    fpr = np.linspace(0, 1, 51)
    frames = []
    for model, auc in AUC.items():
        tpr = fpr ** ((1 - auc) / auc)
        spread = 0.5 * tpr * (1 - tpr)
        table = {"model": model, "fpr": fpr, "tpr": tpr, "low": tpr - spread, "high": tpr + spread}
        frames.append(pd.DataFrame(table))
    return pd.concat(frames, ignore_index=True)


def calibration(generator):
    predicted = np.array([0.22, 0.36, 0.48, 0.6, 0.77])
    frames = []
    for model in [*MODELS, "size_only"]:
        observed = np.clip(predicted + generator.normal(0, 0.07, 5), 0.02, 0.98)
        half = 1.96 * np.sqrt(observed * (1 - observed) / 17)
        frames.append(
            pd.DataFrame(
                {
                    "model": model,
                    "predicted": predicted,
                    "observed": observed,
                    "low": np.clip(observed - half, 0, 1),
                    "high": np.clip(observed + half, 0, 1),
                    "patients": [17, 17, 16, 17, 17],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def confusion():
    return pd.DataFrame(
        [
            ("OR", "OR", 28.4),
            ("OR", "nonOR", 12.6),
            ("nonOR", "OR", 14.1),
            ("nonOR", "nonOR", 28.9),
        ],
        columns=["true", "predicted", "patients"],
    )


def tables(generator):
    table = labels(generator)
    assessed = response(generator)
    return {
        "cohort_flow": cohort_flow(),
        "table_one": table_one(),
        "labels": table,
        "label_counts": table["label"]
        .value_counts()
        .reindex(CLASSES)
        .rename_axis("label")
        .reset_index(name="patients"),
        "exclusions": pd.DataFrame(
            [("HCC_085", "mask is empty before treatment"), ("HCC_086", "no follow-up scan")],
            columns=["patient_id", "reason"],
        ),
        "response": assessed,
        "best_response": best_response(assessed),
        "features": features(generator),
        "missing": pd.DataFrame(
            [("region smaller than 3 voxels in one direction", 41), ("constant region", 7)],
            columns=["reason", "cells"],
        ),
        "metrics": metrics(),
        "comparisons": comparisons(),
        "selected": selected(generator),
        "roc": roc(),
        "calibration": calibration(generator),
        "confusion": confusion(),
    }


def completed_run():
    generator = np.random.default_rng(7)
    return RunRecord(
        run_id="20261120T101500Z-1f3c9a2e",
        name="tace-ct-pre",
        question="Do pre-treatment CT features predict mRECIST objective response at first "
        "follow-up after TACE?",
        intent="pretreatment_prediction",
        status=RunStatus.COMPLETED,
        started="2026-11-20T10:15:00+00:00",
        finished="2026-11-20T10:21:42+00:00",
        config={
            "schema_version": 1,
            "name": "tace-ct-pre",
            "seed": 20261120,
            "features": {"params": "params/ct_1mm.yaml", "timepoints": ["pre"]},
            "models": [{"kind": name} for name in MODELS],
            "validation": {"outer": 5, "repeats": 20, "inner": 4},
        },
        config_sha256="1f3c9a2e" * 8,
        data_sha256="77b0aa19" * 8,
        inputs=(
            InputFile("cohort.images", "cohort.csv", "ab12" * 16),
            InputFile("target.measurements", "measurements.csv", "cd34" * 16),
        ),
        provenance={
            "versions": {"python": "3.11.7", "radiomics_hcc": "0.1.0", "scikit-learn": "1.9.1"},
            "git": {"commit": "9f8e7d6c", "dirty": False},
            "platform": "Linux x86_64",
            "command": "rhcc run tace-ct-pre.yaml",
        },
        summary={
            "verdict": "Elastic net separates responders from non-responders better than chance "
            "(AUC 0.71), but it is not shown to be better than lesion size alone.",
            "headline_model": "elastic_net",
            "classes": CLASSES,
            "target": "Objective response (CR or PR) by mRECIST at first follow-up, majority of 2 "
            "readers.",
            "engine": "native",
            "settings": {"binWidth": 25, "resampledPixelSpacing": [1, 1, 1]},
            "software": "radiomics_hcc 0.1.0",
        },
        tables=tables(generator),
        findings=(
            Finding("HCC001", "ok", "Every split keeps all lesions of a patient together."),
            Finding(
                "HCC004",
                "warning",
                "The interval of the difference to size alone includes 0: the gain is not shown.",
            ),
            Finding(
                "HCC007", "note", "3 of the 14 selected features follow lesion volume (|ρ| ≥ 0.7)."
            ),
            Finding(
                "HCC011",
                "warning",
                "84 patients for 14 selected features: fewer than 10 patients per feature.",
            ),
        ),
        models=(ModelFile("elastic_net", b"x" * 2048, "ef56" * 16, {}),),
    )


@pytest.fixture(scope="session")
def run():
    return completed_run()
