"""Ten planted leaks: how often each is found by its own code, and how often a clean cohort is.

    python benchmarks/validity/planted_leaks.py --studies 50 --patients 60 120 --jobs 2

A leak is found where its check gives a warning or a serious finding; what a run refuses outright
is counted as well. Clean cohorts have columns that follow the label and differ between sites.
"""

from __future__ import annotations

from typing import Final

import pandas as pd
from leaky_cohorts import LEAKS, Cohort, clean
from shares import arguments, markdown, share, side_by_side, write

from radiomics_hcc.errors import LeakageError
from radiomics_hcc.evaluation.checks.table import CHECKS
from radiomics_hcc.experiment.before_fit import findings_before
from radiomics_hcc.modelling.leakage import check_intent

CLEAN: Final = "no leak"
GRAVE: Final = ("warning", "serious")
COLUMNS: Final = ("patients", "study", "leak", "code", "severity", "refused")


def audited(patients: int, study: int) -> list[tuple[object, ...]]:
    """`patients, study, leak, code, severity, refused` of one clean cohort and its leaky twins."""
    cohort = clean(patients, study)
    rows = _findings(patients, study, CLEAN, cohort)
    for leak, (_, plant) in LEAKS.items():
        rows += _findings(patients, study, leak, plant(cohort, study))
    return rows


def _findings(patients: int, study: int, leak: str, cohort: Cohort) -> list[tuple[object, ...]]:
    table, target, beside = cohort.brought_together()
    try:
        check_intent(table, target, treatment_dates=beside.treatment_dates, intent=beside.intent)
        refused = False
    except LeakageError:
        refused = True
    found = findings_before(table, target, beside)
    return [(patients, study, leak, each.code, each.severity, refused) for each in found]


def studies(sizes: list[int], count: int, jobs: int) -> pd.DataFrame:
    """The findings of all studies, one row per check."""
    tasks = [(patients, study) for patients in sizes for study in range(count)]
    rows = [row for study in side_by_side(audited, tasks, jobs) for row in study]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def detection(found: pd.DataFrame) -> pd.DataFrame:
    """For every leak and size: found by its own code, found as serious, refused outright."""
    rows = []
    for leak, (code, _) in LEAKS.items():
        own = found[(found["leak"] == leak) & (found["code"] == code)]
        for patients, each in own.groupby("patients"):
            found_by_code = share(each["severity"].isin(GRAVE))
            serious = share(each["severity"] == "serious")
            rows.append((leak, code, patients, found_by_code, serious, share(each["refused"])))
    names = ["leak", "code", "patients", "found", "as serious", "refused"]
    return pd.DataFrame(rows, columns=names)


def false_alarms(found: pd.DataFrame) -> pd.DataFrame:
    """Share of the clean cohorts in which each check is a warning or serious."""
    quiet = found[found["leak"] == CLEAN]
    rows = [
        (code, CHECKS[str(code)].title, patients, share(each["severity"].isin(GRAVE)))
        for (code, patients), each in quiet.groupby(["code", "patients"])
    ]
    return pd.DataFrame(rows, columns=["code", "title", "patients", "false alarms"])


if __name__ == "__main__":
    asked = arguments(__doc__ or "").parse_args()
    everything = studies(asked.patients, asked.studies, asked.jobs)
    print(markdown(detection(everything)))
    print()
    print(markdown(false_alarms(everything)))
    keys = ["patients", "leak", "code", "severity", "refused"]
    counted = everything.groupby(keys, sort=False).size().rename("cohorts").reset_index()
    print(write("planted_leaks", counted))
