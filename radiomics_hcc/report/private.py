"""The private edition of a run: small counts, dates, names of patients and files hidden."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import pandas as pd

from radiomics_hcc.domain.digest import digest_frame
from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.record import InputFile, ModelFile, RunRecord
from radiomics_hcc.report.page import PRIVATE_EDITION
from radiomics_hcc.report.private_edition.counts import FEWEST_SHOWN, SMALL
from radiomics_hcc.report.private_edition.sentences import Cleaner, pseudonyms
from radiomics_hcc.report.private_edition.study import Study
from radiomics_hcc.report.private_edition.tables import MADE_FROM, shown

LEFT_OUT: Final = "left out of the private edition"
SUMMARY: Final = (
    *("verdict", "headline_model", "classes", "target", "intent", "engine", "verification"),
    *("settings", "images", "incorporation_justification", "software"),
)
"""What a private edition keeps of a run's summary."""

FAILURE: Final = f"Why it failed is {LEFT_OUT}."
"""Those words may name patients and files that no table of a failed run has."""

ABOUT_COLUMNS: Final = frozenset(
    f"HCC{number:03d}" for number in (1, 5, 6, 7, 8, 9, 10, *range(12, 19))
)
"""Checks whose numbers count columns, events or scores; those of any other may count patients."""

FREE_WORDS: Final = ("reason", "note")
"""Columns of tables that hold sentences."""

PROVENANCE: Final = ("python", "packages", "versions", "machine", "cpu_count")
GIT: Final = ("commit", "dirty", "diff_sha256")
CARD: Final = (
    *("model", "step", "target", "classes", "patients", "rows", "columns", "parameters"),
    *("selected", "seed", "versions", "note", "warnings", "intent", "threshold"),
    *("threshold_rule", "calibration", "harmonisation"),
)
COLUMN_CARD: Final[Mapping[str, object]] = MappingProxyType(
    {"minimum": None, "maximum": None, "quantiles": {}, "words": [], "empty": 0}
)
"""What training saw in a column: left empty, since its ends are single patients."""

TOLD: Final = (
    f"Counts of 1 to {FEWEST_SHOWN - 1} patients are written as {SMALL}. Other counts are hidden "
    "with them where the small ones could be computed from a total. Steps of the cohort flow that "
    "lost so few have no number.",
    "Patients have other names, in an order that tells nothing; tables with one row per patient "
    "are left out, or reduced to what a figure draws of the patients who have a label. Changes of "
    "the sum are in whole per cent, probabilities have two decimals.",
    "Groups that were tested elsewhere have no scores where one of their counts is hidden.",
    "Dates are left out; days from the baseline stay. The run's own time and identity are left "
    "out as well.",
    "Names and paths of files, the command and the machine are left out.",
    "Slices of patients are left out. Other figures are drawn from the tables of this edition.",
    "Ranges of features, which are values of single patients, are left out.",
    "What stays: figures and lists with one mark or row per patient can be counted, and rates with "
    "the sizes of the classes tell how many were called wrongly.",
    "Other small numbers may still tell something together with what a reader knows from "
    "elsewhere: let the person who is responsible for the data read this before it is given away.",
)


def private(record: RunRecord) -> RunRecord:
    """The record of a run without what would tell a patient; the run itself is not changed.

    Everything has a rule and what has none is left out: tables by `private_edition.tables.RULES`,
    entries of summary, provenance and model cards by name. Sentences lose dates, files and the
    identities of patients, findings also numbers of 1 to 4 patients; an identity that is a mere
    number or shorter than three characters is blotted out of findings and reasons with every equal
    number. The bytes of models stay: no page shows them. The same record gives the same private
    record.

    Parameters
    ----------
    record
        Any run; one that is private already comes back as it is.
    """
    if PRIVATE_EDITION in record.summary:
        return record
    names = pseudonyms(_patients(record), _secret(record))
    study = Study.of(record.tables, names)
    cleaner = Cleaner(names, _file_names(record))
    return replace(
        record,
        run_id=f"private edition of configuration {record.config_sha256[:8] or 'unknown'}",
        name=cleaner.text(record.name),
        question=cleaner.text(record.question),
        started=LEFT_OUT,
        finished=LEFT_OUT if record.finished else "",
        config=_mapping(cleaner.settings(record.config)),
        inputs=_inputs(record),
        provenance=_provenance(record, cleaner),
        summary=_summary(record, cleaner),
        tables=_tables(record, study, cleaner),
        findings=tuple(_finding(each, study, cleaner) for each in record.findings),
        models=tuple(_model(each, study, cleaner) for each in record.models),
        figures={},
    )


