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


def out_of_fold(labelled, generator):
    frames = []
    for repeat in range(3):
        shift = np.where(labelled["label"] == "OR", 0.08, -0.08)
        chance = np.clip(generator.normal(0.5 + shift, 0.12), 0.02, 0.98)
        known = {"model": "elastic_net", "repeat": repeat, "fold": 0, "threshold": 0.5}
        frame = labelled[["patient_id", "label"]].assign(p_OR=chance, p_nonOR=1 - chance, **known)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def calibration_smooth():
    predicted = np.linspace(0.2, 0.8, 25)
    rows = {"boundary": "OR | nonOR", "predicted": predicted, "observed": 0.1 + 0.8 * predicted}
    frame = pd.DataFrame({"model": "elastic_net", **rows})
    return frame.assign(low=frame["observed"] - 0.1, high=frame["observed"] + 0.1, note="")


def calibration_errors():
    row = ("elastic_net", "OR | nonOR", "ICI", 0.04, 0.03, 0.11, PATIENTS, "")
    other = ("size_only", "OR | nonOR", "ICI", *[np.nan] * 3, PATIENTS, "the spline has no curve")
    columns = ["model", "boundary", "measure", "estimate", "low", "high", "patients", "note"]
    return pd.DataFrame([row, other], columns=columns)


def decision_curve():
    threshold = np.linspace(0.2, 0.7, 26)
    frames = []
    for model, height in (("elastic_net", 0.34), ("size_only", 0.3), ("clinical_only", 0.28)):
        benefit = height - 0.4 * threshold
        known = {"model": model, "threshold": threshold, "net_benefit": benefit}
        frame = pd.DataFrame({**known, "low": benefit - 0.06, "high": benefit + 0.06})
        all_of_them = 0.49 - 0.51 * threshold / (1 - threshold)
        frames.append(frame.assign(treat_all=all_of_them, treat_none=0.0))
    return pd.concat(frames, ignore_index=True)


def net_benefit_difference():
    threshold = np.linspace(0.2, 0.7, 26)
    rows = {"threshold": threshold, "difference": 0.04, "low": -0.02, "high": 0.1}
    return pd.DataFrame({"model": "elastic_net", "reference": "size_only", **rows})


def instability(predicted):
    each = predicted.groupby("patient_id")["p_OR"]
    frame = each.agg(["mean", "std", "min", "max"]).set_axis(["mean", "sd", "low", "high"], axis=1)
    frame["label"] = predicted.groupby("patient_id")["label"].first()
    frame = frame.sort_values("mean").reset_index()
    frame.insert(0, "model", "elastic_net")
    return frame.assign(mean_absolute_deviation=0.05, share_called_otherwise=0.0)


def instability_summary():
    rows = [
        ("elastic_net", PATIENTS, 3, 0.05, 0.11, 0.08, 19, ""),
        ("size_only", PATIENTS, 1, np.nan, np.nan, np.nan, pd.NA, "one repeat: no spread"),
    ]
    columns = ["model", "patients", "repeats", "mean_absolute_prediction_instability"]
    columns += ["median_range", "classification_instability"]
    return pd.DataFrame(rows, columns=[*columns, "patients_ever_called_otherwise", "note"])


def thresholds():
    rows = [
        ("elastic_net", "youden", 15, 0.52, 0.03, 0.44, 0.6, ""),
        ("no_information", "", 0, *[np.nan] * 4, "the most probable class decides"),
    ]
    columns = ["model", "rule", "folds", "mean", "sd", "minimum", "maximum", "note"]
    return pd.DataFrame(rows, columns=columns)


def subgroups():
    few = "fewer than 10 patients of a class: not estimated"
    rows = [
        ("all", "all patients", PATIENTS, 41, 0.71, 0.62, 0.8, *[np.nan] * 3, ""),
        ("sex", "female", 19, 9, *[np.nan] * 6, few),
        ("sex", "male", 65, 32, 0.7, 0.58, 0.81, 0.02, -0.2, 0.24, "exploratory"),
        ("scanner", "A very long scanner name, model and year of it", 40, 20, 0.73, 0.6, 0.85,
         0.04, -0.1, 0.18, "exploratory"),
    ]  # fmt: skip
    columns = ["variable", "level", "patients", "positives", "estimate", "low", "high"]
    columns += ["difference", "difference_low", "difference_high", "note"]
    return pd.DataFrame(rows, columns=columns).assign(model="elastic_net", metric="auc")[
        ["model", "variable", "level", "metric", *columns[2:]]
    ]


def errors(labelled):
    frame = labelled[["patient_id", "label"]].head(24).reset_index(drop=True)
    frame.insert(0, "model", "elastic_net")
    frame.insert(1, "rank", range(1, 25))
    p_true = np.linspace(0.08, 0.48, 24)
    return frame.assign(
        predicted=np.where(frame["label"] == "OR", "nonOR", "OR"),
        p_true=p_true,
        p_predicted=1 - p_true,
        share_wrong=1.0,
        class_distance=1,
        near_boundary=p_true > 0.4,
        age=67,
        afp=[1431.8, *[np.nan] * 23],
    )


