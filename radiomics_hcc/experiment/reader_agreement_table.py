"""The table of a run that says how well its readers agree."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.evaluation.agreement import AGREEMENT_COLUMNS, agreement
from radiomics_hcc.experiment.assessing.audit_tables import reader_agreement
from radiomics_hcc.experiment.gather import Material
from radiomics_hcc.experiment.labels import readings_of
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.modelling.merging import word_of
from radiomics_hcc.modelling.targets import NEVER_A_LABEL
from radiomics_hcc.response.best_response import best

OF_CLASSES: Final = "class that the models learn"
OF_WORDS: Final = "word of the reader"


def reader_agreement_table(experiment: Experiment, material: Material) -> pd.DataFrame:
    """How well the readers of the labels agree, `of` saying in what.

    Every patient whom two readers have read counts, also those who got no label or no features:
    whoever leaves out the patients on whom readers differ finds that readers agree. From
    measurements: the response at the first follow-up, the best overall response, the sum at
    baseline and its change; from columns of the patients table: the words in them. In both cases
    also the classes that the models learn, where classes are merged.

    Returns
    -------
    pandas.DataFrame
        `of, readers, statistic, weights, estimate, low, high, patients, method, note`; see
        `agreement`. Empty where there is one reader, or a column without readers.
    """
    parts = [_of_response(material), _of_columns(experiment, material)]
    if experiment.config.target.merge:
        parts.append(_of_classes(material))
    made = [part for part in parts if len(part)]
    return pd.concat(made, ignore_index=True) if made else _nothing()


def _of_response(material: Material) -> pd.DataFrame:
    response = material.labels.response
    return _nothing() if response is None else reader_agreement(response, best(response))


def _of_columns(experiment: Experiment, material: Material) -> pd.DataFrame:
    """Agreement in the words of the columns, before classes are merged; `merge` orders them."""
    section = experiment.config.target
    if len(section.columns) < 2:
        return _nothing()
    readings = readings_of(material.patients, section.columns)
    readings = readings.assign(response=readings["response"].map(word_of))
    is_answer = ~readings["response"].isin(NEVER_A_LABEL)
    words = readings[is_answer].pivot(index="patient_id", columns="reader", values="response")
    scale = [word_of(word) for group in section.merge.values() for word in group]
    return _of(OF_WORDS, agreement(words.reindex(columns=list(section.columns)), scale))


def _of_classes(material: Material) -> pd.DataFrame:
    target = material.labels.target
    if len(target.reader_labels.columns) < 2:
        return _nothing()
    return _of(OF_CLASSES, agreement(target.reader_labels, target.classes))


def _of(what: str, found: pd.DataFrame) -> pd.DataFrame:
    found.insert(0, "of", what)
    return found


def _nothing() -> pd.DataFrame:
    return pd.DataFrame(columns=["of", *AGREEMENT_COLUMNS])
