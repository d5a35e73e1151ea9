"""Properties of the response criteria, and a brute-force implementation beside ours."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.domain.response import ImmuneResponse, ResponseClass
from radiomics_hcc.response.arithmetic import percent_text
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.criteria import criteria
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.mrecist import MRECIST
from radiomics_hcc.response.recist11 import RECIST11

CRITERIA = {"mrecist": MRECIST(), "recist11": RECIST11()}
BOTH = pytest.mark.parametrize("kind", CRITERIA)
ON_SIZES = [kind for kind, found in criteria().items() if found().plot_limits is not None]
EVERY = pytest.mark.parametrize("kind", sorted(ON_SIZES))
SIZES = (
    *("longest_mm", "perpendicular_mm", "short_axis_mm", "viable_mm", "viable_perpendicular_mm"),
    *("volume_ml", "viable_volume_ml"),
)
WORST_LAST = (
    *((ResponseClass.CR, ImmuneResponse.ICR), (ResponseClass.PR, ImmuneResponse.IPR)),
    *((ResponseClass.SD, ImmuneResponse.ISD), (ResponseClass.PD, ImmuneResponse.IUPD)),
    (ImmuneResponse.ICPD,),
)
TENTHS = st.integers(min_value=0, max_value=600)
BASELINE_TENTHS = st.integers(min_value=100, max_value=600)


@dataclass(frozen=True)
class Story:
    """Sizes in tenths of a mm, visits by lesions; None is not evaluable. Sites by lesion."""

    sites: tuple[str, ...]
    sizes: tuple[tuple[int | None, ...], ...]


@st.composite
def stories(draw, sites=("liver", "node", "lung"), missing=True, visits=4):
    chosen = tuple(draw(st.lists(st.sampled_from(sites), min_size=1, max_size=3)))
    size = st.one_of(st.none(), TENTHS, TENTHS, TENTHS) if missing else TENTHS
    baseline = tuple(draw(BASELINE_TENTHS) for _ in chosen)
    count = draw(st.integers(min_value=1, max_value=visits))
    later = tuple(tuple(draw(size) for _ in chosen) for _ in range(count))
    return Story(chosen, (baseline, *later))


def rows_of(story, reader="A", exponent=-1):
    rows = []
    for visit, sizes in enumerate(story.sizes):
        for lesion, (site, size) in enumerate(zip(story.sites, sizes, strict=True)):
            text = "" if size is None else str(Decimal(size).scaleb(exponent))
            status = "not_evaluable" if size is None else "measured"
            keys = {"patient_id": "P1", "reader": reader, "assessment": 60 * visit}
            what = {"lesion_id": f"L{lesion}", "role": "target", "site": site, "status": status}
            measured = {"longest_mm": "", "viable_mm": "", "short_axis_mm": ""}
            column = {"liver": "viable_mm", "node": "short_axis_mm", "lung": "longest_mm"}[site]
            measured[column] = text
            measured["longest_mm"] = text
            rows.append(keys | what | measured)
    return rows


NEW = {"patient_id": "P1", "reader": "A", "lesion_id": "N", "role": "new", "site": "liver"} | {
    "status": "measured",
    "finding": "typical",
    "mean_hu": "60",
}
NO_LEAST_INCREASE = {"progression_min_mm": 0, "confirmation_increase_mm": 0}


def every_size(story, reader="A", patient_id="P1", exponent=-1):
    """Rows with the size in every column, so that any criterion finds its own."""
    rows = rows_of(story, reader, exponent)
    for row in rows:
        text = row["longest_mm"]
        row |= dict.fromkeys(SIZES, text) | {"mean_hu": "60" if text else "", "finding": ""}
        row["patient_id"] = patient_id
    return rows


def frame_of_kind(rows, kind, **parameters):
    known = criteria()[kind]().to_config()
    given_here = {name: value for name, value in parameters.items() if name in known}
    return frame_of(rows, criteria()[kind].from_config(given_here))


def badness(rows, kind):
    criterion = criteria()[kind]()
    word = assess(Measurements.from_frame(pd.DataFrame(rows)), criterion).assessments[-1].response
    return next(place for place, words in enumerate(WORST_LAST) if word in words)


def frame_of(rows, criterion):
    return assess(Measurements.from_frame(pd.DataFrame(rows)), criterion).frame()


def brute_force(story, *, minimum_mm, carry=True):
    """Target responses by trying out what the missing lesions may measure.

    A visit with missing lesions has a class only if every size of the missing ones (0, 1 mm, and
    1 m) leads to one and the same.
    """
    found, sums, responding, was_complete = [], [tenths(story.sizes[0])], False, False
    for sizes in story.sizes[1:]:
        answers = set()
        for guess in (0, 10, 10_000):
            filled = [guess if size is None else size for size in sizes]
            answers.add(
                classify(story, filled, sums, minimum_mm, carry and responding, was_complete)
            )
        word = answers.pop() if len(answers) == 1 else "NE"
        if None not in sizes:
            sums.append(tenths(sizes))
        if word != "NE":
            responding = word in ("CR", "PR")
        was_complete = was_complete or word == "CR"
        found.append(word)
    return found


def classify(story, sizes, sums, minimum_mm, responding, was_complete):
    lesions = list(zip(story.sites, sizes, strict=True))
    if all(size == 0 or (site == "node" and size < 100) for site, size in lesions):
        return "CR"
    if was_complete and any(size > 0 for site, size in lesions if site != "node"):
        return "PD"
    now, nadir = tenths(sizes), min(sums)
    if nadir == 0 or (now / nadir >= Fraction(12, 10) and now - nadir >= minimum_mm):
        return "PD"
    return "PR" if responding or now / sums[0] <= Fraction(7, 10) else "SD"


def tenths(sizes):
    return Fraction(sum(sizes), 10)


@BOTH
@settings(deadline=None, max_examples=50)
@given(story=stories())
def test_agrees_with_a_brute_force_implementation(kind, story):
    minimum_mm = {"mrecist": 0, "recist11": 5}[kind]
    frame = frame_of(rows_of(story), CRITERIA[kind])
    assert list(frame["target_response"]) == brute_force(story, minimum_mm=minimum_mm)


@settings(deadline=None, max_examples=15)
@given(story=stories())
def test_agrees_with_a_brute_force_implementation_without_memory(story):
    frame = frame_of(rows_of(story), MRECIST(carry_forward_pr=False))
    assert list(frame["target_response"]) == brute_force(story, minimum_mm=0, carry=False)


@EVERY
@settings(deadline=None, max_examples=5)
@given(story=stories(), other=stories(), data=st.data())
def test_order_of_rows_lesions_and_patients_does_not_matter(kind, story, other, data):
    rows = every_size(story) + every_size(other, patient_id="P0")
    shuffled = data.draw(st.permutations(rows))
    pd.testing.assert_frame_equal(frame_of_kind(rows, kind), frame_of_kind(shuffled, kind))


@EVERY
@settings(deadline=None, max_examples=5)
@given(story=stories(), other=stories())
def test_another_reader_changes_nobody_else(kind, story, other):
    alone = frame_of_kind(every_size(story), kind)
    both = frame_of_kind(every_size(story) + every_size(other, reader="B"), kind)
    kept = both[both["reader"] == "A"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, kept)


@EVERY
@settings(deadline=None, max_examples=9)
@given(story=stories(missing=False), growth=st.integers(1, 300), data=st.data())
def test_a_larger_lesion_never_has_a_better_class(kind, story, growth, data):
    lesion = data.draw(st.integers(0, len(story.sites) - 1))
    last = list(story.sizes[-1])
    last[lesion] += growth
    larger = replace(story, sizes=(*story.sizes[:-1], tuple(last)))
    places = [badness(every_size(each), kind) for each in (story, larger)]
    assert places[0] <= places[1]


@EVERY
@settings(deadline=None, max_examples=9)
@given(story=stories(missing=False), size=st.integers(10, 60), visit=st.integers(1, 3))
def test_a_new_lesion_never_improves_a_response(kind, story, size, visit):
    """A lesion that is new at some follow-up and unchanged after it, seen from the last one.

    In imRECIST, which adds it to the sum, an earlier one raises the nadir: it is new at the last.
    """
    rows = every_size(story)
    last = len(story.sizes) - 1
    first = last if kind == "imrecist" else min(visit, last)
    new = [
        NEW | dict.fromkeys(SIZES, str(size)) | {"assessment": 60 * index}
        for index in range(first, len(story.sizes))
    ]
    assert badness(rows, kind) <= badness(rows + new, kind)


@EVERY
@settings(deadline=None, max_examples=5)
@given(story=stories(sites=("liver", "lung")), exponent=st.integers(-4, 1))
def test_scaling_all_sizes_changes_no_class_without_a_least_increase(kind, story, exponent):
    usual, scaled = (
        frame_of_kind(every_size(story, exponent=each), kind, **NO_LEAST_INCREASE)
        for each in (-1, exponent)
    )
    assert list(usual["response"]) == list(scaled["response"])


@BOTH
@settings(deadline=None, max_examples=15)
@given(story=stories())
def test_later_visits_do_not_change_the_targets_of_earlier_ones(kind, story):
    whole = frame_of(rows_of(story), CRITERIA[kind])
    shorter = frame_of(rows_of(replace(story, sizes=story.sizes[:2])), CRITERIA[kind])
    pd.testing.assert_frame_equal(whole.iloc[:1], shorter)


@settings(deadline=None)
@given(current=st.integers(0, 10**7), reference=st.integers(1, 10**7))
def test_a_printed_percentage_is_on_the_right_side_of_both_thresholds(current, reference):
    change = Fraction(current, reference) - 1
    boundaries = (Fraction(-3, 10), Fraction(1, 5))
    text = percent_text(change, boundaries)
    assert re.fullmatch(r"[+-]?\d+\.\d+ %", text)
    printed = Fraction(text.removesuffix(" %")) / 100
    for boundary in boundaries:
        assert (printed > boundary) == (change > boundary)
        assert (printed < boundary) == (change < boundary)
    assert abs(printed - change) <= Fraction(1, 2000)
