"""HCC018: an identity, or the order of the patients, among the features."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity, Stage
from radiomics_hcc.evaluation.checks.size_in_disguise import rank_correlation
from radiomics_hcc.evaluation.outcomes import name_some

FEWEST_PATIENTS: Final = 10
MOST_FILLED: Final = 0.8
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class IdentityFeature(Check):
    """Columns that name the patient: whole, all different, in the order of identities or rows.

    Also columns that are equal to the identity or to the number in it. Identities are often
    dealt out by date, by site or by outcome, so that a model learns what it cannot know.

    Parameters
    ----------
    in_order
        |rho| with the order from which a column follows it.
    """

    kind: ClassVar[str] = "identity_feature"
    code: ClassVar[str] = "HCC018"
    title: ClassVar[str] = "An identity among the features"
    severity: ClassVar[Severity] = "serious"
    stage: ClassVar[Stage] = "before"
    needs: ClassVar[tuple[str, ...]] = ("rows",)

    in_order: float = 0.99

    def judge(self, given: CheckInput) -> Finding:
        """Hold every column against the identities and against the order of the file."""
        rows = pd.DataFrame(given.rows)
        by_patient = rows[~rows.index.duplicated()]
        if len(by_patient) < FEWEST_PATIENTS:
            return self.not_checked(f"needs {FEWEST_PATIENTS} patients")
        orders = _orders(given, by_patient.index)
        found = [
            f"{name} ({why})"
            for name in by_patient.columns
            for why in [self._why(by_patient[name], orders)]
            if why
        ]
        if found:
            return self.finding(
                "serious", f"Columns name the patient: {name_some(found)}. Leave them out."
            )
        return self.finding("ok", "No column names the patient.")

    def _why(self, column: pd.Series, orders: dict[str, pd.Series]) -> str:
        known = column.dropna()
        if len(known) < MOST_FILLED * len(column) or known.nunique() < len(known):
            return ""
        if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            is_identity = known.astype(str).to_numpy() == known.index.astype(str).to_numpy()
            return "is the identity" if is_identity.all() else ""
        values = known.astype(float)
        if not (np.isfinite(values) & (values == values.round())).all():
            return ""
        for word, order in orders.items():
            if abs(rank_correlation(values, order.reindex(values.index))) >= self.in_order:
                return word
        return ""


def _orders(given: CheckInput, patients: pd.Index) -> dict[str, pd.Series]:
    """Orders of the patients: by identity, by the number in it, and as the file has them."""
    orders = dict(_by_identity(patients))
    if given.measured is not None and "patient_id" in given.measured:
        listed = given.measured["patient_id"].drop_duplicates()
        orders["follows the order of the rows"] = pd.Series(range(len(listed)), index=listed)
    return orders


def _by_identity(patients: pd.Index) -> Iterator[tuple[str, pd.Series]]:
    names = [str(name) for name in patients]
    ordered = sorted(range(len(names)), key=lambda place: names[place])
    ranks = pd.Series(np.argsort(ordered), index=patients)
    yield "follows the order of the identities", ranks
    numbers = [_DIGITS.findall(name) for name in names]
    if all(numbers):
        last = pd.Series([int(found[-1]) for found in numbers], index=patients, dtype=float)
        yield "is the number in the identity", last
