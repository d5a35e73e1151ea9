from __future__ import annotations

import pandas as pd
import pytest

from radiomics_hcc.domain.cohort import Case, Cohort
from radiomics_hcc.errors import InputError
from radiomics_hcc.experiment.feature_source import check_changes, read_table_of
from radiomics_hcc.experiment.inputs import patient_table
from radiomics_hcc.experiment.load import load_experiments

SECTION = "features: {table: features.csv"


@pytest.fixture
def changing(study):
    """An experiment on changes, from a table in which one patient's phase changes."""
    frame = study.table("features.csv")
    after = frame.assign(timepoint="post", phase="arterial")
    after.loc[after["patient_id"] == "003", "phase"] = "portal"
    study.write("features.csv", pd.concat([frame.assign(timepoint="pre", phase="arterial"), after]))
    study.edit(SECTION, f"{SECTION}, timepoints: [], delta: [absolute], per_patient: all")
    study.edit("pretreatment_prediction", "response_reading")
    return study


def test_change_across_phases_stops_the_run_and_names_the_patient(changing):
    with pytest.raises(InputError, match="003 lesion: arterial before, portal after"):
        changing.run()


def test_change_across_phases_enters_marked_where_the_file_allows_it(changing):
    (experiment,) = load_experiments(changing.config, ["features.allow_other_phase=true"])
    table = patient_table(experiment, read_table_of(experiment), pd.DataFrame())
    marked = [name for name in table.data.columns if "arterial->portal" in name]
    assert marked
    told = table.data.set_index(table.patient_ids)[marked].notna().any(axis=1)
    assert told[told].index.tolist() == ["003"]


def cohort(after: str) -> Cohort:
    cases = [
        Case("p1", timepoint, None, None, phase=phase, lesion_id="L1")
        for timepoint, phase in (("pre", "arterial"), ("post", after))
    ]
    return Cohort(tuple(cases), {})


def test_change_across_phases_is_refused_before_anything_is_measured(study):
    study.edit(SECTION, "features: {delta: [relative], allow_anchor_dependent: true")
    study.edit("cohort: {patients", "cohort: {images: cohort.csv, patients")
    (experiment,) = load_experiments(study.config)
    check_changes(experiment, cohort("arterial"))
    with pytest.raises(InputError, match="p1 lesion L1: arterial before, portal after"):
        check_changes(experiment, cohort("portal"))
    (allowed,) = load_experiments(study.config, ["features.allow_other_phase=true"])
    check_changes(allowed, cohort("portal"))
