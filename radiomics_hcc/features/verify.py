"""Measure some lesions with the other engine as well, and say how far the two differ."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import util
from typing import Final

import numpy as np

from radiomics_hcc.domain.cohort import Case
from radiomics_hcc.domain.feature import feature_class
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.features.engine import Engine
from radiomics_hcc.features.measure import CASE_ERRORS, reason_of
from radiomics_hcc.features.parameters import Parameters

OTHER_ENGINE: Final = {"native": "pyradiomics", "pyradiomics": "native"}
# Below this size values are compared with it instead of with each other: a skewness of 1e-17
# against 3e-17 is rounding.
SMALLEST_SCALE: Final = 1e-9


@dataclass(frozen=True)
class Agreement:
    """How far two engines differ on the same lesions.

    Parameters
    ----------
    engine, other
        The engines, with their versions.
    cases
        Names of the cases that both measured.
    features
        How many values were compared.
    largest_difference
        The largest relative difference, and below the feature and case where it is.
    feature, case
        Where the largest difference is.
    by_class
        The largest relative difference in every feature class.
    only_one
        Values that only one of the engines has, as `case: feature`.
    failed
        Cases that an engine refused, with the reason.
    """

    engine: str
    other: str
    cases: tuple[str, ...]
    features: int
    largest_difference: float
    feature: str
    case: str
    by_class: Mapping[str, float]
    only_one: tuple[str, ...]
    failed: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return asdict(self)

    def __str__(self) -> str:
        if not self.features:
            return f"nothing could be verified: {'; '.join(self.failed) or 'no lesion'}"
        lesions = "1 lesion" if len(self.cases) == 1 else f"{len(self.cases)} lesions"
        found = (
            f"{self.features} features of {lesions} also measured with {self.other}: largest "
            f"relative difference {self.largest_difference:.1e} ({self.feature})"
        )
        alone = len(self.only_one)
        return f"{found}; {alone} values in one engine alone" if alone else found


def agreement_of(table: FeatureTable) -> Agreement | None:
    """Read out of a table how far the other engine differed; nothing where none was asked."""
    found = table.metadata.get("verification")
    return Agreement(**found) if isinstance(found, dict) else None


def verify(
    cases: Sequence[Case], engine: Engine, other: Engine, parameters: Parameters, count: int
) -> Agreement:
    """Measure lesions with two engines, with the settings that both know.

    Settings of the native engine alone (`binOrigin`, `filterSupport`) are left out on both sides.

    Parameters
    ----------
    cases
        Measured cases, of which `count` are taken, evenly spread.
    engine, other
        The engine whose values are used, and the one to compare it with.
    parameters
        What to extract.
    count
        How many lesions, 1 or more.
    """
    shared = parameters.compatible()
    values: dict[tuple[str, str], tuple[float, float]] = {}
    done, failed = [], []
    for case in spread(cases, count):
        try:
            image, mask = case.read_image(), case.read_mask()
            ours, theirs = (
                {
                    feature.name: feature.value
                    for feature in each.extract(image, mask, shared).features
                }
                for each in (engine, other)
            )
        except CASE_ERRORS as error:
            failed.append(f"{case.name}: {reason_of(error)}")
            continue
        done.append(case.name)
        for name in {**ours, **theirs}:
            values[case.name, name] = ours.get(name, math.nan), theirs.get(name, math.nan)
    return _agreement(engine, other, values, (tuple(done), tuple(failed)))


def spread(cases: Sequence[Case], count: int) -> list[Case]:
    """Take `count` cases evenly spread over all, the first one always among them."""
    places = np.linspace(0, len(cases) - 1, min(count, len(cases))).round().astype(int)
    return [cases[place] for place in places]


def relative_difference(one: float, other: float) -> float:
    """|a - b| / max(|a|, |b|), at least `SMALLEST_SCALE` below the line."""
    return abs(one - other) / max(abs(one), abs(other), SMALLEST_SCALE)


def default_count() -> int:
    """One lesion where PyRadiomics is installed, else none."""
    return 1 if util.find_spec("radiomics") else 0


def _agreement(
    engine: Engine,
    other: Engine,
    values: Mapping[tuple[str, str], tuple[float, float]],
    cases: tuple[tuple[str, ...], tuple[str, ...]],
) -> Agreement:
    differences = {
        where: relative_difference(*pair)
        for where, pair in values.items()
        if not any(map(math.isnan, pair))
    }
    only_one = [
        f"{case}: {name}"
        for (case, name), pair in values.items()
        if sum(map(math.isnan, pair)) == 1
    ]
    by_class: dict[str, float] = {}
    for (_, name), difference in differences.items():
        group = feature_class(name)
        by_class[group] = max(difference, by_class.get(group, 0.0))
    case, feature = max(differences, key=differences.__getitem__, default=("", ""))
    return Agreement(
        engine=f"{engine.name} ({engine.version})",
        other=f"{other.name} ({other.version})",
        cases=cases[0],
        features=len(differences),
        largest_difference=max(differences.values(), default=math.nan),
        feature=feature,
        case=case,
        by_class=by_class,
        only_one=tuple(only_one),
        failed=cases[1],
    )
