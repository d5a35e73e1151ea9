"""Features that another contour or another reading would change too much do not enter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, Self, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.utils import Tags
from sklearn.utils.validation import validate_data

from radiomics_hcc.domain.patient_table import Column
from radiomics_hcc.domain.step import Step, did_you_mean
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.selection.column_selector import ColumnSelector

RELIABILITY_LIMIT: Final = 0.75
"""From here reliability counts as good (Koo and Li, J Chiropr Med 2016;15:155)."""

SINGLE: Final = "single"
"""The word for a feature of one scan, beside `delta_<kind>` for a change."""

CHANGE_BETWEEN: Final = r"^.*\((.*)\)$"
"""`delta_relative(pre,post)` and `pre,post` say the same where the kind stands beside it."""

Unknown: TypeAlias = Literal["drop", "keep"]
Statistic: TypeAlias = Literal["icc_a1", "icc_c1"]
Bound: TypeAlias = Literal["low", "estimate", "high"]
UNKNOWN_WORDS: Final = ("drop", "keep")
STATISTICS: Final = ("icc_a1", "icc_c1")
SUFFIXES: Final[Mapping[str, str]] = {"low": "_low", "estimate": "", "high": "_high"}


class ReliabilityFilter(ColumnSelector):
    """Drop columns whose reliability is below a limit.

    It learns nothing: the values come from repeated measurements, never from the labels.

    Parameters
    ----------
    columns
        Names of the columns that are judged, all others stay; None judges none. Names that the
        data do not have are passed over, so that one list serves every set of columns.
    values
        Reliability (intraclass correlation) by column.
    limit
        A column stays while its value is at least this.
    unknown
        What becomes of judged columns without a value: `drop` or `keep`.
    """

    def __init__(
        self,
        columns: Sequence[str] | None = None,
        values: Mapping[str, float] | None = None,
        limit: float = RELIABILITY_LIMIT,
        unknown: Unknown = "drop",
    ) -> None:
        self.columns = columns
        self.values = values
        self.limit = limit
        self.unknown = unknown

    def fit(self, X: ArrayLike | pd.DataFrame, y: ArrayLike | None = None) -> Self:  # noqa: ARG002 (API)
        """Look every judged column up.

        Raises
        ------
        NoColumnLeftError
            Where no column is reliable enough.
        """
        is_frame = isinstance(X, pd.DataFrame)
        validate_data(self, X, dtype=None, ensure_all_finite="allow-nan", skip_check_array=is_frame)
        judged = set(self.columns or ())
        known = {name for name, value in (self.values or {}).items() if not np.isnan(value)}
        below = {name for name in known if (self.values or {})[name] < self.limit}
        dropped = (judged & below) | (judged - known if self.unknown == "drop" else set())
        names = getattr(self, "feature_names_in_", np.arange(self.n_features_in_))
        kept = np.array([name not in dropped for name in names])
        return self._keep(kept, f"none has a reliability of {self.limit:g} or more")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        return tags


@dataclass(frozen=True)
class ReliabilityRule(Step):
    """Which columns are reliable enough to enter, from measurements that were repeated.

    Parameters
    ----------
    values
        Column and its intraclass correlation, as `reliability_rule` reads them from a table.
    limit
        A column stays while its value is at least this.
    unknown
        What becomes of radiomic columns without a value: `drop` or `keep`.

    Examples
    --------
    >>> rule = ReliabilityRule((("pre.firm", 0.9), ("pre.loose", 0.3)))
    >>> rule.transformer(["pre.firm", "pre.loose"]).limit
    0.75
    """

    kind: ClassVar[str] = "reliability"
    values: tuple[tuple[str, float], ...] = ()
    limit: float = RELIABILITY_LIMIT
    unknown: Unknown = "drop"

    def __post_init__(self) -> None:
        problems = []
        if not -1.0 <= self.limit <= 1.0:
            what = f"is {self.limit:g}"
            problems.append(Problem("reliability.limit", what, "an ICC lies between -1 and 1"))
        if self.unknown not in UNKNOWN_WORDS:
            remedy = did_you_mean(self.unknown, list(UNKNOWN_WORDS))
            problems.append(Problem("reliability.unknown", f"is {self.unknown!r}", remedy))
        if problems:
            raise InputError(problems)

    def transformer(self, columns: Sequence[str]) -> ReliabilityFilter:
        """The pipeline stage for these radiomic columns; all other columns pass."""
        return ReliabilityFilter(list(columns), dict(self.values), self.limit, self.unknown)

    def frame(self, columns: Sequence[str]) -> pd.DataFrame:
        """What becomes of each of these radiomic columns, and why.

        Returns
        -------
        pandas.DataFrame
            `column, icc, kept, reason`; `icc` is NaN where there is none, `reason` is empty where
            the column stays.
        """
        known = dict(self.values)
        table = pd.DataFrame({"column": list(columns)})
        table["icc"] = table["column"].map(known).astype(np.float64)
        is_unknown = table["icc"].isna()
        is_low = table["icc"] < self.limit
        table["kept"] = ~is_low & (~is_unknown | (self.unknown == "keep"))
        reason = np.where(is_low, f"reliability below {self.limit:g}", "reliability not known")
        return table.assign(reason=np.where(table["kept"], "", reason))


def reliability_rule(
    frame: pd.DataFrame,
    columns: Mapping[str, Column],
    *,
    statistic: Statistic = "icc_a1",
    bound: Bound = "low",
    limit: float = RELIABILITY_LIMIT,
) -> ReliabilityRule:
    """Look the radiomic columns of a patient table up in a table of intraclass correlations.

    Parameters
    ----------
    frame
        `feature, timepoint, kind` and `icc_a1, icc_a1_low, icc_a1_high, icc_c1, ...`. `kind` is
        `single` for a feature of one scan, else that of a change, such as `delta_relative`, with
        the time point `pre,post` or `delta_relative(pre,post)`.
    columns
        Columns of the patient table, by name; clinical ones are passed over.
    statistic
        `icc_a1` (absolute agreement) or `icc_c1` (consistency).
    bound
        Which value counts: the interval's `low` or `high` limit, or the `estimate`.
    limit
        A column stays while its value is at least this.

    Returns
    -------
    ReliabilityRule
        That drops radiomic columns without a value; `dataclasses.replace(rule, unknown="keep")`
        keeps them.

    Raises
    ------
    InputError
        For an unknown statistic or bound, a missing column, a feature that is there twice, or
        where the table knows none of the radiomic columns.
    """
    value_column = _value_column(statistic, bound)
    _check_frame(frame, value_column)
    between = frame["timepoint"].astype(str).str.replace(CHANGE_BETWEEN, r"\1", regex=True)
    keys = zip(frame["kind"], between, frame["feature"], strict=True)
    known = dict(zip(keys, frame[value_column].astype(np.float64), strict=True))
    radiomic = [column for column in columns.values() if column.kind == "radiomic"]
    found = tuple(
        (column.name, float(known[key])) for column in radiomic if (key := _key(column)) in known
    )
    if radiomic and not found:
        what = f"knows none of the {len(radiomic)} radiomic columns, such as {radiomic[0].name}"
        remedy = "measure it with the same parameters, time points and kind of change"
        raise InputError([Problem("reliability table", what, remedy)])
    return ReliabilityRule(found, limit)


def _key(column: Column) -> tuple[str, str, str]:
    """Kind, time point(s) and feature, as the table of intraclass correlations writes them."""
    kind, is_change, between = column.timepoint.partition("(")
    if not is_change:
        return SINGLE, column.timepoint, column.feature
    return kind, between.removesuffix(")"), column.feature


def _value_column(statistic: str, bound: str) -> str:
    problems = [
        Problem(f"reliability.{name}", f"is {word!r}", did_you_mean(word, known))
        for name, word, known in (
            ("statistic", statistic, list(STATISTICS)),
            ("bound", bound, list(SUFFIXES)),
        )
        if word not in known
    ]
    if problems:
        raise InputError(problems)
    return statistic + SUFFIXES[bound]


def _check_frame(frame: pd.DataFrame, value_column: str) -> None:
    keys = ["kind", "timepoint", "feature"]
    names = [str(name) for name in frame.columns]
    problems = [
        Problem(f"column {name!r}", "is not there", did_you_mean(name, names))
        for name in (*keys, value_column)
        if name not in names
    ]
    if not problems:
        twice = frame.loc[frame.duplicated(keys), keys]
        problems = [
            Problem(f"{kind} {timepoint} {feature}", "is there more than once")
            for kind, timepoint, feature in twice.itertuples(index=False)
        ]
    if problems:
        raise InputError(problems, "table of intraclass correlations")
