"""What columns, metrics and models are called in a report."""

from __future__ import annotations

from typing import Final

METRICS: Final = {
    "auc": "AUC",
    "mcc": "Matthews' correlation",
    "brier": "Brier score",
    "scaled_brier": "Scaled Brier score",
    "quadratic_kappa": "Quadratic-weighted kappa",
    "ordinal_c_index": "Ordinal C-index",
    "log_loss": "Log loss",
    "ppv": "Positive predictive value",
    "npv": "Negative predictive value",
}
DISCRIMINATION: Final = ("auc", "ordinal_c_index")  # chance is 0.5 for both

COLUMNS: Final = {
    "patient_id": "Patient",
    "baseline_sum": "Baseline sum",
    "nadir_sum": "Nadir sum",
    "current_sum": "Current sum",
    "change_percent": "Change from baseline, %",
    "rho_volume": "Correlation with volume, ρ",
    "frequency": "Selected in, share of folds",
    "p_value": "p",
    "p_holm": "p (Holm)",
    "low": "95 % from",
    "high": "95 % to",
    "nb_low": "Nadeau-Bengio from",
    "nb_high": "Nadeau-Bengio to",
    "sd": "Standard deviation",
    "icc": "ICC",
    "net_benefit": "Net benefit",
    "same_sign": "Same sign in, share of those folds",
    "folds_used": "Used in, share of folds",
    "drop": "Loss when shuffled",
    "mean_selected": "Features in a fold, mean",
    "fpr": "False-positive rate",
    "tpr": "Sensitivity",
    "timepoint": "Time point",
    "predicted": "Predicted",
    "observed": "Observed",
    "sha256": "SHA-256",
}

CRITERIA: Final = {
    "mrecist": "mRECIST",
    "recist11": "RECIST 1.1",
    "irecist": "iRECIST",
    "imrecist": "imRECIST",
    "who": "WHO",
    "easl": "EASL",
    "vrecist": "vRECIST",
    "qeasl": "qEASL",
    "choi": "Choi",
    "mchoi": "mChoi",
    "afp": "AFP",
    "lirads_tr": "LI-RADS treatment response",
}

INTENTS: Final = {
    "pretreatment_prediction": "Prediction before treatment: only scans before treatment may be "
    "used.",
    "early_response": "Early response: the last scan used must be strictly earlier than the scan "
    "on which the response was read.",
    "response_reading": "Response reading: features may come from the scan on which the response "
    "was read. This describes the response, it does not predict it.",
}


def metric(name: str) -> str:
    """The metric's name in words."""
    return METRICS.get(name, spoken(name))


def column(name: str) -> str:
    """A column's heading."""
    return COLUMNS.get(name, spoken(name))


def criterion(kind: str) -> str:
    """A response criterion's name as text; its kind where it is not known here."""
    return CRITERIA.get(kind, kind)


def model(name: str) -> str:
    """A model's or baseline's name as text."""
    return spoken(name)


def design(name: str) -> str:
    """A test on other patients: `leave_one_out(site)` becomes `Leave one out, site`."""
    kind, bracket, column = name.removesuffix(")").partition("(")
    return f"{spoken(kind)}, {column}" if bracket and name.endswith(")") else spoken(name)


def spoken(name: str) -> str:
    """A key as text: `size_only` becomes `Size only`; names with capitals stay as they are."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:] if text.islower() else text


def shortened(text: str, length: int) -> str:
    """Text of at most `length` characters, its middle left out where it is longer."""
    if len(text) <= length:
        return text
    tail = (length - 1) // 2
    return f"{text[: length - 1 - tail]}…{text[len(text) - tail :]}"
