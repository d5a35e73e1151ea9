"""Radiomics and treatment response of hepatocellular carcinoma.

Measures tumours on CT and MR before and after treatment, states the response (mRECIST and its
siblings), judges classifiers by nested cross-validation over patients, and tracks every run.
Research software, not a medical device.

The names below load on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from radiomics_hcc.datasets.manifest import load_cohort as load_cohort
    from radiomics_hcc.datasets.synthetic import SyntheticSettings as SyntheticSettings
    from radiomics_hcc.datasets.synthetic import synthesise_cohort as synthesise_cohort
    from radiomics_hcc.domain.cohort import Cohort as Cohort
    from radiomics_hcc.domain.evaluation import Evaluation as Evaluation
    from radiomics_hcc.domain.patient_table import PatientTable as PatientTable
    from radiomics_hcc.domain.record import RunRecord as RunRecord
    from radiomics_hcc.domain.table import FeatureTable as FeatureTable
    from radiomics_hcc.errors import InputError as InputError
    from radiomics_hcc.errors import LeakageError as LeakageError
    from radiomics_hcc.errors import RadiomicsHCCError as RadiomicsHCCError
    from radiomics_hcc.experiment.assessing.audit import audit as audit
    from radiomics_hcc.experiment.history import compare as compare
    from radiomics_hcc.experiment.history import load_run as load_run
    from radiomics_hcc.experiment.judge import evaluate as evaluate
    from radiomics_hcc.experiment.measuring.measure import measure as measure
    from radiomics_hcc.experiment.predict import predict as predict
    from radiomics_hcc.experiment.run import run as run
    from radiomics_hcc.features.extract import extract as extract
    from radiomics_hcc.modelling.classifiers.elastic_net import ElasticNet as ElasticNet
    from radiomics_hcc.modelling.classifiers.ordinal_logistic import (
        OrdinalLogistic as OrdinalLogistic,
    )
    from radiomics_hcc.modelling.classifiers.random_forest import RandomForest as RandomForest
    from radiomics_hcc.modelling.splits import PatientKFold as PatientKFold
    from radiomics_hcc.report.html import write_report as write_report
    from radiomics_hcc.response.assess import assess as assess
    from radiomics_hcc.response.best_response import best as best
    from radiomics_hcc.response.measurements import read_measurements as read_measurements
    from radiomics_hcc.response.mrecist import MRECIST as MRECIST
    from radiomics_hcc.response.recist11 import RECIST11 as RECIST11

__version__ = "0.1.0"

_HOMES = {
    "Cohort": "domain.cohort",
    "ElasticNet": "modelling.classifiers.elastic_net",
    "Evaluation": "domain.evaluation",
    "FeatureTable": "domain.table",
    "InputError": "errors",
    "LeakageError": "errors",
    "MRECIST": "response.mrecist",
    "OrdinalLogistic": "modelling.classifiers.ordinal_logistic",
    "PatientKFold": "modelling.splits",
    "PatientTable": "domain.patient_table",
    "RECIST11": "response.recist11",
    "RadiomicsHCCError": "errors",
    "RandomForest": "modelling.classifiers.random_forest",
    "RunRecord": "domain.record",
    "SyntheticSettings": "datasets.synthetic",
    "assess": "response.assess",
    "audit": "experiment.assessing.audit",
    "best": "response.best_response",
    "compare": "experiment.history",
    "evaluate": "experiment.judge",
    "extract": "features.extract",
    "load_cohort": "datasets.manifest",
    "load_run": "experiment.history",
    "measure": "experiment.measuring.measure",
    "predict": "experiment.predict",
    "read_measurements": "response.measurements",
    "run": "experiment.run",
    "synthesise_cohort": "datasets.synthetic",
    "write_report": "report.html",
}

__all__ = ["__version__", *_HOMES]  # the names are text


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
