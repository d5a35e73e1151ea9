"""HCC017: features that were harmonised with the outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.checks.association import levels_of, unrepeated
from radiomics_hcc.evaluation.checks.batch_agreement import batch_agreement
from radiomics_hcc.evaluation.checks.check import Check, CheckInput, Severity, Stage
from radiomics_hcc.evaluation.outcomes import FloatArray, name_some
from radiomics_hcc.evaluation.ranking import concordance

OUTCOME_WORDS: Final = ("response", "outcome", "label", "target", "mrecist", "recist")
HARMONISED_WORDS: Final = ("harmon", "combat")


@dataclass(frozen=True)
class HarmonisedWithOutcome(Check):
    """Three signs that harmonisation knew the label.

    A covariate that is the label or all but determines it; a sidecar that says so; batches that
    agree in the features more exactly than chance allows, which happens to measured features
    only when they were adjusted over all patients beforehand.

    Parameters
    ----------
    determines
        AUC (C-index) of a covariate by itself from which it stands for the label.
    too_equal
        P-value, times two and times the batches, up to which batches agree too exactly.
    clearly_less
        Share of their difference altogether up to which batches differ less at equal label.
    fewest_columns
        Columns of which none repeats another, without which batches are not compared.
    """

    kind: ClassVar[str] = "harmonised_with_outcome"
    code: ClassVar[str] = "HCC017"
    title: ClassVar[str] = "Harmonised with the outcome"
    severity: ClassVar[Severity] = "serious"
    stage: ClassVar[Stage] = "before"
    needs: ClassVar[tuple[str, ...]] = ("rows", "labels")

    determines: float = 0.95
    too_equal: float = 0.01
    clearly_less: float = 0.5
    fewest_columns: int = 10

    def judge(self, given: CheckInput) -> Finding:
        """Look at the covariates, the sidecar, and the agreement of the batches."""
        adjusted = self._adjusted(given)
        told = [*self._covariates(given), *_sidecar(given)]
        told += [
            f"features agree between {batch} beyond chance, and most at equal label"
            for batch, is_with_label in adjusted
            if is_with_label
        ]
        if told:
            return self.finding("serious", f"Harmonisation knew the outcome: {'; '.join(told)}.")
        if adjusted:
            return self.finding(
                "warning",
                f"Features agree between {', '.join(batch for batch, _ in adjusted)} beyond "
                "chance: they were harmonised over all patients, before any split, with or "
                "without the outcome.",
            )
        return self.finding("ok", "No harmonisation is seen that knew the outcome.")

    def _covariates(self, given: CheckInput) -> Iterator[str]:
        for name in given.harmonise_covariates:
            if name in given.label_names:
                yield f"its covariate {name} is the label"
                continue
            score = _told_label(given, name)
            if score >= self.determines:
                yield f"its covariate {name} tells the label (AUC {score:.2f})"

    def _adjusted(self, given: CheckInput) -> list[tuple[str, bool]]:
        """Context columns that the features were adjusted to, and whether at equal label."""
        if given.features is None or given.context is None:
            return []
        names = unrepeated(given.features.astype(float))
        batches = [name for name in given.context.columns if name not in given.harmonise_covariates]
        if len(names) < self.fewest_columns or not batches:
            return []
        features, codes = given.features[names].astype(float), given.codes(given.features.index)
        found = []
        for batch in batches:
            alike, anyhow = (
                batch_agreement(features, given.context[batch], codes, at_equal_label=at)
                for at in (True, False)
            )
            if alike is None or anyhow is None:
                continue
            if min(alike.p_value, anyhow.p_value) * 2 * len(batches) <= self.too_equal:
                is_with_label = alike.difference < self.clearly_less * anyhow.difference
                found.append((str(batch), is_with_label))
        return found


def _told_label(given: CheckInput, name: str) -> float:
    """AUC (C-index) of a covariate by itself, in the better direction; NaN where it is unknown."""
    tables = [pd.DataFrame(given.rows), given.context]
    column = next((table[name] for table in tables if table is not None and name in table), None)
    if column is None:
        return float("nan")
    column = column[~column.index.duplicated()]
    codes = given.codes(column.index).to_numpy()
    levels, codes = levels_of(column[codes >= 0]), codes[codes >= 0]
    places = pd.factorize(levels, sort=True)[0]
    if len(codes) < 2 or places.max() >= len(codes) // 2:
        return float("nan")
    means: FloatArray = -(np.bincount(places, weights=codes) / np.bincount(places))[places]
    return float(concordance(codes, means, np.ones((1, len(codes))))[0])


def _sidecar(given: CheckInput) -> Iterator[str]:
    """What the sidecar of the feature table says of an earlier harmonisation."""
    words = {word.lower() for word in (*OUTCOME_WORDS, *given.label_names)}
    for key, value in given.sidecar.items():
        if not any(word in key.lower() for word in HARMONISED_WORDS):
            continue
        named = value.get("covariates") if isinstance(value, Mapping) else value
        known = [
            str(name) for name in _listed(named) if any(word in str(name).lower() for word in words)
        ]
        if known:
            yield f"the sidecar of the feature table names {name_some(known)} among its covariates"


def _listed(named: object) -> list[object]:
    if isinstance(named, str):
        return [named]
    return list(named) if isinstance(named, list | tuple) else []
