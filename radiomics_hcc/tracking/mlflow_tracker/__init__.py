"""Runs in MLflow, as a view of the run folder that lies among each run's artifacts.

The only folder that imports mlflow.
"""

import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # read while mlflow is imported
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

from radiomics_hcc.tracking.mlflow_tracker.tracker import MlflowTracker
from radiomics_hcc.tracking.mlflow_tracker.writing import MODEL_RUNS

__all__ = ["MODEL_RUNS", "MlflowTracker"]
