"""The classes that HCC-TACE-Seg released follow from its own sums by our rules."""

from pathlib import Path

import pandas as pd
import pytest

from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.mrecist import MRECIST
from radiomics_hcc.response.recist11 import RECIST11

TABLE = (
    Path(__file__).parents[3] / "shared" / "data" / "hcc_tace_seg" / "hcc_tace_seg_clinical_v2.csv"
)
RELEASED = {1: "CR", 2: "PR", 3: "SD", 4: "PD"}
READERS = ("1", "2", "3")

pytestmark = pytest.mark.skipif(
    not TABLE.is_file(), reason="the HCC-TACE-Seg clinical table is not on this machine"
)


def readings(name):
    """Sums as text and released class of every complete reading by RECIST or mRECIST."""
    table = pd.read_csv(TABLE, dtype=str)
    parts = []
    for reader in READERS:
        columns = [f"{reader}_{name}_BL", f"{reader}_{name}_FU", f"{reader}_{name}"]
        part = table[["TCIA_ID", *columns]].set_axis(["patient_id", 0, 60, "released"], axis=1)
        parts.append(part.dropna().assign(reader=reader))
    return pd.concat(parts, ignore_index=True)


def reproduced(name, column, criterion):
    """Our class beside the released one, one row per reading."""
    released = readings(name)
    long = released.melt(
        id_vars=["patient_id", "reader"], value_vars=[0, 60], var_name="assessment"
    ).rename(columns={"value": column})
    table = assess(Measurements.from_frame(long.assign(lesion_id="sum", role="target")), criterion)
    merged = table.frame().merge(released[["patient_id", "reader", "released"]])
    return merged.assign(released=merged["released"].astype(float).astype(int).map(RELEASED))


@pytest.mark.parametrize(
    ("name", "column", "criterion"),
    [
        ("mRECIST", "viable_mm", MRECIST()),
        # The release knows no least increase of 5 mm.
        ("RECIST", "longest_mm", RECIST11(progression_min_mm=0)),
    ],
    ids=["mrecist", "recist"],
)
def test_all_released_classes_are_reproduced(name, column, criterion):
    found = reproduced(name, column, criterion)
    assert len(found) == 287  # 96 + 96 + 95 readings
    wrong = found[found["response"] != found["released"]]
    assert wrong.empty, wrong[["patient_id", "reader", "released", "reason"]].to_string()
