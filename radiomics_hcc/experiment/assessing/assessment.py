"""Response of the patients in a measurements file, by criteria named in words."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.datasets.yaml_file import parse_yaml
from radiomics_hcc.domain.consensus import ConsensusRule
from radiomics_hcc.domain.response import ResponseTable
from radiomics_hcc.errors import ConfigError, Problem
from radiomics_hcc.experiment.assessing.patient_facts import PatientFacts, read_patient_facts
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.best_response import best
from radiomics_hcc.response.best_table import BestResponseTable
from radiomics_hcc.response.criteria import criterion_class
from radiomics_hcc.response.criterion import Criterion
from radiomics_hcc.response.discordance import KEYS, compare_criteria
from radiomics_hcc.response.measurements import Measurements, read_measurements
from radiomics_hcc.response.pseudoprogression import (
    VIABLE_TISSUE,
    WHOLE_SIZE,
    flag_pseudoprogression,
)
from radiomics_hcc.response.readers import readers_of, with_consensus
from radiomics_hcc.response.recommendation import recommendation_notes

NO_FACTS: Final = PatientFacts()
DAY_COLUMNS: Final = ("assessment", "baseline")


@dataclass(frozen=True)
class AssessmentOptions:
    """What is asked of an assessment beside the criterion.

    Parameters
    ----------
    readers
        Rule by which rows of a consensus are added; None adds none.
    confirmation_days
        Best response: CR and PR need confirmation after so many days; None needs none.
    stable_days
        Best response: SD counts from so many days after the baseline on.
    """

    readers: ConsensusRule | None = None
    confirmation_days: int | None = None
    stable_days: int = 0

    @classmethod
    def of(
        cls, readers: str | None, confirmation_days: int | None, stable_days: int
    ) -> AssessmentOptions:
        """Make them from words.

        Raises
        ------
        InputError
            For an unknown rule of consensus.
        """
        rule = None if readers is None else ConsensusRule.parse(readers, "--readers")
        return cls(rule, confirmation_days, stable_days)


PLAIN: Final = AssessmentOptions()


@dataclass(frozen=True, eq=False)
class Assessed:
    """Response by one criterion, and by others beside it.

    Parameters
    ----------
    measurements, criterion
        What was assessed, and by what.
    table
        Responses by the criterion, flagged, consensus included.
    beside
        The same by the other criteria.
    options, facts
        What was asked, and what is known of the patients.
    """

    measurements: Measurements
    criterion: Criterion
    table: ResponseTable
    beside: tuple[ResponseTable, ...] = ()
    options: AssessmentOptions = PLAIN
    facts: PatientFacts = NO_FACTS

    @property
    def notes(self) -> tuple[str, ...]:
        """Warnings about the table, about dates, and where another criterion is recommended."""
        advice = recommendation_notes(self.facts.treatments, self.criterion.kind)
        return (*self.measurements.warnings, *self.facts.notes, *advice)

    @cached_property
    def best(self) -> BestResponseTable:
        """Best overall response and time to progression of every patient and reader."""
        return best(
            self.table,
            confirmation_days=self.options.confirmation_days,
            stable_minimum_days=self.options.stable_days,
            starts=self.facts.starts,
            deaths=self.facts.deaths,
        )

    def frame(self, *, with_best: bool = False) -> pd.DataFrame:
        """One row per patient, reader and follow-up.

        Other criteria add `response_<criterion>`, `discordant` and `drivers`. With best responses
        a patient without any follow-up has a row that says so.
        """
        rows = self.table.frame()
        if self.beside:
            rows = rows.merge(self._others(), on=list(KEYS), how="left")
        if not with_best:
            return rows
        days = [name for name in DAY_COLUMNS if pd.api.types.is_integer_dtype(rows[name])]
        rows = rows.astype(dict.fromkeys(days, "Int64"))  # day numbers stay whole beside gaps
        reached = self.best.frame().rename(columns={"reason": "best_reason"})
        return rows.merge(reached, on=["patient_id", "reader"], how="outer")

    def sentence(self) -> str:
        """How many of what, in words; of the consensus where there is one."""
        frame = self.table.frame()
        rule = self.options.readers
        counted = frame if rule is None else frame[frame["reader"] == rule]
        counts = ", ".join(
            f"{word} {count}" for word, count in counted["response"].value_counts().items()
        )
        readers = len(readers_of(self.table))
        everyone = f" ({readers} readers)" if readers > 1 else ""
        who = f" ({rule} of readers)" if rule else everyone
        without = len(self.table.without_follow_up)
        missing = f"; without follow-up: {without}" if without else ""
        patients = frame["patient_id"].nunique()
        several = f", {len(counted)} assessments" if len(counted) != patients else ""
        by = f"{patients} patients{several} by {self.criterion.kind}{who}"
        return f"{by}: {counts or 'no assessment'}{missing}"

    def _others(self) -> pd.DataFrame:
        compared = compare_criteria([self.table, *self.beside])
        named = {table.criterion: f"response_{table.criterion}" for table in self.beside}
        columns = [*KEYS, *named.values(), "discordant", "drivers"]
        return compared.rename(columns=named)[columns]

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        shown = self.frame().to_html(index=False, na_rep="", max_rows=60)
        return f"<p>{html.escape(self.sentence())}</p><ul>{notes}</ul>{shown}"


def assess_beside(
    measurements: Measurements,
    criterion: Criterion,
    *,
    beside: Sequence[Criterion] = (),
    options: AssessmentOptions = PLAIN,
    facts: PatientFacts = NO_FACTS,
) -> Assessed:
    """Assess by one criterion and by others beside it, flagged, with the readers' consensus.

    Raises
    ------
    InputError
        Where the table lacks what a criterion needs, or a consensus needs more readers.
    """
    tables = [assess(measurements, each) for each in (criterion, *beside)]
    viable = _viable_tables(measurements, tables)
    flagged = [flag_pseudoprogression(table, measurements, viable) for table in tables]
    if options.readers is not None:
        flagged = [with_consensus(table, options.readers) for table in flagged]
    return Assessed(measurements, criterion, flagged[0], tuple(flagged[1:]), options, facts)


@dataclass(frozen=True)
class Asked:
    """Which criteria and which tables, in words.

    Parameters
    ----------
    criterion
        Kind of the criterion.
    settings
        `parameter=value` of it, such as `progression_min_mm=5`; other criteria have their
        defaults.
    beside
        Kinds of other criteria, each word one or several with commas between.
    patients
        `patients.csv`, for treatments, starts and deaths.
    """

    criterion: str = "mrecist"
    settings: Sequence[str] = ()
    beside: Sequence[str] = ()
    patients: Path | None = None

    def others(self) -> list[Criterion]:
        """The other criteria, each once."""
        named = (kind.strip() for words in self.beside for kind in words.split(","))
        wanted = dict.fromkeys(kind for kind in named if kind and kind != self.criterion)
        return [criterion_class(kind)() for kind in wanted]


def assess_file(path: Path, asked: Asked, options: AssessmentOptions = PLAIN) -> Assessed:
    """Assess a measurements file.

    Raises
    ------
    ConfigError
        For an unknown criterion or parameter.
    InputError
        With everything that is wrong with the tables.
    """
    parameters = dict(map(_setting, asked.settings))
    chosen, others = criterion_class(asked.criterion).from_config(parameters), asked.others()
    measurements = read_measurements(path)
    facts = read_patient_facts(asked.patients, measurements) if asked.patients else NO_FACTS
    return assess_beside(measurements, chosen, beside=others, options=options, facts=facts)


def _viable_tables(
    measurements: Measurements, tables: Sequence[ResponseTable]
) -> list[ResponseTable]:
    """Tables by criteria of viable tissue, assessed for the flags where nobody asked for them."""
    there = [table for table in tables if table.criterion in VIABLE_TISSUE]
    if not any(table.criterion in WHOLE_SIZE for table in tables):
        return there
    kinds = {table.criterion for table in there}
    missing = [criterion_class(kind)() for kind in VIABLE_TISSUE if kind not in kinds]
    return [*there, *(assess(measurements, c) for c in missing if not c.problems(measurements))]


def _setting(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError([Problem(f"--set {text}", "has no '='", "write parameter=value")])
    return name, parse_yaml(value, Path(f"--set {name}")).data
