"""The tables of a run's record: who was studied, what was measured, what the models did."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, TypeAlias

import pandas as pd
from scipy.stats import ConstantInputWarning

from radiomics_hcc.domain.cohort import UNMEASURED
from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.domain.feature import SIZE_COLUMNS
from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.positive_class import positive_classes
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.evaluation.curves import calibration_curve, confusion, roc_curve
from radiomics_hcc.evaluation.metrics import metrics_for, score_folds, score_repeats
from radiomics_hcc.evaluation.outcomes import read_outcomes
from radiomics_hcc.evaluation.readers import score_readers
from radiomics_hcc.experiment.judge import Judged
from radiomics_hcc.modelling.targets import Target

Characteristic: TypeAlias = tuple[str, str, Callable[[pd.DataFrame], str]]
"""Variable, level, and how a group of patients is told."""

FOLD_METRICS: Final = ("auc", "brier")
"""Metrics that are tracked fold by fold."""

MOST_LEVELS: Final = 8
"""A column of words with more levels than this is told by their number."""


def cohort_flow(
    patients: pd.DataFrame, features: FeatureTable, table: PatientTable, target: Target
) -> pd.DataFrame:
    """How many patients and lesions are left after each step: `step, patients, lesions, note`."""
    present = features.data[~features.data["status"].isin(UNMEASURED)]
    lost = target.exclusions["reason"].value_counts()
    reasons = "; ".join(f"{count}: {reason}" for reason, count in lost.items())
    failed = features.reasons[features.reasons["feature"] == "*"]
    unmeasured = len(failed[["patient_id", "timepoint", "phase", "lesion_id"]].drop_duplicates())
    note = f"{unmeasured} rows without values, each with a reason" if unmeasured else ""
    rows = [
        ("in the patients table", len(patients), "", ""),
        ("with a region of interest", *_count(features.data), note),
        ("with a lesion that is present", *_count(present), ""),
        ("with features and a label", table.patient_ids.nunique(), "", reasons),
    ]
    kept = rows if len(patients) else rows[1:]
    frame = pd.DataFrame(kept, columns=["step", "patients", "lesions", "note"])
    return frame.assign(lesions=pd.to_numeric(frame["lesions"]).astype("Int64"))


def table_one(clinical: pd.DataFrame, target: Target) -> pd.DataFrame:
    """Characteristics of the analysed patients: `variable, level, all`, one column per class.

    Numbers are told as median (quartiles), words as count (percent); empty cells have a row.
    """
    known = clinical.reindex(target.labels.index)
    groups = {"all": known} | {
        name: known[(target.labels == name).to_numpy()] for name in target.classes
    }
    rows: list[Characteristic] = [("patients", "", lambda frame: str(len(frame)))]
    for name in known.columns:
        rows += list(_characteristics(known[name]))
    cells = [
        (variable, level, *(write(frame) for frame in groups.values()))
        for variable, level, write in rows
    ]
    return pd.DataFrame(cells, columns=["variable", "level", *groups])


def label_counts(target: Target) -> pd.DataFrame:
    """Patients per class, in the order of the response: `label, patients`."""
    counts = target.labels.value_counts()
    return pd.DataFrame(
        {"label": target.classes, "patients": [int(counts.get(c, 0)) for c in target.classes]}
    )


def feature_summary(table: PatientTable) -> pd.DataFrame:
    """Range and empty cells of every radiomic column."""
    names = table.names("radiomic")
    values = table.data[names].astype(float)
    return pd.DataFrame(
        {
            "feature": [table.columns[name].feature for name in names],
            "timepoint": [table.columns[name].timepoint for name in names],
            "missing": values.isna().sum().to_numpy(),
            "minimum": values.min().to_numpy(),
            "median": values.median().to_numpy(),
            "maximum": values.max().to_numpy(),
        }
    )


def missing_cells(table: PatientTable) -> pd.DataFrame:
    """Empty cells of the radiomic columns by reason: `reason, cells`."""
    empty = int(table.data[table.names("radiomic")].isna().sum().sum())
    reasons = table.reasons[table.reasons["patient_id"].isin(table.patient_ids)]
    counts = reasons["reason"].value_counts().rename_axis("reason").reset_index(name="cells")
    untold = empty - int(counts["cells"].sum())
    if untold > 0:
        counts.loc[len(counts)] = ["empty in the table, no reason given", untold]
    return counts


def model_tables(judged: Judged, table: PatientTable, target: Target) -> dict[str, pd.DataFrame]:
    """Everything about the models: predictions, metrics, curves, selection."""
    evaluation, predictions = judged.evaluation, judged.evaluation.predictions
    tables = {
        "splits": evaluation.splits,
        "out_of_fold": out_of_fold(list(predictions.values())),
        "metrics": evaluation.metrics,
        "comparisons": evaluation.comparisons,
        "selected": with_volume_correlation(evaluation.selected, table),
        "parameters": _stacked(judged, "parameters"),
        "scores": _stacked(judged, "scores"),
        "fold_metrics": fold_metrics(predictions),
        "confusion": _confusion(predictions[judged.primary.name]),
    }
    if positive_classes(target.classes):
        tables |= _curves(judged)
    readers = target.reader_labels.reindex(target.labels.index)
    if len(readers.columns) > 1:
        tables["reader_scores"] = score_readers(
            predictions[judged.primary.name], readers, auc_widening=judged.auc_widening
        )
    return tables


def fold_metrics(predictions: Mapping[str, Predictions]) -> pd.DataFrame:
    """Score of every outer fold on its own: `model, metric, repeat, fold, value`."""
    frames = []
    for model, each in predictions.items():
        outcomes = read_outcomes(each)
        folds = each.frame[["repeat", "fold"]].drop_duplicates().sort_values(["repeat", "fold"])
        for metric in FOLD_METRICS:
            if metric in metrics_for(outcomes.classes):
                scored = folds.assign(value=score_folds(outcomes, metric))
                frames.append(scored.assign(model=model, metric=metric))
    return pd.concat(frames, ignore_index=True)[["model", "metric", "repeat", "fold", "value"]]


def out_of_fold(predictions: Sequence[Predictions]) -> pd.DataFrame:
    """The out-of-fold predictions of every model in one table, `model` first."""
    frames = []
    for each in predictions:
        frame = each.frame.copy()
        frame.insert(0, "model", each.model)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def with_volume_correlation(selected: pd.DataFrame, table: PatientTable) -> pd.DataFrame:
    """Spearman correlation of each selected feature with size, as the column `rho_volume`.

    NaN without a size, and for a column that is constant.
    """
    size = table.size_column()
    numbers = table.data.select_dtypes("number")
    if size is None:
        return selected.assign(rho_volume=float("nan"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConstantInputWarning)
        rho = numbers.corrwith(numbers[size], method="spearman")
    return selected.assign(rho_volume=selected["feature"].map(rho))


def headline_score(predictions: Predictions) -> float:
    """The score that a permutation test compares: AUC, else the ordinal C-index."""
    outcomes = read_outcomes(predictions)
    metric = "auc" if positive_classes(outcomes.classes) else "ordinal_c_index"
    return float(score_repeats(outcomes, metric).mean())


def _count(rows: pd.DataFrame) -> tuple[int, int]:
    lesions = rows[["patient_id", "lesion_id"]].drop_duplicates()
    return int(rows["patient_id"].nunique()), len(lesions)


def _characteristics(column: pd.Series) -> Iterator[Characteristic]:
    name = str(column.name)
    if pd.api.types.is_numeric_dtype(column) and column.nunique() > 2:
        yield name, "median (quartiles)", lambda frame: _quartiles(frame[name])
    elif column.nunique() <= MOST_LEVELS:
        for level in sorted(column.dropna().unique(), key=str):
            yield name, str(level), partial(_share_of, name, level)
    else:
        yield name, "different values", lambda frame: str(frame[name].nunique())
    if column.isna().any():
        yield name, "empty", lambda frame: _share(frame[name].isna())


def _quartiles(values: pd.Series) -> str:
    known = values.dropna().astype(float)
    if known.empty:
        return "none known"
    low, middle, high = known.quantile([0.25, 0.5, 0.75])
    return f"{middle:.3g} ({low:.3g} to {high:.3g})"


def _share_of(name: str, level: object, frame: pd.DataFrame) -> str:
    return _share(frame[name] == level)


def _share(is_so: pd.Series) -> str:
    count = int(is_so.sum())
    return f"{count} ({100 * count / len(is_so):.0f} %)" if len(is_so) else "0"


def _stacked(judged: Judged, name: str) -> pd.DataFrame:
    # A model without any row has columns without a type, which would take the others' away.
    stacked = pd.concat([getattr(run, name) for run in judged.runs], ignore_index=True)
    return stacked.infer_objects()


def _confusion(predictions: Predictions) -> pd.DataFrame:
    matrix = confusion(predictions)
    return matrix.stack().rename("patients").reset_index()


def _curves(judged: Judged) -> dict[str, pd.DataFrame]:
    curves: dict[str, list[pd.DataFrame]] = {"roc": [], "calibration": []}
    for model, predictions in judged.evaluation.predictions.items():
        roc = roc_curve(predictions).rename(
            columns={"false_positive_rate": "fpr", "sensitivity": "tpr"}
        )
        pairs = (("roc", roc), ("calibration", calibration_curve(predictions)))
        for name, frame in pairs:
            frame.insert(0, "model", model)
            curves[name].append(frame)
    return {name: pd.concat(frames, ignore_index=True) for name, frames in curves.items()}


def has_no_value(table: PatientTable) -> pd.Index:
    """Patients of whom no radiomic column has a value."""
    names = [
        name for name in table.names("radiomic") if table.columns[name].feature not in SIZE_COLUMNS
    ]
    filled = table.data[names].notna().any(axis=1).groupby(level=0).any()
    return filled.index[~filled]