def coefficients(chosen):
    columns = {"mean": np.linspace(0.3, -0.3, len(chosen)), "sd": 0.1}
    known = {"class": "nonOR", "same_sign": 1.0, "folds": 15}
    frame = chosen[["model", "feature"]].assign(**columns, **known)
    return frame.assign(folds_used=chosen["frequency"], sd=[np.nan, *frame["sd"][1:]])


def stability():
    rows = [
        ("elastic_net", 0.45, 0.27, 0.63, "intermediate", 5.3),
        ("size_only", np.nan, np.nan, np.nan, "not defined", 1.0),
    ]
    columns = ["model", "stability", "low", "high", "word", "mean_selected"]
    return pd.DataFrame(rows, columns=columns)


def importance(chosen):
    frame = chosen[["model"]].assign(metric="auc", group=chosen["feature"])
    drop = np.linspace(0.06, -0.01, len(frame))
    limits = {"drop": drop, "low": drop - 0.03, "high": drop + 0.03}
    return frame.assign(**limits, folds_worse=0.8, folds=15, method="Nadeau-Bengio")


def importance_groups(chosen):
    own = pd.DataFrame({"group": chosen["feature"], "feature": chosen["feature"]})
    more = {"group": chosen["feature"][0], "feature": ["pre__volume_ml", "pre__surface_mm2"]}
    return pd.concat([own, pd.DataFrame(more)], ignore_index=True)


def reliability():
    rows = [
        ("pre__original_glcm_Contrast", 0.91, True, ""),
        ("pre__original_glcm_Idn", 0.4, False, "reliability below 0.75"),
        ("pre__original_glcm_Imc1", np.nan, False, "reliability not known"),
    ]
    return pd.DataFrame(rows, columns=["column", "icc", "kept", "reason"])


def external_groups():
    note = "nobody of class nonOR: discrimination within the group is not known"
    rows = [
        ("leave_one_out(site)", "north", True, 44, 40, 21, 19, ""),
        ("leave_one_out(site)", "south", True, 60, 24, 20, 4, ""),
        ("leave_one_out(site)", "west", False, 64, 20, 20, 0, note),
        ("second clinic", "second clinic", True, PATIENTS, 51, 22, 29, ""),
    ]
    columns = ["design", "group", "is_tested", "trained", "tested", *CLASSES, "note"]
    return pd.DataFrame(rows, columns=columns)


def external_metrics():
    rows = [
        (model, metric, auc - 0.05, auc - 0.2, auc + 0.1, "patient bootstrap", 40, group, design)
        for design, group in (
            ("leave_one_out(site)", "all tested"),
            ("leave_one_out(site)", "north"),
            ("leave_one_out(site)", "south"),
            ("second clinic", "all tested"),
        )
        for model, auc in AUC.items()
        for metric in ("auc", "brier")
    ]
    columns = ["model", "metric", "estimate", "low", "high", "method", "patients"]
    return pd.DataFrame(rows, columns=[*columns, "group", "design"])


def external_comparisons():
    fold_test = {"p_corrected_t": np.nan, "p_corrected_t_holm": np.nan}
    return comparisons().assign(design="leave_one_out(site)", **fold_test)


def reader_ceiling():
    kappa = "quadratic-weighted kappa"
    rows = [
        ("elastic_net", "reader_1", kappa, 0.31, 0.1, 0.5, PATIENTS, ""),
        ("reader_1", "reader_2", kappa, 0.8, 0.66, 0.92, PATIENTS, ""),
        ("readers (mean)", "readers (mean)", kappa, 0.8, 0.66, 0.92, np.nan, ""),
        ("difference", "of the means", kappa, -0.49, -0.7, -0.2, np.nan, ""),
    ]
    columns = ["first", "second", "statistic", "estimate", "low", "high", "patients", "note"]
    return pd.DataFrame(rows, columns=columns)


def trust_tables(labelled, chosen):
    """Tables of how far the numbers can be trusted, and of tests on other patients."""
    predicted = out_of_fold(labelled, np.random.default_rng(8))
    return {
        "out_of_fold": predicted,
        "thresholds": thresholds(),
        "calibration_smooth": calibration_smooth(),
        "calibration_errors": calibration_errors(),
        "decision_curve": decision_curve(),
        "net_benefit_difference": net_benefit_difference(),
        "instability": instability(predicted),
        "instability_summary": instability_summary(),
        "subgroups": subgroups(),
        "errors": errors(labelled),
        "coefficients": coefficients(chosen),
        "column_losses": column_losses(),
        "stability": stability(),
        "importance": importance(chosen),
        "importance_groups": importance_groups(chosen),
        "reliability": reliability(),
        "reader_ceiling": reader_ceiling(),
        "external_groups": external_groups(),
        "external_metrics": external_metrics(),
        "external_comparisons": external_comparisons(),
    }


def column_losses():
    steps = {"given": 107, "near_constant": 105, "pruning": 31, "selection": 8, "used": 6}
    rows = [
        (model, step, count, max(0, count - 2), count + 1, 100)
        for model in MODELS
        for step, count in steps.items()
    ]
    return pd.DataFrame(rows, columns=["model", "step", "median", "fewest", "most", "folds"])


def tables(generator):
    table = labels(generator)
    assessed = response(generator)
    chosen = selected(generator)
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
        "selected": chosen,
        "roc": roc(),
        "calibration": calibration(generator),
        "confusion": confusion(),
        **trust_tables(table, chosen),
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