def _patients(record: RunRecord) -> set[str]:
    """Identities of all patients in any table."""
    return {
        str(patient)
        for table in record.tables.values()
        if "patient_id" in table.columns
        for patient in table["patient_id"].dropna()
    }


def _secret(record: RunRecord) -> str:
    """A digest of what a private edition does not show: every value of every patient."""
    digest = hashlib.sha256()
    for name, table in sorted(record.tables.items()):
        digest.update(f"{name} {digest_frame(table.astype(str))}".encode())
    return digest.hexdigest()


def _file_names(record: RunRecord) -> list[str]:
    """Names of the files that were read, and every text of the configuration with a slash."""
    paths = [text for text in _texts(record.config) if "/" in text or "\\" in text]
    parts = [part for path in paths for part in re.split(r"[/\\]", path) if "." in part]
    return [*(each.file for each in record.inputs), *paths, *parts]


def _texts(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [text for part in value.values() for text in _texts(part)]
    if isinstance(value, list | tuple):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []


def _mapping(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, Mapping) else {}


def _inputs(record: RunRecord) -> tuple[InputFile, ...]:
    """One line per role: the digest of a single file; how many others are would count patients."""
    roles: dict[str, list[InputFile]] = {}
    for each in record.inputs:
        roles.setdefault(each.name, []).append(each)
    return tuple(
        InputFile(role, "name hidden", files[0].sha256)
        if len(files) == 1
        else InputFile(role, "several files, names hidden", LEFT_OUT)
        for role, files in roles.items()
    )


def _provenance(record: RunRecord, cleaner: Cleaner) -> dict[str, object]:
    found = {name: record.provenance[name] for name in PROVENANCE if name in record.provenance}
    git = record.provenance.get("git")
    if isinstance(git, Mapping):
        found["git"] = {name: git[name] for name in GIT if name in git}
    return _mapping(cleaner.settings(found))


def _summary(record: RunRecord, cleaner: Cleaner) -> dict[str, object]:
    kept = {name: record.summary[name] for name in SUMMARY if name in record.summary}
    sentences = {"target", "incorporation_justification"}
    cleaned: dict[str, object] = {
        name: cleaner.sentence(value)
        if name in sentences and isinstance(value, str)
        else _cleaned(value, cleaner)
        for name, value in kept.items()
    }
    failure = {"failure": FAILURE} if record.summary.get("failure") else {}
    return {**cleaned, **failure, PRIVATE_EDITION: TOLD}


def _cleaned(value: object, cleaner: Cleaner) -> object:
    return cleaner.text(value) if isinstance(value, str) else cleaner.settings(value)


def _tables(record: RunRecord, study: Study, cleaner: Cleaner) -> dict[str, pd.DataFrame]:
    found = {name: shown(name, table, study) for name, table in record.tables.items()}
    for name, (source, rule) in MADE_FROM.items():
        if len(record.tables.get(source, ())):
            found[name] = rule(record.tables[source], study)
    return {name: _told(table, cleaner) for name, table in found.items() if table is not None}


def _told(table: pd.DataFrame, cleaner: Cleaner) -> pd.DataFrame:
    """A table whose words are cleaned; free sentences more strictly than names."""
    columns = {
        name: table[name].map(_in_words(name, cleaner), na_action="ignore")
        for name in table.columns
        if name != "patient_id" and not pd.api.types.is_numeric_dtype(table[name])
    }
    return table.assign(**{str(name): column for name, column in columns.items()})


def _in_words(column: object, cleaner: Cleaner) -> Callable[[object], object]:
    clean = cleaner.sentence if column in FREE_WORDS else cleaner.text

    def told(value: object) -> object:
        return clean(value) if isinstance(value, str) else value

    return told


def _finding(finding: Finding, study: Study, cleaner: Cleaner) -> Finding:
    sentence = finding.sentence
    for name in study.class_sizes if study.hidden_classes else ():
        sentence = re.sub(rf"(?<!\w){re.escape(name)} \d+\b", f"{name} (hidden)", sentence)
    clean = cleaner.sentence if finding.code in ABOUT_COLUMNS else cleaner.counting
    return replace(finding, sentence=clean(sentence))


def _model(model: ModelFile, study: Study, cleaner: Cleaner) -> ModelFile:
    """A model whose card has no range of the training."""
    card = {name: model.card[name] for name in CARD if name in model.card}
    if study.hidden_classes:
        card.pop("patients", None)
    columns = card.get("columns")
    if isinstance(columns, Mapping):
        card["columns"] = {
            name: {**part, **COLUMN_CARD} if isinstance(part, Mapping) else {}
            for name, part in columns.items()
        }
    return replace(model, card=_mapping(cleaner.settings(card)))
