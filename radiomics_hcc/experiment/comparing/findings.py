"""What a reader must know before the numbers of a comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.evaluation.across_runs import Pair
from radiomics_hcc.evaluation.compare import SIGNIFICANCE
from radiomics_hcc.evaluation.outcomes import name_some
from radiomics_hcc.experiment.comparing.differences import DATA, NOT_SET, SOFTWARE, code_of
from radiomics_hcc.experiment.comparing.entries import Entry
from radiomics_hcc.experiment.comparing.gathered import DAMAGED, LeftOut
from radiomics_hcc.modelling.leakage import INCORPORATION_CODE, Intent

Severity: TypeAlias = Literal["note", "warning", "serious"]

CALCULATING: Final = ("radiomics-hcc", "scikit-learn", "numpy", "scipy", "engine")
"""Software that numbers come from; another version of it is worth a warning."""

PAIRS_NAMED: Final = 2
FEW_MODELS: Final = 2  # the better of two is still one comparison


@dataclass(frozen=True, eq=False)
class Facts:
    """What the findings are read from.

    Parameters
    ----------
    entries
        What is compared.
    left_out
        Runs that do not enter.
    pairs
        All pairs, on the patients of the runs.
    tested
        Pairs that have a paired difference.
    differences
        From `difference_table`.
    resamples, seed
        Of the patient bootstrap.
    is_shared
        Whether models were restricted to the patients they share.
    repeated
        Runs that were named more than once.
    """

    entries: Sequence[Entry]
    left_out: Sequence[LeftOut]
    pairs: Sequence[Pair]
    tested: Sequence[Pair]
    differences: pd.DataFrame
    resamples: int
    seed: int
    is_shared: bool
    repeated: Sequence[str] = ()

    def is_tested(self, pair: Pair) -> bool:
        """Whether a pair has a paired difference, on whichever patients."""
        return any((each.left, each.right) == (pair.left, pair.right) for each in self.tested)


def findings_of(facts: Facts) -> tuple[Finding, ...]:
    """Every finding, in the order in which a reader asks."""
    tellers = (_left_out, _runs, _intent, _incorporation, _patients, _labels, _classes, _splits)
    later = (_data, _code, _software, _many, _method)
    return tuple(finding for tell in (*tellers, *later) for finding in tell(facts))


def fewest_resamples(pairs: int) -> int:
    """Resamples from which the smallest p, 2 / (b + 1), stands after Holm over so many pairs."""
    return round(2 * pairs / SIGNIFICANCE)


def _left_out(facts: Facts) -> Iterator[Finding]:
    if facts.left_out:
        told = "; ".join(f"{each.run_id} ({each.status})" for each in facts.left_out)
        is_grave = any(each.status == DAMAGED for each in facts.left_out)
        sentence = f"{_count(facts.left_out, 'run does', 'runs do')} not enter: {told}."
        yield Finding("LEFT_OUT", "warning" if is_grave else "note", sentence)
    if facts.repeated:
        sentence = f"Named more than once, and there once: {name_some(facts.repeated)}."
        yield Finding("LEFT_OUT", "note", sentence)


def _runs(facts: Facts) -> Iterator[Finding]:
    records = {each.record.run_id: each for each in facts.entries}
    told = []
    for entry in records.values():
        codes = [f.code for f in entry.record.findings if f.severity == "serious"]
        if codes:
            told.append(f"{_name(facts, entry)} ({', '.join(dict.fromkeys(codes))})")
    if told:
        sentence = f"Serious findings of their own: {'; '.join(told)}. Read their reports first."
        yield Finding("RUNS", "serious", sentence)


def _intent(facts: Facts) -> Iterator[Finding]:
    intents = {each.label: str(each.record.intent) for each in facts.entries}
    if len(set(intents.values())) > 1:
        sentence = (
            f"Runs of different intent: {_by_value(intents)}. A run that may read the scan of the "
            "label describes the response; it is no rival of one that predicts it."
        )
        yield Finding("INTENT", "serious", sentence)


def _incorporation(facts: Facts) -> Iterator[Finding]:
    reading = [each.label for each in facts.entries if may_read_the_label(each)]
    if not reading:
        return
    severity: Severity = "serious" if len(reading) < len(facts.entries) else "warning"
    sentence = (
        f"{name_some(reading)}: columns may come from the scan on which the label was read "
        "(incorporation), which makes any model look better than it is."
    )
    yield Finding("INCORPORATION", severity, sentence)


def may_read_the_label(entry: Entry) -> bool:
    """Whether columns of the run may come from the scan on which the label was read."""
    found = [f for f in entry.record.findings if f.code == INCORPORATION_CODE]
    return (
        str(entry.record.intent) == Intent.RESPONSE_READING
        or bool(entry.record.summary.get("incorporation_justification"))
        or any(f.severity in ("warning", "serious") for f in found)
    )


def _patients(facts: Facts) -> Iterator[Finding]:
    what = "other patients"
    remedy = ": no paired difference. Judge them on those whom they share (`--shared-patients`)."
    told = what + ("." if facts.is_shared else remedy)
    yield from _of_pairs(facts, "PATIENTS", lambda pair: not pair.same_patients, told)


def _labels(facts: Facts) -> Iterator[Finding]:
    told = "patients whose label differs"
    told += ", who were left out." if facts.is_shared else ": no paired difference."
    yield from _of_pairs(facts, "LABELS", lambda pair: bool(pair.relabelled), told)


def _classes(facts: Facts) -> Iterator[Finding]:
    told = "positive classes that do not mean the same: no paired difference."
    yield from _of_pairs(facts, "CLASSES", lambda pair: pair.view is None, told)
    told = (
        "other classes, compared as positive class against the rest, in the metrics that look at "
        "two classes."
    )
    yield from _of_pairs(
        facts,
        "CLASSES",
        lambda pair: pair.view == "two" and facts.is_tested(pair),
        told,
        severity="note",
    )


def _splits(facts: Facts) -> Iterator[Finding]:
    told = (
        "other folds: part of a difference is the splits, and there is no corrected t-test. The "
        "same seed, folds and repeats on the same patients give the same splits."
    )
    yield from _of_pairs(
        facts, "SPLITS", lambda pair: facts.is_tested(pair) and not pair.same_splits, told
    )


def _data(facts: Facts) -> Iterator[Finding]:
    rows = facts.differences[facts.differences["part"] == DATA]
    if rows.empty:
        return
    is_read_by_some = (rows[[each.label for each in facts.entries]] == NOT_SET).any(axis=1)
    changed, lone = (
        rows.loc[which, "key"].tolist() for which in (~is_read_by_some, is_read_by_some)
    )
    told = [f"other content in {name_some(changed)}"] if changed else []
    told += [f"read by some runs only: {name_some(lone)}"] if lone else []
    yield Finding("DATA", "warning", f"The runs did not read the same files; {'; '.join(told)}.")


def _code(facts: Facts) -> Iterator[Finding]:
    states = {each.label: code_of(each.record) for each in facts.entries}
    changed = [label for label, state in states.items() if state.get("changed since") == "yes"]
    unknown = [label for label, state in states.items() if "commit" not in state]
    if len({state["commit"] for state in states.values() if "commit" in state}) > 1:
        yield Finding("CODE", "note", "The runs were made at different commits of the code.")
    if changed:
        sentence = f"Made with changes that were not committed: {_whom(facts, changed)}."
        yield Finding("CODE", "warning", sentence)
    if unknown:
        sentence = (
            f"Known by the package's version alone, without a commit: {_whom(facts, unknown)}."
        )
        yield Finding("CODE", "note", sentence)


def _software(facts: Facts) -> Iterator[Finding]:
    keys = _keys(facts, SOFTWARE)
    if keys:
        severity: Severity = "warning" if set(keys) & set(CALCULATING) else "note"
        sentence = f"Versions differ: {name_some(keys)}."
        yield Finding("SOFTWARE", severity, sentence)


def _many(facts: Facts) -> Iterator[Finding]:
    pairs = len(facts.tested)
    smallest = min(1.0, 2.0 * pairs / (facts.resamples + 1))
    if smallest >= SIGNIFICANCE:
        sentence = (
            f"With {pairs} pairs and {facts.resamples} resamples the smallest corrected p is "
            f"{smallest:.2g}: no difference can stand. Ask for at least {fewest_resamples(pairs)} "
            "resamples."
        )
        yield Finding("MANY", "warning", sentence)
    if len(facts.entries) > FEW_MODELS:
        sentence = (
            f"{len(facts.entries)} models are compared: the best of them looks better than it is, "
            "since it is chosen after the results were seen."
        )
        yield Finding("MANY", "note", sentence)


def _method(facts: Facts) -> Iterator[Finding]:
    if facts.tested:
        sentence = (
            f"Differences, ranks and their intervals: {facts.resamples} resamples of patients "
            f"(seed {facts.seed}), the same for both models of a pair; Holm's correction over "
            f"{_count(facts.tested, 'pair', 'pairs')} of each metric. Internal testing: no model "
            "was fitted again."
        )
        yield Finding("METHOD", "note", sentence)


def _of_pairs(
    facts: Facts,
    code: str,
    is_so: Callable[[Pair], bool],
    what: str,
    *,
    severity: Severity = "warning",
) -> Iterator[Finding]:
    """A finding where some pair is so: which, and what they have."""
    found = [f"{pair.left} and {pair.right}" for pair in facts.pairs if is_so(pair)]
    if not found:
        return
    named = "; ".join(found[:PAIRS_NAMED])
    if len(found) == len(facts.pairs) > 1:
        named = "All pairs"
    elif len(found) > PAIRS_NAMED:
        named = f"{len(found)} of {len(facts.pairs)} pairs (among them {named})"
    yield Finding(code, severity, f"{named} have {what}")


def _keys(facts: Facts, part: str) -> list[str]:
    rows = facts.differences
    return [str(key) for key in rows.loc[rows["part"] == part, "key"]]


def _whom(facts: Facts, labels: Sequence[str]) -> str:
    return "all of them" if len(labels) == len(facts.entries) > 1 else name_some(labels)


def _by_value(values: Mapping[str, str]) -> str:
    """Labels by what they share: `prediction (a, b); reading (c)`."""
    groups = {
        value: [label for label, other in values.items() if other == value]
        for value in dict.fromkeys(values.values())
    }
    return "; ".join(f"{value} ({name_some(labels)})" for value, labels in groups.items())


def _name(facts: Facts, entry: Entry) -> str:
    """The label where the run has one model here, else the run's name."""
    own = [each for each in facts.entries if each.record.run_id == entry.record.run_id]
    return entry.label if len(own) == 1 else entry.record.name


def _count(things: Sequence[object], one: str, several: str) -> str:
    return f"{len(things)} {one if len(things) == 1 else several}"
