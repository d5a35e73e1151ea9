"""Designs of tests elsewhere divide the patients, whatever the sites and days are."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.modelling.testing_designs import HeldOut, LeaveOneOut, Temporal

START = date(2021, 1, 1)


@st.composite
def tables(draw) -> PatientTable:
    """Patients with one to three rows, of two or more sites, treated before and after a day."""
    sites = draw(st.lists(st.sampled_from(["A", "B", "C", None]), min_size=4, max_size=20))
    sites[:2] = ["A", "B"]
    days = draw(st.lists(st.integers(-50, 50), min_size=len(sites), max_size=len(sites)))
    days[:2] = [-1, 0]
    lesions = draw(st.lists(st.integers(1, 3), min_size=len(sites), max_size=len(sites)))
    names = pd.Index([f"P{n:02d}" for n in range(len(sites))], name="patient_id")
    context = pd.DataFrame(
        {"site": sites, "day": [START + timedelta(days=each) for each in days]}, index=names
    )
    rows = pd.DataFrame(index=names.repeat(lesions))
    return PatientTable(rows, {}, pd.DataFrame(index=names), context=context)


@settings(deadline=None, max_examples=30)
@given(table=tables())
def test_nobody_is_trained_on_and_tested_and_everybody_is_somewhere(table: PatientTable) -> None:
    everybody = set(table.patient_ids)
    for design in (LeaveOneOut("site"), HeldOut("site", ("B",)), Temporal("day", START)):
        unplaced = set(design.unplaced(table))
        for each in design.rounds(table):
            tested = [patient for group in each.tested.values() for patient in group]
            assert len(tested) == len(set(tested))
            assert not set(tested) & set(each.trained)
            assert set(tested) | set(each.trained) | unplaced == everybody


@settings(deadline=None, max_examples=30)
@given(table=tables())
def test_leave_one_out_tests_every_known_patient_once(table: PatientTable) -> None:
    rounds = LeaveOneOut("site").rounds(table)
    tested = [p for each in rounds for group in each.tested.values() for p in group]
    known = table.context.index[table.context["site"].notna()]
    assert sorted(tested) == sorted(known)


@settings(deadline=None, max_examples=30)
@given(table=tables())
def test_training_days_lie_strictly_before_tested_ones(table: PatientTable) -> None:
    (each,) = Temporal("day", START).rounds(table)
    (tested,) = each.tested.values()
    day = table.context["day"]
    assert day[each.trained].max() < START <= day[tested].min()
