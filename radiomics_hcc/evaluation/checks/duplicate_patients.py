"""HCC003: the same patient, image, mask or row of features under two identities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity, Stage
from radiomics_hcc.evaluation.checks.identities import same_patient, written_alike
from radiomics_hcc.evaluation.outcomes import name_some

FEWEST_COLUMNS: Final = 3
"""Rows that agree in fewer columns of measurements may do so by chance."""

DIGITS: Final = 6
"""Rows that agree to so many digits are the same, written to a file and read again."""


@dataclass(frozen=True)
class DuplicatePatients(Check):
    """Signs that one patient has two identities, here or in a cohort for testing.

    Identities that differ only in case, spaces, separators, leading zeros or a lesion's number;
    files with the same bytes; rows whose measured features are all the same. Columns count as
    measured where half of their values or more differ from each other.
    """

    kind: ClassVar[str] = "duplicate_patients"
    code: ClassVar[str] = "HCC003"
    title: ClassVar[str] = "The same patient twice"
    severity: ClassVar[Severity] = "serious"
    stage: ClassVar[Stage] = "before"
    needs: ClassVar[tuple[str, ...]] = ("rows",)

    def judge(self, given: CheckInput) -> Finding:
        """Compare identities, files and rows with each other and with the other cohort."""
        told = [*_within(given), *_between(given)]
        if told:
            return self.finding(
                "serious",
                f"One patient may be there twice: {'; '.join(told)}. Splits keep identities "
                "apart, not patients.",
            )
        looked = "identities and rows" if given.files is None else "identities, rows and files"
        return self.finding("ok", f"No patient is there twice, by {looked}.")


def _within(given: CheckInput) -> Iterator[str]:
    rows = pd.DataFrame(given.rows)
    alike = same_patient(rows.index)
    if alike:
        yield f"identities written differently: {name_some([_names(group) for group in alike])}"
    equal = list(dict.fromkeys(_equal_rows(rows, given.timepoints)))
    if equal:
        yield f"equal rows of features: {name_some([_names(group) for group in equal])}"
    if given.files is not None:
        for part, files in given.files.groupby("part", sort=True):
            owners = files.groupby("sha256")["patient_id"].unique()
            shared = [_names(tuple(sorted(who))) for who in owners if len(who) > 1]
            if shared:
                yield f"the same {part} file: {name_some(list(dict.fromkeys(shared)))}"


def _between(given: CheckInput) -> Iterator[str]:
    """What this cohort has in common with the other one."""
    if given.other_rows is not None:
        rows, others = pd.DataFrame(given.rows), given.other_rows
        known = {written_alike(str(name)) for name in rows.index}
        both = [name for name in others.index.unique() if written_alike(str(name)) in known]
        if both:
            yield f"identities that the other cohort has too: {name_some(both)}"
        columns = [name for name in rows.columns if name in others.columns]
        sides = [rows[columns].rename(index=_here), others[columns].rename(index=_there)]
        groups = _equal_rows(pd.concat(sides), given.timepoints)
        across = [group for group in groups if len({str(name)[0] for name in group}) > 1]
        if across:
            named = [_names(tuple(str(name)[1:] for name in group)) for group in across]
            yield f"rows of features that the other cohort has too: {name_some(named)}"
    if given.files is not None and given.other_files is not None:
        shared = given.other_files[given.other_files["sha256"].isin(given.files["sha256"])]
        if len(shared):
            who = name_some(shared["patient_id"].unique().tolist())
            yield f"files that the other cohort has too: {who}"


def _here(identity: object) -> str:
    return f"<{identity}"


def _there(identity: object) -> str:
    return f">{identity}"


def _equal_rows(rows: pd.DataFrame, timepoints: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    """Identities whose measured features at one time point are all the same."""
    numbers = rows.select_dtypes("number")
    groups: dict[str, list[str]] = {}
    for name in numbers.columns:
        if numbers[name].nunique() >= max(3, numbers[name].notna().sum() / 2):
            groups.setdefault(timepoints.get(name, ""), []).append(name)
    for names in groups.values():
        if len(names) < FEWEST_COLUMNS:
            continue
        known = numbers[names].dropna(thresh=FEWEST_COLUMNS)
        written = known.map(lambda value: f"{value:.{DIGITS}g}").agg("|".join, axis=1)
        owners = written.groupby(written).agg(lambda same: tuple(dict.fromkeys(same.index)))
        yield from (who for who in owners if len(who) > 1)


def _names(group: tuple[object, ...]) -> str:
    return " = ".join(str(name) for name in group)
